"""Provisional grades are independent; the examiners agree on one, and nobody else learns it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from assessment.actions.exam import grading
from assessment.models import Appointment, PaperGrade, ProvisionalGrade
from assessment.states import CandidateState
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import AuditEvent
from tests.assessment.exam.factories import AppointmentFactory, ExamFactory
from tests.assessment.exam.grading import examiners, graded_paper, proposed, states, submitted
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def paper():
    return graded_paper()


def refused(deed, *args, **kwargs) -> str:
    with pytest.raises(Refused) as refusal, transaction.atomic():
        deed(*args, **kwargs)
    return str(refusal.value)


def marks(user):
    shown = ProvisionalGrade.objects.shown_to(user).order_by("appointment__place")
    return [(each.appointment.examiner.user, each.mark) for each in shown]


# --- Alone -------------------------------------------------------------------------------------------


def test_a_draft_is_kept_and_written_anew_and_seen_by_nobody_else(paper):
    first, second = examiners(paper)
    grading.save_draft(paper, mark="B", grounds="", by=first, now=NOW)
    grading.save_draft(paper, mark="C", grounds="Thin.", by=first, now=NOW + timedelta(hours=1))
    (draft,) = ProvisionalGrade.objects.all()
    assert (draft.mark, draft.grounds, draft.saved_at, draft.submitted_at) == (
        "C",
        "Thin.",
        NOW + timedelta(hours=1),
        None,
    )
    assert (marks(first), marks(second)) == ([(first, "C")], [])


def test_an_examiner_sees_the_colleague_only_after_submitting(paper):
    first, second = examiners(paper)
    grading.submit(paper, mark="B", grounds="Clear.", by=first, now=NOW)
    assert marks(second) == []
    grading.save_draft(paper, mark="D", grounds="", by=second, now=NOW)
    assert (marks(first), marks(second)) == ([(first, "B")], [(second, "D")])
    grading.submit(paper, mark="D", grounds="Thin.", by=second, now=NOW)
    assert marks(first) == marks(second) == [(first, "B"), (second, "D")]


def test_who_has_submitted_one_paper_sees_nothing_of_another(paper):
    first, second = examiners(paper)
    other = graded_paper(paper.exam)
    Appointment.objects.filter(paper=other, place=1).update(examiner=paper.appointments.get(place=1).examiner)
    submitted(paper, "B", "B")
    submitted(other, None, "E")
    assert marks(first) == [(first, "B"), (second, "B")]


def test_what_is_submitted_stands(paper):
    first, _second = examiners(paper)
    grading.submit(paper, mark="B", grounds="Clear.", by=first, now=NOW)
    assert refused(grading.submit, paper, mark="A", grounds="Better.", by=first, now=NOW) == (
        "You have submitted your grade already."
    )
    assert refused(grading.save_draft, paper, mark="A", grounds="", by=first, now=NOW) == (
        "You have submitted your grade already."
    )
    assert ProvisionalGrade.objects.get().mark == "B"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"mark": "", "grounds": "Clear."}, "Choose a grade."),
        ({"mark": "B", "grounds": " "}, "Write the grounds for the grade."),
    ],
)
def test_a_grade_has_a_mark_and_grounds(paper, said, why):
    assert refused(grading.submit, paper, **said, by=examiners(paper)[0], now=NOW) == why
    assert not ProvisionalGrade.objects.exists()


def test_only_its_examiners_grade_a_paper(paper):
    for stranger in (
        UserFactory(is_instructor=True),
        UserFactory(is_course_administrator=True),
        examiners(graded_paper(paper.exam))[0],
        paper.candidates.first().participant.member.user,
    ):
        for deed in (grading.save_draft, grading.submit, grading.propose):
            assert refused(deed, paper, mark="B", grounds="Clear.", by=stranger, now=NOW) == (
                "Only the examiners of this paper can do this."
            )
    assert not ProvisionalGrade.objects.exists()


@pytest.mark.parametrize(
    ("exam", "why"),
    [
        ({"locked": True}, "Grading has not been opened."),
        ({"published": True}, "The grades are published."),
    ],
)
def test_nothing_is_graded_before_or_after(exam, why):
    paper = graded_paper(ExamFactory(**exam))
    assert refused(grading.submit, paper, mark="B", grounds="x", by=examiners(paper)[0], now=NOW) == why


def test_a_paper_that_did_not_come_is_not_graded():
    paper = graded_paper(state=CandidateState.REGISTERED)
    assert refused(grading.submit, paper, mark="B", grounds="x", by=examiners(paper)[0], now=NOW) == (
        "The group has delivered no paper."
    )


# --- Together ----------------------------------------------------------------------------------------


def test_nobody_proposes_before_both_have_submitted(paper):
    first, _second = examiners(paper)
    submitted(paper, "B")
    assert refused(grading.propose, paper, mark="B", grounds="x", by=first, now=NOW) == (
        "Every examiner of the paper must submit a grade of their own first."
    )


def test_the_two_agree(paper):
    first, second = examiners(paper)
    submitted(paper, "B", "D")
    grading.propose(paper, mark="C", grounds="Between.", by=first, now=NOW)
    assert states(paper) == [CandidateState.DELIVERED] * 2
    grading.agree(paper, seen=NOW, by=second, now=NOW + timedelta(hours=1))
    found = PaperGrade.objects.get()
    assert (found.mark, found.proposed_by, found.agreed_by, found.agreed_at) == (
        "C",
        first,
        second,
        NOW + timedelta(hours=1),
    )
    assert states(paper) == [CandidateState.PAPER_GRADED] * 2


def test_a_disagreement_is_worked_out_by_proposing_again(paper):
    first, second = examiners(paper)
    submitted(paper, "B", "D")
    grading.propose(paper, mark="B", grounds="Good.", by=first, now=NOW)
    later = NOW + timedelta(hours=1)
    grading.propose(paper, mark="C", grounds="Good enough.", by=second, now=later)
    assert refused(grading.agree, paper, seen=NOW, by=first, now=later) == (
        "Another grade has been proposed meanwhile. Read it before you agree."
    )
    grading.agree(paper, seen=later, by=first, now=later)
    found = PaperGrade.objects.get()
    assert (found.mark, found.grounds, found.proposed_by, found.agreed_by) == (
        "C",
        "Good enough.",
        second,
        first,
    )


def test_nobody_agrees_with_oneself_or_twice(paper):
    first, second = examiners(paper)
    submitted(paper, "B", "B")
    assert refused(grading.agree, paper, seen=NOW, by=second, now=NOW) == "No grade is proposed yet."
    grading.propose(paper, mark="B", grounds="x", by=first, now=NOW)
    assert refused(grading.agree, paper, seen=NOW, by=first, now=NOW) == (
        "You have proposed this grade. Your colleague agrees to it, or proposes another one."
    )
    grading.agree(paper, seen=NOW, by=second, now=NOW)
    for deed, said in (
        (grading.agree, {"seen": NOW}),
        (grading.propose, {"mark": "A", "grounds": "x"}),
    ):
        assert refused(deed, paper, **said, by=second, now=NOW) == (
            "The grade of the paper is agreed already."
        )


def test_what_a_released_examiner_proposed_is_agreed_to_by_nobody(paper):
    gone, second = examiners(paper)
    submitted(paper, "B", "B")
    proposal = proposed(paper, by=gone)
    ProvisionalGrade.objects.filter(appointment__examiner__user=gone).delete()
    paper.appointments.get(place=1).delete()
    assert refused(grading.agree, paper, seen=proposal.proposed_at, by=second, now=NOW) == (
        "The paper lacks an examiner."
    )
    AppointmentFactory(paper=paper, place=1)
    newcomer, second = examiners(paper)
    grading.submit(paper, mark="C", grounds="x", by=newcomer, now=NOW)
    assert refused(grading.agree, paper, seen=proposal.proposed_at, by=newcomer, now=NOW) == (
        "Who proposed this grade does not grade the paper any more. Propose one yourself."
    )


def test_one_examiner_alone_agrees_by_proposing():
    paper = graded_paper(ExamFactory(grading=True, two_examiners=False))
    paper.appointments.get(place=2).delete()
    (only,) = examiners(paper)
    grading.submit(paper, mark="B", grounds="x", by=only, now=NOW)
    grading.propose(paper, mark="B", grounds="x", by=only, now=NOW)
    found = PaperGrade.objects.get()
    assert (found.proposed_by, found.agreed_by, found.agreed_at) == (only, only, NOW)
    assert states(paper) == [CandidateState.PAPER_GRADED] * 2


def test_who_is_absent_is_not_moved_on(paper):
    first, second = examiners(paper)
    gone = paper.candidates.earliest("pk")
    paper.candidates.filter(pk=gone.pk).update(state=CandidateState.ABSENT)
    submitted(paper, "B", "B")
    grading.propose(paper, mark="B", grounds="x", by=first, now=NOW)
    grading.agree(paper, seen=NOW, by=second, now=NOW)
    assert states(paper) == [CandidateState.ABSENT, CandidateState.PAPER_GRADED]


# --- What is kept of it ------------------------------------------------------------------------------


def test_the_audit_tells_who_and_never_which(paper):
    first, second = examiners(paper)
    grading.submit(paper, mark="B", grounds="Top secret grounds.", by=first, now=NOW)
    grading.submit(paper, mark="D", grounds="Top secret grounds.", by=second, now=NOW)
    grading.propose(paper, mark="C", grounds="Top secret grounds.", by=first, now=NOW)
    grading.agree(paper, seen=NOW, by=second, now=NOW)
    events = AuditEvent.objects.filter(occurred_at=NOW).order_by("pk")
    assert [(each.by, each.verb, each.changes, each.reason) for each in events] == [
        (first, "submitted a provisional grade", {}, ""),
        (second, "submitted a provisional grade", {}, ""),
        (first, "proposed the grade of the paper", {}, ""),
        (second, "agreed to the grade of the paper", {}, ""),
        *[(second, "graded the paper", {"state": ["Paper delivered", "Paper graded"]}, "")] * 2,
    ]
    assert {each.content_type.model for each in events} == {"provisionalgrade", "papergrade"}


def test_names_of_rows_hold_no_mark(paper):
    submitted(paper, "B", "B")
    found = proposed(paper, "B")
    assert str(found) == str(paper.team)
    assert str(ProvisionalGrade.objects.first()) == str(paper.appointments.get(place=1))


def test_the_database_keeps_one_grade_per_paper(paper):
    submitted(paper, "B", "B")
    proposed(paper)
    with pytest.raises(IntegrityError), transaction.atomic():
        proposed(paper)
