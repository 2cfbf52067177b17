"""Who comes onto the list and off it: states, deadlines, permissions, letters."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils.translation import override

from applications.models import DecisionKind
from assessment.actions.exam import registration
from assessment.models import Candidate, Paper
from assessment.models.exam.registration import deregisters_until, deregistration, told_state
from assessment.states import CandidateState, ExamState
from innoskole.accounts.audit import history
from innoskole.accounts.guards import Refused
from innoskole.deadlines.rules import explain
from innoskole.notifications.models import Message
from tests.assessment.exam.factories import CandidateFactory, ExamFactory, PaperFactory
from tests.assessment.readiness import facts
from tests.cohorts.factories import InstructorFactory, ParticipantFactory
from tests.factories import NOW, OSLO, UserFactory

pytestmark = pytest.mark.django_db

# The paper of the factory is due on Saturday 12 June 2027: fourteen days before is 29 May.
LAST_MINUTE = datetime(2027, 5, 29, 23, 59, tzinfo=OSLO)


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture
def exam():
    found = ExamFactory()
    facts.set_up(found.cohort)
    return found


@pytest.fixture
def student(exam):
    return facts.ready(exam.cohort)


def user_of(participant):
    return participant.member.user


def register(exam, participant, *, now=NOW):
    return registration.register(exam, participant, by=user_of(participant), now=now)


def states() -> list[tuple[str, str]]:
    """Kind and state of each letter."""
    return list(Message.objects.order_by("pk").values_list("kind", "state"))


# --- Registering ------------------------------------------------------------------------------------------


def test_a_student_who_is_ready_registers_and_gets_a_receipt(exam, student):
    candidate = register(exam, student)
    row = Candidate.objects.get()
    assert row == candidate
    assert (row.state, row.registered_at, row.ended_at, row.attempt) == ("registered", NOW, None, None)
    letter = Message.objects.get()
    assert (letter.kind, letter.to_email) == ("exam_registered", user_of(student).email)
    assert letter.subject == "You are registered for the exam"
    assert (
        "You can deregister until Saturday 29 May 2027 at 23:59. 14 days before 12 June 2027 is 29 May 2027"
        in letter.body_text
    )
    assert [(event.verb, event.changes) for event in history(candidate)] == [
        ("registered for the exam", {"state": [None, "Registered for the exam"]})
    ]


def test_the_same_click_twice_changes_nothing(exam, student):
    assert register(exam, student) == register(exam, student, now=NOW + timedelta(seconds=1))
    assert (Candidate.objects.count(), Message.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("lacking", "label"),
    [
        ("requirement-4", "Work requirement 4"),
        ("fee-2", "Semester fee, second semester"),
        ("attendance", "Attendance"),
    ],
)
def test_who_lacks_something_is_told_what(exam, lacking, label):
    person = facts.ready(exam.cohort, but=lacking)
    with pytest.raises(Refused, match=f"^You cannot register yet. What is missing: {label}.$"):
        register(exam, person)
    assert not Candidate.objects.exists()


def test_a_course_participant_has_no_right_to_the_exam(exam):
    person = facts.newcomer(exam.cohort, course_participant=True)
    facts.tell(person, DecisionKind.COURSE_PARTICIPANT)
    with pytest.raises(Refused, match="without the right to sit the exam"):
        register(exam, person)
    with pytest.raises(Refused, match="without the right to sit the exam"):
        registration.opt_out(exam, person, by=user_of(person), now=NOW)


@pytest.mark.parametrize(
    ("fields", "now", "says"),
    [
        ({"state": ExamState.PLANNED}, NOW, "The registration opens on Wednesday 28 April 2027 at 10:00."),
        (
            {},
            NOW + timedelta(days=10, seconds=1),
            "The registration closed on Thursday 13 May 2027 at 10:00. Write to the school if you could not"
            " register.",
        ),
        ({"locked": True}, NOW, "The list of candidates is locked."),
    ],
)
def test_before_and_after_the_registration_nobody_registers(fields, now, says):
    exam = ExamFactory(**fields)
    facts.set_up(exam.cohort)
    with pytest.raises(Refused, match=f"^{says}$"):
        register(exam, facts.ready(exam.cohort), now=now)


def test_one_registers_until_the_last_moment(exam, student):
    assert register(exam, student, now=exam.registration_closes_at).state == CandidateState.REGISTERED


def test_attempts_are_used_up(exam, student):
    cohort = exam.cohort
    for number in (2, 3, 4):
        other = ExamFactory(cohort=cohort, number=number, published=True)
        CandidateFactory(exam=other, participant=student, state=CandidateState.ABSENT)
    with pytest.raises(Refused, match=r"You have used all your attempts, 3, for this exam."):
        register(exam, student)


def test_a_valid_absence_uses_no_attempt_and_an_earlier_cohort_counts(exam, student):
    former = ExamFactory(cohort__intake__slug="former", published=True)
    same_person = ParticipantFactory(team__cohort=former.cohort, user=user_of(student))
    CandidateFactory(exam=former, participant=same_person, state=CandidateState.FINAL)
    valid = ExamFactory(cohort=exam.cohort, number=2, published=True)
    CandidateFactory(exam=valid, participant=student, state=CandidateState.VALID_ABSENCE)
    type(exam).objects.filter(pk=exam.pk).update(most_attempts=1)
    with pytest.raises(Refused, match=r"You have used all your attempts, 1, for this exam."):
        register(exam, student)
    type(exam).objects.filter(pk=exam.pk).update(most_attempts=2)
    assert register(exam, student).state == CandidateState.REGISTERED


def test_who_sits_an_exam_that_is_not_over_does_not_register_for_the_next(exam, student):
    other = ExamFactory(cohort=exam.cohort, number=2, locked=True)
    CandidateFactory(exam=other, participant=student)
    with pytest.raises(Refused, match="registered for another exam of the cohort"):
        register(exam, student)


@pytest.mark.parametrize("who", ["mate", "teacher", "administrator"])
def test_nobody_registers_for_somebody_else(exam, student, who, administrator):
    by = {
        "mate": lambda: user_of(ParticipantFactory(team=student.team)),
        "teacher": lambda: InstructorFactory(cohort=exam.cohort).user,
        "administrator": lambda: administrator,
    }[who]()
    for deed in (registration.register, registration.deregister, registration.opt_out):
        with pytest.raises(Refused, match="Only the person can do this"):
            deed(exam, student, by=by, now=NOW)


def test_who_has_left_does_not_register(exam):
    gone = ParticipantFactory(team=facts.newcomer(exam.cohort).team, gone=True)
    with pytest.raises(Refused, match="while they take part"):
        register(exam, gone)


# --- Deregistering ----------------------------------------------------------------------------------------


def test_the_last_day_is_fourteen_days_before_the_paper_is_due(exam):
    assert deregisters_until(exam) == LAST_MINUTE
    assert explain(deregistration(exam)) == (
        "14 days before 12 June 2027 is 29 May 2027 (Forskrift om opptak, studier og eksamen ved Høgskolen i"
        " Innlandet §§ 6-5, 6-6)."
    )


def test_until_the_last_minute_one_deregisters_and_the_receipt_voids_the_former(exam, student):
    candidate = register(exam, student)
    registration.deregister(exam, student, by=user_of(student), now=LAST_MINUTE)
    registration.deregister(exam, student, by=user_of(student), now=LAST_MINUTE)
    candidate.refresh_from_db()
    assert (candidate.state, candidate.ended_at) == (CandidateState.DEREGISTERED, LAST_MINUTE)
    assert states() == [("exam_registered", "void"), ("exam_deregistered", "queued")]


def test_after_the_last_minute_it_is_too_late(exam, student):
    register(exam, student)
    with pytest.raises(Refused, match=r"The deadline for deregistering was Saturday 29 May 2027 at 23:59."):
        registration.deregister(exam, student, by=user_of(student), now=LAST_MINUTE + timedelta(seconds=1))
    assert Candidate.objects.get().state == CandidateState.REGISTERED


def test_who_has_deregistered_may_register_again(exam, student):
    register(exam, student)
    registration.deregister(exam, student, by=user_of(student), now=NOW)
    later = NOW + timedelta(days=1)
    candidate = register(exam, student, now=later)
    assert (candidate.state, candidate.registered_at, candidate.ended_at) == ("registered", later, None)
    assert Candidate.objects.count() == 1


def test_after_locking_who_deregisters_leaves_the_paper_that_others_write(student):
    exam = ExamFactory(cohort=student.team.cohort, number=2, locked=True)
    paper = PaperFactory(exam=exam, team=student.team)
    own = CandidateFactory(exam=exam, participant=student, paper=paper, attempt=1)
    mate = ParticipantFactory(team=student.team)
    CandidateFactory(exam=exam, participant=mate, paper=paper, attempt=1)
    registration.deregister(exam, student, by=user_of(student), now=NOW)
    own.refresh_from_db()
    assert (own.state, own.paper, own.attempt) == (CandidateState.DEREGISTERED, None, None)
    assert Paper.objects.of(user_of(student)).count() == 0
    registration.deregister(exam, mate, by=user_of(mate), now=NOW)
    assert not Paper.objects.exists()


# --- Taking no exam ---------------------------------------------------------------------------------------


def test_a_student_says_that_they_take_no_exam_ready_or_not(exam):
    person = facts.ready(exam.cohort, but="fee-2")
    candidate = registration.opt_out(exam, person, by=user_of(person), now=NOW)
    registration.opt_out(exam, person, by=user_of(person), now=NOW)
    assert (candidate.state, candidate.registered_at, candidate.ended_at) == ("opted_out", None, NOW)
    assert states() == [("exam_opted_out", "queued")]
    assert "certificate of attendance" in Message.objects.get().body_text


def test_who_is_registered_opts_out_until_the_deadline_for_deregistering(exam, student):
    register(exam, student)
    with pytest.raises(Refused, match="The deadline for deregistering was"):
        registration.opt_out(exam, student, by=user_of(student), now=LAST_MINUTE + timedelta(minutes=1))
    registration.opt_out(exam, student, by=user_of(student), now=LAST_MINUTE)
    assert Candidate.objects.get().state == CandidateState.OPTED_OUT


def test_who_has_opted_out_may_register_after_all(exam, student):
    registration.opt_out(exam, student, by=user_of(student), now=NOW)
    assert register(exam, student, now=NOW + timedelta(hours=1)).state == CandidateState.REGISTERED
    assert states() == [("exam_opted_out", "void"), ("exam_registered", "queued")]


def test_who_has_not_registered_opts_out_also_after_the_list_is_locked(student):
    exam = ExamFactory(cohort=student.team.cohort, number=2, locked=True)
    assert registration.opt_out(exam, student, by=user_of(student), now=NOW).state == CandidateState.OPTED_OUT


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (CandidateState.ABSENT, "You cannot opt out of this exam any more."),
        (CandidateState.DELIVERED, "You cannot opt out of this exam any more."),
    ],
)
def test_who_has_sat_or_was_absent_does_not_opt_out(exam, student, state, says):
    CandidateFactory(exam=exam, participant=student, state=state)
    with pytest.raises(Refused, match=says):
        registration.opt_out(exam, student, by=user_of(student), now=NOW)


def test_who_sat_another_exam_does_not_opt_out(exam, student):
    former = ExamFactory(cohort=exam.cohort, number=2, published=True)
    CandidateFactory(exam=former, participant=student, state=CandidateState.PUBLISHED)
    with pytest.raises(Refused, match=r"You have sat the exam."):
        registration.opt_out(exam, student, by=user_of(student), now=NOW)


# --- The school -------------------------------------------------------------------------------------------


def test_an_administrator_lets_somebody_sit_the_exam_with_a_reason(exam, administrator):
    person = facts.ready(exam.cohort, but="fee-2")
    closed = exam.registration_closes_at + timedelta(days=1)
    candidate = registration.let_sit(
        exam, person, reason=" The payment is on its way. ", by=administrator, now=closed
    )
    row = Candidate.objects.get()
    assert (row.state, row.has_exception, row.reason, row.decided_by) == (
        "registered",
        True,
        "The payment is on its way.",
        administrator,
    )
    letter = Message.objects.get()
    assert "put you on the list of candidates: The payment is on its way." in letter.body_text
    assert [(event.verb, event.reason) for event in history(candidate)] == [
        ("let somebody sit the exam by exception", "The payment is on its way.")
    ]


def test_who_is_registered_already_gets_the_exception_where_they_are(exam, student, administrator):
    candidate = register(exam, student)
    registration.let_sit(exam, student, reason="Agreed.", by=administrator, now=NOW)
    candidate.refresh_from_db()
    assert (candidate.state, candidate.has_exception, candidate.registered_at) == ("registered", True, NOW)


def test_who_registers_anew_stands_there_by_their_own_right(exam, student, administrator):
    registration.let_sit(exam, student, reason="Agreed.", by=administrator, now=NOW)
    registration.deregister(exam, student, by=user_of(student), now=NOW)
    register(exam, student, now=NOW + timedelta(hours=1))
    row = Candidate.objects.get()
    assert (row.has_exception, row.reason, row.decided_by) == (False, "", None)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("course_participant", "A course participant cannot sit the exam."),
        ("gone", "The person has left the course."),
    ],
)
def test_an_exception_has_its_bounds(exam, administrator, kind, says):
    person = ParticipantFactory(team=facts.newcomer(exam.cohort).team, **{kind: True})
    if kind == "course_participant":
        facts.tell(person, DecisionKind.COURSE_PARTICIPANT)
    with pytest.raises(Refused, match=says):
        registration.let_sit(exam, person, reason="Because.", by=administrator, now=NOW)


def test_decisions_need_a_reason_and_an_administrator(exam, student, administrator):
    register(exam, student)
    teacher = InstructorFactory(cohort=exam.cohort).user
    for deed in (registration.let_sit, registration.take_off):
        with pytest.raises(Refused, match=r"Give a reason."):
            deed(exam, student, reason="  ", by=administrator, now=NOW)
        for by in (teacher, user_of(student), UserFactory()):
            with pytest.raises(Refused, match=r"Only course administrators can do this."):
                deed(exam, student, reason="Because.", by=by, now=NOW)


def test_after_locking_nobody_comes_onto_the_list(student, administrator):
    exam = ExamFactory(cohort=student.team.cohort, number=2, locked=True)
    with pytest.raises(Refused, match="People come onto the list while"):
        registration.let_sit(exam, student, reason="Because.", by=administrator, now=NOW)


def test_an_administrator_takes_somebody_off_also_after_the_deadline(exam, student, administrator):
    register(exam, student)
    late = LAST_MINUTE + timedelta(days=1)
    registration.take_off(exam, student, reason="Has moved.", by=administrator, now=late)
    row = Candidate.objects.get()
    assert (row.state, row.reason, row.decided_by, row.ended_at) == (
        CandidateState.DEREGISTERED,
        "Has moved.",
        administrator,
        late,
    )
    assert states() == [("exam_registered", "void"), ("exam_deregistered", "queued")]
    assert "The school has taken you off the list of candidates: Has moved." in (
        Message.objects.get(kind="exam_deregistered").body_text
    )
    with pytest.raises(Refused, match=r"The person is not registered."):
        registration.take_off(exam, student, reason="Again.", by=administrator, now=late)


# --- What a candidate may know ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "state", "says"),
    [
        ("locked", CandidateState.DELIVERED, "Paper delivered"),
        ("grading", CandidateState.DELIVERED, "Being graded"),
        ("grading", CandidateState.PAPER_GRADED, "Being graded"),
        ("grading", CandidateState.ORAL_HELD, "Being graded"),
        ("grading", CandidateState.GRADE_SET, "Being graded"),
        ("grading", CandidateState.ABSENT, "Absent"),
        ("published", CandidateState.PUBLISHED, "Grade published"),
    ],
)
def test_while_grading_goes_on_all_read_the_same(stage, state, says):
    candidate = CandidateFactory(exam=ExamFactory(**{stage: True}), state=state)
    assert told_state(candidate) == says
