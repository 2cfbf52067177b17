"""Who takes over a place that becomes free: those a reversal has entitled, then the draw's own reserves.

Nothing is drawn again: the lots of the published protocol decide (selection.replacement). Whoever calls holds
the intake's row locked, so that one place after the other becomes free.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_noop

from applications import selection
from applications.actions import decisions
from applications.actions.moves import move
from applications.models import DecisionKind, DrawRound, Intake, Offer, Place, Promotion, PromotionRule
from applications.models.offer import OfferQuerySet
from applications.states import OfferState, State
from innoskole.accounts.models import User

PROMOTED = gettext_noop("gave the application a place that had become free")
SENT = gettext_noop("offered the application a place")
ADMITTED = gettext_noop("admitted the application")


@dataclass(frozen=True)
class Next:
    """Who is to have a free place and by which rule, or why nobody is."""

    rule: str
    offer: Offer | None = None
    deviation: int | None = None
    passed_over: Offer | None = None


def locked_intake(pk: int) -> Intake:
    """The intake's row, locked to the end of the transaction: whatever changes its places takes turns."""
    return Intake.objects.select_for_update(no_key=True).get(pk=pk)


# --- Who is next ----------------------------------------------------------------------------------


def next_in_line(intake: Intake, dropped: Offer | None) -> Next:
    """Who would get the place of `dropped` now. Changes nothing.

    dropped: the offer whose place becomes free, whether it still holds it or not.
    """
    entitled = Offer.objects.of(intake).entitled().with_application().first()
    if entitled:
        return Next(PromotionRule.ENTITLED, entitled)
    draw_round = intake.rounds.standing().first()
    if draw_round is None or not draw_round.is_draw:
        return Next(PromotionRule.NO_DRAW)
    if intake.waiting_list_closed_at:
        return Next(PromotionRule.TOO_LATE)
    return _next_reserve(draw_round, dropped)


def _next_reserve(draw_round: DrawRound, dropped: Offer | None) -> Next:
    offers = _by_code(Offer.objects.filter(application__outcome__round=draw_round).with_application())
    gone = next((code for code, offer in offers.items() if offer == dropped), None)
    admitted = {code for code, offer in offers.items() if offer.holds_a_place or code == gone}
    waiting = {code for code, offer in offers.items() if offer.state == OfferState.WAITING}
    found = selection.replacement(
        draw_round.basis.encode(),
        draw_round.protocol.encode(),
        dropped=gone,
        admitted=admitted,
        unavailable=offers.keys() - admitted - waiting,
    )
    if found is None:
        return Next(PromotionRule.NOBODY)
    return Next(found.rule, offers[found.promoted], found.deviation, offers.get(found.passed_over))


def _by_code(offers: OfferQuerySet) -> Mapping[str, Offer]:
    """The offers by the codes that stand in the basis of the draw."""
    return {offer.application.lead.code: offer for offer in offers}


# --- Giving it ------------------------------------------------------------------------------------


def fill(place: Place, dropped: Offer | None, now: datetime) -> Promotion:
    """Give a place that has just become free to whoever is next, and write down who and why.

    The promoted gets its decisions, by rule, and its offer in the same transaction. Where nobody is next, the
    line in the log says why.
    """
    following = next_in_line(place.intake, dropped)
    if following.offer:
        hold(place, following.offer)
        move(
            following.offer,
            OfferState.PREPARED,
            verb=PROMOTED,
            by=None,
            now=now,
            about=following.offer.application,
        )
        send(following.offer, by=None, now=now)
    line = Promotion.objects.create(
        intake=place.intake,
        place=place,
        dropped=dropped,
        promoted=following.offer,
        rule=following.rule,
        deviation=following.deviation,
        passed_over=following.passed_over,
        happened_at=now,
    )
    if following.offer:
        decisions.decide_by_rule(following.offer.application, DecisionKind.PLACE, now=now)
        decisions.decide_persons(following.offer.application, now=now)
    return line


def hold(place: Place, offer: Offer) -> None:
    place.offer = offer
    place.save(update_fields=["offer"])


def note(offer: Offer, reason: str) -> None:
    """Keep why the offer stands as it does."""
    offer.reason = reason
    offer.save(update_fields=["reason"])


def send(offer: Offer, *, by: User | None, now: datetime, verb: str = SENT, reason: str = "") -> None:
    """Let the municipality answer from now on, and admit its application unless it is admitted already."""
    application = offer.application
    move(
        offer,
        OfferState.SENT,
        verb=verb,
        by=by,
        now=now,
        reason=reason,
        about=application,
        sent_at=now,
        due_at=application.intake.answer_due(now),
        answered_at=None,
        answered_by=None,
        team_confirmed=None,
    )
    note(offer, "")
    if application.state != State.ADMITTED:
        move(application, State.ADMITTED, verb=ADMITTED, by=by, now=now, changed_at=now)
