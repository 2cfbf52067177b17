"""Fetch and authorise in one: what a person may not see or change does not exist for them (404)."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.actions.drafts import require_open
from applications.models import Application, Part
from applications.models.application import ApplicationQuerySet
from applications.models.content import PARTS
from applications.states import State
from innoskole.accounts.guards import Refused, person

STEPS = (*Part.values, "check")


def _with(rows: ApplicationQuerySet, reads: Sequence[str]) -> ApplicationQuerySet:
    return rows.select_related("intake", "lead", "coordinator").prefetch_related(*reads)


def visible(request: HttpRequest, reference: str) -> Application:
    """An application that this person may read."""
    rows = _with(Application.objects.visible_to(person(request)), PARTS)
    return get_object_or_404(rows, reference=reference)


def editable(request: HttpRequest, reference: str, reads: Sequence[str] = PARTS) -> Application:
    """An application that this person may work on; whether it is open is another question.

    reads: the relations that the page needs.
    """
    rows = _with(Application.objects.editable_by(person(request)), reads)
    return get_object_or_404(rows, reference=reference)


def closed(request: HttpRequest, application: Application, part: str, now: datetime) -> HttpResponse | None:
    """Where to go instead, with a sentence, when a part is not open; None when it is."""
    try:
        require_open(application, part, now)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect(application)
    return None


def step_url(application: Application, step: str) -> str:
    if step in (Part.TEAM, "check"):
        return reverse(f"applications:{step}", args=[application.reference])
    return reverse("applications:step", args=[application.reference, step])


def next_url(application: Application, step: str) -> str:
    """The page after a step: the next one of a draft, the answer of a request for information."""
    if application.state == State.INFORMATION_REQUESTED:
        return reverse("applications:information", args=[application.reference])
    return step_url(application, STEPS[STEPS.index(step) + 1])


def previous_url(application: Application, step: str) -> str:
    position = STEPS.index(step)
    if position == 0 or application.state == State.INFORMATION_REQUESTED:
        return application.get_absolute_url()
    return step_url(application, STEPS[position - 1])


def trail(application: Application) -> list[tuple[str, str]]:
    """The links of the breadcrumbs above a page below the task list."""
    return [
        (_("My page"), reverse("home")),
        (
            _("The application of %(municipality)s") % {"municipality": application.lead},
            application.get_absolute_url(),
        ),
    ]
