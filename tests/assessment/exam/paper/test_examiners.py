"""Who grades what: named, appointed by hand or as proposed, refused and released for a conflict."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assessment.actions.exam import examiners as actions
from assessment.models import (
    Appointment,
    ConflictOfInterest,
    Exam,
    Examiner,
    PaperGrade,
    ProvisionalGrade,
)
from assessment.states import CandidateState, ExamState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.assessment.exam.factories import AppointmentFactory, ExaminerFactory
from tests.assessment.exam.grading import planned
from tests.assessment.exam.paper.conftest import group, letters, reread
from tests.cohorts.factories import InstructorFactory
from tests.factories import NOW, AffiliationFactory, UserFactory, municipality

pytestmark = pytest.mark.django_db


@pytest.fixture
def named(exam) -> list[Examiner]:
    """Two of the school and one from outside."""
    return [
        ExaminerFactory(exam=exam, user__name=name, is_external=is_external)
        for name, is_external in (("Anne Sensor", False), ("Bjarne Sensor", False), ("Cato Sensor", True))
    ]


def appointed(paper) -> list[tuple[int, str]]:
    rows = Appointment.objects.filter(paper=paper, appeal=None).order_by("place")
    return [(each.place, str(each.examiner)) for each in rows]


def appoint(paper, *chosen, by, now=NOW) -> None:
    actions.appoint(reread(paper), dict(enumerate(chosen, 1)), by=by, now=now)


def bind(examiner, code: str = "1804") -> None:
    """To the municipality, so that nobody is asked."""
    AffiliationFactory(user=examiner.user, municipality=municipality(code))


def open_grading(exam) -> None:
    Exam.objects.filter(pk=exam.pk).update(state=ExamState.GRADING)


# --- Who grades in the sitting ----------------------------------------------------------------------


def test_instructors_are_named_once_by_administrators(exam, administrator, instructor, teacher):
    named = actions.add(exam, user=instructor, is_external=True, for_appeals=False, by=administrator, now=NOW)
    assert (named.user, named.is_external, named.for_appeals) == (instructor, True, False)
    with pytest.raises(Refused, match="is an examiner of this exam already"):
        actions.add(exam, user=instructor, is_external=True, for_appeals=True, by=administrator, now=NOW)
    with pytest.raises(Refused, match="is no instructor"):
        actions.add(exam, user=UserFactory(), is_external=False, for_appeals=False, by=administrator, now=NOW)
    with pytest.raises(Refused, match="Only course administrators"):
        actions.add(exam, user=teacher, is_external=False, for_appeals=False, by=teacher, now=NOW)
    assert Examiner.objects.count() == 1
    assert [each.verb for each in audit.history(exam)] == ["named an examiner"]


def test_who_sees_the_grades_examines_no_appeal(exam, administrator, teacher):
    with pytest.raises(Refused, match="graded by somebody who has not seen them"):
        actions.add(exam, user=teacher, is_external=False, for_appeals=True, by=administrator, now=NOW)
    elsewhere = InstructorFactory(cohort__intake__slug="another").user
    assert actions.add(
        exam, user=elsewhere, is_external=False, for_appeals=True, by=administrator, now=NOW
    ).for_appeals


def test_who_grades_nothing_can_be_taken_off_the_list(paper, named, administrator):
    appoint(paper, named[0], by=administrator)
    with pytest.raises(Refused, match="Anne Sensor is appointed"):
        actions.remove(named[0], by=administrator, now=NOW)
    actions.remove(named[1], by=administrator, now=NOW)
    assert Examiner.objects.filter(exam=paper.exam).count() == 2


# --- By hand ----------------------------------------------------------------------------------------


def test_two_are_appointed_and_changed_without_mail_before_grading(paper, named, administrator):
    anne, bjarne, cato = named
    appoint(paper, anne, bjarne, by=administrator)
    assert appointed(paper) == [(1, "Anne Sensor"), (2, "Bjarne Sensor")]
    appoint(paper, bjarne, cato, by=administrator)
    assert appointed(paper) == [(1, "Bjarne Sensor"), (2, "Cato Sensor")]
    actions.appoint(reread(paper), {2: None}, by=administrator, now=NOW)
    assert appointed(paper) == [(1, "Bjarne Sensor")]
    assert letters() == []


def test_the_same_person_is_not_both(paper, named, administrator):
    with pytest.raises(Refused, match="must be two persons"):
        appoint(paper, named[0], named[0], by=administrator)
    appoint(paper, named[0], named[1], by=administrator)
    with pytest.raises(Refused, match="must be two persons"):
        actions.appoint(reread(paper), {2: named[0]}, by=administrator, now=NOW)
    assert appointed(paper) == [(1, "Anne Sensor"), (2, "Bjarne Sensor")]


def test_a_conflict_of_interest_is_refused_with_a_sentence_and_changes_nothing(paper, named, administrator):
    appoint(paper, named[0], named[1], by=administrator)
    bind(named[2])
    with pytest.raises(Refused, match="Cato Sensor acts for Bodø, which the team comes from"):
        appoint(paper, named[0], named[2], by=administrator)
    assert appointed(paper) == [(1, "Anne Sensor"), (2, "Bjarne Sensor")]


def test_an_examiner_of_appeals_or_of_another_exam_is_not_appointed(paper, administrator):
    for stranger in (
        ExaminerFactory(exam=paper.exam, for_appeals=True),
        ExaminerFactory(exam__number=2, exam__cohort=paper.exam.cohort),
    ):
        with pytest.raises(Refused, match="no ordinary examiner"):
            appoint(paper, stranger, by=administrator)


def test_instructors_do_not_choose_who_grades(paper, named, teacher):
    with pytest.raises(Refused, match="Only course administrators"):
        appoint(paper, named[0], by=teacher)


def test_who_is_new_while_grading_is_open_gets_mail(paper, named, administrator):
    appoint(paper, named[0], by=administrator)
    open_grading(paper.exam)
    actions.appoint(reread(paper), {2: named[1]}, by=administrator, now=NOW)
    assert letters() == [("grading_opened", named[1].user.email)]


def test_after_publication_nobody_is_appointed(paper, named, administrator):
    Exam.objects.filter(pk=paper.exam_id).update(state=ExamState.PUBLISHED, published_at=NOW)
    with pytest.raises(Refused, match="grades are published"):
        appoint(paper, named[0], by=administrator)


# --- Released ---------------------------------------------------------------------------------------


@pytest.fixture
def being_graded(exam, named):
    """Bodø's paper, delivered, which Anne and Bjarne grade."""
    paper = group(exam, "1804", state=CandidateState.DELIVERED)
    for place, examiner in enumerate(named[:2], 1):
        AppointmentFactory(paper=paper, examiner=examiner, place=place)
    open_grading(exam)
    return paper


def grade(paper, place: int) -> ProvisionalGrade:
    return ProvisionalGrade.objects.create(
        appointment=paper.appointments.get(place=place),
        mark="B",
        grounds="Good.",
        saved_at=NOW,
        submitted_at=NOW,
    )


def test_who_has_begun_to_grade_stays(being_graded, named, administrator):
    grade(being_graded, 1)
    with pytest.raises(Refused, match="Anne Sensor has begun to grade"):
        actions.appoint(reread(being_graded), {1: named[2]}, by=administrator, now=NOW)
    actions.appoint(reread(being_graded), {2: named[2]}, by=administrator, now=NOW)
    assert appointed(being_graded) == [(1, "Anne Sensor"), (2, "Cato Sensor")]


def test_for_a_conflict_of_interest_what_they_gave_goes_with_them(being_graded, named, administrator):
    kept = grade(being_graded, 2)
    grade(being_graded, 1)
    PaperGrade.objects.create(
        paper=being_graded, mark="B", grounds="Good.", proposed_by=named[0].user, proposed_at=NOW
    )
    bind(named[0])
    actions.appoint(reread(being_graded), {1: named[2]}, by=administrator, now=NOW)
    assert appointed(being_graded) == [(1, "Cato Sensor"), (2, "Bjarne Sensor")]
    assert (list(ProvisionalGrade.objects.all()), PaperGrade.objects.count()) == ([kept], 0)
    told = [(each.verb, each.changes) for each in audit.history(being_graded)]
    assert told == [
        ("appointed an examiner of the paper", {"examiner": [None, "Cato Sensor"]}),
        (
            "released an examiner of the paper because of a conflict of interest",
            {"examiner": ["Anne Sensor", None]},
        ),
    ]


def test_once_the_examiners_have_agreed_it_is_a_formal_fault(being_graded, named, administrator):
    grade(being_graded, 1)
    being_graded.candidates.update(state=CandidateState.PAPER_GRADED)
    bind(named[0])
    with pytest.raises(Refused, match="formal fault"):
        actions.appoint(reread(being_graded), {1: named[2]}, by=administrator, now=NOW)


def test_who_is_to_examine_at_the_oral_is_released_from_it_first(being_graded, named, administrator):
    planned(being_graded, starts_at=NOW + timedelta(days=1))
    with pytest.raises(Refused, match="Change the oral first"):
        actions.appoint(reread(being_graded), {1: named[2]}, by=administrator, now=NOW)


# --- A conflict on record ---------------------------------------------------------------------------


def declare(examiner, code="1804", *, by=None) -> None:
    actions.declare(
        examiner.user, municipality=municipality(code), why="Former employer", by=by or examiner.user, now=NOW
    )


def test_one_says_so_oneself_and_is_released(exam, paper, named, administrator):
    other = group(exam, "4646")
    for each in (paper, other):
        appoint(each, named[0], named[1], by=administrator)
    declare(named[0])
    assert appointed(paper) == [(2, "Bjarne Sensor")]
    assert appointed(other) == [(1, "Anne Sensor"), (2, "Bjarne Sensor")]
    assert letters() == [("conflict_recorded", administrator.email)]
    letter = Message.objects.get()
    assert letter.subject == "A conflict of interest: Anne Sensor and Bodø"
    assert "These papers lack an examiner now:" in letter.body_text
    assert "Former employer" not in letter.body_text
    assert "begun to grade" not in letter.body_text
    with pytest.raises(Refused, match="has a conflict of interest with Bodø on record"):
        actions.appoint(reread(paper), {1: named[0]}, by=administrator, now=NOW)


def test_who_has_begun_to_grade_is_named_to_the_administrators(being_graded, named, administrator):
    grade(being_graded, 1)
    declare(named[0])
    assert appointed(being_graded) == [(1, "Anne Sensor"), (2, "Bjarne Sensor")]
    assert "Here the examiner has begun to grade" in Message.objects.get().body_text


def test_where_nothing_follows_nobody_gets_mail(paper, named, administrator):
    declare(named[0])
    assert letters() == []
    with pytest.raises(Refused, match="on record already"):
        declare(named[0], by=administrator)
    with pytest.raises(Refused, match="Only the person and the course administrators"):
        declare(named[1], by=named[0].user)
    assert ConflictOfInterest.objects.count() == 1


def test_administrators_take_it_off_the_record_with_a_reason(paper, named, administrator):
    declare(named[0])
    recorded = ConflictOfInterest.objects.get()
    with pytest.raises(Refused, match="Only course administrators"):
        actions.take_back(recorded, reason="No more.", by=named[0].user, now=NOW)
    actions.take_back(recorded, reason="Another Bodø.", by=administrator, now=NOW)
    with pytest.raises(Refused, match="no longer on record"):
        actions.take_back(recorded, reason="Another Bodø.", by=administrator, now=NOW)
    appoint(paper, named[0], by=administrator)
    assert [(each.verb, each.reason) for each in audit.history(named[0].user)] == [
        ("took a conflict of interest off the record", "Another Bodø."),
        ("recorded a conflict of interest", ""),
    ]


# --- The proposal -----------------------------------------------------------------------------------


def test_a_proposal_is_even_and_free_of_conflicts(exam, named, administrator):
    papers = [
        group(exam, code, people=1, number=number) for number, code in enumerate(("1804", "4646", "5057"), 1)
    ]
    appoint(papers[0], named[0], by=administrator)
    bind(named[1])
    bind(named[0], "4646")
    found = actions.proposal(Exam.objects.get(pk=exam.pk), NOW)
    assert [(each.paper, [str(one) for one in each.examiners], each.lacks) for each in found] == [
        (papers[0], ["Cato Sensor"], 0),
        (papers[1], ["Bjarne Sensor", "Cato Sensor"], 0),
        (papers[2], ["Anne Sensor", "Bjarne Sensor"], 0),
    ]
    assert found[0].why == ["Bjarne Sensor acts for Bodø, which the team comes from."]
    assert actions.appoint_all(exam, seen=actions.seen_in(found), by=administrator, now=NOW) == 5
    assert [appointed(each) for each in papers] == [
        [(1, "Anne Sensor"), (2, "Cato Sensor")],
        [(1, "Bjarne Sensor"), (2, "Cato Sensor")],
        [(1, "Anne Sensor"), (2, "Bjarne Sensor")],
    ]
    assert actions.proposal(Exam.objects.get(pk=exam.pk), NOW) == []


def test_a_proposal_that_has_changed_is_looked_through_again(exam, paper, named, administrator):
    seen = actions.seen_in(actions.proposal(exam, NOW))
    declare(named[0])
    with pytest.raises(Refused, match="Look through the new proposal"):
        actions.appoint_all(exam, seen=seen, by=administrator, now=NOW)
    assert appointed(paper) == []


def test_with_one_examiner_one_is_proposed(exam, paper, named):
    Exam.objects.filter(pk=exam.pk).update(two_examiners=False)
    found = actions.proposal(Exam.objects.get(pk=exam.pk), NOW)
    assert [list(each.places) for each in found] == [[1]]


def test_whoever_has_no_examiner_left_is_said_so(exam, paper, administrator):
    bind(ExaminerFactory(exam=exam))
    ExaminerFactory(exam=exam, for_appeals=True)
    (found,) = actions.proposal(exam, NOW)
    assert (found.places, found.lacks) == ({}, 2)


def test_a_group_in_which_nobody_sits_the_exam_gets_no_examiners(exam, paper, named):
    paper.candidates.update(state=CandidateState.ABSENT)
    assert actions.proposal(exam, NOW) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_a_proposal_asks_no_more_for_many_papers(exam, named, django_assert_num_queries, rows):
    for number, code in enumerate(("1804", "4646", "5057")[:rows], 1):
        group(exam, code, people=1, number=number)
    found = Exam.objects.get(pk=exam.pk)
    with django_assert_num_queries(13):
        assert len(actions.proposal(found, NOW)) == rows
