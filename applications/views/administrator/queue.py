"""The list of an intake's applications: search, filter, sort, export, and one deed on many."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.actions.bulk import BULK_DEEDS, BulkDeed, Plan, carry_out, preview
from applications.actions.intakes import record_export
from applications.actions.review import EVIDENCE
from applications.forms.administrator import QueueFilterForm
from applications.models import Application, Intake
from applications.models.application import ApplicationQuerySet
from applications.models.queue import detailed, matching, page_of, sortable, to_assess_again
from applications.states import State
from innoskole.accounts.guards import administrator_required, person
from innoskole.municipalities.regions import regions
from innoskole.municipalities.sizes import LARGE, MEDIUM, SMALL, size_class
from innoskole.ui.exports import csv_response, xlsx_response
from innoskole.ui.tables import Column, chosen_sort, in_sort, paginate

COLUMNS = (
    Column("reference", gettext_lazy("Reference number"), order_by=("reference",)),
    Column("municipality", gettext_lazy("Municipality"), order_by=("lead__sort_key", "lead__code")),
    Column("region", gettext_lazy("Region"), order_by=("region_order", "lead__sort_key")),
    Column("inhabitants", gettext_lazy("Inhabitants"), order_by=("population",), numeric=True),
    Column("team", gettext_lazy("Team"), order_by=("team_size",), numeric=True),
    Column("decided", gettext_lazy("Persons assessed"), numeric=True),
    Column("state", gettext_lazy("State"), order_by=("state_order",)),
    Column("changed", gettext_lazy("Last changed"), order_by=("changed_at",)),
)
DEFAULT_SORT = "reference"
SIZE_NAMES = {
    SMALL: gettext_lazy("Small"),
    MEDIUM: gettext_lazy("Medium"),
    LARGE: gettext_lazy("Large"),
}
STATE_COLORS: dict[str, str] = {
    State.SUBMITTED: "info",
    State.IN_REVIEW: "info",
    State.INFORMATION_REQUESTED: "warning",
    State.READY: "success",
    State.REJECTED: "danger",
}
# More than the municipalities of Norway: a preview of more is a slip.
BULK_MAX = 500
EXPORTS = {"xlsx": xlsx_response, "csv": csv_response}


@dataclass(frozen=True)
class Row:
    """A line of the list."""

    application: Application
    region: str
    size: str
    state_color: str
    again: int
    """How many persons are to be assessed again; known on the page only."""


@administrator_required
def queue(request: HttpRequest, slug: str) -> HttpResponse:
    """The list, 50 rows at a time; search, filter, sort and page live in the address."""
    intake = get_object_or_404(Intake, slug=slug)
    form = QueueFilterForm(request.GET, intake=intake)
    found = _sortable(request, intake, matching(intake, form.filters()))
    listed = paginate(request, found.only("pk", "intake"), COLUMNS, default_sort=DEFAULT_SORT)
    page = page_of(listed.rows, intake)
    again = to_assess_again(Application.objects.filter(pk__in=[one.pk for one in page]))
    return TemplateResponse(
        request,
        "applications/administrator/queue.html",
        {
            "intake": intake,
            "form": form,
            "list": listed,
            "rows": list(_rows(intake, page, again)),
            "deeds": BULK_DEEDS,
            "kept": [(key, value) for key, value in request.GET.items() if key != "page" and value],
        },
    )


@administrator_required
def queue_export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Exactly the rows that the filter lets through, in the same order, as a file; the audit tells of it."""
    if kind not in EXPORTS:
        raise Http404
    intake = get_object_or_404(Intake, slug=slug)
    form = QueueFilterForm(request.GET, intake=intake)
    sort = chosen_sort(request.GET, COLUMNS, DEFAULT_SORT)
    found = detailed(_sortable(request, intake, matching(intake, form.filters())), intake)
    found = found.select_related("lead__county", "coordinator")
    lines = [_export_line(row) for row in _rows(intake, in_sort(found, COLUMNS, sort))]
    file_name = f"applications-{intake.slug}.{kind}"
    record_export(
        intake,
        filters=form.in_words(),
        rows=len(lines),
        file_name=file_name,
        by=person(request),
        now=timezone.now(),
    )
    return EXPORTS[kind](file_name, _export_columns(), lines)


@administrator_required
def queue_bulk(request: HttpRequest, slug: str) -> HttpResponse:
    """What one deed would do to the chosen rows and who gets mail (GET); then do it (POST)."""
    intake = get_object_or_404(Intake, slug=slug)
    asked = request.POST if request.method == "POST" else request.GET
    back = _back(request, intake)
    deed = BULK_DEEDS.get(asked.get("deed", ""))
    if deed is None:
        messages.error(request, _("Choose what to do with the applications."))
        return redirect(back)
    if asked.get("scope") == "all":
        form = QueueFilterForm(asked, intake=intake)
        chosen = matching(intake, form.filters())
    else:
        chosen = intake.applications.filter(reference__in=asked.getlist("chosen"))
    rows = list(_with_evidence(chosen, intake)[: BULK_MAX + 1])
    if not rows:
        messages.error(request, _("Choose at least one application."))
        return redirect(back)
    if len(rows) > BULK_MAX:
        messages.error(
            request,
            _("These are more than %(count)s applications. Narrow the filter first.") % {"count": BULK_MAX},
        )
        return redirect(back)
    if request.method == "POST":
        _report(request, carry_out(deed, rows, by=person(request), now=timezone.now()))
        return redirect(back)
    return TemplateResponse(
        request, "applications/administrator/queue_bulk.html", _preview(request, intake, deed, rows)
    )


def _sortable(request: HttpRequest, intake: Intake, found: ApplicationQuerySet) -> ApplicationQuerySet:
    """With what the column that the address sorts on needs."""
    sort = chosen_sort(request.GET, COLUMNS, DEFAULT_SORT).removeprefix("-")
    column = next(column for column in COLUMNS if column.key == sort)
    return sortable(found, intake, column.order_by[0])


def _preview(request: HttpRequest, intake: Intake, deed: BulkDeed, rows: list[Application]) -> dict[str, Any]:
    plans = preview(deed, rows, timezone.now())
    return {
        "intake": intake,
        "deed": deed,
        "deed_key": request.GET["deed"],
        "changed": [plan.application for plan in plans if not plan.obstacle],
        "doubtful": [plan for plan in plans if plan.concerns and not plan.obstacle],
        "refused": [plan for plan in plans if plan.obstacle],
        "back": _back(request, intake),
        "query": request.GET.get("query", ""),
    }


def _report(request: HttpRequest, done: list[Plan]) -> None:
    count = len([plan for plan in done if not plan.obstacle])
    if count:
        messages.success(
            request,
            ngettext("%(count)s application was changed.", "%(count)s applications were changed.", count)
            % {"count": count},
        )
    for plan in done:
        if plan.obstacle:
            messages.warning(
                request,
                _("%(reference)s was not changed: %(reason)s")
                % {"reference": plan.application.reference, "reason": plan.obstacle},
            )


def _back(request: HttpRequest, intake: Intake) -> str:
    """The list as it was filtered: the query came along in a hidden field."""
    asked = request.POST if request.method == "POST" else request.GET
    query = asked.get("query", "")
    return reverse("applications:queue", args=[intake.slug]) + (f"?{query}" if query else "")


def _with_evidence(chosen: ApplicationQuerySet, intake: Intake) -> ApplicationQuerySet:
    """With all that the obstacles read, so that a preview asks no more for many than for one."""
    found = chosen.select_related("lead", "coordinator", "intake").prefetch_related(*EVIDENCE)
    return found.order_by("reference")


def _rows(intake: Intake, applications: Any, again: Mapping[int, int] | None = None) -> Iterator[Row]:
    names = {region.code: region.name for region in regions(intake.division, intake.register_on)}
    bounds = intake.size_bounds
    for application in applications:
        population = application.population
        size = "" if population is None else str(SIZE_NAMES[size_class(population, bounds)])
        yield Row(
            application,
            names.get(application.region, ""),
            size,
            STATE_COLORS.get(application.state, "neutral"),
            (again or {}).get(application.pk, 0),
        )


def _export_columns() -> list[str]:
    return [
        _("Reference number"),
        _("Municipality number"),
        _("Municipality"),
        _("County"),
        _("Partner municipalities"),
        _("Region"),
        _("Size class"),
        _("Inhabitants"),
        _("Coordinator"),
        _("E-mail"),
        _("State"),
        _("Persons in the team"),
        _("Persons decided"),
        _("Submitted"),
        _("Last changed"),
        _("Formal check passed"),
    ]


def _export_line(row: Row) -> list[Any]:
    one: Any = row.application
    return [
        one.reference,
        one.lead.code,
        one.lead.display_name,
        one.lead.county.name,
        ", ".join(part.municipality.display_name for part in one.partner_parts),
        row.region,
        row.size,
        one.population,
        one.coordinator.name,
        one.coordinator.email,
        one.get_state_display(),
        one.team_size,
        one.decided_size,
        one.submitted_at,
        one.changed_at,
        one.formal_checked_at,
    ]
