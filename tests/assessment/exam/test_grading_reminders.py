"""Who is reminded while an exam is graded, what waits on the home page, and when it is escalated."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import translation

from assessment.models import Exam, ProvisionalGrade
from assessment.reminders.exam_grading import GRADING, PROVISIONAL, PUBLICATION
from assessment.states import CandidateState as S
from assessment.states import ExamState
from assessment.waiting.exam_grading import exam_grading_waits
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from innoskole.reminders.actions import sweep
from innoskole.reminders.kinds import only
from tests.assessment.exam.factories import ExamFactory
from tests.assessment.exam.grading import (
    agreed_paper,
    another_exam,
    examiners,
    graded_paper,
    heard_paper,
    people_of,
    planned,
    proposed,
    set_paper,
    submitted,
)
from tests.cohorts.factories import InstructorFactory
from tests.factories import NOW, OSLO, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def exam():
    """Orals from Monday 3 May to Wednesday 5 May 2027; the grades are due on Friday 28 May."""
    return ExamFactory(grading=True)


@pytest.fixture
def admin():
    return UserFactory(is_course_administrator=True)


def at(day, month=5, hour=8):
    return datetime(2027, month, day, hour, tzinfo=OSLO)


def reminded(kind, now):
    """Whom a sweep writes to about nothing but this kind."""
    User.objects.update(language="en")
    before = set(Message.objects.values_list("pk", flat=True))
    with only(kind):
        sweep(now)
    found = Message.objects.exclude(pk__in=before).order_by("pk")
    return [each.to_user for each in found]


# --- Examiners ---------------------------------------------------------------------------------------


def test_an_examiner_is_reminded_of_a_grade_before_the_oral(exam):
    paper = graded_paper(exam)
    first, second = examiners(paper)
    planned(paper, starts_at=at(10, hour=9))
    submitted(paper, "B")
    assert reminded(PROVISIONAL, at(2)) == []
    assert reminded(PROVISIONAL, at(3)) == [second]
    message = Message.objects.get()
    assert message.subject == (
        f"[Submit your grade by Mon 10 May at 09:00] The paper of {paper.team} waits for your grade"
    )
    assert f"/grading/{paper.code}/" in message.body_text
    ProvisionalGrade.objects.all().delete()
    assert reminded(PROVISIONAL, at(3, hour=9)) == [first]


def test_without_an_oral_the_first_day_of_orals_counts(exam):
    Exam.objects.update(oral_from_on=at(12).date(), oral_to_on=at(12).date())
    paper = graded_paper(exam)
    assert reminded(PROVISIONAL, at(4)) == []
    assert reminded(PROVISIONAL, at(5)) == examiners(paper)


@pytest.mark.parametrize(
    ("day", "hears"),
    [((20, 5), False), ((21, 5), True), ((27, 5), True), ((28, 5), True), ((31, 5), True), ((4, 6), True)],
)
def test_examiners_are_reminded_before_and_after_the_deadline_of_fifteen_working_days(exam, day, hears):
    """The last day is Friday 28 May: of those after 5 May, the 6th and the 17th are holidays."""
    paper = heard_paper(exam)
    set_paper(exam, room="Room 2")
    assert reminded(GRADING, at(*day)) == (examiners(paper) if hears else [])


def test_the_subject_says_until_when_and_never_which_grade(exam):
    paper = heard_paper(exam)
    reminded(GRADING, at(24))
    assert {each.subject for each in Message.objects.all()} == {
        f"[Confirm the grades by Fri 28 May at 23:59] {paper.team} waits for its grades"
    }


def test_nobody_is_reminded_before_grading_opens_or_of_what_is_done(exam, admin):
    graded_paper(another_exam())
    Exam.objects.exclude(pk=exam.pk).update(state=ExamState.LOCKED)
    for state in (S.ABSENT, S.GRADE_SET):
        graded_paper(exam, state=state)
    graded_paper(exam, state=S.REGISTERED)  # without a paper there is nothing to grade
    assert reminded(PROVISIONAL, at(10)) == reminded(GRADING, at(30)) == []


# --- Escalation --------------------------------------------------------------------------------------


def test_administrators_hear_when_the_deadline_comes_near_and_each_day_after_it(exam, admin):
    heard_paper(exam)
    UserFactory(is_course_administrator=True, is_active=False)
    assert reminded(PUBLICATION, at(24)) == []
    for day in (at(25), at(27), at(31), at(1, 6), at(2, 6)):
        assert reminded(PUBLICATION, day) == [admin]
    assert Message.objects.latest("pk").subject.endswith(
        f"2 candidates of {exam.cohort} have no confirmed grade"
    )


def test_grades_that_are_ready_are_escalated_until_they_are_published(exam, admin):
    set_paper(exam)
    assert reminded(PUBLICATION, at(27)) == [admin]
    assert Message.objects.get().subject.endswith(
        f"The grades of {exam.cohort} are confirmed and not published"
    )
    Exam.objects.update(state=ExamState.PUBLISHED, published_at=NOW)
    assert reminded(PUBLICATION, at(1, 6)) == []


# --- The home page -----------------------------------------------------------------------------------


def waits(user):
    return [(each.title.partition(":")[0], each.count) for each in exam_grading_waits(user, NOW)]


def test_an_examiner_sees_each_step_that_is_theirs(exam):
    grade, agree, note, set_, confirm = (
        graded_paper(exam),
        graded_paper(exam),
        agreed_paper(exam, room="Room 1"),
        heard_paper(exam, room="Room 2"),
        set_paper(exam, room="Room 3", is_confirmed=False),
    )
    submitted(agree, "B", "C")
    proposed(agree)
    second = grade.appointments.get(place=2).examiner
    for paper in (agree, note, set_, confirm):
        paper.appointments.filter(place=2).update(examiner=second)
    assert waits(second.user) == [
        ("Grade papers of the exam", 1),
        ("Agree on the grade of papers", 1),
        ("Note orals that have begun", 1),
        ("Set grades after the oral", 1),
        ("Confirm grades that your colleague has set", 1),
    ]
    # Who has proposed, or set the grades, waits for the colleague.
    assert waits(examiners(agree)[0]) == waits(examiners(confirm)[0]) == []
    assert waits(people_of(grade)[0]) == []


def test_the_staff_plans_and_tells_and_an_administrator_publishes(exam, admin):
    teacher = InstructorFactory(cohort=exam.cohort).user
    set_paper(exam)
    assert waits(teacher) == []
    assert waits(admin) == [("Publish the grades", 2)]
    paper = graded_paper(exam)
    assert waits(teacher) == waits(admin) == [("Plan the orals", None)]
    planned(paper, starts_at=NOW + timedelta(days=1), room="Room 7", told=False)
    assert waits(teacher) == waits(admin) == [("Tell the groups when their orals are", None)]
    assert waits(InstructorFactory(cohort=another_exam().cohort).user) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_what_waits_is_asked_in_a_constant_number_of_queries(exam, rows, django_assert_num_queries):
    papers = [graded_paper(exam) for _ in range(rows)]
    same = papers[0].appointments.get(place=1).examiner
    for paper in papers[1:]:
        paper.appointments.filter(place=1).update(examiner=same)
    with django_assert_num_queries(9):
        assert waits(same.user) == [("Grade papers of the exam", rows)]
