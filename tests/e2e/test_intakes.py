"""An intake is copied, opened and extended; everybody reads about it; the register is searched."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from django.core.management import call_command
from icalendar import Calendar
from playwright.sync_api import expect

from applications.models import Intake, Season
from applications.states import IntakeState
from tests.e2e.conftest import DESKTOP, PHONE
from tests.factories import OSLO, ApplicationFactory, IntakeFactory, municipality

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def last(db: None) -> Intake:
    """The intake of the autumn before, published."""
    municipality("1804")
    return IntakeFactory(
        slug="autumn-2026",
        year=2026,
        state=IntakeState.PUBLISHED,
        opens_at=datetime(2026, 3, 1, 9, 0, tzinfo=OSLO),
        closes_at=datetime(2026, 6, 1, 15, 0, tzinfo=OSLO),
        objections_close_at=datetime(2026, 6, 15, 15, 0, tzinfo=OSLO),
    )


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_intake_is_copied_changed_and_opened(viewport, last, administrator, enter) -> None:
    anna, reader = enter(administrator, viewport=viewport), enter(viewport=viewport)
    anna.opens("/admin/intakes/")
    anna.follows("New intake")
    anna.writes({"Places": "24", "Application deadline": "2026-01-01T15:00"})
    anna.presses("Next: see what is different")
    anna.sees("To continue, you must correct the following errors")
    anna.writes({"Opens": "2027-03-01T09:00", "Application deadline": "2027-06-01T15:00"})
    anna.writes({"Deadline for objections to eligibility": "2027-06-15T15:00"})
    anna.writes({"Population figures as of": "2026-01-01"})
    anna.writes({"Address": "autumn-2027", "About the intake (English)": "Bring a real problem."})
    anna.selects("Semester", "Autumn")
    anna.writes({"Year": "2027"})
    anna.presses("Next: see what is different")
    anna.is_at("Check the new intake")
    expect(anna.main.get_by_role("row").filter(has_text="Places")).to_contain_text("24")
    anna.presses("Create the intake")
    anna.follows("Change the quotas")
    anna.writes({"Northern Norway: Fewest places": "3"})
    anna.presses("Save the quotas")
    anna.sees("The quotas have been saved.")
    assert reader.opens("/intakes/autumn-2027/").status == 404
    anna.follows("Open the intake")
    anna.presses("Open the intake and freeze the rules")
    intake = Intake.objects.get(slug="autumn-2027")
    assert (intake.state, intake.capacity, intake.copied_from, intake.season) == (
        IntakeState.OPEN,
        24,
        last,
        Season.AUTUMN,
    )
    reader.opens("/intakes/")
    reader.follows("Autumn 2027")
    reader.sees("Bring a real problem.", "Tuesday 1 June 2027 at 15:00", "Northern Norway")


def test_the_deadline_is_extended_and_told(intake, coordinator, administrator, enter, post) -> None:
    ApplicationFactory(intake=intake, coordinator=coordinator)
    anna = enter(administrator)
    anna.opens("/admin/intakes/autumn-2027/")
    anna.follows("Extend the deadline")
    anna.writes({"New application deadline": "2027-06-08T15:00", "Reason": "Whitsun came early."})
    anna.writes({"New deadline for objections to eligibility": "2027-06-22T15:00"})
    anna.presses("Extend the deadline and send the letters")
    letter = post(coordinator.email).body
    assert "Whitsun came early." in letter
    assert "Tuesday 8 June 2027 at 15:00" in letter
    anna.opens("/intakes/autumn-2027/")
    anna.sees("Tuesday 8 June 2027 at 15:00")


@pytest.mark.parametrize(
    ("language", "deadline"),
    [
        ("nb", "tirsdag 1. juni 2027 kl. 15.00"),
        ("nn", "tysdag 1. juni 2027 kl. 15.00"),
        ("en", "Tuesday 1 June 2027 at 15:00"),
    ],
)
def test_an_intake_is_read_as_a_page_as_data_and_as_a_calendar(language, deadline, intake, enter) -> None:
    municipality("1804")
    reader = enter(language=language)
    reader.opens("/intakes/autumn-2027/")
    reader.sees(deadline)
    data = json.loads(reader.page.request.get("/intakes/autumn-2027/intake.json").text())
    assert json.dumps(data).count("2027-06-01T15:00") >= 1
    calendar = Calendar.from_ical(reader.page.request.get("/intakes/autumn-2027/deadlines.ics").text())
    assert intake.closes_at in [event["DTSTART"].dt for event in calendar.walk("VEVENT")]


def test_the_register_is_searched(enter, transactional_db) -> None:
    call_command("import_register", verbosity=0)
    for viewport in (DESKTOP, PHONE):
        reader = enter(viewport=viewport)
        reader.opens("/municipalities/")
        reader.sees("357 municipalities")
        reader.writes({"Name, county or number": "kárášjohka"})
        reader.presses("Show")
        reader.follows("Karasjok")
        reader.sees("Kárášjohka", "Finnmark")
        reader.opens("/municipalities/")
        reader.writes({"Name, county or number": "bjugn"})
        reader.presses("Show")
        reader.sees("Found among earlier municipalities")
        reader.follows("Ørland")
        reader.follows("Bjugn", exact=False)
        reader.sees("5017")
        reader.opens("/municipalities/?q=atlantis")
        reader.sees("No municipality fits")
