"""Who is reminded before an exam, what waits on the front page, and what stands in the calendar."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from assessment import exam_calendar
from assessment.models import Candidate, Exam, Paper
from assessment.reminders.exam_registration import PAPER_OPENS, REGISTRATION
from assessment.states import CandidateState, ExamState
from assessment.waiting.exam_registration import exam_registration_waits
from innoskole.notifications.delivery import deliver as send
from innoskole.notifications.models import Message
from innoskole.reminders.actions import sweep
from innoskole.reminders.kinds import only
from tests.assessment.exam.factories import CandidateFactory, ExamFactory, sitting
from tests.assessment.readiness import facts
from tests.cohorts.factories import InstructorFactory
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture
def exam():
    """Open from 28 April to Thursday 13 May 2027 at 10:00."""
    found = ExamFactory()
    facts.set_up(found.cohort)
    return found


def reminded(kind, now) -> list[str]:
    before = set(Message.objects.values_list("pk", flat=True))
    with only(kind):
        sweep(now)
    return list(Message.objects.exclude(pk__in=before).order_by("pk").values_list("to_email", flat=True))


def told_student(exam):
    person = facts.newcomer(exam.cohort)
    facts.tell(person)
    return person


def waits(user, now=NOW) -> list[tuple]:
    return [(each.title, each.url, each.count, each.due_at) for each in exam_registration_waits(user, now)]


# --- Reminders --------------------------------------------------------------------------------------------


def test_who_has_not_answered_is_reminded_a_week_and_two_days_before(exam):
    """A week before is Ascension Day, so the first one leaves the day after."""
    silent, registered, out = (told_student(exam) for _each in range(3))
    CandidateFactory(exam=exam, participant=registered)
    CandidateFactory(exam=exam, participant=out, state=CandidateState.OPTED_OUT, registered_at=None)
    address = [silent.member.user.email]
    assert reminded(REGISTRATION, NOW) == []
    assert reminded(REGISTRATION, NOW + timedelta(days=4)) == address
    assert reminded(REGISTRATION, NOW + timedelta(days=4, minutes=1)) == []
    assert reminded(REGISTRATION, NOW + timedelta(days=8)) == address
    assert Message.objects.latest("pk").subject == (
        "[Register by Thu 13 May at 10:00] Say whether you take the exam"
    )


def test_who_answers_meanwhile_does_not_get_the_reminder_that_is_written(exam):
    person = told_student(exam)
    later = NOW + timedelta(days=4)
    assert reminded(REGISTRATION, later) == [person.member.user.email]
    CandidateFactory(exam=exam, participant=person)
    assert send(Message.objects.get().pk, later + timedelta(minutes=1)) is False
    assert Message.objects.get().state == Message.State.SUPPRESSED


def test_candidates_hear_before_the_paper_opens_and_who_has_delivered_does_not():
    """Locked five days ago; the paper opens a week from now."""
    exam = ExamFactory(locked=True)
    Exam.objects.filter(pk=exam.pk).update(paper_opens_at=NOW + timedelta(days=7))
    paper = sitting(exam)
    Candidate.objects.filter(pk=paper.candidates.first().pk).update(state=CandidateState.DELIVERED)
    expected = [each.participant.member.user.email for each in paper.candidates.order_by("pk")][1:]
    assert reminded(PAPER_OPENS, NOW) == expected
    assert reminded(PAPER_OPENS, NOW + timedelta(minutes=1)) == []
    assert Message.objects.latest("pk").subject == (
        "[Begins Mon 10 May at 10:00] The paper of the exam can be delivered"
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_reminders_ask_as_often_for_three_candidates_as_for_one(rows, django_assert_num_queries):
    exam = ExamFactory(locked=True)
    sitting(exam, people=rows)
    with django_assert_num_queries(2):
        assert len([who for each in PAPER_OPENS.open() for who in PAPER_OPENS.to(each)]) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_reminders_ask_as_often_for_three_silent_students_as_for_one(exam, rows, django_assert_num_queries):
    for _row in range(rows):
        told_student(exam)
    with django_assert_num_queries(2):
        assert len([who for each in REGISTRATION.open() for who in REGISTRATION.to(each)]) == rows


# --- The front page ---------------------------------------------------------------------------------------


def test_a_student_is_asked_until_they_answer_or_the_registration_closes(exam):
    person = told_student(exam)
    user, page = person.member.user, reverse("assessment:course_exam", args=[exam.cohort.slug])
    assert waits(user) == [("Say whether you take the exam", page, None, exam.registration_closes_at)]
    assert waits(user, exam.registration_closes_at + timedelta(seconds=1)) == []
    CandidateFactory(exam=exam, participant=person, state=CandidateState.OPTED_OUT, registered_at=None)
    assert waits(user) == []


def test_an_administrator_is_asked_to_lock_a_closed_list(exam, administrator):
    CandidateFactory(exam=exam, participant=told_student(exam))
    assert waits(administrator) == []
    page = reverse("assessment:exam", args=[exam.cohort.slug, 1])
    closed = exam.registration_closes_at + timedelta(minutes=1)
    title = f"Lock the list of candidates: {exam.cohort}"
    assert waits(administrator, closed) == [(title, page, 1, None)]
    assert waits(InstructorFactory(cohort=exam.cohort).user, closed) == []


def test_an_administrator_is_asked_about_those_who_have_not_delivered(administrator):
    paper = sitting(ExamFactory(locked=True))
    page = reverse("assessment:exam", args=[paper.exam.cohort.slug, 1]) + "?state=registered"
    late = paper.due_at + timedelta(minutes=1)
    assert waits(administrator, paper.due_at) == []
    title = f"Candidates who have not delivered: {paper.exam.cohort}"
    assert waits(administrator, late) == [(title, page, 3, None)]
    Paper.objects.update(due_at=late + timedelta(days=1))
    assert waits(administrator, late) == []


def test_an_administrator_is_asked_for_the_next_exam_while_there_is_none(administrator):
    paper = sitting(ExamFactory(published=True), state=CandidateState.VALID_ABSENCE)
    cohort = paper.exam.cohort
    page = reverse("assessment:exam_add", args=[cohort.slug])
    assert waits(administrator) == [(f"Set up the next exam: {cohort}", page, 3, None)]
    ExamFactory(cohort=cohort, number=2, state=ExamState.PLANNED)
    assert waits(administrator) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_front_page_asks_as_often_for_three_cohorts_as_for_one(
    administrator, rows, django_assert_num_queries
):
    for number in range(rows):
        sitting(ExamFactory(cohort__intake__slug=f"c{number}", locked=True))
    with django_assert_num_queries(4):
        exam_registration_waits(administrator, NOW + timedelta(days=60))


# --- The calendar -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("people", [1, 3])
def test_the_paper_stands_in_each_candidate_s_calendar(people, django_assert_num_queries):
    exam = ExamFactory(locked=True)
    paper = sitting(exam, people=people)
    sitting(ExamFactory(cohort=exam.cohort, number=2), state=CandidateState.DEREGISTERED)
    users = [each.participant.member.user for each in paper.candidates.order_by("pk")]
    with django_assert_num_queries(1):
        found = list(exam_calendar.of(users, NOW))
    assert [(user, event.uid, event.starts, event.ends) for user, event in found] == [
        (user, f"exam-paper-{exam.pk}", exam.paper_opens_at, paper.due_at) for user in users
    ]


def test_who_withdraws_has_it_no_more():
    paper = sitting(ExamFactory(locked=True), state=CandidateState.DEREGISTERED)
    users = [each.participant.member.user for each in paper.candidates.all()]
    assert list(exam_calendar.of(users, NOW)) == []
