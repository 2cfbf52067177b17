"""The page of a decision on which one appeals, follows the appeal, and takes it back: logged in, or by link.

A link does nothing when it is opened (mail scanners open links): to appeal, and to withdraw, is a POST.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from applications import tokens
from applications.actions import appeals as actions
from applications.forms.appeals import AppealForm
from applications.letters import language_of
from applications.letters.case import Case
from applications.letters.sections import grounds
from applications.models import Appeal, Decision
from applications.models.appeal import ENDED
from applications.models.appeal_steps import steps
from applications.permissions import appealable_by, may_edit
from applications.views.coordinator import access
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User
from innoskole.deadlines import rules
from innoskole.deadlines.models import Kind
from innoskole.ui import formats

READS = ("application__intake", "application__lead", "application__coordinator", "member", "letter")


@dataclass(frozen=True)
class Door:
    """How somebody has come to a decision, and where its pages are for them.

    user: None for the person whom the decision is about, who came by a link.
    """

    decision: Decision
    user: User | None
    page: str
    withdraw: str
    letter: str


def appeal(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The decision with its grounds; the appeal on it, or the form for one."""
    return _appeal(request, _logged_in(request, reference, pk))


def appeal_withdraw(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Say what follows, then take the appeal back."""
    return _withdraw(request, _logged_in(request, reference, pk))


@login_not_required
def appeal_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same for the person whom the decision is about, who needs no account."""
    door = _by_link(request, token)
    return _void(request) if door is None else _appeal(request, door)


@login_not_required
def appeal_withdraw_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same for the person whom the decision is about."""
    door = _by_link(request, token)
    return _void(request) if door is None else _withdraw(request, door)


# --- Which decision -------------------------------------------------------------------------------


def _logged_in(request: HttpRequest, reference: str, pk: int) -> Door:
    user = person(request)
    decision = get_object_or_404(
        appealable_by(user).select_related(*READS), pk=pk, application__reference=reference
    )
    return Door(
        decision,
        user,
        page=reverse("applications:appeal", args=[reference, pk]),
        withdraw=reverse("applications:appeal_withdraw", args=[reference, pk]),
        letter=reverse("applications:letter", args=[decision.letter.pk]),
    )


def _by_link(request: HttpRequest, token: str) -> Door | None:
    """None for a link that is not ours. The page speaks the letter's language to who has chosen none."""
    found = tokens.appeal_of(token)
    if found is None:
        return None
    decision = Decision.objects.select_related(*READS).get(pk=found.pk)
    if not request.user.is_authenticated and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(language_of(decision.application))
    return Door(
        decision,
        None,
        page=reverse("applications:appeal_by_link", args=[token]),
        withdraw=reverse("applications:appeal_withdraw_by_link", args=[token]),
        letter=tokens.letter_url(decision.letter),
    )


def _void(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "applications/coordinator/link_void.html", status=404)


# --- The pages ------------------------------------------------------------------------------------


def _appeal(request: HttpRequest, door: Door) -> HttpResponse:
    decision, user, now = door.decision, door.user, timezone.now()
    obstacle = actions.obstacle_to_appeal(decision)
    form = AppealForm(request.POST if request.method == "POST" else kept_post(request))
    if request.method == "POST" and form.is_valid():
        name, email = _who(decision, user)
        try:
            received = actions.receive(
                decision, **form.cleaned_data, name=name, email=email, by=user, now=now
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if not received.is_new:
                messages.info(
                    request, _("An appeal on this decision has been received already. See it below.")
                )
            return redirect(door.page)
    latest = decision.appeals.select_related("handler", "led_to").first()
    is_open = latest is not None and latest.ended_at is None
    return TemplateResponse(
        request,
        "applications/appeals/appeal.html",
        {
            **_about(door),
            "form": form if not obstacle or form.errors else None,
            "obstacle": "" if latest else obstacle,
            "appeal": latest,
            "steps": steps(latest) if latest else [],
            "may_withdraw": is_open,
            "grounds": grounds(Case(decision)),
            "until": _until(decision),
            "is_late": _is_late(decision, now),
            "due_on": rules.deadline(Kind.APPEAL_ANSWER, now).day,
        },
    )


def _withdraw(request: HttpRequest, door: Door) -> HttpResponse:
    latest: Appeal | None = door.decision.appeals.first()
    if latest is None:
        raise Http404
    refusal = ""
    if request.method == "POST":
        try:
            actions.withdraw(latest, by=door.user, now=timezone.now())
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, _("The appeal is withdrawn."))
            return redirect(door.page)
    elif latest.state in ENDED:
        messages.info(request, _("The appeal is answered, so it cannot be withdrawn."))
        return redirect(door.page)
    return TemplateResponse(
        request,
        "applications/appeals/withdraw.html",
        {**_about(door), "appeal": latest, "refusal": refusal},
    )


def _who(decision: Decision, user: User | None) -> tuple[str, str]:
    """Name and address of the appellant: the account's, else those of the person whom it is about."""
    if user is not None:
        return user.name, user.email
    if decision.member is None:
        raise Http404
    return decision.member.name, decision.member.email


def _about(door: Door) -> dict[str, Any]:
    decision, application = door.decision, door.decision.application
    is_editor = door.user is not None and may_edit(door.user, application)
    name, email = _who(decision, door.user)
    return {
        "door": door,
        "decision": decision,
        "application": application,
        "intake": application.intake,
        "subject": decision.member or application.lead,
        "trail": access.trail(application) if is_editor else [(_("My page"), reverse("home"))],
        "name": name,
        "email": email,
    }


def _until(decision: Decision) -> str:
    """How the last day for an appeal comes about; empty for a decision whose rule nobody knows any more."""
    return (
        rules.explain(rules.deadline(Kind.ADMISSION_APPEAL, decision.issued_at)) if decision.issued_at else ""
    )


def _is_late(decision: Decision, now: datetime) -> bool:
    return decision.appeal_until_on is not None and formats.local(now).date() > decision.appeal_until_on
