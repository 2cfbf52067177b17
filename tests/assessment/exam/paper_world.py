"""Papers as they stand behind the doors: one that is being delivered, and one that is being graded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.files.base import ContentFile

from assessment.models import ConflictOfInterest, Guidelines, PaperFile
from assessment.states import CandidateState
from cohorts.models import Cohort, Participant
from tests.assessment.exam.factories import (
    AppointmentFactory,
    CandidateFactory,
    ExamFactory,
    ExaminerFactory,
    PaperFactory,
)
from tests.factories import NOW, municipality

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """`me` writes on the paper OPENED of exam 21, and has delivered GRADED of exam 22, which `instructor`
    grades. Objects: `waiting-file`, `paper-file`, `guidelines`, `examiner`, `other-examiner`, `conflict`.
    """
    cohort = Cohort.objects.get(slug="running")
    me = Participant.objects.get(pk=world.objects["me"])
    opened = ExamFactory(cohort=cohort, number=21, locked=True)
    writing = PaperFactory(exam=opened, team=me.team, code="OPENED")
    CandidateFactory(exam=opened, participant=me, paper=writing, attempt=1)
    grading = ExamFactory(cohort=cohort, number=22, grading=True)
    delivered = PaperFactory(exam=grading, team=me.team, code="GRADED", delivered=True)
    CandidateFactory(exam=grading, participant=me, paper=delivered, attempt=1, state=CandidateState.DELIVERED)
    examiner = ExaminerFactory(exam=grading, user=world.people["instructor"])
    AppointmentFactory(paper=delivered, examiner=examiner)
    conflict = ConflictOfInterest.objects.create(
        user=examiner.user, municipality=municipality("5057"), why="Former employer", declared_at=NOW
    )
    facts = {
        "original_name": "paper.pdf",
        "content_type": "application/pdf",
        "size": 8,
        "digest": "0" * 64,
        "uploaded_by": world.people["student"],
        "uploaded_at": NOW,
    }
    waiting, counts = (
        PaperFile.objects.create(paper=paper, delivery=delivery, file=_content(), **facts)
        for paper, delivery in ((writing, None), (delivered, delivered.deliveries.get()))
    )
    world.objects |= {
        "waiting-file": waiting.pk,
        "paper-file": counts.pk,
        "guidelines": Guidelines.objects.create(exam=grading, file=_content(), **facts).pk,
        "examiner": examiner.pk,
        "other-examiner": ExaminerFactory(exam=opened).pk,
        "conflict": conflict.pk,
    }


def _content() -> ContentFile:
    return ContentFile(b"%PDF-1.7", name="paper")
