"""What a municipality's contact person is reminded of."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application, InformationRequest, Offer
from applications.states import IntakeState, OfferState, State
from innoskole.reminders.kinds import Kind, Recipient

WHY = gettext_lazy("You get this because you are the contact person for this application.")


def page(name: str, *args: object) -> str:
    """The full address of a page of this story."""
    return f"{settings.BASE_URL}{reverse(f'applications:{name}', args=args)}"


def takes_changes(prefix: str = "") -> Q:
    """That the intake or the late filling of an application has not been closed. prefix: the way to it."""
    in_time = Q(**{f"{prefix}late_filling": None, f"{prefix}intake__state": IntakeState.OPEN})
    late = Q(**{f"{prefix}late_filling__isnull": False, f"{prefix}late_filling__closed_at": None})
    return in_time | late


def coordinator_of(application: Application) -> Iterator[Recipient]:
    """The contact person, unless the account is closed."""
    if application.coordinator.is_active:
        yield Recipient.of(application.coordinator)


# --- The window of applications -------------------------------------------------------------------


def _unsent(state: State) -> "QuerySet[Application]":
    rows = Application.objects.filter(takes_changes(), state=state)
    rows = rows.annotate(due_at=Coalesce("late_filling__closes_at", "intake__closes_at"))
    return rows.select_related("intake", "lead", "coordinator")


def _drafts() -> "QuerySet[Application]":
    return _unsent(State.DRAFT)


def _awaiting_approval() -> "QuerySet[Application]":
    return _unsent(State.AWAITING_APPROVAL)


APPLICATION = Kind(
    key="application",
    label=gettext_lazy("Sending in an application"),
    demand=gettext_lazy("Send in by {when}"),
    why=WHY,
    open=_drafts,
    due_field="due_at",
    since_field="created_at",
    to=coordinator_of,
    title=lambda draft: _("The application of %(municipality)s is a draft") % {"municipality": draft.lead},
    url=lambda draft, recipient: page("tasks", draft.reference),
    scope=lambda draft: draft.intake.slug,
    about=lambda draft: draft,
)

APPROVAL = Kind(
    key="approval",
    label=gettext_lazy("An application that waits for the guarantee"),
    demand=gettext_lazy("See to the guarantee by {when}"),
    why=WHY,
    open=_awaiting_approval,
    due_field="due_at",
    since_field="changed_at",
    to=coordinator_of,
    title=lambda waiting: (
        _("The application of %(municipality)s is not received before the guarantee is given")
        % {"municipality": waiting.lead}
    ),
    url=lambda waiting, recipient: page("tasks", waiting.reference),
    scope=lambda waiting: waiting.intake.slug,
    about=lambda waiting: waiting,
)


# --- What the school has asked about --------------------------------------------------------------


def _unanswered_requests() -> "QuerySet[InformationRequest]":
    rows = InformationRequest.objects.open().filter(application__state=State.INFORMATION_REQUESTED)
    return rows.select_related("application__intake", "application__lead", "application__coordinator")


INFORMATION = Kind(
    key="information",
    is_of_decision=True,
    label=gettext_lazy("Answer to a request for information"),
    demand=gettext_lazy("Answer by {when}"),
    why=WHY,
    open=_unanswered_requests,
    due_field="due_at",
    since_field="asked_at",
    to=lambda request: coordinator_of(request.application),
    title=lambda request: (
        _("The school has asked about the application of %(municipality)s")
        % {"municipality": request.application.lead}
    ),
    url=lambda request, recipient: page("information", request.application.reference),
    scope=lambda request: request.application.intake.slug,
    about=lambda request: request.application,
)


# --- The offer of a place -------------------------------------------------------------------------


def _unanswered_offers() -> "QuerySet[Offer]":
    rows = Offer.objects.filter(state=OfferState.SENT)
    return rows.select_related("application__intake", "application__lead", "application__coordinator")


OFFER = Kind(
    key="offer",
    is_of_decision=True,
    label=gettext_lazy("Answer to the offer of a place"),
    demand=gettext_lazy("Answer by {when}"),
    why=gettext_lazy(
        "You get this because you are the contact person for an application that has got a place."
    ),
    open=_unanswered_offers,
    due_field="due_at",
    since_field="sent_at",
    to=lambda offer: coordinator_of(offer.application),
    title=lambda offer: (
        _("The offer of a place for %(municipality)s") % {"municipality": offer.application.lead}
    ),
    url=lambda offer, recipient: page("offer", offer.application.reference),
    scope=lambda offer: offer.application.intake.slug,
    about=lambda offer: offer.application,
)
