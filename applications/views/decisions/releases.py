"""The release of a selection: prepare it, see who gets what, approve it, or take it back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import tasks
from applications.actions import releases
from applications.forms.administrator import ReasonForm
from applications.forms.decisions import ReleaseForm
from applications.models import Decision, DecisionKind, DrawRound, Intake, Release
from applications.results import lines
from applications.states import DecisionState, ReleaseState, State
from innoskole.accounts.guards import Refused, administrator_required, person

# The sweep comes every minute; what has waited longer than this did not leave.
PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True)
class KindCount:
    """How many letters of a kind."""

    label: str
    count: int


@administrator_required
def release(request: HttpRequest, slug: str) -> HttpResponse:
    """The standing or the last release of an intake with everything that it holds; or the way to one."""
    intake = get_object_or_404(Intake, slug=slug)
    now = timezone.now()
    found = intake.releases.with_people().first()
    obstacle = releases.obstacle_to_release(intake)
    return TemplateResponse(
        request,
        "applications/decisions/release.html",
        {
            "intake": intake,
            "obstacle": obstacle,
            "may_prepare": not obstacle,
            **(_of_release(found, now) if found else {"release": None}),
            "obstacle_to_approval": releases.obstacle_to_approval(found, person(request)) if found else "",
        },
    )


@administrator_required
def release_prepare(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose the minute; POST draws the decisions up, and a worker writes the letters."""
    intake = get_object_or_404(Intake, slug=slug)
    now = timezone.now()
    form = ReleaseForm(request.POST if request.method == "POST" else None, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            prepared = releases.begin_release(
                intake, leaves_at=form.cleaned_data["leaves_at"], by=person(request), now=now
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            pk = prepared.pk
            # A dead broker does no harm: the sweep writes what is missing.
            transaction.on_commit(lambda: tasks.write_letters.delay(pk), robust=True)
            messages.success(request, _("The decisions are drawn up. Nobody has been told."))
            return redirect("applications:release", slug)
    obstacle = releases.obstacle_to_release(intake)
    return TemplateResponse(
        request,
        "applications/decisions/release_prepare.html",
        {
            "intake": intake,
            "form": form,
            "obstacle": "" if form.errors else obstacle,
            "kinds": [] if obstacle else _expected(intake),
        },
    )


@administrator_required
def release_approve(request: HttpRequest, slug: str) -> HttpResponse:
    """The full list of who gets what, and the second person's approval."""
    found = _standing(slug)
    now, user = timezone.now(), person(request)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            releases.approve_release(found, by=user, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The letters are approved, and leave at their minute."))
            return redirect("applications:release", slug)
    return TemplateResponse(
        request,
        "applications/decisions/release_approve.html",
        {
            "intake": found.intake,
            "form": form,
            "obstacle": "" if form.errors else releases.obstacle_to_approval(found, user),
            "leaves_at_once": found.leaves_at <= now,
            **_of_release(found, now),
        },
    )


@administrator_required
def release_cancel(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a release back before its minute, with a reason."""
    found = _standing(slug)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            releases.cancel_release(
                found, reason=form.cleaned_data["reason"], by=person(request), now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The release is cancelled. No letter of it ever leaves."))
            return redirect("applications:release", slug)
    return TemplateResponse(
        request,
        "applications/decisions/release_cancel.html",
        {
            "intake": found.intake,
            "release": found,
            "form": form,
            "letters": found.decisions.standing().count(),
        },
    )


def _standing(slug: str) -> Release:
    found = Release.objects.standing().with_people().filter(intake__slug=slug).first()
    if found is None:
        raise Http404
    return found


def _of_release(found: Release, now: datetime) -> dict[str, Any]:
    """Every letter with its recipient, and how far the writing has come. One query."""
    decisions = list(
        found.decisions.with_letter().order_by("application__lead__sort_key", "application_id", "pk")
    )
    sent = [each for each in decisions if _leaves(each)]
    return {
        "release": found,
        "decisions": decisions,
        "kinds": _counts(each.kind for each in sent),
        "written": sum(hasattr(each, "letter") for each in decisions),
        "held_back": len(
            [each for each in decisions if hasattr(each, "letter") and each.letter.is_held_back]
        ),
        "is_overdue": found.state == ReleaseState.APPROVED and found.leaves_at < now - PATIENCE,
    }


def _leaves(decision: Decision) -> bool:
    """Whether its letter leaves, or has left."""
    if decision.state == DecisionState.VOID:
        return False
    return not (hasattr(decision, "letter") and decision.letter.is_held_back)


def _expected(intake: Intake) -> list[KindCount]:
    """What a release prepared now would hold: two kinds of applications, and those admitted with a team."""
    draw_round = DrawRound.objects.standing().select_related("intake").get(intake=intake)
    applications = draw_round.applications()
    taking_part = [line for line in lines(draw_round) if applications[line.code].state != State.WITHDRAWN]
    admitted = [applications[line.code] for line in taking_part if line.is_selected]
    people = sum(application.members.count() for application in admitted)
    return [
        KindCount(str(DecisionKind.PLACE.label), len(admitted)),
        KindCount(str(DecisionKind.WAITING_LIST.label), len(taking_part) - len(admitted)),
        KindCount(_("Persons"), people),
    ]


def _counts(kinds: Iterable[str]) -> list[KindCount]:
    """In the order of the kinds, those that there are."""
    found = Counter(kinds)
    return [KindCount(str(kind.label), found[kind]) for kind in DecisionKind if found[kind]]
