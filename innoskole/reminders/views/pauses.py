"""Pauses: nobody is reminded of a kind, at an address or about one thing, for a time and a reason."""

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post
from innoskole.deadlines.reckoning import DAY
from innoskole.reminders import changes
from innoskole.reminders.forms import PauseForm
from innoskole.reminders.kinds import all_kinds
from innoskole.reminders.models import Pause, Reminder
from innoskole.reminders.views import words
from innoskole.ui.tables import Column, paginate

COLUMNS = (
    Column("what", gettext_lazy("What is paused")),
    Column("since", gettext_lazy("Since"), order_by=("began_at",)),
    Column("until", gettext_lazy("Until"), order_by=("until_at",)),
    Column("who", gettext_lazy("By")),
    Column("state", gettext_lazy("State")),
)


@administrator_required
def pause_list(request: HttpRequest) -> HttpResponse:
    """Every pause, the newest first; those that the recipients have asked for too."""
    now = timezone.now()
    listed = paginate(request, Pause.objects.select_related("by"), COLUMNS, default_sort="-since")
    titles = _titles(listed.rows)
    rows = [
        (each, words.paused(each, titles.get((each.kind, each.object_id), "")), _is_running(each, now))
        for each in listed.rows
    ]
    return TemplateResponse(request, "reminders/pauses.html", {"list": listed, "rows": rows})


@administrator_required
def new_pause(request: HttpRequest) -> HttpResponse:
    """The address may name the kind, the row and the recipient from which somebody comes here."""
    now = timezone.now()
    posted = request.POST if request.method == "POST" else kept_post(request)
    form = PauseForm(posted, now=now, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            changes.pause(
                kind=asked["kind"],
                email=asked["email"],
                object_id=asked["row"],
                until_at=_end_of(asked["until"]) if asked["until"] else None,
                reason=asked["reason"],
                by=person(request),
                now=now,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The reminders are paused."))
            return redirect("reminders:pauses")
    row = str(form["row"].value() or "")
    kind = str(form["kind"].value() or "")
    title = _title(kind, int(row)) if row.isdecimal() and len(row) < 19 else ""
    return TemplateResponse(request, "reminders/new_pause.html", {"form": form, "title": title})


@administrator_required
def one_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """One pause with its reason and history; POST ends it."""
    pause = get_object_or_404(Pause.objects.select_related("by"), pk=pk)
    now = timezone.now()
    if request.method == "POST":
        try:
            changes.end_pause(pause, by=person(request), now=now)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The pause is over. The next reminders leave as usual."))
        return redirect("reminders:pause", pk)
    title = _title(pause.kind, pause.object_id) if pause.object_id else ""
    return TemplateResponse(
        request,
        "reminders/pause.html",
        {"pause": pause, "what": words.paused(pause, title), "is_running": _is_running(pause, now)},
    )


def _is_running(pause: Pause, now: datetime) -> bool:
    return pause.ended_at is None and (pause.until_at is None or pause.until_at > now)


def _end_of(day: Any) -> datetime:
    return datetime.combine(day + DAY, time(), tzinfo=timezone.get_default_timezone())


def _title(kind: str, object_id: int) -> str:
    """What a row is called, as the ledger has it, or else the kind itself; empty if neither knows it."""
    told = Reminder.objects.filter(kind=kind, object_id=object_id).order_by("-pk").first()
    if told:
        return told.title
    for each in all_kinds():
        if each.key == kind and (row := each.open().filter(pk=object_id).first()):
            return each.title(row)
    return ""


def _titles(pauses: list[Pause]) -> dict[tuple[str, int | None], str]:
    """The titles of the rows of many pauses, in one query."""
    ids = [pause.object_id for pause in pauses if pause.object_id is not None]
    told = Reminder.objects.filter(object_id__in=ids).order_by("pk")
    return {(kind, pk): title for kind, pk, title in told.values_list("kind", "object_id", "title")}
