"""The admission basis of each person: the rule proposes, a human decides, another approves judgement."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from applications.actions import admission, review
from applications.actions.team import change_member
from applications.models import Application, Assessment, Document, Intake, TeamMember
from applications.models.admission import is_individual, proposal_for
from applications.models.content import MEMBER_FIELDS, values_of, version_of_member
from applications.models.readiness import conditions
from applications.states import Basis, IntakeState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from tests.factories import OSLO, ApplicationFactory, TeamMemberFactory

NOW = datetime(2027, 6, 2, 9, 0, tzinfo=OSLO)
QUALIFIED, INDIVIDUAL, PARTICIPANT = (
    Basis.QUALIFIED,
    Basis.INDIVIDUALLY_QUALIFIED,
    Basis.COURSE_PARTICIPANT,
)


@pytest.fixture
def application(intake: Intake) -> Application:
    Intake.objects.filter(pk=intake.pk).update(state=IntakeState.CLOSED)
    return ApplicationFactory(intake=intake, state=State.IN_REVIEW)


@pytest.fixture
def nurse(application: Application) -> TeamMember:
    """A bachelor: the rule says qualified."""
    return TeamMemberFactory(application=application, name="Nina Prøve")


@pytest.fixture
def clerk(application: Application) -> TeamMember:
    """One to two years and six years of work: the rule asks for an individual assessment."""
    return TeamMemberFactory(application=application, name="Karl Prøve", education="one_or_two")


def basis_of(member: TeamMember) -> str:
    return TeamMember.objects.values_list("basis", flat=True).get(pk=member.pk)


@pytest.mark.parametrize(
    ("education", "years", "basis"),
    [
        ("three_years", 0, QUALIFIED),
        ("three_years", 9, QUALIFIED),
        ("one_or_two", 0, PARTICIPANT),
        ("one_or_two", 1, Basis.INDIVIDUAL_ASSESSMENT),
        ("one_or_two", 30, Basis.INDIVIDUAL_ASSESSMENT),
        ("less", 0, PARTICIPANT),
        ("less", 30, PARTICIPANT),
    ],
)
def test_the_rule(education: str, years: int, basis: str) -> None:
    member = TeamMember(education=education, experience_years=years)
    assert proposal_for(member).basis == basis


@pytest.mark.parametrize(
    ("proposal", "outcome", "individual"),
    [
        (QUALIFIED, QUALIFIED, False),
        (PARTICIPANT, PARTICIPANT, False),
        (QUALIFIED, PARTICIPANT, True),
        (PARTICIPANT, QUALIFIED, True),
        (Basis.INDIVIDUAL_ASSESSMENT, INDIVIDUAL, True),
        (Basis.INDIVIDUAL_ASSESSMENT, PARTICIPANT, True),
    ],
)
def test_what_is_a_matter_of_judgement(proposal: str, outcome: str, individual: bool) -> None:
    assert is_individual(proposal, outcome) is individual


def test_what_the_rule_says_is_in_force_at_once(nurse: TeamMember, administrator: User) -> None:
    made = admission.assess(nurse, outcome=QUALIFIED, reason="Bachelor.", by=administrator, now=NOW)
    assert (made.version, made.proposal, made.outcome, made.needs_approval) == (
        1,
        QUALIFIED,
        QUALIFIED,
        False,
    )
    assert basis_of(nurse) == QUALIFIED
    assert audit.history(nurse.application).get().changes == {"Nina Prøve": ["Not assessed", "Qualified"]}


def test_what_the_school_thinks_of_a_person_stands_in_its_own_history_alone(
    log_in, clerk: TeamMember, administrator: User, second_administrator: User
) -> None:
    application = clerk.application
    coordinator = log_in(application.coordinator)
    page = application.get_absolute_url()
    before = [each.what for each in coordinator.get(page).context["lines"]]
    made = admission.assess(clerk, outcome=INDIVIDUAL, reason="Ten years.", by=administrator, now=NOW)
    admission.discard(made, by=second_administrator, now=NOW, reason="Count again.")
    made = admission.assess(clerk, outcome=INDIVIDUAL, reason="Eight years.", by=administrator, now=NOW)
    admission.approve(made, by=second_administrator, now=NOW)
    assert [each.verb for each in audit.history(application)][:4] == [
        admission.APPROVED,
        admission.PROPOSED,
        admission.DISCARDED,
        admission.PROPOSED,
    ]
    answer = coordinator.get(page)
    assert [each.what for each in answer.context["lines"]] == before
    assert b"years." not in answer.content


def test_judgement_waits_for_a_second_person(
    clerk: TeamMember, administrator: User, second_administrator: User
) -> None:
    made = admission.assess(clerk, outcome=INDIVIDUAL, reason="Ten years.", by=administrator, now=NOW)
    assert (made.is_pending, basis_of(clerk)) == (True, Basis.INDIVIDUAL_ASSESSMENT)
    assert conditions(Application.objects.get())[-1].evidence == "Waits for a second person: Karl Prøve."

    with pytest.raises(Refused, match="You made this decision yourself"):
        admission.approve(made, by=administrator, now=NOW)
    assert basis_of(clerk) == Basis.INDIVIDUAL_ASSESSMENT

    admission.approve(made, by=second_administrator, now=NOW)
    made.refresh_from_db()
    assert (made.approved_by, made.approved_at, made.is_pending) == (second_administrator, NOW, False)
    assert basis_of(clerk) == INDIVIDUAL
    with pytest.raises(Refused, match="does not wait"):
        admission.approve(made, by=second_administrator, now=NOW)


def test_one_person_is_enough_when_the_intake_says_so(clerk: TeamMember, administrator: User) -> None:
    Intake.objects.update(individual_needs_two=False)
    made = admission.assess(clerk, outcome=INDIVIDUAL, reason="Ten years.", by=administrator, now=NOW)
    assert (made.is_pending, basis_of(clerk)) == (False, INDIVIDUAL)


def test_no_second_decision_while_one_waits(
    clerk: TeamMember, administrator: User, second_administrator: User
) -> None:
    admission.assess(clerk, outcome=INDIVIDUAL, reason="Ten years.", by=administrator, now=NOW)
    with pytest.raises(Refused, match="Approve or discard it first"):
        admission.assess(clerk, outcome=PARTICIPANT, reason="No.", by=second_administrator, now=NOW)
    assert Assessment.objects.count() == 1


def test_discard_and_decide_again(clerk: TeamMember, administrator: User, second_administrator: User) -> None:
    first = admission.assess(clerk, outcome=INDIVIDUAL, reason="Ten years.", by=administrator, now=NOW)
    with pytest.raises(Refused, match="State the reason"):
        admission.discard(first, reason="", by=second_administrator, now=NOW)
    admission.discard(first, reason="The courses are too short.", by=second_administrator, now=NOW)
    with pytest.raises(Refused, match="does not wait"):
        admission.approve(first, by=second_administrator, now=NOW)
    second = admission.assess(
        clerk, outcome=PARTICIPANT, reason="Too short.", by=second_administrator, now=NOW
    )
    admission.approve(second, by=administrator, now=NOW)
    assert (second.version, basis_of(clerk)) == (2, PARTICIPANT)
    assert list(clerk.assessments.values_list("version", "outcome", "discarded_at")) == [
        (1, INDIVIDUAL, NOW),
        (2, PARTICIPANT, None),
    ]


def test_a_new_version_replaces_a_decision(
    clerk: TeamMember, administrator: User, second_administrator: User
) -> None:
    first = admission.assess(clerk, outcome=INDIVIDUAL, reason="Ten years.", by=administrator, now=NOW)
    admission.approve(first, by=second_administrator, now=NOW)
    # New documents: a bachelor after all; by the rule, so one person is enough.
    TeamMember.objects.filter(pk=clerk.pk).update(education="three_years")
    member = TeamMember.objects.get(pk=clerk.pk)
    admission.assess(member, outcome=QUALIFIED, reason="Bachelor 2027.", by=administrator, now=NOW)
    assert (basis_of(clerk), clerk.assessments.count()) == (QUALIFIED, 2)
    # And a change of mind against the rule goes by way of the individual assessment.
    Intake.objects.update(individual_needs_two=False)
    admission.assess(member, outcome=INDIVIDUAL, reason="It was not finished.", by=administrator, now=NOW)
    assert basis_of(clerk) == INDIVIDUAL


def test_the_same_outcome_again_is_a_new_version(nurse: TeamMember, administrator: User) -> None:
    for reason in ("Bachelor.", "Bachelor, checked again."):
        admission.assess(nurse, outcome=QUALIFIED, reason=reason, by=administrator, now=NOW)
    assert (basis_of(nurse), nurse.assessments.count()) == (QUALIFIED, 2)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": " "}, "State the reason"),
        ({"outcome": Basis.UNASSESSED}, "Choose one of the decisions"),
        ({"outcome": Basis.INDIVIDUAL_ASSESSMENT}, "Choose one of the decisions"),
    ],
)
def test_refusals(nurse: TeamMember, administrator: User, change: dict[str, str], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        admission.assess(
            nurse, by=administrator, now=NOW, **{"outcome": QUALIFIED, "reason": "Bachelor.", **change}
        )
    assert (basis_of(nurse), Assessment.objects.count()) == (Basis.UNASSESSED, 0)


@pytest.mark.parametrize(
    "state", [State.SUBMITTED, State.INFORMATION_REQUESTED, State.READY, State.WITHDRAWN]
)
def test_only_in_review(nurse: TeamMember, administrator: User, state: str) -> None:
    Application.objects.update(state=state)
    with pytest.raises(Refused, match="while the application is in review"):
        admission.assess(nurse, outcome=QUALIFIED, reason="Bachelor.", by=administrator, now=NOW)


def test_the_database_keeps_the_second_person(clerk: TeamMember, administrator: User) -> None:
    made = admission.assess(clerk, outcome=INDIVIDUAL, reason="Ten years.", by=administrator, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=made.pk).update(approved_by=administrator, approved_at=NOW)


# --- What a decision was made on --------------------------------------------------------------------


CHANGED = [("persons", "Changed since the decision, to be assessed again: Karl Prøve.")]


def unmet(application: Application) -> list[tuple[str, str]]:
    """What the condition on the persons says while it is not met."""
    found = conditions(Application.objects.get(pk=application.pk))
    return [(each.key, each.evidence) for each in found if each.key == "persons" and not each.met]


def approved(member: TeamMember, first: User, second: User) -> Assessment:
    made = admission.assess(member, outcome=INDIVIDUAL, reason="Ten years.", by=first, now=NOW)
    admission.approve(made, by=second, now=NOW)
    return made


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Solveig Prøve"),
        ("email", "solveig@example.no"),
        ("education", "less"),
        ("education_details", "One course, 2020"),
        ("experience_years", 1),
        ("experience_details", "A summer job"),
    ],
)
def test_a_decision_does_not_pass_to_what_was_not_assessed(
    clerk: TeamMember,
    administrator: User,
    second_administrator: User,
    coordinator: User,
    field: str,
    value: str | int,
) -> None:
    approved(clerk, administrator, second_administrator)
    assert unmet(clerk.application) == []
    due_at = NOW + timedelta(days=7)
    asked = {"question": "Who?", "parts": ["team"], "due_at": due_at, "by": administrator, "now": NOW}
    review.request_information(clerk.application, **asked)
    before = values_of(clerk, MEMBER_FIELDS)
    change_member(clerk, {**before, field: value}, version=version_of_member(clerk), by=coordinator, now=NOW)
    clerk.refresh_from_db()
    assert unmet(clerk.application) == [
        ("persons", f"Changed since the decision, to be assessed again: {clerk.name}.")
    ]
    # A slip that is put right leaves what was assessed.
    change_member(clerk, before, version=version_of_member(clerk), by=coordinator, now=NOW)
    clerk.refresh_from_db()
    assert unmet(clerk.application) == []
    # Where somebody works was not assessed.
    elsewhere = {**before, "unit": "Archive", "position": "Archivist", "sector": "culture"}
    change_member(clerk, elsewhere, version=version_of_member(clerk), by=coordinator, now=NOW)
    assert unmet(clerk.application) == []


def test_nor_to_other_documents_and_a_new_decision_holds(
    clerk: TeamMember, administrator: User, second_administrator: User
) -> None:
    def upload(digest: str) -> Document:
        return clerk.documents.create(digest=digest, size=1, uploaded_by=administrator, uploaded_at=NOW)

    paper = upload("a" * 64)
    approved(clerk, administrator, second_administrator)
    upload("b" * 64)
    assert unmet(clerk.application) == CHANGED
    again = approved(clerk, administrator, second_administrator)
    assert (again.version, unmet(clerk.application)) == (2, [])
    paper.delete()
    assert unmet(clerk.application) == CHANGED


def test_a_decision_on_something_else_is_not_approved(
    clerk: TeamMember, administrator: User, second_administrator: User
) -> None:
    made = admission.assess(clerk, outcome=INDIVIDUAL, reason="Ten years.", by=administrator, now=NOW)
    TeamMember.objects.filter(pk=clerk.pk).update(experience_years=1)
    with pytest.raises(Refused, match="about Karl Prøve has changed since this decision was made"):
        admission.approve(made, by=second_administrator, now=NOW)
    assert (basis_of(clerk), unmet(clerk.application)) == (Basis.INDIVIDUAL_ASSESSMENT, CHANGED)
    admission.discard(made, reason="It is one year.", by=second_administrator, now=NOW)
    assert unmet(clerk.application) == [("persons", "Not decided: Karl Prøve.")]
    assert (approved(clerk, administrator, second_administrator).version, unmet(clerk.application)) == (2, [])


def test_a_decision_that_does_not_know_what_it_was_made_on_holds(
    clerk: TeamMember, administrator: User, second_administrator: User
) -> None:
    approved(clerk, administrator, second_administrator)
    Assessment.objects.update(content_digest="")
    TeamMember.objects.filter(pk=clerk.pk).update(experience_years=1)
    assert unmet(clerk.application) == []


def test_after_the_draw_a_corrected_name_takes_no_place_from_a_team(
    clerk: TeamMember, administrator: User, second_administrator: User
) -> None:
    approved(clerk, administrator, second_administrator)
    Application.objects.update(state=State.ADMITTED)
    TeamMember.objects.filter(pk=clerk.pk).update(name="Karl Prøve Nordmann")
    assert unmet(clerk.application) == []
