"""What happens to offers when time has passed: they expire, and the waiting list is closed one day.

Sweeps over «due and not done»: a missed or doubled tick does no harm.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions import decisions
from applications.actions.offers.holding import end_application, let_go, locked_offer, refill
from applications.actions.promotions import locked_intake
from applications.emails import offers as letters
from applications.models import DecisionKind, Intake, Offer
from applications.states import OfferState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

EXPIRED = gettext_noop("The deadline passed without an answer; the offer expired")
LIST_CLOSED = gettext_noop("closed the waiting list")
LEFT_WAITING = gettext_noop("ended the waiting, because the waiting list is closed")


def sweep(now: datetime) -> int:
    """What is due and not done: expired offers, ended waiting. Returns how many it told.

    Every one is its own transaction: what a sweep that was cut off left undone, the next one does.
    """
    return expire_due(now) + tell_left_waiting(now)


def expire_due(now: datetime) -> int:
    """Let every offer expire whose deadline has passed, the earliest first; each frees its place."""
    overdue = Offer.objects.overdue(now).order_by("due_at", "pk").values_list("pk", flat=True)
    return sum(_expire(pk, now) for pk in list(overdue))


@transaction.atomic
def _expire(pk: int, now: datetime) -> bool:
    """False when somebody has answered, or another sweep has been here, in the meantime."""
    offer = locked_offer(Offer.objects.select_related("application").get(pk=pk))
    if offer.state != OfferState.SENT or offer.is_open_at(now):
        return False
    place = let_go(offer, OfferState.EXPIRED, verb=EXPIRED, by=None, now=now)
    end_application(offer, by=None, now=now)
    letters.expired(offer, now=now)
    refill(place, offer, now)
    return True


@transaction.atomic
def close_waiting_list(intake: Intake, *, reason: str, by: User, now: datetime) -> None:
    """Call nobody from the draw's waiting list any more; the sweep tells each who still waits, by a decision.

    reason: the grounds of these decisions. Somebody whom a reversal has given the next free place keeps that
    right. Raises Refused without a reason, before the selection is published, and when it is closed already.
    """
    current = locked_intake(intake.pk)
    if not reason.strip():
        raise Refused(_("State the reason."))
    obstacle = obstacle_to_closing(current)
    if obstacle:
        raise Refused(obstacle)
    current.waiting_list_closed_at = now
    current.waiting_list_closed_reason = reason.strip()
    current.save(update_fields=["waiting_list_closed_at", "waiting_list_closed_reason"])
    audit.record(current, LIST_CLOSED, by=by, now=now, reason=reason.strip())


def obstacle_to_closing(intake: Intake) -> str:
    """Why the waiting list cannot be closed, as a sentence; empty when it can."""
    if intake.waiting_list_closed_at:
        return _("The waiting list is closed already.")
    if not intake.places.exists():
        return _("There is no waiting list before the selection is published.")
    return ""


def tell_left_waiting(now: datetime) -> int:
    """Decide, for each reserve on a closed waiting list, that there is no place; returns how many."""
    left = Offer.objects.left_waiting().order_by("number", "pk").values_list("pk", flat=True)
    return sum(_end_waiting(pk, now) for pk in list(left))


@transaction.atomic
def _end_waiting(pk: int, now: datetime) -> bool:
    offer = locked_offer(Offer.objects.select_related("application").get(pk=pk))
    if offer.state != OfferState.WAITING or offer.entitled_at:
        return False
    grounds = offer.application.intake.waiting_list_closed_reason
    let_go(offer, OfferState.WITHDRAWN, verb=LEFT_WAITING, by=None, now=now, reason=grounds)
    end_application(offer, by=None, now=now)
    decisions.decide_by_rule(offer.application, DecisionKind.DECLINED, grounds=grounds, now=now)
    return True
