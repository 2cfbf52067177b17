"""Six applications for four places, told on Thursday 24 June 2027; appeals until Thursday 15 July."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from applications.actions import decisions
from applications.models import Decision, DrawRound, Intake
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.applications.appeals.build import of_application
from tests.applications.offers.build import (
    LEADS,
    closed_intake,
    draw,
    plain_letter,
    ready_application,
    tell,
    waiting_codes,
)
from tests.factories import municipality


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """The sentences are compared in the source language."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def plain_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "write_letter", plain_letter)


@pytest.fixture
def drawn(db: None, administrator: User) -> DrawRound:
    intake = closed_intake()
    for code in LEADS:
        ready_application(intake, municipality(code))
    return draw(intake, administrator)


@pytest.fixture
def told(drawn: DrawRound, administrator: User) -> Intake:
    tell(drawn, administrator)
    Message.objects.update(state=Message.State.SENT, sent_at=drawn.decided_at)
    return drawn.intake


@pytest.fixture
def reserves(told: Intake, drawn: DrawRound) -> list[str]:
    """The codes of the two that wait, lowest lot first."""
    return waiting_codes(drawn)


@pytest.fixture
def waiting(told: Intake, reserves: list[str]) -> Decision:
    """The decision that put the second reserve on the waiting list."""
    return of_application(told, reserves[1])
