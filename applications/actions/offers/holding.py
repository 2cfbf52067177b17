"""What every deed on an offer has in common: the order of locks, and how a place is let go."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from applications.actions import decisions
from applications.actions.drafts import locked
from applications.actions.moves import move
from applications.actions.participation import tell_place_is_gone
from applications.actions.promotions import fill, locked_intake, note
from applications.emails import offers as letters
from applications.models import Offer, Place
from applications.states import OfferState, State
from innoskole.accounts.models import User

ENDED = gettext_noop("ended the application without a place")
OVERTAKEN = gettext_noop("The municipality no longer has the place or the number on the waiting list.")


def locked_offer(offer: Offer) -> Offer:
    """The offer and its application as they are now: the intake's row is locked first, then these two.

    All that change an intake's places take turns by it, and the team stays as it is meanwhile.
    """
    locked_intake(offer.application.intake_id)
    application = locked(offer.application)
    current = Offer.objects.select_for_update().get(pk=offer.pk)
    current.application = application
    return current


def let_go(
    offer: Offer,
    to: str,
    *,
    verb: str,
    by: User | None,
    now: datetime,
    reason: str = "",
    answered: bool = False,
) -> Place | None:
    """Move the offer to a state without a place; returns the place that it held, if it held one, now free.

    What was decided about the application or its persons and has not left is not told any more. Persons who
    have been invited are told that the place is gone.
    """
    for decision in offer.application.decisions.standing():
        decisions.withdraw(decision, verb=decisions.VOIDED, reason=OVERTAKEN, by=by, now=now)
    if offer.state == OfferState.ACCEPTED:
        tell_place_is_gone(offer.application, now=now)
    place = Place.objects.select_related("intake").filter(offer=offer).first()
    answer: dict[str, Any] = {"answered_at": now, "answered_by": by} if answered else {}
    move(offer, to, verb=verb, by=by, now=now, reason=reason, about=offer.application, **answer)
    note(offer, reason)
    letters.recall(offer, now=now)
    if place:
        place.offer = None
        place.save(update_fields=["offer"])
    return place


def end_application(offer: Offer, *, by: User | None, now: datetime) -> None:
    """Say that the application is at its end without a place.

    It has ended already where an appeal gave the right to the next place after the decision that gave none.
    """
    if offer.application.state != State.DECLINED:
        move(offer.application, State.DECLINED, verb=ENDED, by=by, now=now, changed_at=now)


def refill(place: Place | None, dropped: Offer, now: datetime) -> None:
    if place:
        fill(place, dropped, now)
