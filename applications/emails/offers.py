"""Letters about the answer to an offer. That a place is offered, or not, is told by the decision's letter."""

from datetime import datetime
from typing import Any

from applications.emails import coordinator
from applications.models import Offer
from innoskole.notifications import outbox


def accepted(offer: Offer, *, now: datetime) -> None:
    """The receipt: the place is accepted, for which team, and what comes next."""
    _post(offer, "accepted", {"team": offer.team_confirmed, "by": offer.answered_by}, now=now)


def declined(offer: Offer, *, was_accepted: bool, now: datetime) -> None:
    """The receipt: the place is declined, or given up."""
    _post(offer, "declined", {"by": offer.answered_by, "was_accepted": was_accepted}, now=now)


def expired(offer: Offer, *, now: datetime) -> None:
    """Nobody answered in time, and the place is not theirs any more."""
    _post(offer, "expired", {}, now=now)


def undone(offer: Offer, *, reason: str, now: datetime) -> None:
    """The answer is undone by the school, and there is a new deadline."""
    _post(offer, "undone", {"reason": reason}, now=now, expires_at=offer.due_at)


def recall(offer: Offer, *, now: datetime) -> None:
    """Cancel what has not left about an answer that has been overtaken."""
    coordinator.recall(offer.application, _keys(offer), now=now)


def _keys(offer: Offer) -> str:
    return f"offer:{offer.pk}:"


def _post(
    offer: Offer,
    name: str,
    context: dict[str, Any],
    *,
    now: datetime,
    expires_at: datetime | None = None,
) -> None:
    """To the contact person; the answer's own letters also to a colleague who has given it.

    An administrator who has answered for the municipality has no need of a receipt.
    """
    application = offer.application
    recipients = {application.coordinator.pk: application.coordinator}
    if offer.answered_by and not offer.answered_by.is_course_administrator:
        recipients[offer.answered_by.pk] = offer.answered_by
    for user in recipients.values():
        outbox.post(
            key=f"{_keys(offer)}{name}:{now.isoformat()}:{user.pk}",
            kind=f"offer_{name}",
            to=user,
            template=f"offer_{name}",
            context={"application": application, "intake": application.intake, "offer": offer, **context},
            now=now,
            about=application,
            expires_at=expires_at,
        )
