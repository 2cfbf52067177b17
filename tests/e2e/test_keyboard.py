"""A coordinator who uses no pointer: logs in, writes, chooses, sends in."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from applications.states import State
from tests.e2e.person import Person
from tests.factories import ApplicationFactory

pytestmark = pytest.mark.usefixtures("now")

PASSWORD = "correct horse battery staple"
MOST_STOPS = 80
# Seen by whoever tabs: an outline or a shadow around the control, or around it and its label.
FOCUS_SHOWS = """(control) => [control, control.parentElement].map(getComputedStyle).some((style) =>
  (style.outlineStyle !== "none" && style.outlineWidth !== "0px") || style.boxShadow !== "none")"""


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus, and see that it shows."""
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("(element) => element === document.activeElement"):
            assert target.evaluate(FOCUS_SHOWS), target
            return
    raise AssertionError(f"Tab does not reach {target}")


def press(person: Person, target: Locator, key: str = "Enter") -> None:
    """Reach the target by Tab, and go where the key leads."""
    tab_to(person.page, target)
    with person.page.expect_navigation():
        person.page.keyboard.press(key)
    person.arrives()


def write(person: Person, label: str, text: str) -> None:
    tab_to(person.page, person.field(label))
    person.page.keyboard.press("ControlOrMeta+A")
    person.page.keyboard.type(text)


def test_the_first_stop_leads_past_the_menu(enter, intake) -> None:
    reader = enter()
    reader.opens("/")
    reader.page.keyboard.press("Tab")
    skip = reader.page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    reader.page.keyboard.press("Enter")
    tab_to(reader.page, reader.main.get_by_role("link", name="Apply for your municipality"))


def test_the_language_is_changed(enter) -> None:
    reader = enter(language="nb")
    reader.opens("/")
    tab_to(reader.page, reader.page.locator("button[popovertarget=languages]"))
    reader.page.keyboard.press("Enter")
    press(reader, reader.page.get_by_role("button", name="English"))
    reader.is_at("Solve a real problem together")


def test_logging_in_writing_and_sending_in(intake, coordinator, enter) -> None:
    coordinator.set_password(PASSWORD)
    coordinator.save()
    application = ApplicationFactory(intake=intake, coordinator=coordinator, complete=True)
    kari = enter()
    find = kari.main.get_by_role
    kari.opens(f"/applications/{application.reference}/")
    write(kari, "E-mail address", coordinator.email)
    write(kari, "Password", PASSWORD)
    press(kari, find("button", name="Log in"))
    press(kari, find("link", name="Anchoring"))
    write(kari, "Plan", "The plan for the young")
    outcome = kari.group("Treatment in the political body")
    tab_to(kari.page, outcome.get_by_label("Supported", exact=True))
    kari.page.keyboard.press("ArrowDown")
    expect(outcome.get_by_label("Taken note of")).to_be_checked()
    press(kari, find("button", name="Next step"))
    kari.is_at("Composition of the team")
    technical = kari.main.get_by_label("Technical services and property")
    tab_to(kari.page, technical)
    kari.page.keyboard.press("Space")
    expect(technical).to_be_checked()
    press(kari, find("button", name="Next step"))
    kari.sees("It is saved. Say how the team will involve the sectors that nobody comes from")
    press(kari, find("button", name="Next step"))
    press(kari, find("link", name="Next step"))
    kari.is_at("Check the answers before you send in")
    press(kari, find("button", name="Send in the application"))
    kari.is_at("The application is sent in")
    application.refresh_from_db()
    assert (application.state, application.plan_title, application.political_outcome) == (
        State.SUBMITTED,
        "The plan for the young",
        "noted",
    )


def test_errors_are_reached_from_their_summary(intake, coordinator, enter) -> None:
    application = ApplicationFactory(intake=intake, coordinator=coordinator)
    kari = enter(coordinator)
    kari.opens(f"/applications/{application.reference}/step/problem/")
    press(kari, kari.main.get_by_role("button", name="Next step"))
    kari.page.keyboard.press("Tab")
    kari.page.keyboard.press("Enter")
    expect(kari.field("Working title")).to_be_focused()
