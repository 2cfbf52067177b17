"""Who did not sit the exam: with a valid reason no attempt is used, and both can be corrected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.translation import override

from assessment.actions.exam import absence
from assessment.models.exam.registration import spent_attempts
from assessment.states import CandidateState
from innoskole.accounts.audit import history
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.assessment.exam.factories import ExamFactory, sitting
from tests.cohorts.factories import InstructorFactory
from tests.factories import NOW

pytestmark = pytest.mark.django_db

REASON = "Documentation has been seen."


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture
def paper():
    return sitting(ExamFactory(locked=True))


@pytest.fixture
def own(paper):
    return paper.candidates.order_by("pk").first()


def record(own, by, *, is_valid, reason=REASON, now=NOW):
    absence.record(own, is_valid=is_valid, reason=reason, by=by, now=now)
    own.refresh_from_db()


def test_a_valid_reason_is_recorded_before_the_deadline_too_and_uses_no_attempt(paper, own, administrator):
    record(own, administrator, is_valid=True)
    assert (own.state, own.reason, own.decided_by, own.ended_at) == (
        CandidateState.VALID_ABSENCE,
        REASON,
        administrator,
        NOW,
    )
    later = ExamFactory(cohort=paper.exam.cohort, number=2)
    assert spent_attempts([own.participant], besides=later) == {own.participant_id: 0}
    letter = Message.objects.get()
    assert (letter.kind, letter.to_email) == ("exam_absent", own.participant.member.user.email)
    assert "No attempt is used, and you can register for the next exam." in letter.body_text
    assert [(event.verb, event.reason) for event in history(own)] == [
        ("recorded an absence with a valid reason", REASON)
    ]


def test_an_absence_without_a_valid_reason_waits_for_the_deadline_and_uses_an_attempt(
    paper, own, administrator
):
    with pytest.raises(Refused, match=r"The deadline of the paper has not passed yet."):
        record(own, administrator, is_valid=False, now=paper.due_at)
    record(own, administrator, is_valid=False, now=paper.due_at + timedelta(seconds=1))
    later = ExamFactory(cohort=paper.exam.cohort, number=2)
    assert spent_attempts([own.participant], besides=later) == {own.participant_id: 1}
    assert "An attempt is used." in Message.objects.get().body_text


def test_documentation_that_comes_later_corrects_it_and_voids_the_letter(paper, own, administrator):
    late = paper.due_at + timedelta(days=1)
    record(own, administrator, is_valid=False, reason="Did not come.", now=late)
    record(own, administrator, is_valid=True, now=late + timedelta(minutes=1))
    assert (own.state, own.reason) == (CandidateState.VALID_ABSENCE, REASON)
    record(own, administrator, is_valid=False, reason="It was another day.", now=late + timedelta(minutes=2))
    assert own.state == CandidateState.ABSENT
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["void", "void", "queued"]


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (CandidateState.DELIVERED, "the group has delivered with them"),
        (CandidateState.PAPER_GRADED, "the group has delivered with them"),
        (CandidateState.DEREGISTERED, "The person is not registered"),
        (CandidateState.VALID_ABSENCE, "This is recorded already."),
    ],
)
def test_who_has_delivered_or_withdrawn_is_not_absent(own, administrator, state, says):
    type(own).objects.filter(pk=own.pk).update(state=state)
    with pytest.raises(Refused, match=says):
        record(own, administrator, is_valid=True)


def test_nobody_is_absent_before_the_list_is_locked(administrator):
    own = sitting(ExamFactory()).candidates.first()
    with pytest.raises(Refused, match=r"The list of candidates is not locked yet."):
        record(own, administrator, is_valid=True)


def test_an_absence_needs_a_reason_and_an_administrator(paper, own, administrator):
    with pytest.raises(Refused, match=r"Give a reason."):
        record(own, administrator, is_valid=True, reason=" ")
    for by in (InstructorFactory(cohort=paper.exam.cohort).user, own.participant.member.user):
        with pytest.raises(Refused, match="Only course administrators"):
            record(own, by, is_valid=True)
    assert own.state == CandidateState.REGISTERED
