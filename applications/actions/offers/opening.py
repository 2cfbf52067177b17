"""Places are opened with the selection, and given one by one after it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications import results
from applications.actions import promotions
from applications.actions.moves import move
from applications.actions.offers.holding import locked_offer
from applications.actions.promotions import fill, hold, locked_intake
from applications.models import Application, DrawRound, Intake, Offer, OutcomeKind, Place
from applications.states import OfferState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

OPENED = gettext_noop("opened the places of the intake")
GAVE = gettext_noop("gave the application a free place, not yet told")
ENTITLED = gettext_noop("gave the application the next place that becomes free")


@transaction.atomic
def open_places(draw_round: DrawRound, *, by: User | None, now: datetime) -> None:
    """Make the places of a selection that is told, and offer them to those who have got one.

    The others wait, each with its number by lot. One that was withdrawn after the freeze has given its place
    up: it goes to a reserve at once.
    """
    intake = locked_intake(draw_round.intake_id)
    count = draw_round.frozen.input.places if draw_round.is_draw else intake.capacity
    Place.objects.bulk_create(Place(intake=intake, number=number) for number in range(1, count + 1))
    free = iter(intake.places.all())
    numbers = results.waiting_numbers(results.lines(draw_round))
    outcomes = draw_round.outcomes.select_related("application__lead").order_by("application__lead__code")
    given_up = []
    for outcome in outcomes:
        application = outcome.application
        has_left = application.state == State.WITHDRAWN
        if outcome.kind != OutcomeKind.PLACE:
            Offer.objects.create(
                application=application,
                state=OfferState.DECLINED if has_left else OfferState.WAITING,
                number=numbers[application.lead.code],
                made_at=now,
                reason=application.state_reason if has_left else "",
            )
            continue
        place = next(free)
        if has_left:
            offer = Offer.objects.create(
                application=application,
                state=OfferState.DECLINED,
                made_at=now,
                reason=application.state_reason,
            )
            given_up.append((place, offer))
            continue
        offer = Offer.objects.create(
            application=application,
            state=OfferState.SENT,
            made_at=now,
            sent_at=now,
            due_at=intake.answer_due(now),
        )
        hold(place, offer)
    audit.record(intake, OPENED, by=by, now=now, changes={"places": (0, count)})
    for place, offer in given_up:
        fill(place, offer, now)


def free_place(intake: Intake) -> Place | None:
    return intake.places.free().first()


@transaction.atomic
def give_place(application: Application, *, by: User, now: datetime) -> Offer:
    """Hold a free place for an application, which nobody is told before its decision is issued.

    For the filling of free places after the deadline, and for a reversal. Raises Refused when no place is
    free, and when the application has one.
    """
    intake = locked_intake(application.intake_id)
    place = free_place(intake)
    if place is None:
        raise Refused(_("No place is free. A place becomes free when somebody declines or does not answer."))
    offer = Offer.objects.with_application().filter(application=application).first()
    if offer is None:
        offer = Offer.objects.create(application=application, state=OfferState.PREPARED, made_at=now)
        audit.record(application, GAVE, by=by, now=now)
    else:
        move(offer, OfferState.PREPARED, verb=GAVE, by=by, now=now, about=application, entitled_at=None)
    hold(place, offer)
    return offer


@transaction.atomic
def entitle(application: Application, *, by: User, now: datetime, reason: str) -> Offer:
    """Give an application the next place that becomes free, before the draw's reserves: by a reversal.

    Raises Refused while a place is free (give that one), and for an application that has a place.
    """
    intake = locked_intake(application.intake_id)
    if free_place(intake):
        raise Refused(_("A place is free, so the application can have it now."))
    offer = Offer.objects.with_application().filter(application=application).first()
    if offer is None:
        offer = Offer.objects.create(
            application=application, state=OfferState.WAITING, made_at=now, entitled_at=now
        )
        audit.record(application, ENTITLED, by=by, now=now, reason=reason)
    elif offer.state == OfferState.WAITING:
        if offer.entitled_at is None:
            offer.entitled_at = now
            offer.save(update_fields=["entitled_at"])
            audit.record(application, ENTITLED, by=by, now=now, reason=reason)
    else:
        move(
            offer,
            OfferState.WAITING,
            verb=ENTITLED,
            by=by,
            now=now,
            reason=reason,
            about=application,
            entitled_at=now,
        )
    return offer


@transaction.atomic
def send_offer(offer: Offer, *, now: datetime) -> None:
    """Let the municipality answer: the decision that gives it the place is issued in the same transaction."""
    offer = locked_offer(offer)
    promotions.send(offer, by=None, now=now)
