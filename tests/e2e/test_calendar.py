"""A private calendar address: made, copied, read, replaced, revoked; and one event as a file."""

from __future__ import annotations

import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from applications.models import Offer
from applications.states import OfferState, State
from tests.calendars.factories import by_ical, by_icalendar, moment
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.person import Person
from tests.factories import NOW, ApplicationFactory

pytestmark = pytest.mark.usefixtures("now")

TITLE = "Deadline: The offer of a place for Bodø"


@pytest.fixture
def offered(intake, coordinator) -> Offer:
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state=State.ADMITTED)
    times = {"made_at": NOW, "sent_at": NOW, "due_at": moment(5, 20, 15)}
    return Offer.objects.create(application=application, state=OfferState.SENT, **times)


@pytest.fixture
def fetch(live_server):
    """What a calendar program gets at an address: status and content."""

    def fetched(address: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(f"{live_server.url}{urlsplit(address).path}") as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    return fetched


def address_of(person: Person) -> str:
    return person.field("Calendar address").input_value()


@pytest.mark.parametrize(
    "browser_options",
    [{"viewport": DESKTOP}, {"viewport": PHONE}, {"javascript": False}],
    ids=["desktop", "phone", "without scripts"],
)
def test_an_address_from_the_first_day_to_the_last(
    browser_options, offered, coordinator, enter, fetch
) -> None:
    kari = enter(coordinator, **browser_options)
    kari.opens("/me/")
    kari.follows("Sessions and deadlines in your own calendar")
    kari.is_at("My calendar")
    kari.sees(TITLE)
    kari.presses("Make a calendar address")
    kari.sees("Copy it now: it is shown only this once.")
    first = address_of(kari)
    status, content = fetch(first)
    assert (status, [event["title"] for event in by_icalendar(content)]) == (200, [TITLE])
    assert by_ical(content) == by_icalendar(content)

    kari.opens("/my/calendar/")
    expect(kari.field("Calendar address")).to_have_count(0)
    kari.sees("3 May 2027 at 10:00")
    kari.page.get_by_text("Replace the address", exact=True).click()
    kari.presses("Make a new address")
    second = address_of(kari)
    assert [fetch(each)[0] for each in (first, second)] == [404, 200]

    kari.page.get_by_text("Revoke the address", exact=True).click()
    kari.presses("Revoke the address now")
    kari.sees("The calendar address is revoked. Nothing can be read there.")
    assert [fetch(each)[0] for each in (first, second)] == [404, 404]


def test_the_address_is_copied_by_a_button(coordinator, enter) -> None:
    kari = enter(coordinator, permissions=["clipboard-read", "clipboard-write"])
    kari.opens("/my/calendar/")
    kari.presses("Make a calendar address")
    kari.page.get_by_role("button", name="Copy the address").click()
    kari.sees("The address is copied.")
    assert kari.page.evaluate("navigator.clipboard.readText()") == address_of(kari)


def test_one_event_as_a_file(offered, coordinator, enter) -> None:
    kari = enter(coordinator)
    kari.opens("/my/calendar/")
    file = kari.downloads(f"Download {TITLE}")
    assert file.suggested_filename == f"deadline-offer-{offered.pk}.ics"
    content = file.path().read_bytes()
    assert [(event["title"], event["ends"]) for event in by_ical(content)] == [
        (TITLE, "2027-05-20T15:00:00+02:00")
    ]


def test_how_to_add_it_is_told_for_three_programs(coordinator, enter, no_overflow) -> None:
    kari = enter(coordinator, viewport=PHONE)
    kari.opens("/my/calendar/")
    for program, step in (
        ("Outlook", "Subscribe from web"),
        ("Google", "From URL"),
        ("Apple", "New Calendar"),
    ):
        kari.page.get_by_text(program, exact=True).click()
        kari.sees(step)
    kari.arrives()
    no_overflow(kari.page)
