"""The questions that the list of course fees asks: who is invoiced, and what is stated and missing."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Case, CharField, Count, F, Q, Sum, Value, When
from django.utils.translation import gettext_lazy as _

from applications.models.application import ApplicationQuerySet
from applications.models.intake import Intake
from applications.states import OfferState
from innoskole.municipalities.models import Municipality


class Invoicing(models.TextChoices):
    """Where an accepted application stands on its way to the accounts."""

    MISSING = "missing", _("Invoice data missing")
    READY = "ready", _("Ready for the accounts")
    EXPORTED = "exported", _("Exported")
    CHANGED = "changed", _("Changed since the export")
    GIVEN_UP = "given_up", _("Place given up after the export")


# What the accounts have not got, or have got otherwise.
TO_EXPORT = (Invoicing.READY, Invoicing.CHANGED)

_INVOICING = Case(
    When(~Q(offer__state=OfferState.ACCEPTED), then=Value(Invoicing.GIVEN_UP)),
    When(course_fee__isnull=True, then=Value(Invoicing.MISSING)),
    When(course_fee__exported_at__isnull=True, then=Value(Invoicing.READY)),
    When(course_fee__stated_at__gt=F("course_fee__exported_at"), then=Value(Invoicing.CHANGED)),
    default=Value(Invoicing.EXPORTED),
    output_field=CharField(),
)


@dataclass(frozen=True)
class Totals:
    """Numbers of applications, and the sum in kroner of what is stated."""

    accepted: int
    missing: int
    to_export: int
    exported: int
    amount: int


def invoiced(intake: Intake) -> ApplicationQuerySet:
    """The applications that have accepted a place, with `invoicing`.

    One whose place was given up stays when the accounts have got it already: they must credit it.
    """
    return intake.applications.filter(
        Q(offer__state=OfferState.ACCEPTED) | Q(course_fee__exported_at__isnull=False)
    ).annotate(invoicing=_INVOICING)


def matching(intake: Intake, *, text: str = "", state: str = "") -> ApplicationQuerySet:
    """Those that the search and the filter let through, with lead municipality and course fee."""
    found = invoiced(intake).select_related("lead__county", "course_fee__stated_by")
    if text:
        found = found.filter(
            Q(reference__icontains=text.strip())
            | Q(lead__in=Municipality.objects.search(text).values("pk"))
            | Q(course_fee__organisation_number=text.replace(" ", ""))
            | Q(course_fee__buyer_reference__icontains=text.strip())
        )
    if state:
        found = found.filter(Q(("invoicing", state)))
    return found


def to_export(applications: ApplicationQuerySet) -> ApplicationQuerySet:
    """Of such applications, those that wait for the accounts, by municipality."""
    waiting = applications.filter(Q(("invoicing__in", TO_EXPORT)))
    return waiting.order_by("lead__sort_key", "pk")


def totals(intake: Intake) -> Totals:
    """The figures above the list. One query."""

    def of(*states: str) -> Count:
        return Count("pk", filter=Q(invoicing__in=states))

    figures: dict[str, Any] = invoiced(intake).aggregate(
        missing=of(Invoicing.MISSING),
        to_export=of(*TO_EXPORT),
        exported=of(Invoicing.EXPORTED),
        amount=Sum("course_fee__amount", filter=~Q(invoicing=Invoicing.GIVEN_UP), default=0),
    )
    accepted = figures["missing"] + figures["to_export"] + figures["exported"]
    return Totals(accepted=accepted, **figures)
