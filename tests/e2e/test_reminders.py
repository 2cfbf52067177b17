"""Reminders in a browser: from the ledger to a pause, the preview that follows, and another rule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine

from innoskole.accounts.models import User
from innoskole.reminders import kinds
from innoskole.reminders.actions import rules, sweep
from innoskole.reminders.models import Pause, Reminder
from tests.e2e.conftest import DESKTOP, PHONE
from tests.factories import NOW, OSLO, municipality
from tests.reminders.pages import OFFER, offer

DUE = datetime(2027, 5, 10, 15, 0, tzinfo=OSLO)  # a Monday

# What is said to the administrator, in each language.
BOKMAL = {
    "Reminders": "Påminnelser",
    "Pause this": "Sett dette på pause",
    "Reason": "Begrunnelse",
    "Pause": "Sett på pause",
    "The reminders are paused.": "Påminnelsene er satt på pause.",
    "The next 30 days": "De neste 30 dagene",
    "1 more reminder is paused.": "1 påminnelse til er satt på pause.",
    "Rules": "Regler",
    "Change": "Endre",
    "Days before the deadline": "Dager før fristen",
    "days as numbers": "Skriv dagene som hele tall med komma mellom, for eksempel «7, 2».",
    "See what follows": "Se hva som følger",
    "outlook": "1 person blir påminnet de neste 30 dagene; påminnelser i alt: 2.",
    "Save the rule": "Lagre regelen",
    "The rule has been changed.": "Regelen er endret.",
    "new rule": "5 og 1 dager før fristen.",
    "days": ["onsdag 5. mai 2027", "fredag 7. mai 2027"],
}
NYNORSK = {
    **BOKMAL,
    "Reminders": "Påminningar",
    "Pause this": "Set dette på pause",
    "Reason": "Grunngiving",
    "Pause": "Set på pause",
    "The reminders are paused.": "Påminningane er sette på pause.",
    "The next 30 days": "Dei neste 30 dagane",
    "1 more reminder is paused.": "1 påminning til er sett på pause.",
    "Rules": "Reglar",
    "Days before the deadline": "Dagar før fristen",
    "days as numbers": "Skriv dagane som heile tal med komma mellom, til dømes «7, 2».",
    "See what follows": "Sjå kva som følgjer",
    "outlook": "1 person blir påmind dei neste 30 dagane; påminningar i alt: 2.",
    "Save the rule": "Lagre regelen",
    "The rule has been changed.": "Regelen er endra.",
    "new rule": "5 og 1 dagar før fristen.",
    "days": ["onsdag 5. mai 2027", "fredag 7. mai 2027"],
}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False), kinds.only(OFFER):
        yield


@pytest.mark.parametrize(
    ("language", "viewport", "words"),
    [("nb", DESKTOP, BOKMAL), ("nn", PHONE, NYNORSK)],
    ids=["bokmål on a desktop", "nynorsk on a phone"],
)
def test_from_the_ledger_to_a_pause_and_another_rule(
    language, viewport, words, administrator: User, enter, coordinator: User, outsider: User
) -> None:
    User.objects.update(language=language)
    administrator.refresh_from_db()
    for person in (coordinator, outsider):
        person.refresh_from_db()
    kari = offer(due_at=DUE, coordinator=coordinator, lead=municipality("1804"))
    unni = offer(due_at=DUE, coordinator=outsider, lead=municipality("4646"))
    sweep(NOW)
    line = Reminder.objects.get(object_id=kari.pk)
    anna = enter(administrator, viewport=viewport, language=language)

    anna.opens("/admin/reminders/preview/")
    anna.sees("Kari Koordinator", "Unni Utenfor", within=anna.main.locator("h3 ~ ul").first)

    anna.opens("/admin/reminders/?q=kari")
    anna.is_at(words["Reminders"])
    anna.goes_by(anna.main.locator(f"a[href='/admin/reminders/{line.pk}/']"))
    anna.is_at(line.title)
    anna.follows(words["Pause this"])
    anna.presses(words["Pause"])
    anna.writes({words["Reason"]: "Kari har ringt."})
    anna.presses(words["Pause"])
    anna.sees(words["The reminders are paused."])
    assert Pause.objects.get().object_id == kari.pk

    anna.follows(words["The next 30 days"])
    anna.sees("Unni Utenfor", within=anna.main.locator("h3 ~ ul").first)
    anna.does_not_see("Kari Koordinator")
    anna.sees(words["1 more reminder is paused."])

    anna.follows(words["Rules"], within=anna.main.locator("nav"))
    anna.goes_by(anna.main.locator("a[href='/admin/reminders/rules/offer/']"))
    anna.writes({words["Days before the deadline"]: "fire"})
    anna.presses(words["See what follows"])
    anna.sees(words["days as numbers"])
    anna.writes({words["Days before the deadline"]: "5, 1"})
    anna.presses(words["See what follows"])
    anna.sees(words["outlook"])
    anna.presses(words["Save the rule"])
    anna.sees(words["The rule has been changed."], words["new rule"])
    assert rules()["offer"].before == (5, 1)

    anna.follows(words["The next 30 days"])
    shown = anna.main.locator("h3").all_inner_texts()
    assert [text.lower() for text in shown] == words["days"]
    anna.sees("Unni Utenfor", within=anna.main.locator("h3 ~ ul").first)
    assert {line.object_id for line in Reminder.objects.all()} == {kari.pk, unni.pk}


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_person_stops_and_starts_their_own_reminders(viewport, coordinator: User, enter) -> None:
    offer(due_at=DUE, coordinator=coordinator, lead=municipality("1804"))
    sweep(NOW)
    kari = enter(coordinator, viewport=viewport)
    kari.opens("/me/")
    kari.follows("What you are reminded of, and why")
    kari.is_at("My reminders")
    kari.sees("You get this because you are the contact person", "You are reminded.")
    kari.presses("Do not remind me: Answer to the offer of a place")
    kari.sees("You will not be reminded of this kind of deadline any more.", "You are not reminded.")
    kari.presses("Remind me again: Answer to the offer of a place")
    kari.sees("You are reminded.")
