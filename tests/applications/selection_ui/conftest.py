"""An intake that is closed and settled, with six applications for three places, and its draw step by step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest

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
    coordinator = UserFactory(name=f"Koordinator {lead.name}", email=f"koordinator{code}@example.no")
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


@pytest.fixture
def state_of() -> Callable[[Intake], str]:
    """The state as the database has it."""
    return lambda intake: Intake.objects.get(pk=intake.pk).state
