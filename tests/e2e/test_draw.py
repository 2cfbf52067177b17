"""The draw, from the frozen list to the verification by a reader."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import expect

from applications import tasks
from applications.models import Dimension, DrawRound, Intake, Quota, Release
from applications.states import IntakeState
from tests.applications.selection_ui.conftest import (
    AFTER_DRAW,
    AFTER_OBJECTIONS,
    DRAND_VALUE,
    LEADS,
    LOTTO_VALUE,
    application_of,
)
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.person import Person
from tests.factories import IntakeFactory

SELECTION = "/admin/intakes/autumn-2027/selection/"
RELEASE = "/admin/intakes/autumn-2027/release/"
PUBLIC = "/intakes/autumn-2027/draw/"
SOURCES = {"drand-quicknet/40323412": DRAND_VALUE, "vikinglotto/2027-06-23": LOTTO_VALUE}


@pytest.fixture(autouse=True)
def clock(settings) -> Iterator[time_machine.Coordinates]:
    """A Wednesday after the deadline for objections; values exist from the announced moment only."""
    settings.DRAW_SOURCES_EARLY = False
    with time_machine.travel(AFTER_OBJECTIONS, tick=False) as traveller:
        yield traveller


@pytest.fixture
def closed(db: None) -> Intake:
    return IntakeFactory(state=IntakeState.CLOSED, capacity=4)


@pytest.fixture
def settled(closed: Intake) -> Intake:
    """Six applications are ready for four places."""
    for code in LEADS:
        application_of(closed, code)
    return closed


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_the_frozen_list_to_a_verified_result(
    viewport, settled, administrator, second_administrator, enter, log_in, clock, post, tmp_path: Path
) -> None:
    anna, arne, reader = (
        enter(user, viewport=viewport) for user in (administrator, second_administrator, None)
    )
    freeze(anna)
    digest = DrawRound.objects.get().digest
    assert digest in post("koordinator1804@example.no").body
    reader.opens(PUBLIC)
    reader.sees(digest, "Every application in the draw")

    clock.move_to(AFTER_DRAW)
    log_in(anna.page, administrator)
    log_in(arne.page, second_administrator)
    for source, value in SOURCES.items():
        type_in(anna, f"Type in the value {source}", value, "Save")
        type_in(arne, f"Confirm the value {source}", value, "Confirm")
    anna.opens(SELECTION)
    anna.follows("Draw")
    anna.presses("Draw now")
    anna.sees("The draw is done. Another person must check it.")
    arne.opens(SELECTION)
    arne.follows("Check the draw: another person draws again")
    expect(arne.main.locator(".checks .done")).to_have_count(8)
    arne.presses("The draw is right")
    anna.opens(SELECTION)
    anna.follows("Decide")
    anna.presses("Decide")
    tell(anna, arne, "At a minute that I choose")
    minute = Release.objects.get().leaves_at
    assert minute == AFTER_DRAW + timedelta(days=1)  # Friday at ten o'clock
    clock.move_to(minute - timedelta(seconds=1))
    assert tasks.release_due() == 0
    reader.opens(PUBLIC)
    reader.does_not_see("Every application and its outcome", "Check in your own browser")
    clock.move_to(minute)
    assert tasks.release_due() == 1
    reader.opens(PUBLIC)
    reader.sees("Every application and its outcome", digest)
    verify_in_the_browser(reader)
    assert verify_on_ones_own_machine(reader, digest, tmp_path).returncode == 0
    find_ones_municipality(reader)
    letter = post("koordinator0301@example.no")
    assert PUBLIC in letter.body


def tell(anna: Person, arne: Person, when: str) -> None:
    """One chooses when, the other goes through the letters and approves them."""
    anna.opens(SELECTION)
    anna.follows("Send the letters and publish to everybody at the same minute")
    anna.follows("Prepare the letters")
    anna.chooses(when)
    anna.presses("Prepare the letters")
    anna.sees("The decisions are drawn up. Nobody has been told.", "Another person must approve them.")
    arne.opens(RELEASE)
    arne.follows("Go through and approve")
    arne.sees("Every letter", "koordinator0301@example.no")
    arne.presses("Approve the letters")
    arne.sees("The letters are approved, and leave at their minute.")


def freeze(anna: Person) -> None:
    anna.opens(SELECTION)
    anna.follows("Freeze the list and announce the sources")
    expect(anna.field("Time of the draw")).to_have_value("2027-06-23T20:00")
    expect(anna.field("Draw of Vikinglotto")).to_have_value("2027-06-23")
    anna.presses("Next step")
    anna.sees("This cannot be undone", *SOURCES)
    anna.presses("Freeze the list and send the letters")
    anna.sees("The list is frozen as round autumn-2027-1, and the letters are on their way.")


def type_in(person: Person, link: str, value: str, button: str) -> None:
    person.opens(SELECTION)
    person.follows(link)
    person.writes({"Value": value})
    person.presses(button)
    person.is_at("Selection: Autumn 2027")


def verify_in_the_browser(reader: Person) -> None:
    reader.page.get_by_role("button", name="Check the draw now").click()
    expect(reader.page.locator(".verify-ok")).to_have_count(8)
    expect(reader.page.locator(".verify-fail")).to_have_count(0)
    reader.arrives()


def verify_on_ones_own_machine(reader: Person, digest: str, folder: Path) -> subprocess.CompletedProcess[str]:
    for name in ("basis.json", "seed.txt", "protocol.json", "verify.py"):
        reader.downloads(name).save_as(folder / name)
    command = [sys.executable, "-I", "verify.py", "basis.json", "seed.txt", "protocol.json", digest]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def find_ones_municipality(reader: Person) -> None:
    reader.writes({"Municipality": "bodø"})
    reader.presses("Find your municipality")
    row = reader.main.locator("tr#m-1804")
    expect(row).to_be_visible()
    expect(reader.main.locator("tbody tr[id]")).to_have_count(1)
    row.locator("summary").click()
    reader.sees("Each of them had the chance 3/5 (60.0%).", within=row)
    reader.arrives()


def test_an_annulled_round_stays_public(settled, administrator, enter, post) -> None:
    anna, reader = enter(administrator), enter()
    freeze(anna)
    anna.follows("Annul the draw")
    anna.writes({"Why the draw is annulled": "A municipality was left out by mistake."})
    anna.presses("Annul the draw and send the letters")
    assert "A municipality was left out by mistake." in post("koordinator1804@example.no").body
    reader.opens(PUBLIC)
    reader.sees("Annulled", "A municipality was left out by mistake.")
    anna.opens(SELECTION)
    anna.follows("Freeze the list and announce the sources")
    anna.presses("Next step")
    anna.presses("Freeze the list and send the letters")
    anna.sees("The list is frozen as round autumn-2027-2, and the letters are on their way.")


def test_without_a_draw_when_there_are_places_for_all(
    closed, administrator, second_administrator, enter, post
) -> None:
    for code in ("0301", "1804"):
        application_of(closed, code)
    anna, arne, reader = enter(administrator), enter(second_administrator), enter()
    anna.opens(SELECTION)
    anna.follows("Decide: everybody is admitted, without a draw")
    anna.presses("Decide")
    tell(anna, arne, "As soon as another person has approved them")
    assert tasks.release_due() == 1
    reader.opens(PUBLIC)
    reader.sees("Bodø", "Oslo")
    reader.does_not_see("Check in your own browser")
    post("koordinator0301@example.no")


def test_trying_other_places_and_quotas(settled, administrator, enter) -> None:
    anna = enter(administrator)
    anna.opens(SELECTION)
    anna.follows("What if?")
    anna.writes({"Places": "5"})
    anna.presses("Try")
    anna.sees("Exact chance of a place: 5 places for 6 applications")
    anna.writes({"Places": "4", "Fewest places: Northern Norway": "3"})
    anna.presses("Try")
    anna.sees("These quotas cannot all be kept")
    anna.follows("See the softened quotas")
    anna.sees("Northern Norway gets from 2 to 3 places instead of from 3 to 4 places.")
    anna.presses("Draw for trial")
    anna.sees("Trial draw number 1, not binding")
    anna.sees("1 trial draw has been made.")
    assert not DrawRound.objects.exists()


def test_quotas_that_cannot_be_kept_are_softened_with_a_reason(settled, administrator, enter) -> None:
    Quota.objects.create(intake=settled, dimension=Dimension.REGION, code="NN", minimum=3)
    anna = enter(administrator)
    anna.opens(SELECTION)
    anna.follows("Freeze the list and announce the sources")
    anna.sees(
        "The fewest places of Northern Norway, Western Norway and Eastern Norway add up to 5,"
        " but there are only 4 places."
    )
    anna.follows("Soften the quotas")
    anna.presses("Next step")
    anna.sees("To continue, you must correct the following errors")
    anna.writes({"Why these quotas are chosen": "The groups cannot all have their places."})
    anna.presses("Next step")
    anna.presses("Freeze the list and send the letters")
    reader = enter()
    reader.opens(PUBLIC)
    reader.sees("The groups cannot all have their places.")


def test_a_value_that_is_typed_in_wrongly(settled, administrator, second_administrator, enter, log_in, clock):
    anna, arne = enter(administrator), enter(second_administrator)
    freeze(anna)
    anna.opens(SELECTION)
    anna.sees("It exists from Wednesday 23 June 2027 at 20:00, Norwegian time.")
    clock.move_to(AFTER_DRAW)
    log_in(anna.page, administrator)
    log_in(arne.page, second_administrator)
    source = next(iter(SOURCES))
    type_in(anna, f"Type in the value {source}", DRAND_VALUE, "Save")
    arne.opens(SELECTION)
    arne.follows(f"Confirm the value {source}")
    arne.writes({"Value": "1" * 64})
    arne.presses("Confirm")
    arne.sees("To continue, you must correct the following errors")
    assert arne.page.title().startswith("Error: ")
    arne.writes({"Value": DRAND_VALUE})
    arne.presses("Confirm")
    arne.is_at("Selection: Autumn 2027")
    arne.sees("Typed in by Anna Administrator, confirmed by Arne Administrator.")
