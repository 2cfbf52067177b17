"""What follows, besides its offer, when one decision is issued by itself; in the same transaction."""

from datetime import datetime

from applications.actions import appeals, decisions
from applications.models import Decision, DecisionKind


def follow(decision: Decision, *, now: datetime) -> None:
    """With a place everybody in the team gets a decision; an appeal that led to the decision has its answer."""
    if decision.kind == DecisionKind.PLACE:
        decisions.decide_persons(decision.application, now=now)
    appeals.carry_out(decision, now=now)
