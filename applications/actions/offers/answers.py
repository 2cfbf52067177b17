"""The municipality's answer: it takes the place for the team that it has seen, or lets it go."""

from datetime import datetime

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions.moves import move
from applications.actions.offers.holding import end_application, let_go, locked_offer, refill
from applications.actions.participation import enrol, invite_on_acceptance
from applications.actions.participation.moving import require_speaks
from applications.actions.promotions import note
from applications.emails import offers as letters
from applications.models import Application, Offer
from applications.models.offer import team_digest, team_now
from applications.models.people import everyone_of
from applications.models.readiness import READS, conditions
from applications.models.viability import may_change
from applications.states import OfferState
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

ACCEPTED = gettext_noop("accepted the place")
DECLINED = gettext_noop("declined the place")
GAVE_UP = gettext_noop("gave up the place after accepting it")

TEAM_RULES = ("team_size", "sectors", "persons")  # keys of readiness.conditions


def team_faults(application: Application) -> list[str]:
    """Which rules for a team the present one does not keep, each as a sentence with its evidence."""
    return [
        f"{condition.label}. {condition.evidence}"
        for condition in conditions(application)
        if condition.key in TEAM_RULES and not condition.met
    ]


@transaction.atomic
def accept(offer: Offer, *, team_seen: str, by: User, now: datetime, reason: str = "") -> Offer:
    """Take the place, for the team that `by` has seen; its persons are invited.

    team_seen: models.offer.team_digest of the team that was shown. reason: how the answer reached the school,
    when it answers for the municipality. A second click or colleague finds the place accepted and changes
    nothing. Raises Refused after the deadline, unproven, when the team has changed since it was shown or does
    not keep the rules; and from the school without a reason.
    """
    offer = locked_offer(offer)
    application = offer.application
    if offer.state == OfferState.ACCEPTED:
        return offer
    _require_speaks(application, by, reason)
    _require_open(offer, now)
    prefetch_related_objects([application], *READS)
    if team_seen != team_digest(application):
        raise Refused(_("The team has changed since you opened this page. Check it again before you accept."))
    faults = team_faults(application)
    if faults:
        raise Refused(_("The team does not keep the rules: %(faults)s") % {"faults": " ".join(faults)})
    move(
        offer,
        OfferState.ACCEPTED,
        verb=ACCEPTED,
        by=by,
        now=now,
        reason=reason,
        about=application,
        answered_at=now,
        answered_by=by,
        team_confirmed=team_now(application),
    )
    note(offer, reason)
    letters.recall(offer, now=now)
    letters.accepted(offer, now=now)
    invite_on_acceptance(application, now=now)
    enrol(application, now=now)
    return offer


@transaction.atomic
def decline(offer: Offer, *, reason: str, by: User, now: datetime) -> Offer:
    """Say no to the place, or give it up after having accepted it; it goes to whoever is next.

    reason: the municipality's, if it gives one; from the school, how the answer reached it. A second click
    finds it declined and changes nothing. Raises Refused after the deadline, unproven, and once the course
    has begun for the team; and from the school without a reason.
    """
    offer = locked_offer(offer)
    application = offer.application
    if offer.state == OfferState.DECLINED:
        return offer
    _require_speaks(application, by, reason)
    if offer.state != OfferState.ACCEPTED:
        _require_open(offer, now)
    elif not may_give_up(offer, now):
        raise Refused(_("The course has begun for the team, so the place cannot be given up here."))
    verb = GAVE_UP if offer.state == OfferState.ACCEPTED else DECLINED
    place = let_go(offer, OfferState.DECLINED, verb=verb, by=by, now=now, reason=reason, answered=True)
    end_application(offer, by=by, now=now)
    letters.declined(offer, was_accepted=verb == GAVE_UP, now=now)
    refill(place, offer, now)
    return offer


def may_give_up(offer: Offer, now: datetime) -> bool:
    """Whether an accepted place can still go to somebody else: until the course has begun for the team."""
    application = offer.application
    return offer.state == OfferState.ACCEPTED and may_change(application, everyone_of(application), now)


def obstacle_to_answering_for(offer: Offer, now: datetime) -> str:
    """Why the school cannot answer for the municipality, as a sentence; empty when it can."""
    return "" if offer.is_open_at(now) else _("There is no offer that waits for an answer.")


def _require_speaks(application: Application, by: User, reason: str) -> None:
    require_speaks(application, by)
    if by.is_course_administrator and not reason.strip():
        raise Refused(_("State the reason."))


def _require_open(offer: Offer, now: datetime) -> None:
    if offer.state == OfferState.EXPIRED or (offer.state == OfferState.SENT and not offer.is_open_at(now)):
        raise Refused(_("The deadline for the answer has passed. Write to the school if you want the place."))
    if offer.state != OfferState.SENT:
        raise Refused(
            _("There is no offer to answer now: the state is «%(state)s».")
            % {"state": OfferState(offer.told_state or offer.state).label}
        )
