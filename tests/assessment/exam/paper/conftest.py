"""A group with its paper in a sitting whose list is locked, and those who decide and grade."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from applications.uploads import Upload, inspect
from assessment.actions.exam import papers
from assessment.models import Exam, Paper, PaperDelivery
from assessment.states import CandidateState
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.assessment.exam.factories import CandidateFactory, ExamFactory, PaperFactory
from tests.cohorts.factories import InstructorFactory, TeamFactory
from tests.factories import NOW, municipality

# The factory's deadline of the paper, and a moment after it.
DUE = NOW + timedelta(days=20)
AFTER = DUE + timedelta(hours=2)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """The sentences as they stand in the code."""
    with override("en"):
        yield


@pytest.fixture
def exam(db: None) -> Exam:
    """Locked; the papers can be delivered from five days ago until in twenty days."""
    return ExamFactory(locked=True)


@pytest.fixture
def paper(exam: Exam) -> Paper:
    """Of Bodø's group of three, nothing delivered, without examiners."""
    return group(exam, "1804", number=1)


@pytest.fixture
def people(paper: Paper) -> list[User]:
    return [each.participant.member.user for each in paper.candidates.order_by("pk")]


@pytest.fixture
def teacher(exam: Exam) -> User:
    return InstructorFactory(cohort=exam.cohort).user


def upload(name: str = "paper.pdf", content: bytes = PDF) -> Upload:
    return inspect(SimpleUploadedFile(name, content))


def reread(paper: Paper) -> Paper:
    return Paper.objects.with_names().get(pk=paper.pk)


def deliver(paper: Paper, by: User, *, now=NOW, title="Our paper", content: bytes = PDF) -> PaperDelivery:
    """Upload a file and deliver it, as a person does it."""
    current = reread(paper)
    papers.add_file(current, upload(content=content), by=by, now=now)
    files = list(current.files.filter(delivery=None))
    return papers.deliver(
        current,
        title=title,
        version=papers.next_version(current),
        seen=papers.seen_in(files),
        by=by,
        now=now,
    )


def states(paper: Paper) -> list[str]:
    return list(paper.candidates.order_by("pk").values_list("state", flat=True))


def letters(*kinds: str) -> list[tuple[str, str]]:
    rows = Message.objects.filter(kind__in=kinds) if kinds else Message.objects.all()
    return list(rows.order_by("pk").values_list("kind", "to_email"))


def group(exam: Exam, code: str, *, state=CandidateState.REGISTERED, people=3, **team) -> Paper:
    """The paper of a group of the sitting, from the municipality with the code; delivered where the state
    says so, and without examiners."""
    found = TeamFactory(cohort=exam.cohort, lead=municipality(code), people=people, **team)
    paper = PaperFactory(exam=exam, team=found, delivered=state != CandidateState.REGISTERED)
    for person in found.participants.all():
        CandidateFactory(exam=exam, participant=person, paper=paper, state=state, attempt=1)
    return paper
