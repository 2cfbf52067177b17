"""Readiness: each condition by its evidence, and the whole as their conjunction."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import translation

from applications.models import DecisionKind
from applications.states import Basis
from assessment.models import ReadinessRule, RequirementRule
from assessment.models.formalities import admission, semester_fee
from assessment.models.readiness import Aim, Condition, Readiness, standing, standings
from assessment.states import Outcome
from cohorts.models import Participant
from cohorts.models.attendance_count import Status
from cohorts.models.contributions import ContributionRule
from cohorts.models.evidence import Evidence
from tests.assessment.readiness import facts
from tests.factories import NOW, DecisionFactory

pytestmark = pytest.mark.django_db

EXAM = (
    "admission",
    "requirement-1",
    "requirement-2",
    "requirement-3",
    "requirement-4",
    "attendance",
    "fee-1",
    "fee-2",
)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def cohort():
    return facts.set_up()


def fetched(*people: Participant) -> list[Participant]:
    return list(Participant.objects.filter(pk__in=[one.pk for one in people]).with_names().in_order())


def look(person: Participant):
    return standing(fetched(person)[0], NOW)


def keys(conditions) -> tuple[str, ...]:
    return tuple(condition.key for condition in conditions)


# --- The conjunction ------------------------------------------------------------------------------------


def test_who_has_everything_is_ready(cohort):
    found = look(facts.ready(cohort))
    assert (found.aim, keys(found.exam.conditions), keys(found.exam.missing)) == (Aim.EXAM, EXAM, ())
    assert (found.exam.is_ready, found.certificate.is_ready) == (True, True)
    assert found.exam.ready_on == facts.EARLIER.date()


@pytest.mark.parametrize("lacking", EXAM)
def test_one_condition_that_is_missing_keeps_the_student_from_the_exam(cohort, lacking):
    found = look(facts.ready(cohort, but=lacking))
    assert (found.exam.is_ready, keys(found.exam.missing)) == (False, (lacking,))
    assert found.exam.ready_on is None
    assert found.certificate.is_ready == (lacking != "attendance")


def test_nothing_at_all_lacks_everything(cohort):
    found = look(facts.newcomer(cohort))
    assert set(keys(found.exam.missing)) == set(EXAM)
    assert keys(found.certificate.missing) == ("attendance",)


def test_a_cohort_without_demands_makes_nobody_ready():
    found = look(facts.newcomer(facts.CohortFactory()))
    assert set(keys(found.exam.missing)) == set(EXAM)
    assert not found.certificate.is_ready


def test_a_requirement_that_the_school_has_not_made_is_missing(cohort):
    RequirementRule.objects.create(cohort=cohort, count=5)
    assert keys(look(facts.ready(cohort)).exam.missing) == ("requirement-5",)


@pytest.mark.parametrize(
    ("outcome", "revise_due_at"),
    [(Outcome.NOT_APPROVED, None), (Outcome.REVISE, NOW + timedelta(days=5))],
)
def test_a_result_that_is_no_approval_keeps_from_the_exam(cohort, outcome, revise_due_at):
    person = facts.ready(cohort, but="requirement-2")
    facts.give(person, cohort.work_requirements.get(number=2), outcome, revise_due_at=revise_due_at)
    (missing,) = look(person).exam.missing
    assert (missing.key, missing.evidence.due_at) == ("requirement-2", revise_due_at)


def test_an_exemption_stands_for_an_approval(cohort):
    person = facts.ready(cohort, but="requirement-3")
    facts.exempt(person, cohort.work_requirements.get(number=3))
    assert look(person).exam.is_ready


def test_one_of_a_team_is_kept_and_the_other_is_not(cohort):
    kept = facts.ready(cohort, but="requirement-4")
    other = facts.ready(cohort)
    facts.give(kept, cohort.work_requirements.get(number=4), Outcome.NOT_APPROVED)
    ready = {one.participant.pk: one.exam.is_ready for one in standings(fetched(kept, other), NOW)}
    assert ready == {kept.pk: False, other.pk: True}


# --- What the cohort asks besides ------------------------------------------------------------------------


def test_attendance_is_left_out_of_the_exam_by_the_cohorts_rule(cohort):
    ReadinessRule.objects.create(cohort=cohort, exam_needs_attendance=False)
    person = facts.ready(cohort, but="attendance")
    facts.attend(person, Status.ABSENT)
    found = look(person)
    assert (found.exam.is_ready, "attendance" in keys(found.exam.conditions)) == (True, False)
    assert keys(found.certificate.missing) == ("attendance",)


def test_the_certificate_asks_for_the_work_requirements_by_the_cohorts_rule(cohort):
    ReadinessRule.objects.create(cohort=cohort, certificate_needs_requirements=True)
    found = look(facts.ready(cohort, but="requirement-1"))
    assert keys(found.certificate.missing) == ("requirement-1",)


def test_contributions_are_a_condition_where_the_cohort_asks_for_them(cohort):
    ContributionRule.objects.create(cohort=cohort, contributions_required=True)
    found = look(facts.ready(cohort))
    assert keys(found.exam.conditions) == (*EXAM[:6], "contributions", *EXAM[6:])
    assert (found.exam.is_ready, keys(found.certificate.conditions)) == (
        True,
        ("attendance", "contributions"),
    )


# --- Students and course participants -------------------------------------------------------------------


def test_a_course_participant_works_towards_the_certificate(cohort):
    person = facts.newcomer(cohort, course_participant=True)
    facts.tell(person, DecisionKind.COURSE_PARTICIPANT)
    facts.attend(person)
    found = look(person)
    assert (found.aim, found.role, found.readiness) == (
        Aim.CERTIFICATE,
        "Course participant",
        found.certificate,
    )
    assert (found.readiness.is_ready, found.exam.is_ready) == (True, False)


def test_what_is_decided_and_not_told_changes_nothing(cohort):
    person = facts.ready(cohort)
    person.member.basis = Basis.COURSE_PARTICIPANT
    person.member.save()
    DecisionFactory(of=person.member, kind=DecisionKind.COURSE_PARTICIPANT, version=2, approved=True)
    assert look(person).exam.is_ready


def test_the_admission_says_what_has_been_told(cohort):
    told, lesser, nobody = (facts.newcomer(cohort) for _number in range(3))
    facts.tell(told)
    facts.tell(lesser, DecisionKind.COURSE_PARTICIPANT)
    assert admission(told.member) == Evidence(
        is_met=True,
        says="Admitted as a student by the decision of 23 April 2027.",
        happened_on=facts.EARLIER.date(),
    )
    assert admission(lesser.member) == Evidence(
        is_met=False,
        says="Admitted as a course participant by the decision of 23 April 2027, and so without the right to"
        " sit the exam.",
        next_step="Send the school new documentation of education, if there is any.",
    )
    assert admission(nobody.member) == Evidence(
        is_met=False,
        says="No decision on the admission has been told yet.",
        next_step="The school sends the decision. Nothing has to be done.",
    )


def test_the_fee_of_each_semester_is_asked_for_itself(cohort):
    person = facts.newcomer(cohort)
    facts.pay(person, 2)
    assert semester_fee(person.member, 2) == Evidence(
        is_met=True, says="Recorded as paid on 23 April 2027.", happened_on=facts.EARLIER.date()
    )
    unpaid = Evidence(
        is_met=False,
        says="No payment is recorded.",
        next_step="Pay the semester fee. It stands here when the school has recorded the payment.",
    )
    assert semester_fee(person.member, 1) == unpaid
    person.member.semester_fees.update(paid_on=None)
    assert semester_fee(person.member, 2) == unpaid


def test_a_course_participant_has_no_semester_fee(cohort):
    person = facts.newcomer(cohort)
    facts.tell(person, DecisionKind.COURSE_PARTICIPANT)
    assert semester_fee(person.member, 1) == Evidence(
        is_met=False, says="A course participant has no semester fee."
    )


# --- What is shown first ---------------------------------------------------------------------------------


def test_what_is_due_first_stands_first_and_what_is_met_stands_last():
    met = Condition("a", "A", Evidence(is_met=True, says=""))
    some_day = Condition("b", "B", Evidence(is_met=False, says=""))
    later = Condition("c", "C", Evidence(is_met=False, says="", due_at=NOW + timedelta(days=2)))
    sooner = replace(later, key="d", evidence=replace(later.evidence, due_at=NOW))
    found = Readiness((met, some_day, later, sooner))
    assert found.missing_first == [sooner, later, some_day, met]


@pytest.mark.parametrize("people", [1, 3])
def test_a_hundred_cost_as_many_queries_as_one(cohort, django_assert_num_queries, people):
    for _number in range(people):
        facts.ready(cohort)
    found = fetched(*Participant.objects.all())
    with django_assert_num_queries(17):
        assert [one.exam.is_ready for one in standings(found, NOW)] == [True] * people
