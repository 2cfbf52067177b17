"""What follows, besides its offer, when one decision is issued by itself; in the same transaction."""

from datetime import datetime

from applications.actions import appeals, decisions, late
from applications.models import Decision, DecisionKind


def follow(decision: Decision, *, now: datetime) -> None:
    """A place: a decision on everybody in the team. No place: the end of a late one. An appeal's answer."""
    if decision.kind == DecisionKind.PLACE:
        decisions.decide_persons(decision.application, now=now)
    late.carry_out(decision, now=now)
    appeals.carry_out(decision, now=now)
