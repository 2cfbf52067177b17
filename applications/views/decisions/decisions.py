"""One decision as the school sees it: its letter, its versions, its history, and what can be done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.actions import decisions as actions
from applications.forms.administrator import ReasonForm
from applications.models import Decision
from applications.states import DecisionState
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.models import User


@dataclass(frozen=True)
class Deed:
    """A deed on one decision: what it is called, what follows from it, and who gets mail."""

    title: str | Promise
    button: str | Promise
    done: str | Promise
    consequences: tuple[str | Promise, ...]
    needs_reason: bool
    obstacle: Callable[[Decision, User], str]
    do: Callable[[Decision, str, User, datetime], Any]
    color: str = ""


def _obstacle_to_void(decision: Decision, user: User) -> str:
    if not decision.is_standing:
        return _state_is(decision)
    if decision.release_id:
        return _("The decision leaves with others. Cancel the release to take them all back.")
    return ""


def _obstacle_to_suppress(decision: Decision, user: User) -> str:
    if not decision.is_standing:
        return _state_is(decision)
    if not hasattr(decision, "letter"):
        return _("The letter is not written yet.")
    return _("The letter is held back already.") if decision.letter.is_held_back else ""


def _state_is(decision: Decision) -> str:
    return _("This cannot be done now: the state is «%(state)s».") % {"state": decision.get_state_display()}


DEEDS: Mapping[str, Deed] = {
    "approve": Deed(
        gettext_lazy("Approve the decision"),
        gettext_lazy("Approve"),
        gettext_lazy("The decision is approved, and leaves at its minute."),
        (
            gettext_lazy("The recipient gets mail with a link to the letter when the minute has come."),
            gettext_lazy("If the minute has passed already, the mail leaves within a minute from now."),
            gettext_lazy("The decision in force on the same subject is replaced at the same moment."),
        ),
        needs_reason=False,
        obstacle=actions.obstacle_to_approval,
        do=lambda decision, reason, by, now: actions.approve(decision, by=by, now=now),
    ),
    "void": Deed(
        gettext_lazy("Void the decision"),
        gettext_lazy("Void the decision"),
        gettext_lazy("The decision is void. Nobody ever hears of it."),
        (
            gettext_lazy("The letter never leaves. This cannot be undone; make a new decision instead."),
            gettext_lazy("Nobody gets mail."),
        ),
        needs_reason=True,
        obstacle=_obstacle_to_void,
        do=lambda decision, reason, by, now: actions.void(decision, reason=reason, by=by, now=now),
        color="danger",
    ),
    "suppress": Deed(
        gettext_lazy("Hold back the letter"),
        gettext_lazy("Hold back the letter"),
        gettext_lazy("The letter is held back."),
        (
            gettext_lazy("The decision takes effect at its minute, but no mail goes with it."),
            gettext_lazy("The recipient cannot open the letter. You must tell them in another way."),
            gettext_lazy("This cannot be undone; make a new decision instead."),
        ),
        needs_reason=True,
        obstacle=_obstacle_to_suppress,
        do=lambda decision, reason, by, now: actions.suppress(decision.letter, reason=reason, by=by, now=now),
        color="danger",
    ),
}


@administrator_required
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """The decision with its letter, its other versions, and its history."""
    found = _decision(pk)
    user = person(request)
    versions = Decision.objects.filter(application=found.application, member=found.member)
    return TemplateResponse(
        request,
        "applications/decisions/decision.html",
        {
            "decision": found,
            "application": found.application,
            "intake": found.application.intake,
            "letter": getattr(found, "letter", None),
            "void_reason": _(found.void_reason) if found.void_reason else "",
            "versions": versions.with_letter().order_by("-version"),
            "deeds": [(key, deed) for key, deed in DEEDS.items() if not deed.obstacle(found, user)],
            "waits_for_another": found.state == DecisionState.PREPARED and found.prepared_by_id == user.pk,
        },
    )


@administrator_required
def decision_deed(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Approve, void or hold back: GET says what follows and who gets mail, POST does it."""
    if deed not in DEEDS:
        raise Http404
    found, chosen = _decision(pk), DEEDS[deed]
    user = person(request)
    data = request.POST if request.method == "POST" else None
    form = ReasonForm(data) if chosen.needs_reason else forms.Form(data)
    if request.method == "POST" and form.is_valid():
        try:
            chosen.do(found, form.cleaned_data.get("reason", ""), user, timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, str(chosen.done))
            return redirect("applications:decision", pk)
    return TemplateResponse(
        request,
        "applications/decisions/decision_deed.html",
        {
            "decision": found,
            "application": found.application,
            "intake": found.application.intake,
            "letter": getattr(found, "letter", None),
            "deed": chosen,
            "form": form,
            "obstacle": "" if form.errors else chosen.obstacle(found, user),
        },
    )


def _decision(pk: int) -> Decision:
    rows = Decision.objects.with_letter().select_related("release", "prepared_by", "approved_by")
    return get_object_or_404(rows, pk=pk)
