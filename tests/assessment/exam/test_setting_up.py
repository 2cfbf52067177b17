"""Setting up an exam: its dates in order, what is copied, what freezes when, and who hears of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils.translation import override

from applications.models import DecisionKind
from assessment.actions.exam import setting_up
from assessment.models import Exam
from assessment.models.exam.defaults import FIELDS, proposed
from assessment.states import CandidateState, ExamState
from cohorts.states import CohortState
from innoskole.accounts.audit import history
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.assessment.exam.factories import (
    CandidateFactory,
    ExamFactory,
    ExaminerFactory,
    GradeFactory,
    PaperFactory,
    sitting,
)
from tests.assessment.readiness import facts
from tests.cohorts.factories import CohortFactory, ParticipantFactory, SessionFactory, TeamFactory
from tests.factories import NOW, OSLO

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=OSLO)


VALUES = {
    "registration_opens_at": at(2027, 5, 10, 8),
    "registration_closes_at": at(2027, 5, 24, 12),
    "paper_opens_at": at(2027, 6, 1, 9),
    "paper_due_at": at(2027, 6, 14, 14),
    "oral_from_on": date(2027, 6, 21),
    "oral_to_on": date(2027, 6, 23),
    "two_examiners": True,
    "appeal_is_joint": False,
    "third_assessment_from": 2,
    "new_oral_after_change": True,
    "most_adjustment": 1,
    "most_attempts": 3,
    "similarity_url": "",
}


def values_of(exam: Exam, **changes):
    return {field: getattr(exam, field) for field in FIELDS} | changes


def change(exam: Exam, by, *, now=NOW, **changes):
    exam = Exam.objects.with_names().get(pk=exam.pk)
    setting_up.change(exam, values_of(exam, **changes), version=setting_up.version_of(exam), by=by, now=now)
    return Exam.objects.with_names().get(pk=exam.pk)


def told() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("pk").values_list("kind", "to_email"))


# --- Setting up -------------------------------------------------------------------------------------------


def test_the_first_exam_is_planned_and_nobody_hears_of_it(administrator):
    cohort = CohortFactory()
    facts.tell(ParticipantFactory(team=TeamFactory(cohort=cohort, people=0)))
    exam = setting_up.set_up(cohort, VALUES, by=administrator, now=NOW)
    assert (exam.number, exam.state, exam.made_at) == (1, ExamState.PLANNED, NOW)
    assert values_of(Exam.objects.get()) == VALUES
    assert [event.verb for event in history(exam)] == ["set up an exam"]
    assert told() == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"registration_closes_at": at(2027, 5, 10, 8)},
            "The registration must close after it has opened.",
        ),
        (
            {"paper_opens_at": at(2027, 6, 14, 14)},
            "The deadline of the paper must be later than the moment from which it is delivered.",
        ),
        ({"oral_to_on": date(2027, 6, 20)}, "The last day of orals must not lie before the first."),
        ({"oral_from_on": date(2027, 6, 13)}, "The orals come after the deadline of the paper."),
        (
            {
                "registration_opens_at": at(2023, 5, 10, 8),
                "registration_closes_at": at(2023, 5, 24, 12),
                "paper_due_at": at(2023, 6, 14, 14),
                "paper_opens_at": at(2023, 6, 1, 9),
            },
            "There is no rule for the deadline “Withdrawal from an exam” on 14 June 2023.",
        ),
        (
            {"registration_closes_at": at(2027, 6, 1, 12)},
            "The registration must close by Monday 31 May 2027 at 23:59, the last moment for deregistering:"
            " everybody who registers must be able to withdraw.",
        ),
        (
            {"registration_opens_at": at(2027, 4, 1, 8), "registration_closes_at": NOW},
            "The registration must close later than now.",
        ),
    ],
)
def test_dates_that_contradict_one_another_are_refused(administrator, changes, says):
    cohort = CohortFactory()
    with pytest.raises(Refused, match="^" + says.replace("(", r"\(") + "$"):
        setting_up.set_up(cohort, VALUES | changes, by=administrator, now=NOW)
    assert not Exam.objects.exists()


def test_only_administrators_set_up(instructor):
    cohort = CohortFactory()
    with pytest.raises(Refused, match="Only course administrators"):
        setting_up.set_up(cohort, VALUES, by=instructor, now=NOW)


@pytest.mark.parametrize("state", [ExamState.PLANNED, ExamState.OPEN])
def test_there_is_one_registration_at_a_time(administrator, state):
    exam = ExamFactory(state=state)
    with pytest.raises(Refused, match=r"There is one registration at a time."):
        setting_up.set_up(exam.cohort, VALUES, by=administrator, now=NOW)


def test_the_next_exam_gets_the_next_number(administrator):
    exam = ExamFactory(published=True)
    assert setting_up.set_up(exam.cohort, VALUES, by=administrator, now=NOW).number == 2


# --- What is proposed -------------------------------------------------------------------------------------


def test_a_school_that_has_held_no_exam_is_proposed_nothing():
    assert proposed(CohortFactory()) == {}


RULES = {
    "two_examiners": False,
    "appeal_is_joint": True,
    "third_assessment_from": 3,
    "new_oral_after_change": False,
    "most_adjustment": 2,
    "most_attempts": 4,
    "similarity_url": "https://likhet.example.no/",
}


def test_a_later_exam_of_a_cohort_gets_its_rules_and_no_dates():
    exam = ExamFactory(published=True, **RULES)
    assert proposed(exam.cohort) == RULES


def test_another_cohort_gets_the_dates_too_moved_by_whole_weeks_at_the_same_hour():
    former = ExamFactory(**VALUES | RULES, cohort__intake__slug="former")
    SessionFactory(cohort=former.cohort, starts_on=date(2027, 4, 20))
    SessionFactory(cohort=former.cohort, starts_on=date(2027, 3, 1))
    cohort = CohortFactory()
    SessionFactory(cohort=cohort, starts_on=date(2027, 11, 2))  # 28 weeks after the other's last session
    assert proposed(cohort) == {
        "registration_opens_at": at(2027, 11, 22, 8),
        "registration_closes_at": at(2027, 12, 6, 12),
        "paper_opens_at": at(2027, 12, 14, 9),
        "paper_due_at": at(2027, 12, 27, 14),
        "oral_from_on": date(2028, 1, 3),
        "oral_to_on": date(2028, 1, 5),
        **RULES,
    }


def test_without_sessions_no_dates_are_proposed():
    ExamFactory(**VALUES | RULES, cohort__intake__slug="former")
    assert proposed(CohortFactory()) == RULES


# --- Opening ----------------------------------------------------------------------------------------------


def test_the_registration_opens_at_its_moment_and_each_student_hears_of_it_once():
    exam = ExamFactory(state=ExamState.PLANNED, registration_opens_at=NOW)
    cohort = exam.cohort
    student, untold = facts.newcomer(cohort), facts.newcomer(cohort)
    facts.tell(student)
    facts.tell(facts.newcomer(cohort, course_participant=True), DecisionKind.COURSE_PARTICIPANT)
    facts.tell(ParticipantFactory(team=untold.team, gone=True))
    assert setting_up.open_due(NOW - timedelta(minutes=1)) == 0
    assert (setting_up.open_due(NOW), setting_up.open_due(NOW)) == (1, 0)
    exam.refresh_from_db()
    assert exam.state == ExamState.OPEN
    assert told() == [("exam_open", student.member.user.email)]
    letter = Message.objects.get()
    assert letter.subject == "[Register by 13 May 2027 at 10:00] Registration for the exam is open"
    assert "You can deregister until Saturday 29 May 2027 at 23:59." in letter.body_text


def test_a_cohort_that_has_not_begun_opens_no_registration():
    ExamFactory(state=ExamState.PLANNED, registration_opens_at=NOW, cohort__planned=True)
    assert setting_up.open_due(NOW) == 0


def test_a_completed_cohort_holds_a_later_exam():
    former = ExamFactory(published=True, cohort__state=CohortState.COMPLETED, cohort__completed_at=NOW)
    ExamFactory(cohort=former.cohort, number=2, state=ExamState.PLANNED, registration_opens_at=NOW)
    assert setting_up.open_due(NOW) == 1


def test_of_a_later_exam_those_hear_who_have_it_before_them():
    former = ExamFactory(published=True)
    cohort = former.cohort
    people = {}
    for name, state in {
        "passed": CandidateState.PUBLISHED,
        "failed": CandidateState.PUBLISHED,
        "regretted": CandidateState.DEREGISTERED,
        "sits": CandidateState.REGISTERED,
        "ill": CandidateState.VALID_ABSENCE,
        "away": CandidateState.ABSENT,
        "none": CandidateState.OPTED_OUT,
    }.items():
        people[name] = facts.newcomer(cohort)
        facts.tell(people[name])
        own = CandidateFactory(exam=former, participant=people[name], state=state)
        if state == CandidateState.PUBLISHED:
            GradeFactory(candidate=own, mark="F" if name == "failed" else "C")
    people["new"] = facts.newcomer(cohort)
    facts.tell(people["new"])
    ExamFactory(cohort=cohort, number=2, state=ExamState.PLANNED, registration_opens_at=NOW)
    setting_up.open_due(NOW)
    expected = [people[name].member.user.email for name in ("failed", "regretted", "ill", "away", "new")]
    assert told() == [("exam_open", email) for email in expected]


def test_a_grade_that_is_not_published_calls_nobody_to_a_later_exam():
    former = ExamFactory(grading=True)
    person = facts.newcomer(former.cohort)
    facts.tell(person)
    own = CandidateFactory(exam=former, participant=person, state=CandidateState.GRADE_SET)
    GradeFactory(candidate=own, mark="F", published_at=None)
    ExamFactory(cohort=former.cohort, number=2, state=ExamState.PLANNED, registration_opens_at=NOW)
    setting_up.open_due(NOW)
    assert told() == []


# --- Changing ---------------------------------------------------------------------------------------------


def test_a_planned_exam_changes_in_silence(administrator):
    exam = ExamFactory(state=ExamState.PLANNED)
    facts.tell(facts.newcomer(exam.cohort))
    later = exam.oral_to_on + timedelta(days=1)
    assert change(exam, administrator, oral_to_on=later, most_attempts=2).oral_to_on == later
    assert told() == []
    [event] = history(exam)
    assert event.changes == {
        "oral_to_on": [exam.oral_to_on.isoformat(), later.isoformat()],
        "most_attempts": [3, 2],
    }


def test_other_dates_of_an_open_exam_are_told_to_candidates_and_to_those_who_can_register(administrator):
    exam = ExamFactory()
    registered, undecided, out = (facts.newcomer(exam.cohort) for _each in range(3))
    for person in (registered, undecided, out):
        facts.tell(person)
    CandidateFactory(exam=exam, participant=registered)
    CandidateFactory(exam=exam, participant=out, state=CandidateState.OPTED_OUT)
    changed = change(exam, administrator, oral_to_on=exam.oral_to_on + timedelta(days=1))
    emails = [each.member.user.email for each in (registered, undecided)]
    assert told() == [("exam_changed", email) for email in emails]
    later = exam.oral_to_on + timedelta(days=2)
    change(changed, administrator, oral_to_on=later, now=NOW + timedelta(minutes=1))
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == [
        Message.State.VOID,
        Message.State.VOID,
        Message.State.QUEUED,
        Message.State.QUEUED,
    ]


def test_another_rule_of_an_open_exam_is_told_to_nobody(administrator):
    exam = ExamFactory()
    facts.tell(facts.newcomer(exam.cohort))
    change(exam, administrator, most_attempts=2)
    assert told() == []


def test_a_later_deadline_reaches_the_papers_but_not_one_that_has_more_time(administrator):
    exam = ExamFactory(locked=True)
    usual, later = PaperFactory(exam=exam), PaperFactory(exam=exam)
    much_later = exam.paper_due_at + timedelta(days=5)
    type(later).objects.filter(pk=later.pk).update(due_at=much_later)
    due_at = exam.paper_due_at + timedelta(days=1)
    change(exam, administrator, paper_due_at=due_at)
    assert list(exam.papers.order_by("pk").values_list("pk", "due_at")) == [
        (usual.pk, due_at),
        (later.pk, much_later),
    ]


def test_an_earlier_deadline_is_refused_once_the_list_is_locked(administrator):
    exam = ExamFactory(locked=True)
    with pytest.raises(Refused, match="can be moved to a later moment"):
        change(exam, administrator, paper_due_at=exam.paper_due_at - timedelta(days=1))


DATES_AND_RULES = set(FIELDS)
RULES_ALONE = set(RULES) - {"similarity_url"}


@pytest.mark.parametrize(
    ("stage", "frozen"),
    [
        ({"state": ExamState.PLANNED}, set()),
        ({}, {"registration_opens_at"}),
        (
            {"locked": True},
            {"registration_opens_at", "registration_closes_at", "paper_opens_at"} | RULES_ALONE,
        ),
        (
            {"grading": True},
            {"registration_opens_at", "registration_closes_at", "paper_opens_at", "paper_due_at"}
            | RULES_ALONE,
        ),
        ({"published": True}, DATES_AND_RULES),
    ],
)
def test_what_is_fixed_by_now(stage, frozen):
    assert set(setting_up.frozen_fields(ExamFactory(**stage), NOW)) == frozen


def test_what_is_fixed_is_refused_also_beside_the_form(administrator):
    exam = ExamFactory(locked=True)
    with pytest.raises(Refused, match=r"They sit the exam by the rules that they were told of."):
        change(exam, administrator, most_adjustment=0)


def test_of_two_editors_the_second_is_told(administrator, second_administrator):
    exam = Exam.objects.get(pk=ExamFactory().pk)
    version = setting_up.version_of(exam)
    change(exam, administrator, most_attempts=2)
    with pytest.raises(Refused, match=r"Somebody else has changed this exam."):
        setting_up.change(
            exam, values_of(exam, most_attempts=5), version=version, by=second_administrator, now=NOW
        )


def test_only_administrators_change(instructor):
    exam = ExamFactory()
    with pytest.raises(Refused, match="Only course administrators"):
        change(exam, instructor, most_attempts=2)


# --- Taking away ------------------------------------------------------------------------------------------


def test_a_planned_exam_is_taken_away(administrator):
    exam = ExamFactory(state=ExamState.PLANNED)
    setting_up.remove(exam, by=administrator, now=NOW)
    assert not Exam.objects.exists()
    assert [event.verb for event in history(exam.cohort)] == ["took away an exam that had not opened"]


def test_an_exam_that_people_know_of_stays(administrator):
    exam = ExamFactory()
    with pytest.raises(Refused, match=r"The registration has opened."):
        setting_up.remove(exam, by=administrator, now=NOW)


def test_an_exam_with_examiners_stays(administrator):
    exam = ExamFactory(state=ExamState.PLANNED)
    ExaminerFactory(exam=exam)
    with pytest.raises(Refused, match="Examiners or guidelines belong to this exam already"):
        setting_up.remove(exam, by=administrator, now=NOW)
    assert not history(exam.cohort).exists()


def test_the_sitting_of_the_factories_has_dates_that_the_action_takes(administrator):
    """What the other tests stand on agrees with the rules of setting up."""
    exam = ExamFactory(locked=True)
    sitting(exam)
    assert change(exam, administrator, oral_to_on=exam.oral_to_on + timedelta(days=1)).number == 1
