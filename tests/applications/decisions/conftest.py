"""Six applications for four places, drawn and decided; letters without their PDF unless asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from applications.actions import decisions, releases
from applications.models import Application, Decision, DrawRound, Intake, Letter, Release
from innoskole.accounts.models import User
from tests.applications.offers.build import LEADS, TOLD, closed_intake, draw, plain_letter, ready_application
from tests.factories import OSLO, municipality

DECIDED = datetime(2027, 6, 24, 10, 0, tzinfo=OSLO)  # a Thursday
MINUTE = datetime(2027, 6, 25, 10, 0, tzinfo=OSLO)
BEFORE = MINUTE - timedelta(minutes=1)
assert TOLD == DECIDED


def short_letter(decision: Decision, *, now: datetime) -> Letter:
    """A letter without its PDF, to the one to whom the real one goes."""
    letter = plain_letter(decision, now=now)
    email = (decision.member or decision.application.coordinator).email
    Letter.objects.filter(pk=letter.pk).update(to_email=email)
    letter.to_email = email
    return letter


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """The sentences are compared in the source language."""
    with translation.override("en"):
        yield


@pytest.fixture
def short_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (decisions, releases):
        monkeypatch.setattr(module, "write_letter", short_letter)


@pytest.fixture
def drawn(db: None, administrator: User) -> DrawRound:
    intake = closed_intake()
    for code in LEADS:
        ready_application(intake, municipality(code))
    return draw(intake, administrator, now=DECIDED)


@pytest.fixture
def decided(drawn: DrawRound) -> Intake:
    return drawn.intake


@pytest.fixture
def application(db: None) -> Application:
    """Received, with a team of three; nothing is decided about it."""
    return ready_application(closed_intake(), municipality("1804"))


@pytest.fixture
def prepared(short_letters: None, decided: Intake, administrator: User) -> Release:
    return releases.prepare_release(decided, leaves_at=MINUTE, by=administrator, now=DECIDED)


@pytest.fixture
def approved(prepared: Release, second_administrator: User) -> Release:
    releases.approve_release(prepared, by=second_administrator, now=DECIDED)
    return prepared


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(DECIDED, tick=False) as traveller:
        yield traveller


@pytest.fixture
def browse(clock: time_machine.Coordinates) -> Callable[..., Client]:
    """`browse(user, at)`: a browser in which the person (or nobody) is logged in at that moment."""

    def browser(user: User | None = None, at: datetime = DECIDED) -> Client:
        clock.move_to(at)
        client = Client(headers={"accept-language": "en"})
        if user is not None:
            client.force_login(user, "innoskole.accounts.backends.Backend")
        return client

    return browser
