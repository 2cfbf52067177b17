"""Who has earned what: the rule, state by state."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assessment.models import Certificate
from assessment.models.certificate_claims import ON_THE_WAY, ClaimState, claim, claims, holds
from assessment.states import CandidateState
from cohorts.models import Attendance, Participant
from cohorts.models.attendance_count import Status
from tests.assessment.certificates.factories import (
    CertificateFactory,
    changed,
    course_participant,
    graded,
    student,
)
from tests.assessment.exam.factories import CandidateFactory, ExamFactory
from tests.assessment.readiness import facts
from tests.cohorts.factories import ParticipantFactory, SessionFactory
from tests.factories import NOW

ATTENDANCE, TRANSCRIPT = Certificate.Kind.ATTENDANCE, Certificate.Kind.TRANSCRIPT


def reckoned(person: Participant):
    return claim(Participant.objects.with_names().get(pk=person.pk), NOW)


def told(person: Participant) -> tuple[str, str, str]:
    found = reckoned(person)
    return found.kind, found.obstacle, found.state


# --- Certificate of attendance ----------------------------------------------------------------------------


def test_a_course_participant_who_has_attended_has_earned_the_certificate(cohort):
    assert told(course_participant(cohort)) == (ATTENDANCE, "", ClaimState.READY)


def test_so_has_a_student_of_a_cohort_without_exam(cohort):
    assert told(student(cohort)) == (ATTENDANCE, "", ClaimState.READY)


@pytest.mark.parametrize(
    "state",
    [
        CandidateState.OPTED_OUT,
        CandidateState.DEREGISTERED,
        CandidateState.ABSENT,
        CandidateState.VALID_ABSENCE,
    ],
)
def test_so_has_a_student_who_takes_no_exam(cohort, state):
    person = student(cohort)
    CandidateFactory(exam=ExamFactory(cohort=cohort), participant=person, state=state)
    assert told(person) == (ATTENDANCE, "", ClaimState.READY)


def test_so_has_a_student_who_has_not_passed(cohort):
    person = student(cohort)
    graded(person, "F")
    assert told(person) == (ATTENDANCE, "", ClaimState.READY)


def test_a_student_who_can_still_register_waits(cohort):
    person = student(cohort)
    ExamFactory(cohort=cohort)
    assert told(person) == (
        ATTENDANCE,
        "Registration for the exam lasts until Thursday 13 May 2027 at 10:00. Whoever takes no exam says so"
        " on the page of the exam.",
        ClaimState.WAITING,
    )


def test_a_course_participant_does_not_wait_for_the_registration(cohort):
    person = course_participant(cohort)
    ExamFactory(cohort=cohort)
    assert told(person) == (ATTENDANCE, "", ClaimState.READY)


def test_nobody_gets_it_before_the_last_day_is_over(cohort):
    person = course_participant(cohort)
    SessionFactory(cohort=cohort, number=2, starts_on=NOW.date() + timedelta(days=7))
    assert told(person) == (ATTENDANCE, "The course lasts until 11 May 2027.", ClaimState.WAITING)


def test_nobody_gets_it_while_attendance_is_not_registered(cohort):
    person = course_participant(cohort)
    Attendance.objects.filter(participant=person).latest("pk").delete()
    obstacle = "The attendance of 1 half-day is not registered."
    assert told(person) == (ATTENDANCE, obstacle, ClaimState.WAITING)


def test_who_was_away_too_much_reads_what_is_missing(cohort):
    person = course_participant(cohort)
    Attendance.objects.filter(participant=person).update(status=Status.ABSENT)
    assert told(person) == (ATTENDANCE, "1 condition is missing: Attendance.", ClaimState.WAITING)


def test_requirements_count_where_the_cohort_asks_for_them(cohort):
    from assessment.models import ReadinessRule

    ReadinessRule.objects.create(cohort=cohort, certificate_needs_requirements=True)
    person = course_participant(cohort)
    obstacle = "4 conditions are missing. The first one: Work requirement 1."
    assert told(person) == (ATTENDANCE, obstacle, ClaimState.WAITING)
    for requirement in cohort.work_requirements.all():
        facts.give(person, requirement, "approved")
    assert told(person) == (ATTENDANCE, "", ClaimState.READY)


def test_who_has_left_has_not_earned_it(cohort):
    team = course_participant(cohort).team
    gone = ParticipantFactory(team=team, gone=True, course_participant=True)
    assert told(gone) == (ATTENDANCE, "The person has left the course.", ClaimState.WAITING)


# --- Transcript -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["A", "E"])
def test_who_has_passed_has_earned_a_transcript(cohort, mark):
    person = student(cohort)
    grade = graded(person, mark)
    found = reckoned(person)
    assert (found.kind, found.obstacle, found.state) == (TRANSCRIPT, "", ClaimState.READY)
    assert found.grade == grade


@pytest.mark.parametrize("state", ON_THE_WAY)
def test_until_publication_every_candidate_reads_the_same(cohort, state):
    person = student(cohort)
    exam = ExamFactory(cohort=cohort, grading=True)
    CandidateFactory(exam=exam, participant=person, state=state)
    obstacle = "The grade of the exam has not been published yet."
    assert told(person) == (TRANSCRIPT, obstacle, ClaimState.WAITING)


def test_a_grade_that_is_not_published_changes_nothing(cohort):
    person = student(cohort)
    grade = graded(person, "C")
    CertificateFactory(grade=grade)
    changed(grade, "A", published=False)
    assert told(person) == (TRANSCRIPT, "", ClaimState.ISSUED)


def test_of_two_sittings_the_best_grade_counts(cohort):
    person = student(cohort)
    graded(person, "B", number=1)
    graded(person, "D", number=2)
    found = reckoned(person)
    assert found.grade is not None
    assert found.grade.mark == "B"


@pytest.mark.parametrize(
    ("later", "kind", "can_be_issued"), [("A", TRANSCRIPT, True), ("F", ATTENDANCE, True)]
)
def test_a_changed_grade_overtakes_the_transcript(cohort, later, kind, can_be_issued):
    person = student(cohort)
    grade = graded(person, "C")
    old = CertificateFactory(grade=grade)
    assert holds(old)
    changed(grade, later)
    found = reckoned(person)
    assert (found.kind, found.state, found.overtaken, found.valid) == (kind, ClaimState.CHANGED, old, None)
    assert (found.can_be_issued, found.goes_with_the_others) == (can_be_issued, True)
    assert not holds(old)


def test_the_same_grade_in_a_later_version_overtakes_nothing(cohort):
    person = student(cohort)
    grade = graded(person, "C")
    old = CertificateFactory(grade=grade)
    changed(grade, "C")
    assert told(person) == (TRANSCRIPT, "", ClaimState.ISSUED)
    assert holds(old)


def test_who_passes_later_keeps_the_certificate_and_has_earned_a_transcript_too(cohort):
    person = student(cohort)
    first = CertificateFactory(participant=person)
    assert told(person) == (ATTENDANCE, "", ClaimState.ISSUED)
    graded(person, "D")
    found = reckoned(person)
    assert (found.kind, found.state, found.certificates) == (TRANSCRIPT, ClaimState.READY, (first,))
    assert holds(first)


# --- Revoked ----------------------------------------------------------------------------------------------


def test_after_a_revocation_the_next_one_is_issued_by_hand_only(cohort):
    person = course_participant(cohort)
    CertificateFactory(participant=person, revoked=True)
    found = reckoned(person)
    assert (found.state, found.can_be_issued, found.goes_with_the_others) == (ClaimState.REVOKED, True, False)


@pytest.mark.parametrize("rows", [1, 3])
def test_a_cohort_is_reckoned_with_as_many_queries_as_one_person(cohort, rows, django_assert_num_queries):
    for _number in range(rows):
        person = student(cohort)
        CertificateFactory(grade=graded(person, "B"))
    people = list(Participant.objects.filter(team__cohort=cohort).with_names())
    with django_assert_num_queries(24):
        assert [found.state for found in claims(people, NOW)] == [ClaimState.ISSUED] * rows
