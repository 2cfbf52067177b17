"""What if: chances and feasibility before the freeze, from the address alone; nothing is kept."""

import json
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import pool, results, wording
from applications.actions import selection as actions
from applications.forms.selection import QuotaForm
from applications.models import Intake
from applications.selection import NotFeasible, Prepared, feasibility, no_draw_needed, normalise, prepare
from innoskole.accounts.guards import Refused, administrator_required, person


@dataclass(frozen=True)
class WhatIf:
    """What the arithmetic says about places and quotas: sentences, and the table when there is one.

    infeasible: why the quotas that were tried cannot be kept; softened, there is a table all the same.
    """

    prepared: Prepared | None = None
    table: results.ChanceTable | None = None
    refusal: str = ""
    infeasible: str = ""
    no_draw: str = ""
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_drawable(self) -> bool:
        return self.prepared is not None and not self.no_draw


def what_if(form: QuotaForm) -> WhatIf:
    """Try the places and quotas of a valid form."""
    try:
        given = pool.draw_input(form.intake, form.applications(), form.adjustment())
    except Refused as refusal:
        return WhatIf(refusal=str(refusal))
    everybody = no_draw_needed(given)
    normalised, lowered = normalise(given)
    reason = feasibility(normalised)
    infeasible = wording.infeasible(reason) if reason else ""
    try:
        prepared = prepare(given, soften_quotas=form.cleaned_data["soften"])
    except NotFeasible:
        return WhatIf(infeasible=infeasible, notes=tuple(wording.note(note) for note in lowered))
    return WhatIf(
        prepared=prepared,
        table=results.chance_table(prepared.input, prepared.chances, results.names_of(form.intake)),
        infeasible=infeasible,
        no_draw=wording.no_draw(everybody) if everybody else "",
        notes=tuple(wording.note(note) for note in prepared.notes if note.kind != "no_source"),
        warnings=() if everybody else tuple(wording.warning(warn) for warn in prepared.warnings),
    )


def tried(form: QuotaForm) -> WhatIf | None:
    """What the form's values lead to, or None when they are not valid."""
    return what_if(form) if form.is_valid() else None


@administrator_required
def selection_what_if(request: HttpRequest, slug: str) -> HttpResponse:
    """GET tries the quotas of the address; POST draws for trial among them, and counts it."""
    intake = get_object_or_404(Intake, slug=slug)
    form = QuotaForm(intake, request.GET.dict())
    outcome = tried(form)
    trial, refusal = None, ""
    if request.method == "POST" and outcome is not None:
        if outcome.prepared is None:
            refusal = _("There is nothing to draw from until the quotas can be kept.")
        else:
            try:
                content = actions.trial(intake, outcome.prepared, by=person(request), now=timezone.now())
            except Refused as error:
                refusal = str(error)
            else:
                trial = json.loads(content)
    names = (
        {applicant.id: applicant.name for applicant in outcome.prepared.input.applicants}
        if outcome is not None and outcome.prepared is not None
        else {}
    )
    return TemplateResponse(
        request,
        "applications/selection/what_if.html",
        {
            "intake": intake,
            "form": form,
            "what_if": outcome,
            "may_try": not actions.obstacle_to_trial(intake),
            "may_freeze": not actions.obstacle_to_freeze(intake, timezone.now()),
            "trial": trial,
            "trial_names": [names[code] for code in trial["selected"]] if trial else [],
            "refusal": refusal,
        },
    )
