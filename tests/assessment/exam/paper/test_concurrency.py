"""What two of a group, or two of the school, do in the same second; only PostgreSQL lets them."""

from __future__ import annotations

import pytest

from assessment.actions.exam import examiners, grading_opens, papers
from assessment.models import Appointment, ConflictOfInterest, Exam, PaperDelivery
from assessment.states import CandidateState, ExamState
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.assessment.exam.factories import AppointmentFactory, ExaminerFactory
from tests.assessment.exam.paper.conftest import AFTER, PDF, group, reread, states, upload
from tests.cohorts.supervision.test_concurrency import at_once
from tests.factories import NOW, municipality

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_a_group_that_delivers_from_every_desk_delivers_once(paper, people):
    papers.add_file(paper, upload(), by=people[0], now=NOW)
    seen = papers.seen_in(list(paper.files.all()))
    deeds = [
        lambda user=user: papers.deliver(reread(paper), title="Ours", version=1, seen=seen, by=user, now=NOW)
        for user in people
    ]
    assert at_once(*deeds) == ["done"] * 3
    assert PaperDelivery.objects.count() == 1
    assert Message.objects.filter(kind="paper_received").count() == 3
    assert states(paper) == [CandidateState.DELIVERED] * 3


def test_of_two_with_other_files_before_them_one_delivers(paper, people):
    papers.add_file(paper, upload(), by=people[0], now=NOW)
    seen = papers.seen_in(list(paper.files.all()))
    together = at_once(
        lambda: papers.deliver(reread(paper), title="Ours", version=1, seen=seen, by=people[0], now=NOW),
        lambda: papers.add_file(reread(paper), upload("more.pdf", PDF + b"2"), by=people[1], now=NOW),
    )
    delivered = list(PaperDelivery.objects.all())
    assert together == (["done", "done"] if delivered else ["done", "refused"])
    assert [each.files.count() for each in delivered] == ([1] if delivered else [])


def test_a_late_paper_comes_before_grading_opens_or_not_at_all(exam, paper, people, administrator, teacher):
    other = group(exam, "4646", state=CandidateState.DELIVERED)
    for place in (1, 2):
        AppointmentFactory(paper=other, place=place)
    paper.candidates.update(state=CandidateState.ABSENT)
    grading_opens.upload_guidelines(exam, upload(), by=teacher, now=NOW)
    one = other.candidates.first().participant.member.user

    def add():
        papers.add_file(reread(other), upload(), by=one, now=other.due_at)

    at_once(add, lambda: grading_opens.open_grading(exam, by=administrator, now=AFTER))
    assert Exam.objects.get(pk=exam.pk).state == ExamState.GRADING
    with pytest.raises(Refused):
        add()


def test_nobody_is_appointed_past_a_conflict_that_they_record_meanwhile(paper, administrator):
    examiner = ExaminerFactory(exam=paper.exam)
    bodo = municipality("1804")
    at_once(
        lambda: examiners.appoint(reread(paper), {1: examiner}, by=administrator, now=NOW),
        lambda: examiners.declare(
            examiner.user, municipality=bodo, why="Former employer", by=examiner.user, now=NOW
        ),
    )
    assert (Appointment.objects.count(), ConflictOfInterest.objects.count()) == (0, 1)
