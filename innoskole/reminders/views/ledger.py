"""The ledger: every reminder and what became of it, one line's whole story, and one more mail about it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post
from innoskole.reminders import changes
from innoskole.reminders.actions import rules
from innoskole.reminders.forms import LedgerFilter, ReasonForm
from innoskole.reminders.kinds import kind_of
from innoskole.reminders.models import Pause, Reminder
from innoskole.reminders.views import words
from innoskole.ui.exports import csv_response, xlsx_response
from innoskole.ui.tables import Column, chosen_sort, in_sort, paginate

COLUMNS = (
    Column("when", gettext_lazy("When"), order_by=("happened_at",)),
    Column("person", gettext_lazy("Person"), order_by=("to_name", "to_email")),
    Column("what", gettext_lazy("What")),
    Column("deadline", gettext_lazy("Deadline"), order_by=("due_at",)),
    Column("step", gettext_lazy("Reminded")),
    Column("state", gettext_lazy("State")),
)
DEFAULT_SORT = "-when"
EXPORTS = {"xlsx": xlsx_response, "csv": csv_response}


@dataclass(frozen=True)
class Row:
    """A line as the pages show it."""

    line: Reminder
    kind: str
    is_deadline: bool
    step: str
    state: str
    color: str

    @classmethod
    def of(cls, line: Reminder) -> "Row":
        state, color = words.state(line)
        return cls(
            line,
            words.kind_label(line.kind),
            words.is_deadline(line.kind),
            words.step(line.step),
            state,
            color,
        )


@administrator_required
def ledger(request: HttpRequest) -> HttpResponse:
    """Every line, the newest first; search, filter, sort and page live in the address."""
    form = _filter(request)
    listed = paginate(request, _shown(form), COLUMNS, default_sort=DEFAULT_SORT)
    return TemplateResponse(
        request,
        "reminders/ledger.html",
        {"form": form, "list": listed, "rows": [Row.of(line) for line in listed.rows]},
    )


@administrator_required
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Exactly the lines that the filter lets through, in the same order, as a file; the audit tells of it."""
    if kind not in EXPORTS:
        raise Http404
    form = _filter(request)
    sort = chosen_sort(request.GET, COLUMNS, DEFAULT_SORT)
    lines = [_cells(Row.of(line)) for line in in_sort(_shown(form), COLUMNS, sort)]
    file_name = f"reminders.{kind}"
    changes.record_export(
        filters=form.in_words(), rows=len(lines), file_name=file_name, by=person(request), now=timezone.now()
    )
    return EXPORTS[kind](file_name, _headings(), lines)


@administrator_required
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole story of one reminder: why, by which rule, with which mail, and what else of its deadline."""
    one, now = _line(pk), timezone.now()
    in_force = rules()
    others = Reminder.objects.filter(kind=one.kind, object_id=one.object_id, due_on=one.due_on)
    others = others.exclude(pk=pk).select_related("message").order_by("happened_at", "pk")
    pauses = [
        each
        for each in Pause.objects.in_force(now).select_related("by")
        if each.covers(one.kind, one.object_id, one.to_email)
    ]
    return TemplateResponse(
        request,
        "reminders/line.html",
        {
            "row": Row.of(one),
            "line": one,
            "why": words.why(one),
            "rule": words.rule(in_force[one.kind], kind_of(one.kind)) if one.kind in in_force else [],
            "others": [Row.of(each) for each in others],
            "pauses": [(each, words.paused(each, one.title)) for each in pauses],
        },
    )


@administrator_required
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """GET says what a new mail about the line would be, or why none can be sent; POST sends it."""
    one, now = _line(pk), timezone.now()
    form = ReasonForm(request.POST if request.method == "POST" else kept_post(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = changes.send_again(one, **form.cleaned_data, by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The reminder is on its way."))
            return redirect("reminders:line", made.pk)
    obstacle = "" if form.errors else changes.obstacle_to_sending_again(one, now)
    return TemplateResponse(
        request, "reminders/again.html", {"line": one, "form": form, "obstacle": obstacle}
    )


def _filter(request: HttpRequest) -> LedgerFilter:
    scopes = Reminder.objects.exclude(scope="").order_by("scope").values_list("scope", flat=True).distinct()
    return LedgerFilter(request.GET, scopes=list(scopes))


def _shown(form: LedgerFilter) -> "QuerySet[Reminder]":
    return form.matching().select_related("message")


def _line(pk: int) -> Reminder:
    return get_object_or_404(Reminder.objects.select_related("message", "to_user"), pk=pk)


def _headings() -> list[str]:
    return [
        _("When"),
        _("Name"),
        _("E-mail"),
        _("Kind"),
        _("What"),
        _("Intake or cohort"),
        _("Deadline"),
        _("Reminded"),
        _("State"),
        _("E-mail sent"),
    ]


def _cells(row: Row) -> list[Any]:
    line = row.line
    return [
        line.happened_at,
        line.to_name,
        line.to_email,
        row.kind,
        line.title,
        line.scope,
        line.due_at,
        row.step,
        row.state,
        line.message.sent_at if line.message else None,
    ]
