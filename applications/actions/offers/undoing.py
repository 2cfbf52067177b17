"""What the school does with an offer that has been made: withdraw it, take it back, undo the answer."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions import decisions, promotions
from applications.actions.offers.holding import end_application, let_go, locked_offer, refill
from applications.actions.offers.opening import free_place
from applications.actions.promotions import hold
from applications.emails import offers as letters
from applications.emails.decisions import recall
from applications.models import Application, Decision, DecisionKind, Offer
from applications.states import OfferState, State
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

WITHDREW = gettext_noop("withdrew the offer")
TOOK_BACK = gettext_noop("took back a place that nobody had been told of")
UNDONE = gettext_noop("undid the answer; the municipality can answer again")
LEFT = gettext_noop("left the place or the waiting list, because the application was withdrawn")
WITHDRAWABLE = (OfferState.WAITING, OfferState.SENT, OfferState.ACCEPTED)


@transaction.atomic
def propose_withdrawal(offer: Offer, *, reason: str, by: User, now: datetime) -> Decision:
    """Prepare the decision that takes an offer, or a number on the waiting list, from a municipality.

    A second person approves it. When it is issued the offer is withdrawn (`follow`), and not before.
    Raises Refused without a reason, and for an offer that is neither waiting, sent nor accepted.
    """
    offer = locked_offer(offer)
    obstacle = obstacle_to_withdrawal(offer)
    if obstacle:
        raise Refused(obstacle)
    if not reason.strip():
        raise Refused(_("State the reason."))
    return decisions.decide(
        offer.application, DecisionKind.DECLINED, grounds=reason.strip(), leaves_at=now, by=by, now=now
    )


def obstacle_to_withdrawal(offer: Offer) -> str:
    """Why an offer cannot be withdrawn, as a sentence; empty when it can."""
    if offer.state not in WITHDRAWABLE:
        return _("There is no offer to withdraw: the state is «%(state)s».") % {
            "state": offer.get_state_display()
        }
    if offer.application.state == State.ENROLLED:
        return _("The team is enrolled, so the place is not an offer any more.")
    return ""


def follow(decision: Decision, *, now: datetime) -> None:
    """Withdraw the offer, or the number on the waiting list, from which a decision just issued takes it."""
    if decision.kind != DecisionKind.DECLINED or decision.is_of_person:
        return
    offer = Offer.objects.select_related("application").filter(application=decision.application_id).first()
    if offer is not None and offer.state in WITHDRAWABLE:
        withdraw_offer(offer, reason=decision.grounds, by=decision.prepared_by, now=now)


@transaction.atomic
def withdraw_offer(offer: Offer, *, reason: str, by: User | None, now: datetime) -> None:
    """Take the offer back and fill its place. The decision that says so is the letter about it.

    Raises Refused unless a decision that gives no place is in force: no letter may say otherwise.
    """
    offer = locked_offer(offer)
    application = offer.application
    in_force = application.decisions.in_force().of_applications().filter(kind=DecisionKind.DECLINED)
    if not in_force.exists():
        raise Refused(_("An offer is withdrawn by a decision that a second person has approved."))
    place = let_go(offer, OfferState.WITHDRAWN, verb=WITHDREW, by=by, now=now, reason=reason)
    end_application(offer, by=by, now=now)
    refill(place, offer, now)


@transaction.atomic
def take_back(offer: Offer, *, reason: str, by: User, now: datetime) -> None:
    """Free a place that is held for an application of which nobody has been told; its decision is void.

    Who has been told a number on the waiting list has it again. Raises Refused without a reason, and when the
    municipality has been told of the place.
    """
    offer = locked_offer(offer)
    if not reason.strip():
        raise Refused(_("State the reason."))
    if offer.state != OfferState.PREPARED:
        raise Refused(_("The municipality has been told of its place. Withdraw the offer instead."))
    waits = offer.application.state == State.WAITLISTED
    to = OfferState.WAITING if waits else OfferState.WITHDRAWN
    place = let_go(offer, to, verb=TOOK_BACK, by=by, now=now, reason=reason)
    refill(place, offer, now)


def obstacle_to_undoing(offer: Offer) -> str:
    """Why an answer cannot be undone, as a sentence; empty when it can."""
    if offer.state == OfferState.ACCEPTED:
        if offer.application.state == State.ENROLLED:
            return _("The team is enrolled, so the answer stands.")
        return ""
    if offer.state not in (OfferState.DECLINED, OfferState.EXPIRED) or not offer.was_sent:
        return _("There is no answer to undo.")
    if offer.application.state != State.DECLINED:
        return _("The application is «%(state)s», so the offer cannot be made again.") % {
            "state": offer.application.get_state_display()
        }
    if free_place(offer.application.intake) is None:
        return _("The place has been given to somebody else, and no other is free.")
    return ""


@transaction.atomic
def undo(offer: Offer, *, by: User, now: datetime, reason: str) -> None:
    """Let a municipality answer again after a misclick or a missed deadline, while a place is free.

    An accepted place is still its own. It gets a new deadline and is told by mail. Raises Refused without a
    reason, and when no place is free.
    """
    offer = locked_offer(offer)
    if not reason.strip():
        raise Refused(_("State the reason."))
    obstacle = obstacle_to_undoing(offer)
    if obstacle:
        raise Refused(obstacle)
    if not offer.holds_a_place:
        hold(offer.application.intake.places.free()[0], offer)
    promotions.send(offer, by=by, now=now, verb=UNDONE, reason=reason.strip())
    letters.recall(offer, now=now)
    letters.undone(offer, reason=reason.strip(), now=now)


def leave(application: Application, *, reason: str, by: User, now: datetime) -> None:
    """What follows for the offer when a whole application is withdrawn: its place goes to whoever is next.

    The caller holds the intake's row and the application locked, and has moved the application. Decisions
    that have not left become void.
    """
    for decision in application.decisions.standing():
        decisions.withdraw(decision, verb=decisions.VOIDED, reason=reason, by=by, now=now)
    for decision in application.decisions.in_force():
        recall(decision, now=now)
    offer = Offer.objects.filter(application=application).first()
    if offer is None or offer.state in (OfferState.DECLINED, OfferState.EXPIRED, OfferState.WITHDRAWN):
        return
    offer.application = application
    place = let_go(offer, OfferState.DECLINED, verb=LEFT, by=by, now=now, reason=reason, answered=True)
    refill(place, offer, now)
