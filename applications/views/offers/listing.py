"""The school's list of the offers of an intake, its places in numbers, and the log of promotions."""

from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.actions.intakes import record_export
from applications.actions.offers import obstacle_to_closing
from applications.forms.offers import OfferFilterForm
from applications.models import Intake, Offer, Promotion
from applications.models.offer import OfferQuerySet
from applications.promotion_log import why
from applications.states import OfferState
from applications.views.administrator.queue import EXPORTS
from innoskole.accounts.guards import administrator_required, person
from innoskole.municipalities.models import Municipality
from innoskole.ui.tables import Column, chosen_sort, in_sort, paginate

COLUMNS = (
    Column("municipality", gettext_lazy("Municipality"), order_by=("application__lead__sort_key",)),
    Column("state", gettext_lazy("State"), order_by=("state_order", "number", "application__lead__sort_key")),
    Column("place", gettext_lazy("Place"), order_by=("place__number",), numeric=True),
    Column("number", gettext_lazy("Number on the waiting list"), order_by=("number",), numeric=True),
    Column("due", gettext_lazy("Answer by"), order_by=("due_at",)),
    Column("answered", gettext_lazy("Answered"), order_by=("answered_at",)),
)
DEFAULT_SORT = "state"
STATE_COLORS: dict[str, str] = {
    OfferState.PREPARED: "warning",
    OfferState.SENT: "warning",
    OfferState.ACCEPTED: "success",
    OfferState.WAITING: "info",
}


@administrator_required
def offer_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Places in numbers, the offers, and who took over from whom."""
    intake = get_object_or_404(Intake, slug=slug)
    form = OfferFilterForm(request.GET)
    listed = paginate(request, _found(intake, form), COLUMNS, default_sort=DEFAULT_SORT)
    return TemplateResponse(
        request,
        "applications/offers/offer_list.html",
        {
            "intake": intake,
            "form": form,
            "list": listed,
            "rows": [(offer, STATE_COLORS.get(offer.state, "neutral")) for offer in listed.rows],
            "cards": _cards(intake),
            "log": log_of(intake),
            "can_close": not obstacle_to_closing(intake),
        },
    )


@administrator_required
def offer_export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Exactly the rows that the filter lets through, in the same order, as a file; the audit tells of it."""
    if kind not in EXPORTS:
        raise Http404
    intake = get_object_or_404(Intake, slug=slug)
    form = OfferFilterForm(request.GET)
    found = in_sort(_found(intake, form), COLUMNS, chosen_sort(request.GET, COLUMNS, DEFAULT_SORT))
    lines = [_export_line(offer) for offer in found]
    file_name = f"offers-{intake.slug}.{kind}"
    record_export(
        intake,
        filters=form.in_words(),
        rows=len(lines),
        file_name=file_name,
        by=person(request),
        now=timezone.now(),
    )
    return EXPORTS[kind](file_name, _export_columns(), lines)


def log_of(intake: Intake) -> list[tuple[Promotion, str]]:
    """The lines of the log with the sentences that explain them, the first first."""
    return [(line, why(line)) for line in intake.promotions.with_names()]


def _found(intake: Intake, form: OfferFilterForm) -> OfferQuerySet:
    found = Offer.objects.of(intake).in_order_of_state().with_application()
    found = found.select_related("application__coordinator", "answered_by")
    if text := form.asked("q").strip():
        by_name = Q(application__lead__in=Municipality.objects.search(text))
        found = found.filter(by_name | Q(application__reference__icontains=text))
    if state := form.asked("state"):
        found = found.filter(state=state)
    return found


def _cards(intake: Intake) -> list[dict[str, Any]]:
    """Places, and what has become of them; two queries."""
    places = intake.places.aggregate(all=Count("pk"), free=Count("pk", filter=Q(offer__isnull=True)))
    states = dict(
        Offer.objects.of(intake)
        .values_list("state")
        .annotate(count=Count("pk"))
        .values_list("state", "count")
    )
    url = reverse("applications:offer_list", args=[intake.slug])

    def of_state(label: str, state: str) -> dict[str, Any]:
        return {"label": label, "value": states.get(state, 0), "url": f"{url}?state={state}"}

    held = of_state(_("Held, not yet told"), OfferState.PREPARED)
    return [
        {"label": _("Places"), "value": places["all"]},
        of_state(_("Accepted"), OfferState.ACCEPTED),
        of_state(_("Wait for an answer"), OfferState.SENT),
        *([held] if held["value"] else []),
        {"label": _("Free places"), "value": places["free"]},
        of_state(_("On the waiting list"), OfferState.WAITING),
    ]


def _export_columns() -> list[str]:
    return [
        _("Reference number"),
        _("Municipality number"),
        _("Municipality"),
        _("County"),
        _("State"),
        _("Place"),
        _("Number on the waiting list"),
        _("Offered"),
        _("Answer by"),
        _("Answered"),
        _("Answered by"),
        _("Reason"),
        _("Coordinator"),
        _("E-mail"),
    ]


def _export_line(offer: Offer) -> list[Any]:
    application = offer.application
    return [
        application.reference,
        application.lead.code,
        application.lead.display_name,
        application.lead.county.name,
        offer.get_state_display(),
        offer.place_number,
        offer.number,
        offer.sent_at,
        offer.due_at,
        offer.answered_at,
        offer.answered_by.name if offer.answered_by else "",
        offer.reason,
        application.coordinator.name,
        application.coordinator.email,
    ]
