"""Exempt, a later deadline, a plan for catching up: each with its reason, its letter and its end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assessment.actions import overrides
from assessment.models import CatchUp, Override, OverrideKind, TeamRequirement, Way
from assessment.models.records import records_of
from assessment.states import Outcome, RequirementState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.assessment.factories import DeliveryFactory
from tests.assessment.requirements.conftest import assess, deliver, letters, outcomes, reread, user_of
from tests.cohorts.factories import ParticipantFactory
from tests.factories import NOW

pytestmark = pytest.mark.django_db

IN_A_MONTH = NOW + timedelta(days=30)
IN_TWO_MONTHS = NOW + timedelta(days=60)


def exempt(work, participant, by, reason="Has done the same elsewhere."):
    return overrides.exempt(work.requirement, work.team, participant, reason=reason, by=by, now=NOW)


def extend(work, participant, by, due_at=IN_A_MONTH, reason="Agreed."):
    return overrides.extend(
        work.requirement, work.team, participant, due_at=due_at, reason=reason, by=by, now=NOW
    )


def plan(work, participant, by, way=Way.ALONE, due_at=IN_A_MONTH):
    return overrides.plan_catch_up(
        work.requirement,
        participant,
        way=way,
        due_at=due_at,
        instructions="Write two pages.",
        by=by,
        now=NOW,
    )


def own_works() -> list[tuple[int, str, object]]:
    rows = TeamRequirement.objects.exclude(participant=None).order_by("participant")
    return list(rows.values_list("participant", "state", "due_at"))


def record(work, participant):
    return records_of([participant.pk], [work.requirement])[0]


# --- Exempt -----------------------------------------------------------------------------------------


def test_one_is_exempt_and_waits_for_no_result(work, people, teacher):
    override = exempt(work, people[0], teacher)
    assert letters() == [("requirement_exempt", user_of(people[0]).email)]
    assert [record(work, each).is_met for each in people] == [True, False, False]
    delivery = deliver(work, user_of(people[1]))
    assert list(delivery.members.filter(is_concerned=False).values_list("participant", flat=True)) == [
        people[0].pk
    ]
    assess(work, Outcome.APPROVED, by=teacher)
    assert outcomes(people) == ["", Outcome.APPROVED, Outcome.APPROVED]
    overrides.end(override, reason="It was another subject.", by=teacher, now=NOW)
    assert record(work, people[0]).is_met is False
    assert record(work, people[0]).was_left_out is True
    assert letters()[-1] == ("requirement_override_ended", user_of(people[0]).email)


def test_a_whole_team_is_exempt(work, people, teacher):
    exempt(work, None, teacher)
    assert [record(work, each).is_met for each in people] == [True, True, True]
    assert letters() == [("requirement_exempt", user_of(each).email) for each in people]
    with pytest.raises(Refused, match="Nobody has anything left"):
        deliver(work, user_of(people[0]))


def test_an_exemption_needs_a_reason_and_is_given_once_by_the_staff(work, people, teacher):
    with pytest.raises(Refused, match="Give a reason"):
        exempt(work, people[0], teacher, reason=" ")
    with pytest.raises(Refused, match="Only the cohort's instructors"):
        exempt(work, people[0], user_of(people[0]))
    exempt(work, people[0], teacher)
    with pytest.raises(Refused, match="given already"):
        exempt(work, people[0], teacher)
    assert Override.objects.count() == 1


def test_it_ends_once(work, people, teacher):
    override = exempt(work, people[0], teacher)
    overrides.end(override, reason="A mistake.", by=teacher, now=NOW)
    with pytest.raises(Refused, match="just changed"):
        overrides.end(override, reason="A mistake.", by=teacher, now=NOW)
    assert [(event.verb, event.reason) for event in audit.history(work)] == [
        ("ended an exemption or a later deadline", "A mistake."),
        ("exempted from the work requirement", "Has done the same elsewhere."),
    ]


# --- A later deadline -------------------------------------------------------------------------------


def test_a_team_gets_a_later_deadline_and_loses_it(work, people, teacher):
    override = extend(work, None, teacher)
    assert reread(work).due_at == IN_A_MONTH
    assert letters() == [("requirement_extended", user_of(each).email) for each in people]
    overrides.end(override, reason="A mistake.", by=teacher, now=NOW)
    assert reread(work).due_at == work.requirement.due_at


def test_a_later_extension_takes_the_place_of_the_former(work, people, teacher):
    extend(work, None, teacher)
    extend(work, None, teacher, due_at=IN_TWO_MONTHS)
    assert list(Override.objects.live().values_list("due_at", flat=True)) == [IN_TWO_MONTHS]
    assert Override.objects.count() == 2
    states = Message.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [*[Message.State.VOID] * 3, *[Message.State.QUEUED] * 3]
    with pytest.raises(Refused, match="later than the present one"):
        extend(work, None, teacher, due_at=IN_A_MONTH)


def test_one_with_a_later_deadline_delivers_alone(work, people, teacher):
    override = extend(work, people[0], teacher)
    assert own_works() == [(people[0].pk, RequirementState.OPEN, IN_A_MONTH)]
    assert [record(work, each).due_at for each in people] == [IN_A_MONTH, work.due_at, work.due_at]
    overrides.end(override, reason="A mistake.", by=teacher, now=NOW)
    assert own_works() == []
    assert record(work, people[0]).due_at == work.due_at


def test_what_somebody_has_begun_alone_is_not_taken_away(work, people, teacher):
    override = extend(work, people[0], teacher)
    own = TeamRequirement.objects.get(participant=people[0])
    deliver(own, user_of(people[0]))
    with pytest.raises(Refused, match="begun a delivery of their own"):
        overrides.end(override, reason="A mistake.", by=teacher, now=NOW)
    assert Override.objects.live().get() == override


def test_a_reviser_gets_more_time_with_the_team(work, people, teacher):
    deliver(work, user_of(people[0]))
    assess(work, Outcome.REVISE, by=teacher, due_at=NOW + timedelta(days=7))
    extend(work, people[0], teacher)
    assert own_works() == []
    dues = [record(work, each).due_at for each in people]
    assert dues == [IN_A_MONTH, NOW + timedelta(days=7), NOW + timedelta(days=7)]
    extend(work, None, teacher, due_at=IN_TWO_MONTHS)
    assert [record(work, each).due_at for each in people] == [IN_TWO_MONTHS] * 3


def test_an_extension_of_the_first_deadline_is_none_of_a_later_revision(work, people, teacher):
    extend(work, None, teacher, due_at=IN_TWO_MONTHS)
    deliver(work, user_of(people[0]))
    assess(work, Outcome.REVISE, by=teacher, due_at=IN_A_MONTH, now=NOW + timedelta(days=1))
    assert record(work, people[0]).due_at == IN_A_MONTH


@pytest.mark.parametrize(("whose", "why_not"), [("team", "it waits for"), ("person", "they wait for")])
def test_what_is_delivered_needs_no_later_deadline(work, people, teacher, whose, why_not):
    DeliveryFactory(work=work)
    with pytest.raises(Refused, match=f"What {why_not} is the assessment"):
        extend(work, None if whose == "team" else people[0], teacher)
    assert Override.objects.count() == 0


# --- Catching up ------------------------------------------------------------------------------------


@pytest.fixture
def late(work, people, teacher):
    """Somebody who came after the team had delivered and got its results."""
    deliver(work, user_of(people[0]))
    assess(work, Outcome.APPROVED, by=teacher)
    return ParticipantFactory(team=work.team)


def test_a_late_joiner_needs_a_plan_and_catches_up_alone(work, people, teacher, late):
    assert record(work, late).was_left_out is True
    plan(work, late, teacher)
    assert letters()[-1] == ("requirement_catch_up", user_of(late).email)
    found = record(work, late)
    assert (found.was_left_out, found.asks_for_delivery, found.due_at) == (False, True, IN_A_MONTH)
    own = TeamRequirement.objects.get(participant=late)
    delivery = deliver(own, user_of(late))
    assert list(delivery.members.values_list("participant", flat=True)) == [late.pk]
    assert reread(work).attempt == 1
    assess(own, Outcome.REVISE, by=teacher, due_at=IN_TWO_MONTHS)
    deliver(own, user_of(late), text="Better.")
    assess(own, Outcome.APPROVED, by=teacher)
    assert outcomes([*people, late]) == [Outcome.APPROVED] * 4


def test_a_late_joiner_catches_up_with_the_teams_next_delivery(work, people, teacher, late):
    with pytest.raises(Refused, match="Nobody has anything left"):
        deliver(work, user_of(late))
    plan(work, late, teacher, way=Way.WITH_TEAM)
    delivery = deliver(work, user_of(late))
    assert list(delivery.members.filter(is_concerned=True).values_list("participant", flat=True)) == [late.pk]
    assess(work, Outcome.APPROVED, by=teacher)
    assert outcomes([*people, late]) == [Outcome.APPROVED] * 4


def test_a_plan_can_be_another_until_something_is_delivered(work, people, teacher, late):
    plan(work, late, teacher)
    plan(work, late, teacher, way=Way.WITH_TEAM, due_at=IN_TWO_MONTHS)
    assert list(CatchUp.objects.values_list("way", "due_at")) == [(Way.WITH_TEAM, IN_TWO_MONTHS)]
    assert own_works() == []
    plan(work, late, teacher)
    deliver(TeamRequirement.objects.get(participant=late), user_of(late))
    for way in Way:
        with pytest.raises(Refused, match="Nothing more is expected"):
            plan(work, late, teacher, way=way)


def test_an_extension_that_ends_gives_back_the_deadline_of_the_plan(work, people, teacher, late):
    plan(work, late, teacher)
    override = extend(work, late, teacher, due_at=IN_TWO_MONTHS)
    assert own_works() == [(late.pk, RequirementState.OPEN, IN_TWO_MONTHS)]
    overrides.end(override, reason="A mistake.", by=teacher, now=NOW)
    assert own_works() == [(late.pk, RequirementState.OPEN, IN_A_MONTH)]


def test_a_plan_is_for_those_who_lack_something(work, people, teacher, late):
    with pytest.raises(Refused, match="Nothing more is expected"):
        plan(work, people[0], teacher)
    with pytest.raises(Refused, match="later than now"):
        plan(work, late, teacher, due_at=NOW)
    with pytest.raises(Refused, match="Only the cohort's instructors"):
        plan(work, late, user_of(late))
    assert Override.objects.filter(kind=OverrideKind.EXTENDED).count() == CatchUp.objects.count() == 0
