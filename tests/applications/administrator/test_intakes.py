"""Deeds on an intake: create as a copy, change, quotas, open, extend, describe."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from applications.actions import intakes as deeds
from applications.models import Intake, Quota
from applications.models.copying import proposal
from applications.models.rules import Bounds, Difference, differences, quotas_from, quotas_of, rules_of
from applications.states import IntakeState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.municipalities.models import Population
from innoskole.notifications.models import Message
from tests.factories import OSLO, ApplicationFactory, IntakeFactory, UserFactory, municipality


@pytest.fixture
def planned(intake: Intake) -> Intake:
    """The intake of the cast, still planned, in a register with one municipality."""
    municipality()
    Intake.objects.filter(pk=intake.pk).update(state=IntakeState.PLANNED)
    intake.state = IntakeState.PLANNED
    return intake


def verbs(obj: object) -> list[str]:
    return [event.verb for event in audit.history(obj)]


# --- Copying ----------------------------------------------------------------------------------------


def test_a_copy_keeps_weekday_and_clock_and_moves_past_now(intake: Intake, now: datetime) -> None:
    copied = proposal(intake, now)
    assert {name: copied[name] for name in ("opens_at", "closes_at", "objections_close_at")} == {
        "opens_at": datetime(2028, 2, 28, 9, 0, tzinfo=OSLO),
        "closes_at": datetime(2028, 5, 30, 15, 0, tzinfo=OSLO),
        "objections_close_at": datetime(2028, 6, 13, 15, 0, tzinfo=OSLO),
    }
    assert [copied["opens_at"].weekday(), copied["closes_at"].weekday()] == [
        intake.opens_at.weekday(),
        intake.closes_at.weekday(),
    ]
    assert {name: copied[name] for name in ("year", "slug", "population_on", "register_on", "capacity")} == {
        "year": 2028,
        "slug": "autumn-2028",
        "population_on": date(2027, 1, 1),
        "register_on": date(2028, 1, 1),
        "capacity": 20,
    }


def test_a_copy_of_an_old_intake_moves_as_many_years_as_it_takes(db: None, now: datetime) -> None:
    old = IntakeFactory(
        slug="spring-2015",
        year=2015,
        opens_at=datetime(2014, 9, 1, 9, 0, tzinfo=OSLO),
        closes_at=datetime(2014, 11, 3, 12, 0, tzinfo=OSLO),
        objections_close_at=datetime(2014, 11, 17, 12, 0, tzinfo=OSLO),
        population_on=date(2012, 2, 29),
    )
    copied = proposal(old, now)
    assert (copied["slug"], copied["year"], copied["population_on"]) == (
        "spring-2028",
        2028,
        date(2025, 2, 28),
    )
    # A Monday stays a Monday, and noon stays noon although summer time lies between.
    assert (copied["closes_at"].weekday(), copied["closes_at"].hour) == (0, 12)
    assert copied["opens_at"] > now


def test_create_carries_the_quotas_that_the_new_division_has(
    intake: Intake, administrator: User, now: datetime
) -> None:
    Quota.objects.create(intake=intake, dimension="region", code="NN", minimum=3)
    Quota.objects.create(intake=intake, dimension="size", code="S", minimum=5, maximum=9)
    same = deeds.create_intake(proposal(intake, now), copied_from=intake, by=administrator, now=now)
    other = deeds.create_intake(
        {**proposal(intake, now), "slug": "other", "division": "ssb"},
        copied_from=intake,
        by=administrator,
        now=now,
    )
    stored = Quota.objects.order_by("code").values_list("code", "minimum", "maximum")
    assert list(stored.filter(intake=same)) == [("NN", 3, None), ("S", 5, 9)]
    assert list(stored.filter(intake=other)) == [("S", 5, 9)]
    assert (same.state, same.copied_from, same.created_at) == (IntakeState.PLANNED, intake, now)
    event = audit.history(same).get()
    assert (event.verb, event.by, event.changes) == (
        deeds.CREATED,
        administrator,
        {"Copied from": ["", "autumn-2027"]},
    )


def test_an_address_is_used_once(intake: Intake, administrator: User, now: datetime) -> None:
    rules = {**proposal(intake, now), "slug": intake.slug}
    with pytest.raises(Refused, match="Another intake has this address"):
        deeds.create_intake(rules, copied_from=None, by=administrator, now=now)
    assert list(Intake.objects.all()) == [intake]


def test_the_differences_name_rules_and_quotas(intake: Intake, now: datetime) -> None:
    Quota.objects.create(intake=intake, dimension="size", code="S", minimum=5, maximum=9)
    changed = Intake(**{**proposal(intake, now), "capacity": 24})
    found = differences(rules_of(intake), rules_of(changed, quotas_from(intake.quotas.all(), changed)))
    assert found == [
        Difference("Year", "2027", "2028"),
        Difference("Opens", "Monday 1 March 2027 at 09:00", "Monday 28 February 2028 at 09:00"),
        Difference("Application deadline", "Tuesday 1 June 2027 at 15:00", "Tuesday 30 May 2028 at 15:00"),
        Difference(
            "Deadline for objections to eligibility",
            "Tuesday 15 June 2027 at 15:00",
            "Tuesday 13 June 2028 at 15:00",
        ),
        Difference("Places", "20", "24"),
        Difference("Population figures as of", "1 January 2026", "1 January 2027"),
        Difference("Municipalities as of", "1 January 2027", "1 January 2028"),
    ]


def test_a_vanished_group_is_a_difference(intake: Intake) -> None:
    other = IntakeFactory(slug="other", division="ssb")
    labels = [(each.label, each.old, each.new) for each in differences(rules_of(intake), rules_of(other))]
    assert ("Places: Eastern Norway", "at least 1", "") in labels
    assert ("Places: Innlandet", "", "at least 1") in labels


def test_regions_of_the_same_name_in_two_divisions_are_compared(intake: Intake) -> None:
    other = IntakeFactory(slug="other", division="ssb")
    Quota.objects.create(intake=intake, dimension="region", code="NN", minimum=3)
    found = [each for each in differences(rules_of(intake), rules_of(other)) if "Northern" in each.label]
    assert found == [Difference("Places: Northern Norway", "at least 3", "at least 1")]


# --- Rules while planned, frozen afterwards ---------------------------------------------------------


def test_change_while_planned_is_audited(planned: Intake, administrator: User, now: datetime) -> None:
    deeds.change_intake(planned, {"capacity": 24, "team_max": 4}, by=administrator, now=now)
    assert Intake.objects.values_list("capacity", "team_max").get() == (24, 4)
    event = audit.history(planned).get()
    assert (event.verb, event.changes) == (deeds.CHANGED, {"capacity": [20, 24]})


def test_saving_what_is_there_is_no_event(planned: Intake, administrator: User, now: datetime) -> None:
    deeds.change_intake(planned, {"capacity": 20}, by=administrator, now=now)
    deeds.set_quotas(planned, {}, by=administrator, now=now)
    assert verbs(planned) == []


def test_a_new_division_drops_the_quotas_of_the_old(
    planned: Intake, administrator: User, now: datetime
) -> None:
    deeds.set_quotas(
        planned, {("region", "NN"): Bounds(2, 4), ("size", "L"): Bounds(0, 5)}, by=administrator, now=now
    )
    deeds.change_intake(planned, {"division": "ssb"}, by=administrator, now=now)
    assert list(planned.quotas.values_list("dimension", "code", "minimum", "maximum")) == [
        ("size", "L", 0, 5)
    ]


def test_quotas_are_kept_where_they_differ_from_the_default(
    planned: Intake, administrator: User, now: datetime
) -> None:
    deeds.set_quotas(
        planned,
        {("region", "NN"): Bounds(2, 4), ("region", "TR"): Bounds(1, None), ("size", "S"): Bounds(6)},
        by=administrator,
        now=now,
    )
    assert list(planned.quotas.order_by("code").values_list("code", "minimum", "maximum")) == [
        ("NN", 2, 4),
        ("S", 6, None),
    ]
    assert quotas_of(planned)["region", "TR"] == Bounds(1, None)
    event = audit.history(planned).get()
    assert event.changes == {
        "Northern Norway": ["≥ 1", "2–4"],
        "Small municipalities": ["≥ 1", "≥ 6"],
    }


def test_a_minimum_above_the_places_is_refused(planned: Intake, administrator: User, now: datetime) -> None:
    with pytest.raises(Refused, match="more than the 20 places"):
        deeds.set_quotas(planned, {("region", "NN"): Bounds(21)}, by=administrator, now=now)
    assert not planned.quotas.exists()


def test_opening_freezes_the_rules(planned: Intake, administrator: User, now: datetime) -> None:
    stale = Intake.objects.get(pk=planned.pk)
    deeds.open_intake(planned, by=administrator, now=now)
    assert Intake.objects.get().state == IntakeState.OPEN
    assert verbs(planned) == [deeds.OPENED]
    # Also for somebody whose page was loaded while the intake was planned.
    for each in (planned, stale):
        with pytest.raises(Refused, match="rules froze"):
            deeds.change_intake(each, {"capacity": 24}, by=administrator, now=now)
        with pytest.raises(Refused, match="rules froze"):
            deeds.set_quotas(each, {("region", "NN"): Bounds(2)}, by=administrator, now=now)
    with pytest.raises(Refused, match="rules froze"):
        deeds.open_intake(stale, by=administrator, now=now)
    fresh = Intake.objects.get()
    assert (fresh.capacity, list(fresh.quotas.all()), verbs(fresh)) == (20, [], [deeds.OPENED])


def test_opening_needs_a_deadline_ahead(planned: Intake, administrator: User, now: datetime) -> None:
    with pytest.raises(Refused, match="deadline has passed"):
        deeds.open_intake(planned, by=administrator, now=planned.closes_at)
    assert Intake.objects.get().state == IntakeState.PLANNED
    deeds.open_intake(planned, by=administrator, now=planned.closes_at - timedelta(seconds=1))
    assert Intake.objects.get().state == IntakeState.OPEN


def test_opening_needs_population_figures(planned: Intake, administrator: User, now: datetime) -> None:
    Population.objects.all().delete()
    with pytest.raises(Refused, match="lacks the population figure of 1 municipality"):
        deeds.open_intake(planned, by=administrator, now=now)


def test_opening_needs_municipalities(planned: Intake, administrator: User, now: datetime) -> None:
    planned.register_on = date(2001, 1, 1)
    planned.save()
    with pytest.raises(Refused, match="no municipalities"):
        deeds.open_intake(planned, by=administrator, now=now)


def test_the_description_is_no_rule(intake: Intake, administrator: User, now: datetime) -> None:
    deeds.describe_intake(
        intake, {"about_nb": "Velkommen", "about_nn": "", "about_en": ""}, by=administrator, now=now
    )
    fresh = Intake.objects.get()
    assert [fresh.about(language) for language in ("nb", "nn", "en")] == ["Velkommen"] * 3
    assert audit.history(intake).get().changes == {"about_nb": ["", "Velkommen"]}


# --- Extending --------------------------------------------------------------------------------------

LATER = {
    "closes_at": datetime(2027, 6, 8, 15, 0, tzinfo=OSLO),
    "objections_close_at": datetime(2027, 6, 22, 15, 0, tzinfo=OSLO),
}


def test_extending_tells_those_who_can_use_the_time(
    intake: Intake, administrator: User, now: datetime
) -> None:
    states = (State.DRAFT, State.AWAITING_APPROVAL, State.SUBMITTED, State.WITHDRAWN)
    for code, state in zip(("1804", "4646", "5057", "5607"), states, strict=True):
        ApplicationFactory(intake=intake, lead=municipality(code), state=state, reference=f"IS-{code}")
    told = deeds.extend_deadline(intake, **LATER, reason="A strike.", by=administrator, now=now)
    fresh = Intake.objects.get()
    assert (told, fresh.closes_at, fresh.objections_close_at) == (3, *LATER.values())
    event = audit.history(intake).get()
    assert (event.verb, event.reason) == (deeds.EXTENDED, "A strike.")
    letters = Message.objects.order_by("key")
    assert {letter.kind for letter in letters} == {"deadline_extended"}
    assert [letter.about.reference for letter in letters] == ["IS-1804", "IS-4646", "IS-5057"]
    letter = letters[0]
    assert letter.subject == "New deadline for your application: 8 June 2027 at 15:00"
    assert "until Tuesday 8 June 2027 at 15:00, Norwegian time. The deadline was" in letter.body_text
    assert "A strike." in letter.body_text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": " "}, "State the reason"),
        ({"closes_at": datetime(2027, 6, 1, 15, 0, tzinfo=OSLO)}, "must be later"),
        ({"objections_close_at": datetime(2027, 6, 15, 14, 59, tzinfo=OSLO)}, "nor be moved earlier"),
        ({"now": datetime(2027, 6, 1, 15, 0, 1, tzinfo=OSLO)}, "Only the deadline of an open intake"),
    ],
)
def test_extending_is_refused(
    intake: Intake, administrator: User, now: datetime, change: dict[str, object], sentence: str
) -> None:
    asked = {**LATER, "reason": "A strike.", "now": now, **change}
    with pytest.raises(Refused, match=sentence):
        deeds.extend_deadline(intake, by=administrator, **asked)
    assert Intake.objects.get().closes_at == datetime(2027, 6, 1, 15, 0, tzinfo=OSLO)
    assert (Message.objects.count(), verbs(intake)) == (0, [])


def test_a_letter_follows_the_language_of_its_reader(
    intake: Intake, administrator: User, now: datetime
) -> None:
    ApplicationFactory(intake=intake, coordinator=UserFactory(language="nb"))
    deeds.extend_deadline(intake, **LATER, reason="Streik.", by=administrator, now=now)
    letter = Message.objects.get()
    assert letter.language == "nb"
    assert "tirsdag 8. juni 2027 kl. 15.00" in letter.body_text
