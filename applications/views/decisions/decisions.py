"""One decision as the school sees it: its letter, its versions, its history, and what can be done."""

from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.actions import decisions as actions
from applications.models import Decision
from applications.states import DecisionState
from applications.views.deeds import Deed, Deeds, deed_page, offered, says
from innoskole.accounts.guards import administrator_required, person
from innoskole.accounts.models import User


def _obstacle_to_approval(decision: Decision, user: User, now: datetime) -> str:
    return actions.obstacle_to_approval(decision, user)


def _obstacle_to_void(decision: Decision, user: User, now: datetime) -> str:
    if not decision.is_standing:
        return _state_is(decision)
    if decision.release_id:
        return _("The decision leaves with others. Cancel the release to take them all back.")
    return ""


def _obstacle_to_suppress(decision: Decision, user: User, now: datetime) -> str:
    if not decision.is_standing:
        return _state_is(decision)
    if not hasattr(decision, "letter"):
        return _("The letter is not written yet.")
    return _("The letter is held back already.") if decision.letter.is_held_back else ""


def _state_is(decision: Decision) -> str:
    return _("This cannot be done now: the state is «%(state)s».") % {"state": decision.get_state_display()}


def _hold_back(decision: Decision, *, reason: str, by: User, now: datetime) -> None:
    actions.suppress(decision.letter, reason=reason, by=by, now=now)


DEEDS: Deeds[Decision] = {
    "approve": Deed(
        title=gettext_lazy("Approve the decision"),
        button=gettext_lazy("Approve"),
        done=gettext_lazy("The decision is approved, and leaves at its minute."),
        run=actions.approve,
        obstacle=_obstacle_to_approval,
        consequences=says(
            gettext_lazy("The recipient gets mail with a link to the letter when the minute has come."),
            gettext_lazy("If the minute has passed already, the mail leaves within a minute from now."),
            gettext_lazy("The decision in force on the same subject is replaced at the same moment."),
        ),
        form=forms.Form,
    ),
    "void": Deed(
        title=gettext_lazy("Void the decision"),
        button=gettext_lazy("Void the decision"),
        done=gettext_lazy("The decision is void. Nobody ever hears of it."),
        run=actions.void,
        obstacle=_obstacle_to_void,
        consequences=says(
            gettext_lazy("The letter never leaves. This cannot be undone; make a new decision instead."),
            gettext_lazy("Nobody gets mail."),
        ),
        color="danger",
    ),
    "suppress": Deed(
        title=gettext_lazy("Hold back the letter"),
        button=gettext_lazy("Hold back the letter"),
        done=gettext_lazy("The letter is held back."),
        run=_hold_back,
        obstacle=_obstacle_to_suppress,
        consequences=says(
            gettext_lazy("The decision takes effect at its minute, but no mail goes with it."),
            gettext_lazy("The recipient cannot open the letter. You must tell them in another way."),
            gettext_lazy("This cannot be undone; make a new decision instead."),
        ),
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
            "deeds": offered(DEEDS, found, user, timezone.now()),
            "waits_for_another": found.state == DecisionState.PREPARED and found.prepared_by_id == user.pk,
        },
    )


@administrator_required
def decision_deed(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Approve, void or hold back, on a page of its own."""
    found = _decision(pk)
    return deed_page(
        request,
        DEEDS,
        deed,
        found,
        template="applications/decisions/decision_deed.html",
        back=reverse("applications:decision", args=[pk]),
        context={
            "decision": found,
            "application": found.application,
            "intake": found.application.intake,
            "letter": getattr(found, "letter", None),
        },
    )


def _decision(pk: int) -> Decision:
    rows = Decision.objects.with_letter().select_related("release", "prepared_by", "approved_by")
    return get_object_or_404(rows, pk=pk)
