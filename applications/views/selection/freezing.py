"""Freezing the list, or deciding without a draw where everybody gets a place."""

from datetime import date, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import sources
from applications.actions import selection as actions
from applications.forms.selection import FreezeForm, QuotaForm
from applications.models import Application, Intake, QuotaChoice, SourceValue
from applications.views.selection.what_if import WhatIf, tried
from innoskole.accounts.guards import Refused, administrator_required, person


@administrator_required
def selection_freeze(request: HttpRequest, slug: str) -> HttpResponse:
    """The sources to announce; then what will be frozen and who gets mail; then the freeze.

    Other places and quotas than those set come in the address, from the what-if page.
    """
    intake = get_object_or_404(Intake, slug=slug)
    now = timezone.now()
    quotas = QuotaForm(intake, request.GET.dict() | {"ready_only": "on"})
    outcome = tried(quotas)
    kind = quotas.choice() if quotas.is_valid() else QuotaChoice.AS_SET
    needs_reason = kind != QuotaChoice.AS_SET
    form = FreezeForm(
        request.POST if request.method == "POST" else None, needs_reason=needs_reason, initial=_proposal(now)
    )
    is_preview = False
    if request.method == "POST" and outcome is not None and form.is_valid():
        choice = actions.Choice(kind, quotas.adjustment(), form.cleaned_data.get("reason", ""))
        draw_at, vikinglotto_on = form.cleaned_data["draw_at"], form.cleaned_data["vikinglotto_on"]
        try:
            if "confirm" in request.POST:
                frozen = actions.freeze(
                    intake,
                    choice=choice,
                    draw_at=draw_at,
                    vikinglotto_on=vikinglotto_on,
                    by=person(request),
                    now=now,
                )
                messages.success(
                    request,
                    _("The list is frozen as round %(name)s, and the letters are on their way.")
                    % {"name": frozen.name},
                )
                return redirect("applications:selection", intake.slug)
            actions.examine_freeze(
                intake, choice=choice, draw_at=draw_at, vikinglotto_on=vikinglotto_on, now=now
            )
            is_preview = "change" not in request.POST
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return TemplateResponse(
        request,
        "applications/selection/freeze.html",
        {
            "intake": intake,
            "form": form,
            "what_if": outcome,
            "kind": kind,
            "is_preview": is_preview,
            "announced": sources.announce(form.cleaned_data["draw_at"], form.cleaned_data["vikinglotto_on"])
            if is_preview
            else (),
            "obstacle": actions.obstacle_to_freeze(intake, now),
            "unsettled": _unsettled(intake),
            "letters": intake.applications.in_draw().count(),
            "as_set_fails": _as_set_fails(kind, outcome),
        },
    )


def _proposal(now: datetime) -> dict[str, object]:
    """The next draw of Vikinglotto at least a day away, and drand at the same time, that nobody knows."""
    day = sources.next_vikinglotto(now)
    while SourceValue.objects.known(each.id for each in _sources_on(day)).exists():
        day = sources.next_vikinglotto(sources.vikinglotto_moment(day))
    return {"draw_at": sources.vikinglotto_moment(day), "vikinglotto_on": day}


def _sources_on(day: date) -> tuple[sources.Announcement, ...]:
    return sources.announce(sources.vikinglotto_moment(day), day)


def _unsettled(intake: Intake) -> list[Application]:
    return list(intake.applications.unsettled().select_related("lead").order_by("lead__sort_key", "pk"))


def _as_set_fails(kind: str, outcome: WhatIf | None) -> bool:
    """Whether the quotas as they were set are the ones that were tried, and cannot be kept."""
    return kind == QuotaChoice.AS_SET and outcome is not None and bool(outcome.infeasible)
