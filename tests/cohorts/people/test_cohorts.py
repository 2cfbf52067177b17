"""A cohort: made from its intake, its rules, teams and instructors."""

from __future__ import annotations

from datetime import date

import pytest

from applications import models as a
from applications.states import IntakeState, State
from cohorts import models as c
from cohorts.actions.cohorts import (
    SETTINGS,
    add_instructor,
    add_teams,
    change_cohort,
    make_cohort,
    remove_instructor,
    remove_team,
)
from cohorts.actions.course import begin_cohort, complete_cohort
from cohorts.models.roster import Standing, outsiders, roster
from innoskole.accounts.audit import history
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.cohorts.people.conftest import LATER, enrolled, names
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db


def verbs(cohort: c.Cohort) -> list[str]:
    return [event.verb for event in history(cohort)]


# --- Made from the intake -------------------------------------------------------------------------------


def test_a_cohort_has_the_enrolled_teams_by_name(published, coordinator, administrator) -> None:
    for code in ("4646", "1804"):
        enrolled(published, coordinator, code)
    enrolled(published, coordinator, "3405", state=State.ADMITTED)
    cohort = make_cohort(published, by=administrator, now=NOW)
    assert names(cohort) == [(1, "Bodø"), (2, "Fjaler")]
    assert (cohort.slug, cohort.state, cohort.made_at, cohort.begun_at) == (
        published.slug,
        "planned",
        NOW,
        None,
    )
    assert verbs(cohort) == [
        "took a team into the cohort",
        "took a team into the cohort",
        "made the cohort from the intake",
    ]
    assert not Message.objects.exists()


def test_the_same_click_twice_makes_one_cohort(cohort, administrator) -> None:
    assert make_cohort(cohort.intake, by=administrator, now=LATER) == cohort
    assert names(cohort) == [(1, "Bodø")]


@pytest.mark.parametrize("state", [one for one in IntakeState.values if one != IntakeState.PUBLISHED])
def test_no_cohort_before_the_decisions_are_published(state, published, administrator) -> None:
    a.Intake.objects.update(state=state)
    with pytest.raises(Refused, match="when the decisions of the intake are published"):
        make_cohort(published, by=administrator, now=NOW)
    assert not c.Cohort.objects.exists()


def test_a_team_that_enrols_later_comes_last(cohort, coordinator, administrator) -> None:
    enrolled(cohort.intake, coordinator, "3405")
    assert [str(team.application.lead) for team in add_teams(cohort, by=administrator, now=LATER)] == [
        "Lillehammer"
    ]
    assert add_teams(cohort, by=administrator, now=LATER) == []
    assert names(cohort) == [(1, "Bodø"), (2, "Lillehammer")]


def test_a_completed_cohort_takes_in_no_team(cohort, coordinator, administrator) -> None:
    begin_cohort(cohort, by=administrator, now=NOW)
    complete_cohort(cohort, by=administrator, now=NOW)
    enrolled(cohort.intake, coordinator, "3405")
    with pytest.raises(Refused, match="The cohort is completed"):
        add_teams(cohort, by=administrator, now=LATER)
    assert names(cohort) == [(1, "Bodø")]


def test_who_is_outside_and_why(cohort, coordinator) -> None:
    enrolled(cohort.intake, coordinator, "4646")
    unsure = enrolled(cohort.intake, coordinator, "3405", state=State.ADMITTED, unsure=2)
    silent = enrolled(cohort.intake, coordinator, "5057", state=State.ADMITTED)
    a.Offer.objects.filter(application=silent).update(state="sent")
    first, second = unsure.members.order_by("pk")[:2]
    assert [(str(one.application.lead), list(one.why)) for one in outsiders(cohort, NOW)] == [
        ("Fjaler", []),
        ("Lillehammer", [f"These have not confirmed: {first.name}, {second.name}."]),
        ("Ørland", ["The municipality has not accepted its place."]),
    ]


# --- A team that gives up its place -----------------------------------------------------------------------


def test_a_team_without_a_place_is_taken_out(cohort, administrator) -> None:
    a.Application.objects.update(state=State.DECLINED)
    team = cohort.teams.get()
    assert [line.standing for line in roster(cohort)] == [Standing.GIVEN_UP]
    remove_team(team, by=administrator, now=LATER)
    remove_team(team, by=administrator, now=LATER)  # the same click twice
    assert names(cohort) == []
    assert verbs(cohort)[0] == "took a team out of the cohort"


def test_a_team_with_its_place_stays(cohort, administrator) -> None:
    with pytest.raises(Refused, match="has its place, and stays"):
        remove_team(cohort.teams.get(), by=administrator, now=LATER)
    assert names(cohort) == [(1, "Bodø")]


def test_a_team_that_has_begun_stays(cohort, administrator) -> None:
    begin_cohort(cohort, by=administrator, now=NOW)
    a.Application.objects.update(state=State.DECLINED)
    with pytest.raises(Refused, match="The course has begun for people in the team"):
        remove_team(cohort.teams.get(), by=administrator, now=LATER)
    assert names(cohort) == [(1, "Bodø")]


# --- Settings and instructors -----------------------------------------------------------------------------


def test_the_rules_are_changed_and_the_history_says_how(cohort, administrator) -> None:
    values = {name: getattr(cohort, name) for name in SETTINGS}
    change_cohort(cohort, values, by=administrator, now=NOW)
    assert verbs(cohort)[0] == "took a team into the cohort"  # nothing changed, so nothing is told
    new = {**values, "attendance_percent": 75, "joins_until_on": date(2027, 10, 1)}
    change_cohort(cohort, new, by=administrator, now=LATER)
    cohort.refresh_from_db()
    assert {name: getattr(cohort, name) for name in SETTINGS} == new
    event = history(cohort).first()
    assert (event.verb, event.changes) == (
        "changed the rules of the cohort",
        {"attendance_percent": [80, 75], "joins_until_on": [None, "2027-10-01"]},
    )


def test_the_rules_of_a_completed_cohort_stand(cohort, administrator) -> None:
    begin_cohort(cohort, by=administrator, now=NOW)
    complete_cohort(cohort, by=administrator, now=NOW)
    values = {**{name: getattr(cohort, name) for name in SETTINGS}, "attendance_percent": 10}
    with pytest.raises(Refused, match="The cohort is completed"):
        change_cohort(cohort, values, by=administrator, now=LATER)
    cohort.refresh_from_db()
    assert cohort.attendance_percent == 80


def test_instructors_come_and_go(cohort, instructor, administrator) -> None:
    added = add_instructor(cohort, instructor, by=administrator, now=NOW)
    assert add_instructor(cohort, instructor, by=administrator, now=LATER) == added
    assert list(c.Cohort.objects.taught_by(instructor)) == [cohort]
    remove_instructor(added, by=administrator, now=LATER)
    remove_instructor(added, by=administrator, now=LATER)
    assert list(c.Cohort.objects.taught_by(instructor)) == []
    assert verbs(cohort)[:2] == ["removed an instructor", "added an instructor"]


def test_only_who_has_the_role_teaches(cohort, administrator) -> None:
    with pytest.raises(Refused, match="does not have the role"):
        add_instructor(cohort, UserFactory(), by=administrator, now=NOW)
    assert not cohort.instructors.exists()
