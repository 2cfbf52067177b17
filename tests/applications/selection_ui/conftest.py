"""An intake that is closed and settled, with six applications for three places, and its draw step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from applications.actions import selection
from applications.actions.source_values import type_in_value
from applications.models import DrawRound, Intake
from applications.states import IntakeState, State
from innoskole.accounts.models import User
from tests.factories import OSLO, ApplicationFactory, IntakeFactory, UserFactory, municipality

AFTER_OBJECTIONS = datetime(2027, 6, 16, 10, 0, tzinfo=OSLO)  # a Wednesday
DRAW_AT = datetime(2027, 6, 23, 20, 0, tzinfo=OSLO)
VIKINGLOTTO_ON = date(2027, 6, 23)
AFTER_DRAW = datetime(2027, 6, 24, 10, 0, tzinfo=OSLO)
DRAND_VALUE = "0f" * 32
LOTTO_VALUE = "9,18,27,33,35,39+4"

# code: (region, size)
LEADS = {
    "0301": ("OL", "L"),
    "1804": ("NN", "L"),
    "1818": ("NN", "S"),
    "4601": ("VL", "L"),
    "4646": ("VL", "S"),
    "5610": ("NN", "S"),
}


@pytest.fixture
def closed(db: None) -> Intake:
    """Past the deadline for objections, with four places and nobody's application yet."""
    return IntakeFactory(state=IntakeState.CLOSED, capacity=4)


@pytest.fixture
def settled(closed: Intake) -> Intake:
    """Six applications ready for four places; the default quotas can be kept."""
    for code in LEADS:
        application_of(closed, code)
    return closed


def application_of(intake: Intake, code: str, state: str = State.READY):
    lead = municipality(code)
    email = f"koordinator{code}@example.no"
    coordinator = User.objects.filter(email=email).first() or UserFactory(
        name="Koordinator Prøve", email=email
    )
    return ApplicationFactory(intake=intake, lead=lead, coordinator=coordinator, state=state)


@pytest.fixture
def frozen(settled: Intake, administrator: User) -> DrawRound:
    return freeze(settled, by=administrator)


def freeze(intake: Intake, *, by: User, now: datetime = AFTER_OBJECTIONS, **choice) -> DrawRound:
    return selection.freeze(
        intake,
        choice=selection.Choice(**choice),
        draw_at=DRAW_AT,
        vikinglotto_on=VIKINGLOTTO_ON,
        by=by,
        now=now,
    )


@pytest.fixture
def confirmed(frozen: DrawRound, administrator: User, second_administrator: User) -> DrawRound:
    """Both sources typed in and confirmed."""
    confirm_sources(frozen, administrator, second_administrator)
    return frozen


def confirm_sources(draw_round: DrawRound, first: User, second: User, now: datetime = AFTER_DRAW) -> None:
    for source, value in zip(draw_round.sources.all(), (DRAND_VALUE, LOTTO_VALUE), strict=True):
        type_in_value(source, value, fallback_reason="", by=first, now=now)
        type_in_value(source, value, fallback_reason="", by=second, now=now)


@pytest.fixture
def drawn(confirmed: DrawRound, administrator: User) -> DrawRound:
    selection.draw(confirmed, by=administrator, now=AFTER_DRAW)
    return confirmed


@pytest.fixture
def checked(drawn: DrawRound, second_administrator: User) -> DrawRound:
    selection.check(drawn, by=second_administrator, now=AFTER_DRAW)
    return drawn


@pytest.fixture
def decided(checked: DrawRound, administrator: User) -> DrawRound:
    selection.decide(checked, by=administrator, now=AFTER_DRAW)
    return checked


@pytest.fixture
def published(decided: DrawRound, administrator: User) -> DrawRound:
    selection.publish(decided, by=administrator, now=AFTER_DRAW)
    return decided


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """The sentences are compared in the source language."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def no_early_values(settings) -> None:
    """As in production: no value before the announced moment."""
    settings.DRAW_SOURCES_EARLY = False


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    """The views' clock, a day after the deadline for objections; `clock.move_to(AFTER_DRAW)` moves it."""
    with time_machine.travel(AFTER_OBJECTIONS, tick=False) as traveller:
        yield traveller


@pytest.fixture
def browse(clock: time_machine.Coordinates) -> Callable[..., Client]:
    """`browse(user, at)`: a browser in which the person (or nobody) is logged in at that moment."""

    def browser(user: User | None = None, at: datetime = AFTER_OBJECTIONS) -> Client:
        clock.move_to(at)
        client = Client(headers={"accept-language": "en"})
        if user is not None:
            client.force_login(user, "innoskole.accounts.backends.Backend")
        return client

    return browser
