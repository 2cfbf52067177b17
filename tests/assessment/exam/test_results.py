"""From the oral to the grade of each: noted, set by one, confirmed by the other, and taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import translation

from assessment.actions.exam import grading, results
from assessment.actions.exam.results import Heard
from assessment.models import Grade, OralResult
from assessment.states import CandidateState as S
from assessment.states import ExamState
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import AuditEvent
from innoskole.notifications.models import Message
from tests.assessment.exam.factories import ExamFactory
from tests.assessment.exam.grading import (
    agreed_paper,
    candidates,
    examiners,
    graded_paper,
    heard_paper,
    planned,
    set_paper,
    states,
    submitted,
)
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def refused(deed, *args, **kwargs) -> str:
    with pytest.raises(Refused) as refusal, transaction.atomic():
        deed(*args, **kwargs)
    return str(refusal.value)


def outcomes(paper, *steps):
    """One of `steps` for each candidate; None for one who was absent."""
    return {
        each.pk: None if change is None else Heard(change, "Answered well.")
        for each, change in zip(candidates(paper), steps, strict=True)
    }


def versions(paper):
    """Candidate by candidate: version, mark, and whether it still counts."""
    return [
        [(each.version, each.mark, each.superseded_at is None) for each in candidate.grades.all()]
        for candidate in candidates(paper)
    ]


# --- The oral ----------------------------------------------------------------------------------------


def test_the_oral_moves_each_candidate_on_their_own():
    paper = agreed_paper(people=3)
    first, _second = examiners(paper)
    results.note_oral(paper, outcomes(paper, 1, 0, -1), by=first, now=NOW)
    assert states(paper) == [S.ORAL_HELD] * 3
    assert [
        (each.steps, each.note, each.written_by, each.written_at) for each in OralResult.objects.all()
    ] == [
        (1, "Answered well.", first, NOW),
        (0, "Answered well.", first, NOW),
        (-1, "Answered well.", first, NOW),
    ]
    assert paper.orals.get().held_at == NOW


def test_who_was_absent_is_told_and_gets_no_result():
    paper = agreed_paper()
    first, _second = examiners(paper)
    gone, _here = candidates(paper)
    results.note_oral(paper, outcomes(paper, None, 0), by=first, now=NOW)
    assert states(paper) == [S.ABSENT, S.ORAL_HELD]
    assert OralResult.objects.count() == 1
    gone.refresh_from_db()
    assert (gone.ended_at, gone.decided_by) == (NOW, first)
    (letter,) = Message.objects.all()
    assert (letter.kind, letter.to_user) == ("oral_absent", gone.participant.member.user)


@pytest.mark.parametrize("has_left", [False, True])
def test_an_absence_that_was_noted_by_mistake_is_taken_back(has_left):
    paper = agreed_paper()
    first, second = examiners(paper)
    gone, _here = candidates(paper)
    results.note_oral(paper, outcomes(paper, None, 0), by=first, now=NOW)
    if has_left:
        Message.objects.update(state=Message.State.SENT, sent_at=NOW)
    results.note_oral(paper, outcomes(paper, 1, 0), by=second, now=LATER)
    assert states(paper) == [S.ORAL_HELD] * 2
    gone.refresh_from_db()
    assert (gone.ended_at, gone.decided_by) == (None, None)
    assert list(Message.objects.order_by("pk").values_list("kind", "state")) == (
        [("oral_absent", Message.State.SENT), ("oral_not_absent", Message.State.QUEUED)]
        if has_left
        else [("oral_absent", Message.State.VOID)]
    )


def test_what_was_noted_is_noted_anew_and_a_heard_candidate_becomes_absent():
    paper = heard_paper(steps=(0, 1))
    _first, second = examiners(paper)
    results.note_oral(paper, outcomes(paper, -1, None), by=second, now=NOW)
    assert states(paper) == [S.ORAL_HELD, S.ABSENT]
    assert [(each.steps, each.written_by) for each in OralResult.objects.all()] == [(-1, second)]


def test_whom_the_school_has_found_absent_is_no_matter_of_the_oral():
    paper = agreed_paper()
    first, _second = examiners(paper)
    away, here = candidates(paper)
    decided_by = UserFactory(is_course_administrator=True)
    paper.candidates.filter(pk=away.pk).update(state=S.ABSENT, ended_at=NOW, decided_by=decided_by)
    assert results.to_hear(paper) == [here]
    assert refused(results.note_oral, paper, outcomes(paper, 0, 0), by=first, now=NOW) == (
        "The group is another one than when you opened the page. Look through it again."
    )
    results.note_oral(paper, {here.pk: Heard(0, "Good.")}, by=first, now=NOW)
    assert states(paper) == [S.ABSENT, S.ORAL_HELD]


@pytest.mark.parametrize(
    ("mark", "most", "heard", "why"),
    [
        ("C", 1, Heard(2, "x"), "The oral can move a candidate by at most 1 grade."),
        ("C", 0, Heard(-1, "x"), "The oral can move a candidate by at most 0 grades."),
        ("A", 1, Heard(1, "x"), "There is no such grade: A is the best and F the lowest."),
        ("F", 1, Heard(-1, "x"), "There is no such grade: A is the best and F the lowest."),
        ("C", 1, Heard(0, " "), "Write a note for each candidate."),
    ],
)
def test_the_oral_keeps_to_the_scale_and_to_the_setting(mark, most, heard, why):
    paper = agreed_paper(ExamFactory(grading=True, most_adjustment=most), mark=mark, people=1)
    (only,) = candidates(paper)
    assert refused(results.note_oral, paper, {only.pk: heard}, by=examiners(paper)[0], now=NOW) == why
    assert states(paper) == [S.PAPER_GRADED]
    assert not OralResult.objects.exists()


@pytest.mark.parametrize(
    ("mark", "steps", "found"),
    [("C", 0, "C"), ("C", 1, "B"), ("C", -3, "F"), ("A", 1, None), ("F", 5, "A"), ("E", -2, None)],
)
def test_a_step_up_is_one_grade_better(mark, steps, found):
    assert results.adjusted(mark, steps) == found


def test_an_oral_is_noted_when_it_is_planned_and_has_begun():
    paper = agreed_paper(starts_at=LATER)
    first, _second = examiners(paper)
    assert refused(results.note_oral, paper, outcomes(paper, 0, 0), by=first, now=NOW) == (
        "The oral has not begun."
    )
    results.note_oral(paper, outcomes(paper, 0, 0), by=first, now=LATER)
    paper.candidates.update(state=S.PAPER_GRADED)
    OralResult.objects.all().delete()
    paper.orals.get().delete()
    assert refused(results.note_oral, paper, outcomes(paper, 0, 0), by=first, now=LATER) == (
        "The oral has not been planned."
    )


def test_no_oral_is_noted_before_the_paper_is_agreed_on():
    paper = graded_paper()
    submitted(paper, "B", "C")
    planned(paper)
    assert refused(results.note_oral, paper, outcomes(paper, 0, 0), by=examiners(paper)[0], now=NOW) == (
        "The examiners have not agreed on the grade of the paper."
    )


# --- The grades --------------------------------------------------------------------------------------


def test_one_sets_and_the_other_confirms():
    paper = heard_paper(mark="C", steps=(0, 1, -1))
    first, second = examiners(paper)
    made = results.set_grades(paper, by=first, now=NOW)
    assert [(each.mark, each.paper_mark, each.steps, each.source) for each in made] == [
        ("C", "C", 0, "ordinary"),
        ("B", "C", 1, "ordinary"),
        ("D", "C", -1, "ordinary"),
    ]
    assert states(paper) == [S.ORAL_HELD] * 3
    results.confirm(paper, seen=[each.pk for each in made], by=second, now=LATER)
    assert states(paper) == [S.GRADE_SET] * 3
    assert {(each.set_by, each.confirmed_by, each.confirmed_at) for each in Grade.objects.all()} == {
        (first, second, LATER)
    }


def test_nobody_confirms_what_they_have_set_or_not_seen():
    paper = heard_paper()
    first, second = examiners(paper)
    assert refused(results.confirm, paper, seen=[], by=second, now=NOW) == "The grades are not set yet."
    made = [each.pk for each in results.set_grades(paper, by=first, now=NOW)]
    assert refused(results.confirm, paper, seen=made, by=first, now=NOW) == (
        "You have set these grades. Your colleague confirms them."
    )
    assert refused(results.confirm, paper, seen=made[:1], by=second, now=NOW) == (
        "The grades have been set anew meanwhile. Read them before you confirm."
    )
    results.note_oral(paper, outcomes(paper, -1, 1), by=first, now=NOW)
    assert refused(results.confirm, paper, seen=made, by=second, now=NOW) == "The grades are not set yet."
    results.set_grades(paper, by=first, now=NOW)
    assert refused(results.confirm, paper, seen=made, by=second, now=NOW) == (
        "The grades have been set anew meanwhile. Read them before you confirm."
    )
    assert versions(paper) == [[(1, "C", False), (2, "D", True)], [(1, "B", False), (2, "B", True)]]
    assert states(paper) == [S.ORAL_HELD] * 2


def test_the_other_examiner_sets_them_instead():
    paper = heard_paper()
    first, second = examiners(paper)
    results.set_grades(paper, by=first, now=NOW)
    again = [each.pk for each in results.set_grades(paper, by=second, now=LATER)]
    results.confirm(paper, seen=again, by=first, now=LATER)
    assert {(each.set_by, each.confirmed_by) for each in Grade.objects.current()} == {(second, first)}


def test_one_examiner_alone_confirms_by_setting():
    exam = ExamFactory(grading=True, two_examiners=False)
    paper = heard_paper(exam)
    first, _second = examiners(paper)
    results.set_grades(paper, by=first, now=NOW)
    assert states(paper) == [S.GRADE_SET] * 2
    assert {(each.set_by, each.confirmed_by) for each in Grade.objects.all()} == {(first, first)}


def test_no_grade_is_set_before_the_oral_is_noted():
    paper = agreed_paper()
    assert refused(results.set_grades, paper, by=examiners(paper)[0], now=NOW) == "Note the oral first."
    assert not Grade.objects.exists()


def test_confirmed_grades_are_taken_back_with_a_reason_and_kept_as_former_versions():
    paper = set_paper(steps=(0, 1))
    first, second = examiners(paper)
    results.reopen(paper, reason="The notes were mixed up.", by=second, now=NOW)
    assert states(paper) == [S.ORAL_HELD] * 2
    results.note_oral(paper, outcomes(paper, 1, 0), by=second, now=NOW)
    made = results.set_grades(paper, by=second, now=NOW)
    results.confirm(paper, seen=[each.pk for each in made], by=first, now=NOW)
    assert versions(paper) == [[(1, "C", False), (2, "B", True)], [(1, "B", False), (2, "C", True)]]
    assert (
        list(AuditEvent.objects.exclude(reason="").values_list("verb", "reason"))
        == [("took back a confirmed grade", "The notes were mixed up.")] * 2
    )


def test_nothing_is_taken_back_that_is_not_confirmed():
    paper = heard_paper()
    why = refused(results.reopen, paper, reason="x", by=examiners(paper)[0], now=NOW)
    assert why == "No grade is confirmed."


def test_only_its_examiners_take_the_paper_to_its_grades():
    paper = heard_paper()
    stranger = UserFactory(is_instructor=True, is_course_administrator=True)
    for deed in (
        lambda by: results.note_oral(paper, outcomes(paper, 0, 0), by=by, now=NOW),
        lambda by: results.set_grades(paper, by=by, now=NOW),
        lambda by: results.confirm(paper, seen=[], by=by, now=NOW),
        lambda by: results.reopen(paper, reason="x", by=by, now=NOW),
    ):
        assert refused(deed, stranger) == "Only the examiners of this paper can do this."
    assert states(paper) == [S.ORAL_HELD] * 2


def test_after_publication_nothing_of_it_can_be_done():
    paper = set_paper()
    first, _second = examiners(paper)
    type(paper.exam).objects.update(state=ExamState.PUBLISHED, published_at=NOW)
    for deed in (
        lambda: grading.propose(paper, mark="A", grounds="x", by=first, now=NOW),
        lambda: results.note_oral(paper, outcomes(paper, 0, 0), by=first, now=NOW),
        lambda: results.set_grades(paper, by=first, now=NOW),
        lambda: results.reopen(paper, reason="x", by=first, now=NOW),
    ):
        assert refused(deed) == "The grades are published."


def test_the_audit_of_results_holds_no_grade():
    paper = agreed_paper(mark="C")
    first, second = examiners(paper)
    results.note_oral(paper, outcomes(paper, 1, -1), by=first, now=NOW)
    made = results.set_grades(paper, by=first, now=NOW)
    results.confirm(paper, seen=[each.pk for each in made], by=second, now=NOW)
    events = AuditEvent.objects.filter(occurred_at=NOW).order_by("pk")
    heard = {"state": ["Paper graded", "Oral held"]}
    confirmed = {"state": ["Oral held", "Grade set"]}
    assert [(each.verb, each.changes, each.content_type.model) for each in events] == [
        *[("heard a candidate", heard, "papergrade")] * 2,
        ("noted the oral", {}, "papergrade"),
        ("set the grades", {}, "papergrade"),
        *[("confirmed a grade", confirmed, "papergrade")] * 2,
    ]
