"""Where an appeal stands, step by step with its dates: the clock that both sides see."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from applications.models.appeal import Appeal
from applications.states import AppealState
from innoskole.accounts import audit


@dataclass(frozen=True)
class Step:
    """A state that the appeal came to, and when."""

    label: str
    at: datetime


def steps(appeal: Appeal) -> list[Step]:
    """The states in the order in which it came to them; what is only prepared is no step. One query."""
    found = [Step(str(AppealState.RECEIVED.label), appeal.received_at)]
    moves = [event for event in audit.history(appeal) if "state" in event.changes]
    return found + [Step(_(event.changes["state"][1]), event.occurred_at) for event in reversed(moves)]
