"""Six applications for four places, drawn and told; letters without their PDF."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from applications.actions import decisions
from applications.models import DrawRound, Intake
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.applications.offers.build import LEADS, closed_intake, draw, plain_letter, ready_application, tell
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
def settled(db: None) -> Intake:
    intake = closed_intake()
    for code in LEADS:
        ready_application(intake, municipality(code))
    return intake


@pytest.fixture
def drawn(settled: Intake, administrator: User) -> DrawRound:
    return draw(settled, administrator)


@pytest.fixture
def told(drawn: DrawRound, administrator: User) -> Intake:
    """Four have got the offer of a place, two wait; every letter about that has left."""
    tell(drawn, administrator)
    Message.objects.update(state=Message.State.SENT, sent_at=drawn.decided_at)
    return drawn.intake
