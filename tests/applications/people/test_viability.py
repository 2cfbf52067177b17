"""Which changes keep the rules true, and why the others do not."""

from __future__ import annotations

import pytest
from django.utils import timezone

from applications import models as a
from applications.models.people import everyone_of, is_same_name, stays
from applications.models.viability import viability
from applications.states import Basis, Participation, State
from tests.applications.people.conftest import stand_of, tell
from tests.factories import NOW, TeamMemberFactory

pytestmark = pytest.mark.django_db


def pairs(application: a.Application) -> dict[tuple[str, str], str]:
    """(who leaves, who comes) → why not."""
    return {(c.leaving.name, c.entering.name): c.why_not for c in stand_of(application).changes}


def test_a_team_that_holds(team, reserve) -> None:
    stand = stand_of(team)
    assert (stand.holds, stand.lacks, stand.is_open) == (True, [], True)
    assert stand.sectors == ["health_care", "culture", "administration"]
    assert [d.lacks for d in stand.departures] == [["The team lacks 1 person."]] * 3
    assert pairs(team) == {(f"Deltaker Prøve {number}", "Reserve Prøve"): "" for number in (1, 2, 3)}


def test_a_swap_may_not_take_the_last_of_a_sector(team) -> None:
    a.TeamMember.everyone.filter(name="Deltaker Prøve 2").update(sector="health_care")
    TeamMemberFactory(application=team, name="R", sector="health_care", participation=Participation.RESERVE)
    assert pairs(team) == {
        ("Deltaker Prøve 1", "R"): "",
        ("Deltaker Prøve 2", "R"): "",
        ("Deltaker Prøve 3", "R"): "The team must come from at least 2 different sectors.",
    }


def test_a_broken_team_may_be_brought_nearer_the_rules_and_no_further(team, reserve) -> None:
    TeamMemberFactory(
        application=team, name="Samme", sector="health_care", participation=Participation.RESERVE
    )
    gone = {"participation": Participation.WITHDRAWN, "left_at": NOW}
    a.TeamMember.everyone.filter(name__in=("Deltaker Prøve 2", "Deltaker Prøve 3")).update(**gone)
    stand = stand_of(team)
    assert stand.lacks == [
        "The team lacks 2 people.",
        "The team must come from at least 2 different sectors.",
    ]
    assert [one.name for one in stand.vacant] == ["Deltaker Prøve 2", "Deltaker Prøve 3"]
    assert set(pairs(team).values()) == {""}
    a.TeamMember.everyone.filter(name="Deltaker Prøve 2").update(participation=Participation.INVITED)
    assert pairs(team)["Deltaker Prøve 2", "Samme"] == (
        "The team lacks 1 person. The team must come from at least 2 different sectors."
    )


def test_a_full_team_takes_nobody_for_one_who_left_long_ago(team, reserve) -> None:
    gone = TeamMemberFactory(
        application=team, name="Borte", participation=Participation.WITHDRAWN, left_at=NOW
    )
    TeamMemberFactory(application=team)
    assert pairs(team)[gone.name, reserve.name] == "The team may have at most 4 people."


@pytest.mark.parametrize("state", State.values)
def test_a_team_is_open_while_it_has_a_prospect(state, team) -> None:
    team.state = state
    expected = state in (State.WAITLISTED, State.ADMITTED, State.ENROLLED)
    assert viability(team, everyone_of(team), NOW).is_open is expected


def test_a_team_is_closed_when_the_course_has_begun(team) -> None:
    a.TeamMember.everyone.filter(name="Deltaker Prøve 1").update(participation=Participation.ACTIVE)
    assert not stand_of(team).is_open


def test_until_when_follows_the_offer(team) -> None:
    assert stand_of(team).until == "People can be replaced until the first session begins."
    a.Offer.objects.update(state="sent")
    assert stand_of(team).until == (
        "The team must fulfil the rules when the offer is accepted, by Monday 3 May 2027 at 10:00."
        " People can be replaced until the first session begins."
    )


def test_reading_asks_a_constant_number_of_queries(team, reserve, django_assert_num_queries) -> None:
    fresh = a.Application.objects.select_related("intake", "offer").get(pk=team.pk)
    with django_assert_num_queries(2):
        viability(fresh, everyone_of(fresh), NOW)


def test_who_was_in_it_when(team, reserve) -> None:
    first, second, third = team.members.all()
    left = timezone.localtime(NOW)
    a.TeamMember.everyone.filter(pk=first.pk).update(
        participation=Participation.REPLACED, left_at=left, replaced_by=reserve
    )
    a.TeamMember.everyone.filter(pk=reserve.pk).update(participation=Participation.NOMINATED, joined_at=left)
    a.Decision.objects.filter(member=second).delete()
    tell(second, Basis.COURSE_PARTICIPANT)
    assert [
        (stay.member, stay.role, stay.came_at, stay.left_at, stay.replaced_by)
        for stay in stays(everyone_of(team))
    ] == [
        (first, "Student", NOW, NOW, reserve),
        (second, "Course participant", NOW, None, None),
        (third, "Student", NOW, None, None),
        (reserve, "Not told yet", NOW, None, None),
    ]


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        ("Åse  Prøve", True),
        ("  åse prøve ", True),
        ("Ase Prøve", False),
        ("Prøve Åse", False),
        ("", False),
    ],
)
def test_a_typed_name(typed, fits) -> None:
    assert is_same_name(typed, "Åse Prøve") is fits
