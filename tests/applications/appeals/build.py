"""An appeal on a decision, step by step."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from applications.actions import appeals, decisions, releases
from applications.models import Appeal, Decision, DecisionKind, Intake
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.factories import OSLO

APPEALED = datetime(2027, 7, 1, 9, 0, tzinfo=OSLO)  # a Thursday
ANSWERED = datetime(2027, 7, 5, 9, 0, tzinfo=OSLO)
LEAVES = ANSWERED + timedelta(hours=2)
TEXT = "Our region and size class are wrong: we have 4 900 inhabitants."
GROUNDS = "The number of inhabitants was wrong."


def of_application(intake: Intake, code: str) -> Decision:
    return (
        Decision.objects.in_force()
        .of_applications()
        .get(application__intake=intake, application__lead__code=code)
    )


def of_person(intake: Intake, code: str) -> Decision:
    """The decision on the first person of a team with a place."""
    found = Decision.objects.in_force().filter(
        application__intake=intake, application__lead__code=code, member__isnull=False
    )
    return found.order_by("pk")[0]


def received(decision: Decision, **fields: Any) -> Appeal:
    """From the one whom the decision is about, unless told."""
    about = decision.member or decision.application.coordinator
    by = None if decision.member else decision.application.coordinator
    values = {"text": TEXT, "name": about.name, "email": about.email, "by": by, "now": APPEALED}
    return appeals.receive(decision, **values | fields).appeal


def prepared(decision: Decision, by: User) -> Appeal:
    """Received, and `by` handles it."""
    appeal = received(decision)
    appeals.take(appeal, by=by, now=APPEALED)
    return appeal


def upheld(appeal: Appeal, by: User, kind: str = DecisionKind.PLACE, **fields: Any) -> Decision:
    values = {"grounds": GROUNDS, "leaves_at": LEAVES, "by": by, "now": ANSWERED}
    return appeals.uphold(appeal, kind=kind, **values | fields)


def leave(decision: Decision, approver: User) -> None:
    """Approved by another, and let go at its minute."""
    decisions.approve(decision, by=approver, now=ANSWERED)
    assert releases.release_due(LEAVES) == 1
    decision.refresh_from_db()


def mails() -> list[tuple[str, str]]:
    """(kind, to) of what has not been sent yet, in the order in which it was written."""
    queued = Message.objects.filter(state=Message.State.QUEUED)
    return list(queued.order_by("pk").values_list("kind", "to_email"))
