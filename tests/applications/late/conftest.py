"""Two applications for four places, told without a draw: two places are free, and nobody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from applications.actions import decisions, late
from applications.models import Application, DrawRound, Intake, LateFilling
from applications.states import State
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.applications.late.build import CLOSES, OPENS, RULE
from tests.applications.offers.build import closed_intake, draw, plain_letter, ready_application, tell
from tests.factories import municipality


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """The sentences are compared in the source language."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def plain_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "write_letter", plain_letter)
    monkeypatch.setattr(late, "language_of", lambda application: "en")


@pytest.fixture
def draw_round(db: None, administrator: User) -> DrawRound:
    intake = closed_intake()
    for code in ("0301", "4601"):
        ready_application(intake, municipality(code))
    return draw(intake, administrator)


@pytest.fixture
def told(draw_round: DrawRound, administrator: User) -> Intake:
    tell(draw_round, administrator)
    Message.objects.update(state=Message.State.SENT, sent_at=draw_round.decided_at)
    return draw_round.intake


@pytest.fixture
def filling(told: Intake, administrator: User) -> LateFilling:
    return late.open_filling(
        told, rule_text=RULE, opens_at=OPENS, closes_at=CLOSES, by=administrator, now=OPENS
    )


@pytest.fixture
def apply_late(filling: LateFilling) -> Callable[..., Application]:
    """`apply_late(code, hours=1)`: reviewed and ready, received so many hours after the opening."""

    def made(code: str, *, hours: int = 1, state: str = State.READY, **fields: Any) -> Application:
        at: datetime = OPENS + timedelta(hours=hours)
        return ready_application(
            filling.intake,
            municipality(code),
            state=state,
            late_filling=filling,
            submitted_at=None if state == State.DRAFT else at,
            **fields,
        )

    return made
