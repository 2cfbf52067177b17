"""What two do in the same second while an exam is graded; only PostgreSQL lets them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from assessment.actions.exam import grading, orals, publishing, results
from assessment.models import Grade, Oral, OralExaminer, PaperGrade
from assessment.models.exam.orals import Frame, proposal
from assessment.states import CandidateState as S
from tests.assessment.exam.factories import ExamFactory, ExaminerFactory
from tests.assessment.exam.grading import (
    another_exam,
    candidates,
    examiners,
    graded_paper,
    heard_paper,
    set_paper,
    states,
    submitted,
)
from tests.cohorts.factories import InstructorFactory
from tests.cohorts.supervision.test_concurrency import at_once
from tests.factories import NOW, UserFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

NINE = datetime(2027, 5, 5, 9, tzinfo=timezone.get_default_timezone())


def placing(paper, *, room="Room 1", starts_at=NINE):
    by = InstructorFactory(cohort=paper.exam.cohort).user
    return lambda: orals.place(paper, room=room, starts_at=starts_at, minutes=45, seen="", by=by, now=NOW)


def meet(oral, other):
    return oral.starts_at < other.ends_at and other.starts_at < oral.ends_at


@pytest.fixture
def exam():
    return ExamFactory(grading=True, oral_to_on=NINE.date())


def test_of_four_groups_one_gets_the_room(exam):
    """Two sittings, and beginnings that differ, so that no unique constraint helps."""
    other = another_exam(oral_to_on=NINE.date())
    deeds = [
        placing(graded_paper(of), starts_at=NINE + timedelta(minutes=10 * number))
        for number, of in enumerate((exam, exam, other, other))
    ]
    assert at_once(*deeds) == ["done", "refused", "refused", "refused"]
    assert Oral.objects.count() == 1


def test_an_examiner_of_two_sittings_gets_one_of_two_orals(exam):
    other = another_exam(oral_to_on=NINE.date())
    one, two = graded_paper(exam), graded_paper(other)
    same = ExaminerFactory(exam=other, user=examiners(one)[0])
    two.appointments.filter(place=1).update(examiner=same)
    deeds = [placing(one), placing(two, room="Room 2", starts_at=NINE + timedelta(minutes=5))]
    assert at_once(*deeds) == ["done", "refused"]
    assert OralExaminer.objects.filter(examiner__user=same.user).count() == 1


def test_two_who_move_the_same_oral_do_not_overwrite_each_other(exam):
    paper = graded_paper(exam)
    deeds = [placing(paper), placing(paper, room="Room 2")]
    assert at_once(*deeds) == ["done", "refused"]


def test_a_proposal_and_an_oral_by_hand_do_not_collide(exam):
    papers = [graded_paper(exam) for _ in range(3)]
    same = papers[0].appointments.get(place=1).examiner
    for paper in papers[1:]:
        paper.appointments.filter(place=1).update(examiner=same)
    by = UserFactory(is_course_administrator=True)
    frame = Frame(["Room 1"], time(9), time(12), 45, 0, None)
    seen = proposal(exam, frame, NOW).seen
    assert at_once(lambda: orals.plan_all(exam, frame, seen=seen, by=by, now=NOW), placing(papers[2])) == [
        "done",
        "refused",
    ]
    made = list(Oral.objects.all())
    assert not [(one, two) for one in made for two in made if one != two and meet(one, two)]


def test_two_proposals_of_a_grade_leave_one_and_two_agreements_agree_once(exam):
    paper = graded_paper(exam)
    submitted(paper, "B", "D")
    first, second = examiners(paper)
    done = at_once(
        lambda: grading.propose(paper, mark="B", grounds="x", by=first, now=NOW),
        lambda: grading.propose(paper, mark="D", grounds="x", by=second, now=NOW + timedelta(seconds=1)),
    )
    assert done == ["done", "done"]
    found = PaperGrade.objects.get()
    other = second if found.proposed_by == first else first

    def agree():
        grading.agree(paper, seen=found.proposed_at, by=other, now=NOW + timedelta(minutes=1))

    assert at_once(agree, agree) == ["done", "refused"]
    assert states(paper) == [S.PAPER_GRADED] * 2


def test_nobody_agrees_to_what_is_replaced_in_the_same_second(exam):
    paper = graded_paper(exam)
    submitted(paper, "B", "D")
    first, second = examiners(paper)
    grading.propose(paper, mark="B", grounds="x", by=first, now=NOW)
    later = NOW + timedelta(minutes=1)
    assert at_once(
        lambda: grading.agree(paper, seen=NOW, by=second, now=later),
        lambda: grading.propose(paper, mark="C", grounds="x", by=first, now=later),
    ) == ["done", "refused"]
    found = PaperGrade.objects.get()
    assert (found.mark, found.is_agreed) in [("B", True), ("C", False)]


def test_both_examiners_set_the_grades_and_one_version_counts(exam):
    paper = heard_paper(exam)
    first, second = examiners(paper)
    assert at_once(*(lambda by=by: results.set_grades(paper, by=by, now=NOW) for by in (first, second))) == [
        "done",
        "done",
    ]
    assert Grade.objects.current().count() == len(candidates(paper))
    assert len({each.set_by_id for each in Grade.objects.current()}) == 1


def test_grades_are_published_or_taken_back(exam):
    paper = set_paper(exam)
    _first, second = examiners(paper)
    by = UserFactory(is_course_administrator=True)
    seen = publishing.preview(exam).seen
    assert at_once(
        lambda: publishing.publish(exam, seen=seen, by=by, now=NOW),
        lambda: results.reopen(paper, reason="x", by=second, now=NOW),
    ) == ["done", "refused"]
    is_published = Grade.objects.published().exists()
    assert states(paper) == [S.PUBLISHED if is_published else S.ORAL_HELD] * 2


def test_grades_are_published_once(exam):
    set_paper(exam)
    by = UserFactory(is_course_administrator=True)
    seen = publishing.preview(exam).seen

    def publish():
        publishing.publish(exam, seen=seen, by=by, now=NOW)

    assert at_once(publish, publish) == ["done", "refused"]
