"""The school's pages for filling free places after the deadline."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.actions import late as actions
from applications.forms.administrator import ReasonForm
from applications.forms.late import DeclineForm, GiveForm, OpenForm
from applications.models import Application, Intake, LateFilling, Offer
from applications.views.administrator.queue import STATE_COLORS
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post


@administrator_required
def late(request: HttpRequest, slug: str) -> HttpResponse:
    """Free places, who waits, the rule, and the late applications in the order of receipt; or open it."""
    intake, now = _intake(slug), timezone.now()
    fillings = list(intake.late_fillings.select_related("opened_by").order_by("-opened_at"))
    current = next((each for each in fillings if each.closed_at is None), None)
    obstacle = actions.obstacle_to_opening(intake)
    form = OpenForm(_data(request), now=now)
    if request.method == "POST" and form.is_valid():
        try:
            actions.open_filling(intake, **form.cleaned_data, by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Municipalities can apply for the free places."))
            return redirect("applications:late", slug)
    received = intake.applications.in_order_of_receipt().select_related("lead", "offer")
    return TemplateResponse(
        request,
        "applications/late/late.html",
        {
            "intake": intake,
            "free": intake.places.free().count(),
            "waiting": Offer.objects.of(intake).waiting().count(),
            "current": current,
            "is_over": current is not None and now > current.closes_at,
            "is_coming": current is not None and now < current.opened_at,
            "earlier": [each for each in fillings if each.closed_at is not None],
            "obstacle": "" if form.errors or current else obstacle,
            "form": form if form.errors or not (obstacle or current) else None,
            "rows": [
                (application, STATE_COLORS.get(application.state, "neutral")) for application in received
            ],
        },
    )


@administrator_required
def late_close(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what follows, then take in no more late applications."""
    intake = _intake(slug)
    filling = get_object_or_404(LateFilling.objects.select_related("intake"), intake=intake, closed_at=None)
    form = ReasonForm(_data(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.close_filling(
                filling, reason=form.cleaned_data["reason"], by=person(request), now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("No more late applications are taken in."))
            return redirect("applications:late", slug)
    drafts = intake.applications.unfinished().filter(late_filling=filling).count()
    return TemplateResponse(
        request,
        "applications/late/close.html",
        {
            "intake": intake,
            "form": form,
            "drafts": drafts,
            "title": _("Close the filling of free places"),
            "button": _("Close it"),
        },
    )


@administrator_required
def late_give(request: HttpRequest, slug: str, reference: str) -> HttpResponse:
    """Prepare a place for a late application, in the order of receipt or with a reason."""
    application, now = _application(slug, reference), timezone.now()
    obstacle = actions.obstacle_to_giving(application)
    ahead = list(actions.ahead_of(application).select_related("lead"))
    form = GiveForm(_data(request), needs_reason=bool(ahead), now=now)
    if request.method == "POST" and form.is_valid():
        try:
            decision = actions.give(application, **form.deed(), by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _prepared(request, decision.pk)
    return _deed(
        request,
        "applications/late/give.html",
        application,
        form,
        obstacle,
        ahead=ahead,
        title=_("Give a late application a place"),
        button=_("Prepare the decision"),
    )


@administrator_required
def late_decline(request: HttpRequest, slug: str, reference: str) -> HttpResponse:
    """Prepare the decision that a late application gets no place."""
    application, now = _application(slug, reference), timezone.now()
    obstacle = actions.obstacle_to_deciding(application)
    form = DeclineForm(_data(request), now=now)
    if request.method == "POST" and form.is_valid():
        try:
            decision = actions.decline(application, **form.deed(), by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _prepared(request, decision.pk)
    return _deed(
        request,
        "applications/late/decline.html",
        application,
        form,
        obstacle,
        title=_("Give a late application no place"),
        button=_("Prepare the decision"),
    )


def _prepared(request: HttpRequest, decision: int) -> HttpResponse:
    messages.success(request, _("The decision is prepared. Another person must approve it on this page."))
    return redirect("applications:decision", decision)


def _deed(
    request: HttpRequest,
    template: str,
    application: Application,
    form: forms.Form,
    obstacle: str,
    **context: Any,
) -> HttpResponse:
    return TemplateResponse(
        request,
        template,
        {
            "application": application,
            "intake": application.intake,
            "form": form,
            "obstacle": "" if form.errors else obstacle,
            **context,
        },
    )


def _data(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else kept_post(request)


def _intake(slug: str) -> Intake:
    return get_object_or_404(Intake.objects.public(), slug=slug)


def _application(slug: str, reference: str) -> Application:
    """A late application of the intake; an ordinary one does not exist here."""
    rows = Application.objects.filter(intake__slug=slug, late_filling__isnull=False)
    return get_object_or_404(
        rows.select_related("intake", "lead", "coordinator", "late_filling"), reference=reference
    )
