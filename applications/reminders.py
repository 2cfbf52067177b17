"""What people are reminded of between an open intake and enrolled teams: one kind for each deadline."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application, Offer
from applications.states import OfferState
from innoskole.reminders.kinds import Kind, Recipient


def _coordinator(application: Application) -> Iterator[Recipient]:
    """Its contact person, unless the account is closed."""
    if application.coordinator.is_active:
        yield Recipient.of(application.coordinator)


def _page(name: str, *args: object) -> str:
    return f"{settings.BASE_URL}{reverse(f'applications:{name}', args=args)}"


# --- The offer of a place -------------------------------------------------------------------------


def _unanswered_offers() -> "QuerySet[Offer]":
    rows = Offer.objects.filter(state=OfferState.SENT)
    return rows.select_related("application__intake", "application__lead", "application__coordinator")


OFFER = Kind(
    key="offer",
    label=gettext_lazy("Answer to the offer of a place"),
    demand=gettext_lazy("Answer by {when}"),
    why=gettext_lazy(
        "You get this because you are the contact person for an application that has got a place."
    ),
    open=_unanswered_offers,
    due_field="due_at",
    since_field="sent_at",
    to=lambda offer: _coordinator(offer.application),
    title=lambda offer: (
        _("The offer of a place for %(municipality)s") % {"municipality": offer.application.lead}
    ),
    url=lambda offer, recipient: _page("offer", offer.application.reference),
    scope=lambda offer: offer.application.intake.slug,
    about=lambda offer: offer.application,
)

KINDS = (OFFER,)
