"""The course fees of an intake: what is stated and missing, and what the accounts have got."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.actions.fees import fee_of, mark_exported, record_download
from applications.forms.fees import CourseFeeFilterForm
from applications.models import Application, FeeRate, Intake
from applications.models.application import ApplicationQuerySet
from applications.models.invoicing import Invoicing, matching, to_export, totals
from applications.views.administrator.overview import Card
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.ui import formats
from innoskole.ui.exports import csv_response, xlsx_response
from innoskole.ui.tables import Column, chosen_sort, in_sort, paginate

COLUMNS = (
    Column("reference", gettext_lazy("Reference number"), ("reference",)),
    Column("municipality", gettext_lazy("Municipality"), ("lead__sort_key", "lead__code")),
    Column("number", gettext_lazy("Organisation number"), ("course_fee__organisation_number",)),
    Column("buyer", gettext_lazy("Your reference"), ("course_fee__buyer_reference",)),
    Column("amount", gettext_lazy("Amount in kroner"), ("course_fee__amount",), numeric=True),
    Column("state", gettext_lazy("Invoice"), ("invoicing",)),
    Column("exported", gettext_lazy("Exported"), ("course_fee__exported_at",)),
)
DEFAULT_SORT = "municipality"
COLORS: dict[str, str] = {
    Invoicing.MISSING: "warning",
    Invoicing.READY: "info",
    Invoicing.CHANGED: "warning",
    Invoicing.GIVEN_UP: "danger",
}
EXPORTS = {"xlsx": xlsx_response, "csv": csv_response}


@administrator_required
def course_fees(request: HttpRequest, slug: str) -> HttpResponse:
    """The accepted applications, 50 at a time; search, filter, sort and page live in the address."""
    intake = get_object_or_404(Intake, slug=slug)
    form = CourseFeeFilterForm(request.GET)
    listed = paginate(request, _found(intake, form), COLUMNS, default_sort=DEFAULT_SORT)
    return TemplateResponse(
        request,
        "applications/fees/course_fees.html",
        {
            "intake": intake,
            "form": form,
            "list": listed,
            "rows": [(row, _label(row), COLORS.get(_state(row), "neutral")) for row in listed.rows],
            "cards": _cards(intake),
            "rate": FeeRate.objects.of_intake(intake),
            "is_filtered": any(form.asked().values()),
        },
    )


@administrator_required
def course_fees_export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Exactly the rows that the filter lets through, in the same order; the audit tells of it."""
    if kind not in EXPORTS:
        raise Http404
    intake = get_object_or_404(Intake, slug=slug)
    form = CourseFeeFilterForm(request.GET)
    rows = in_sort(_found(intake, form), COLUMNS, chosen_sort(request.GET, COLUMNS, DEFAULT_SORT))
    lines = [_export_line(row) for row in rows]
    file_name = f"course-fees-{intake.slug}.{kind}"
    record_download(
        intake,
        filters=form.in_words(),
        rows=len(lines),
        file_name=file_name,
        by=person(request),
        now=timezone.now(),
    )
    return EXPORTS[kind](file_name, _export_columns(), lines)


@administrator_required
def course_fees_exported(request: HttpRequest, slug: str) -> HttpResponse:
    """Which rows of the list will be marked as taken over for the accounts (GET); then mark them (POST)."""
    intake = get_object_or_404(Intake, slug=slug)
    form = CourseFeeFilterForm(request.GET)
    back = reverse("applications:course_fees", args=[intake.slug])
    if request.GET:
        back += f"?{request.GET.urlencode()}"
    if request.method == "POST":
        try:
            count = mark_exported(
                intake,
                request.POST.getlist("reference"),
                seen_at=_seen_at(request),
                by=person(request),
                now=timezone.now(),
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                ngettext(
                    "%(count)s course fee was marked as exported.",
                    "%(count)s course fees were marked as exported.",
                    count,
                )
                % {"count": count},
            )
        return redirect(back)
    return TemplateResponse(
        request,
        "applications/fees/course_fees_exported.html",
        {
            "intake": intake,
            "applications": list(to_export(_found(intake, form))),
            "seen_at": timezone.now().isoformat(),
            "back": back,
        },
    )


def _found(intake: Intake, form: CourseFeeFilterForm) -> ApplicationQuerySet:
    asked = form.asked()
    return matching(intake, text=asked["q"], state=asked["state"])


def _seen_at(request: HttpRequest) -> datetime:
    """When the page that is sent was looked at; raises Refused for an address that was made by hand."""
    try:
        seen_at = parse_datetime(request.POST.get("seen_at", ""))
    except ValueError:
        seen_at = None
    if seen_at is None or timezone.is_naive(seen_at):
        raise Refused(_("Look at the list again before you mark it as exported."))
    return seen_at


def _state(application: Any) -> str:
    return str(application.invoicing)


def _label(application: Application) -> str:
    return str(Invoicing(_state(application)).label)


def _cards(intake: Intake) -> list[Card]:
    found = totals(intake)
    address = reverse("applications:course_fees", args=[intake.slug])
    return [
        Card(_("Accepted places"), formats.number(found.accepted)),
        Card(
            _("Invoice data missing"),
            formats.number(found.missing),
            url=f"{address}?state={Invoicing.MISSING}",
        ),
        Card(_("Waiting for the accounts"), formats.number(found.to_export)),
        Card(_("Exported"), formats.number(found.exported), url=f"{address}?state={Invoicing.EXPORTED}"),
        Card(_("Sum of what is stated"), _("%(amount)s kr") % {"amount": formats.number(found.amount)}),
    ]


def _export_columns() -> list[str]:
    return [
        _("Reference number"),
        _("Municipality number"),
        _("Municipality"),
        _("County"),
        _("Organisation number"),
        _("Your reference"),
        _("Amount in kroner"),
        _("Invoice"),
        _("Stated by"),
        _("E-mail"),
        _("Stated"),
        _("Exported"),
    ]


def _export_line(application: Application) -> list[Any]:
    fee = fee_of(application)
    stated = (
        [
            fee.organisation_number,
            fee.buyer_reference,
            fee.amount,
            _label(application),
            fee.stated_by.name,
            fee.stated_by.email,
            fee.stated_at,
            fee.exported_at,
        ]
        if fee
        else [None, None, None, _label(application), None, None, None, None]
    )
    lead = application.lead
    return [application.reference, lead.code, lead.display_name, lead.county.name, *stated]
