"""Offers to answer, and places that are free or held for somebody who has not been told."""

from datetime import datetime

from django.db.models import Count, Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Application, Decision, DecisionKind, Intake, Offer
from applications.states import OfferState
from innoskole.accounts import facts
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting


def offer_waits(user: User, now: datetime) -> list[Waiting]:
    """The offers that this person can answer, or what the school must do with places. At most two queries."""
    if has_role(user, Role.COURSE_ADMINISTRATOR):
        return [*_free(), *_forgotten()]
    return _unanswered(user, now) if facts.holds(user, "acts_for_municipality") else []


def _unanswered(user: User, now: datetime) -> list[Waiting]:
    rows = Offer.objects.filter(
        state=OfferState.SENT, due_at__gte=now, application__in=Application.objects.editable_by(user)
    )
    return [
        Waiting(
            _("Answer the offer of a place for %(municipality)s") % {"municipality": offer.application.lead},
            reverse("applications:offer", args=[offer.application.reference]),
            due_at=offer.due_at,
            since_at=offer.sent_at,
            explanation=_("Accept or decline. Without an answer the offer expires."),
        )
        for offer in rows.select_related("application__lead").order_by("due_at", "pk")
    ]


def _free() -> list[Waiting]:
    """Places that nobody on the waiting list could take, until the list is closed."""
    intakes = Intake.objects.filter(
        places__isnull=False, places__offer__isnull=True, waiting_list_closed_at__isnull=True
    )
    groups = intakes.values("slug", "season", "year").annotate(free=Count("places"))
    return [
        Waiting(
            _("Free places: %(intake)s") % {"intake": Intake(season=group["season"], year=group["year"])},
            reverse("applications:offer_list", args=[group["slug"]]),
            count=group["free"],
            explanation=_(
                "Nobody is left to be called. Make an expired offer again, fill the places after the"
                " deadline, or close the waiting list."
            ),
        )
        for group in groups.order_by("opens_at", "pk")
    ]


def _forgotten() -> list[Waiting]:
    """Places that are held without a decision on its way to say so."""
    on_its_way = Decision.objects.standing().filter(
        application=OuterRef("application"), member=None, kind=DecisionKind.PLACE
    )
    rows = Offer.objects.filter(~Exists(on_its_way), state=OfferState.PREPARED)
    return [
        Waiting(
            _("A place is held for %(municipality)s, but no decision gives it")
            % {"municipality": offer.application.lead},
            reverse("applications:offer_case", args=[offer.pk]),
            since_at=offer.made_at,
            explanation=_("Prepare the decision, or take the place back."),
        )
        for offer in rows.select_related("application__lead").order_by("made_at", "pk")
    ]
