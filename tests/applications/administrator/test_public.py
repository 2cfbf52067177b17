"""The front page and the public pages of intakes: for people, for machines, for calendars."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import icalendar
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from applications.models import FeeRate, Intake, Quota
from applications.models.overview import overview
from applications.states import IntakeState, State
from innoskole.accounts.models import User
from innoskole.municipalities.models import Municipality
from tests.factories import OSLO, ApplicationFactory, IntakeFactory, PartnerFactory, municipality

PAGE = reverse("applications:intake", args=["autumn-2027"])
DATA = reverse("applications:intake_json", args=["autumn-2027"])
CALENDAR = reverse("applications:intake_ics", args=["autumn-2027"])
CODES = ("0301", "1804", "4204", "4646", "5001", "5610")


@pytest.fixture
def reader(now: datetime, client: Client) -> Callable[..., Any]:
    """`reader(path, language)`: somebody who is not logged in."""

    def read(path: str, language: str = "en") -> Any:
        return client.get(path, headers={"Accept-Language": language})

    return read


@pytest.fixture
def register(db: None) -> None:
    for code in CODES:
        municipality(code)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


# --- Front page -------------------------------------------------------------------------------------


def test_the_front_page_without_any_intake(reader: Callable[..., Any], db: None) -> None:
    shown = text(reader("/"))
    assert "No intake is open now." in shown
    assert "Apply for your municipality" not in shown


def test_the_front_page_calls_to_action_while_open(reader: Callable[..., Any], intake: Intake) -> None:
    shown = text(reader("/"))
    assert "Apply by Tuesday 1 June 2027 at 15:00, Norwegian time." in shown
    assert reverse("applications:start", args=["autumn-2027"]) in shown


def test_the_front_page_announces_the_next_intake(
    reader: Callable[..., Any], intake: Intake, now: datetime
) -> None:
    Intake.objects.update(opens_at=now + timedelta(days=1))
    shown = text(reader("/"))
    assert "opens Tuesday 4 May 2027 at 10:00, Norwegian time." in shown
    assert "Apply for your municipality" not in shown


@pytest.mark.parametrize("state", [IntakeState.CLOSED, IntakeState.PUBLISHED])
def test_the_front_page_shows_the_latest_when_none_is_open(
    reader: Callable[..., Any], intake: Intake, state: str
) -> None:
    Intake.objects.update(state=state)
    assert "See the intake for Autumn 2027" in text(reader("/"))


# --- List -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_much_for_three_as_for_one(
    reader: Callable[..., Any], db: None, rows: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for number in range(rows):
        IntakeFactory(slug=f"intake-{number}", state=IntakeState.CLOSED if number else IntakeState.OPEN)
    with django_assert_num_queries(1):
        response = reader(reverse("applications:intakes"))
    assert [len(response.context[name]) for name in ("open_intakes", "earlier_intakes")] == [1, rows - 1]


def test_a_planned_intake_exists_for_the_administrators_only(
    reader: Callable[..., Any],
    intake: Intake,
    coordinator: User,
    administrator: User,
    log_in: Callable[[User], Client],
) -> None:
    Intake.objects.update(state=IntakeState.PLANNED)
    assert "No intake yet" in text(reader(reverse("applications:intakes")))
    for path in (PAGE, DATA, CALENDAR):
        assert [
            reader(path).status_code,
            log_in(coordinator).get(path).status_code,
            log_in(administrator).get(path).status_code,
        ] == [404, 404, 200]
    assert "Only course administrators see this page" in text(log_in(administrator).get(PAGE))


# --- The page of an intake --------------------------------------------------------------------------


def test_the_page_holds_what_a_municipality_needs(
    reader: Callable[..., Any], intake: Intake, register: None
) -> None:
    Quota.objects.create(intake=intake, dimension="region", code="NN", minimum=2, maximum=6)
    response = reader(PAGE)
    shown = text(response)
    for sentence in (
        "Apply by Tuesday 1 June 2027 at 15:00, Norwegian time.",
        "All times are Norwegian time (Europe/Oslo).",
        "The 6 municipalities of Norway as of 1 January 2027",
        "guarantees that 3 to 4 persons take part",
        "at least 2 different sectors",
        "There are 20 places",
        "Objections are considered until Tuesday 15 June 2027 at 15:00",
        "have 14 days to answer",
    ):
        assert sentence in shown
    facts = response.context["territory"]
    assert [
        (region.code, [county.name for county in region.counties], region.municipalities, str(region.bounds))
        for region in facts.regions
    ] == [
        ("NN", ["Finnmark", "Nordland"], 2, "2 to 6"),
        ("TR", ["Trøndelag"], 1, "at least 1"),
        ("VL", ["Vestland"], 1, "at least 1"),
        ("SL", ["Agder"], 1, "at least 1"),
        ("OL", ["Oslo"], 1, "at least 1"),
    ]
    assert [(size.code, size.municipalities) for size in facts.sizes] == [("S", 2), ("M", 0), ("L", 4)]


def test_the_page_asks_the_same_whatever_the_size_of_the_register(
    reader: Callable[..., Any], intake: Intake, django_assert_num_queries: Callable[[int], Any]
) -> None:
    municipality("1804")
    with django_assert_num_queries(5):
        reader(PAGE)
    for code in CODES:
        municipality(code)
    with django_assert_num_queries(5):
        reader(PAGE)


@pytest.mark.parametrize(
    ("language", "deadline"),
    [
        ("nb", "tirsdag 1. juni 2027 kl. 15.00"),
        ("nn", "tysdag 1. juni 2027 kl. 15.00"),
        ("en", "Tuesday 1 June 2027 at 15:00"),
    ],
)
def test_three_languages(
    reader: Callable[..., Any], intake: Intake, register: None, language: str, deadline: str
) -> None:
    Intake.objects.update(about_nb="Om opptaket.", about_nn="Om inntaket.", about_en="About it.")
    shown = text(reader(PAGE, language))
    assert deadline in shown
    assert {"nb": "Om opptaket.", "nn": "Om inntaket.", "en": "About it."}[language] in shown


def test_the_division_of_the_time(reader: Callable[..., Any], register: None) -> None:
    """An intake of 2015 divides the country as Statistics Norway did then: seven regions."""
    IntakeFactory(division="ssb", register_on=date(2015, 1, 1), population_on=date(2015, 1, 1))
    names = [region.name for region in reader(PAGE).context["territory"].regions]
    assert names == [
        "Oslo and Akershus",
        "Hedmark and Oppland",
        "South-Eastern Norway",
        "Agder and Rogaland",
        "Western Norway",
        "Trøndelag",
        "Northern Norway",
    ]


LOCKED_ON = (IntakeState.LOCKED, IntakeState.DRAWN, IntakeState.PUBLISHED)


@pytest.mark.parametrize("state", [IntakeState.OPEN, IntakeState.CLOSED, *LOCKED_ON])
def test_the_list_is_public_between_deadline_and_freeze(
    reader: Callable[..., Any], intake: Intake, state: str
) -> None:
    ready = ApplicationFactory(intake=intake, lead=municipality("1804"), state=State.READY)
    PartnerFactory(application=ready, municipality=municipality("5057"), confirmed=True)
    ApplicationFactory(intake=intake, lead=municipality("4646"), state=State.IN_REVIEW)
    Intake.objects.update(state=state)
    response, data = reader(PAGE), reader(DATA).json()
    if state == IntakeState.CLOSED:
        assert "Bodø, together with Ørland" in text(response)
        assert "Fjaler" not in text(response)
        assert data["ready_for_selection"] == [
            {"code": "1804", "name": "Bodø", "partners": [{"code": "5057", "name": "Ørland"}]}
        ]
    else:
        assert "Bodø" not in text(response)
        assert data["ready_for_selection"] is None


@pytest.mark.parametrize(
    ("state", "shown"), [(IntakeState.CLOSED, False), *((each, True) for each in LOCKED_ON)]
)
def test_the_draw_is_linked_from_the_freeze_on(
    reader: Callable[..., Any], intake: Intake, state: str, shown: bool
) -> None:
    Intake.objects.update(state=state)
    assert (reverse("applications:draw", args=["autumn-2027"]) in text(reader(PAGE))) is shown


# --- Data and calendar ------------------------------------------------------------------------------


def test_the_data(reader: Callable[..., Any], intake: Intake, register: None) -> None:
    Quota.objects.create(intake=intake, dimension="size", code="S", minimum=5, maximum=9)
    response = reader(DATA)
    assert response.headers["Content-Type"] == "application/json"
    data = response.json()
    regions = data.pop("regions")
    assert data == {
        "format": "innoskole-intake/1",
        "language": "en",
        "id": "autumn-2027",
        "name": "Autumn 2027",
        "season": "autumn",
        "year": 2027,
        "state": "open",
        "accepts_applications": True,
        "late_filling": None,
        "time_zone": "Europe/Oslo",
        "opens_at": "2027-03-01T09:00:00+01:00",
        "closes_at": "2027-06-01T15:00:00+02:00",
        "objections_close_at": "2027-06-15T15:00:00+02:00",
        "published_at": None,
        "response_days": 14,
        "places": 20,
        "team": {"min": 3, "max": 4, "sectors_min": 2},
        "individual_assessment_by_two": True,
        "register_on": "2027-01-01",
        "population_on": "2026-01-01",
        "municipalities": 6,
        "region_division": "landsdel",
        "size_bounds": {"small_below": 5000, "large_from": 20000},
        "sizes": [
            {
                "code": "S",
                "name": "Small (fewer than 5,000 inhabitants)",
                "municipalities": 2,
                "places": {"min": 5, "max": 9},
            },
            {
                "code": "M",
                "name": "Medium (5,000 to 19,999 inhabitants)",
                "municipalities": 0,
                "places": {"min": 1, "max": None},
            },
            {
                "code": "L",
                "name": "Large (20,000 inhabitants or more)",
                "municipalities": 4,
                "places": {"min": 1, "max": None},
            },
        ],
        "ready_for_selection": None,
        "course_fee": None,
        "about": "",
        "contact": "innoskole@example.no",
        "links": {
            "page": "http://127.0.0.1:8000/intakes/autumn-2027/",
            "calendar": "http://127.0.0.1:8000/intakes/autumn-2027/deadlines.ics",
            "apply": "http://127.0.0.1:8000/intakes/autumn-2027/apply/",
            "draw": "http://127.0.0.1:8000/intakes/autumn-2027/draw/",
        },
    }
    assert regions[0] == {
        "code": "NN",
        "name": "Northern Norway",
        "counties": [{"code": "56", "name": "Finnmark"}, {"code": "18", "name": "Nordland"}],
        "municipalities": 2,
        "places": {"min": 1, "max": None},
    }


def test_the_course_fee_is_todays_until_the_result_is_published(
    reader: Callable[..., Any], intake: Intake, administrator: User, now: datetime
) -> None:
    today = now.date()
    said = ("kr per municipality today", "The course fee of this intake is")
    assert [words in text(reader(PAGE)) for words in said] == [False, False]
    for amount, day in ((30_000, today), (35_000, today + timedelta(days=1))):
        FeeRate(amount=amount, valid_from_on=day, source="The board", set_by=administrator, set_at=now).save()
    assert "The course fee is 30,000 kr per municipality today." in text(reader(PAGE))
    assert reader(DATA).json()["course_fee"] == {"amount": 30_000, "valid_from_on": today.isoformat()}
    published = {"state": IntakeState.PUBLISHED, "published_at": now + timedelta(days=1)}
    Intake.objects.filter(pk=intake.pk).update(**published)
    assert "The course fee of this intake is 35,000 kr per municipality." in text(reader(PAGE))


def test_every_key_of_the_data_is_described(reader: Callable[..., Any], intake: Intake) -> None:
    with open("docs/intake-json.md", encoding="utf-8") as file:
        described = file.read()
    assert [key for key in reader(DATA).json() if f"`{key}`" not in described] == []


def test_the_calendar(reader: Callable[..., Any], intake: Intake, now: datetime) -> None:
    response = reader(CALENDAR)
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(response.content)
    events = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
    assert {uid: (str(event["SUMMARY"]), event["DTSTART"].dt) for uid, event in events.items()} == {
        "autumn-2027-opens@127.0.0.1": (
            "Applications open: Autumn 2027",
            datetime(2027, 3, 1, 9, 0, tzinfo=OSLO),
        ),
        "autumn-2027-closes@127.0.0.1": (
            "Application deadline: Autumn 2027",
            datetime(2027, 6, 1, 15, 0, tzinfo=OSLO),
        ),
        "autumn-2027-objections@127.0.0.1": (
            "Deadline for objections to eligibility: Autumn 2027",
            datetime(2027, 6, 15, 15, 0, tzinfo=OSLO),
        ),
    }
    closes = events["autumn-2027-closes@127.0.0.1"]
    assert closes["DTSTAMP"].dt == now
    assert [alarm["TRIGGER"].dt for alarm in closes.walk("VALARM")] == [
        timedelta(days=-14),
        timedelta(days=-1),
    ]


def test_the_calendar_carries_its_time_zone(reader: Callable[..., Any], intake: Intake) -> None:
    content = reader(CALENDAR).content.decode()
    assert "DTSTART;TZID=Europe/Oslo:20270601T150000" in content
    (zone,) = icalendar.Calendar.from_ical(content).walk("VTIMEZONE")
    assert str(zone["TZID"]) == "Europe/Oslo"
    offsets = {
        str(part["TZOFFSETTO"].to_ical()) for part in zone.walk() if part.name in ("STANDARD", "DAYLIGHT")
    }
    assert offsets == {"+0100", "+0200"}


def test_an_intake_of_2015_on_the_real_register(reader: Callable[..., Any], db: None) -> None:
    """428 municipalities in 20 counties, each in one region and one size class of that time."""
    call_command("import_register", stdout=StringIO())
    intake = IntakeFactory(
        slug="spring-2015",
        division="ssb",
        register_on=date(2015, 1, 1),
        population_on=date(2015, 1, 1),
        state=IntakeState.CLOSED,
    )
    bjugn = Municipality.objects.get_valid("1627", intake.register_on)
    ApplicationFactory(intake=intake, lead=bjugn, state=State.READY)
    response = reader(reverse("applications:intake", args=["spring-2015"]))
    facts = response.context["territory"]
    assert facts.municipalities == 428
    assert sum(region.municipalities for region in facts.regions) == 428
    assert sum(size.municipalities for size in facts.sizes) == 428
    trondelag = next(region for region in facts.regions if region.name == "Trøndelag")
    assert [county.name for county in trondelag.counties] == ["Nord-Trøndelag", "Sør-Trøndelag"]
    assert "Bjugn" in text(response)
    (group,) = [each for each in overview(intake).groups["region"] if each.ready]
    assert (group.name, group.received) == ("Trøndelag", 1)
    assert [each.ready for each in overview(intake).groups["size"]] == [1, 0, 0]
