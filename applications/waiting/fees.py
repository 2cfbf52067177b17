"""Who shall be invoiced for the places that are accepted."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Application, FeeRate, Intake
from applications.states import OfferState
from innoskole.accounts import facts
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting
from innoskole.ui import formats


def fees_waits(user: User, now: datetime) -> list[Waiting]:
    """A municipality states whom to invoice; the school asks for it and hands it to the accounts.

    At most two queries, however many applications and intakes.
    """
    if has_role(user, Role.COURSE_ADMINISTRATOR):
        return _school()
    return _municipality(user) if facts.holds(user, "acts_for_municipality") else []


def _municipality(user: User) -> list[Waiting]:
    rows = Application.objects.editable_by(user).filter(
        offer__state=OfferState.ACCEPTED, course_fee__isnull=True, intake__published_at__isnull=False
    )
    found = list(rows.select_related("intake", "lead", "offer"))
    first_day = _first_day() if found else None
    return [
        Waiting(
            _("State who shall be invoiced for the place of %(municipality)s")
            % {"municipality": application.lead},
            reverse("applications:invoice", args=[application.reference]),
            since_at=application.offer.answered_at,
            explanation=_("The school needs an organisation number and your reference."),
        )
        for application in found
        if _has_rate(application.intake.published_at, first_day)
    ]


def _school() -> list[Waiting]:
    accepted = Application.objects.filter(
        offer__state=OfferState.ACCEPTED, intake__published_at__isnull=False, course_fee__isnull=True
    )
    groups = accepted.values("intake__slug", "intake__season", "intake__year", "intake__published_at")
    found = list(
        groups.annotate(count=Count("pk"), since_at=Min("offer__answered_at")).order_by("intake__slug")
    )
    first_day = _first_day() if found else None
    return [_missing(group, has_rate=_has_rate(group["intake__published_at"], first_day)) for group in found]


def _missing(group: Any, *, has_rate: bool) -> Waiting:
    intake = Intake(season=group["intake__season"], year=group["intake__year"])
    if not has_rate:
        return Waiting(
            _("Set the course fee of %(intake)s") % {"intake": intake},
            reverse("applications:fee_rates"),
            since_at=group["since_at"],
            explanation=_(
                "Places are accepted, but no fee is valid on the day when the result was published."
            ),
        )
    address = reverse("applications:course_fees", args=[group["intake__slug"]])
    return Waiting(
        _("Municipalities without invoice data: %(intake)s") % {"intake": intake},
        f"{address}?state=missing",
        count=group["count"],
        since_at=group["since_at"],
        explanation=_("They have accepted a place, and not yet said who shall be invoiced."),
    )


def _first_day() -> date | None:
    """The day from which a course fee is set."""
    first: date | None = FeeRate.objects.aggregate(first=Min("valid_from_on"))["first"]
    return first


def _has_rate(published_at: datetime | None, first_day: date | None) -> bool:
    return (
        published_at is not None and first_day is not None and first_day <= formats.local(published_at).date()
    )
