"""The deeds of the draw, each on a page of its own that says what happens and who gets mail."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from applications import sources, wording
from applications.actions import selection as actions
from applications.actions import source_values
from applications.forms.selection import AnnulmentForm, ValueForm
from applications.models import DrawRound, Intake, SourceValue
from applications.states import IntakeState
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.models import User


@dataclass(frozen=True)
class Deed:
    """A deed on the standing round. `state`: of the intake when its turn has come."""

    title: str | Promise
    button: str | Promise
    done: str | Promise
    template: str
    state: str
    do: Callable[[DrawRound, User, datetime], None]


DEEDS = {
    "draw": Deed(
        _("Draw"),
        _("Draw now"),
        _("The draw is done. Another person must check it."),
        "applications/selection/deed_draw.html",
        IntakeState.LOCKED,
        lambda draw_round, by, now: actions.draw(draw_round, by=by, now=now),
    ),
    "check": Deed(
        _("Check the draw"),
        _("The draw is right"),
        _("The draw is checked. It can be decided."),
        "applications/selection/deed_check.html",
        IntakeState.DRAWN,
        lambda draw_round, by, now: actions.check(draw_round, by=by, now=now),
    ),
    "decide": Deed(
        _("Decide the selection"),
        pgettext_lazy("selection", "Decide"),
        _("The selection is decided. Nobody outside the school knows it before its letters leave."),
        "applications/selection/deed_decide.html",
        IntakeState.CHECKED,
        lambda draw_round, by, now: actions.decide(draw_round, by=by, now=now),
    ),
}


@administrator_required
def deed(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Draw, check or decide: GET says what will happen, POST does it."""
    chosen, draw_round = DEEDS[name], _standing(slug)
    intake, user = draw_round.intake, person(request)
    form = forms.Form(_posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            chosen.do(draw_round, user, timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, str(chosen.done))
            return redirect("applications:selection", slug)
    return TemplateResponse(
        request,
        chosen.template,
        {
            "intake": intake,
            "round": draw_round,
            "form": form,
            "deed": chosen,
            "is_its_turn": intake.state == chosen.state,
            "obstacle": _obstacle(name, draw_round, user),
            "checks": _checks(draw_round) if name == "check" else [],
        },
    )


def _obstacle(name: str, draw_round: DrawRound, user: User) -> str:
    if name == "draw":
        return source_values.obstacle_to_draw(draw_round)
    return actions.obstacle_to_check(draw_round, user) if name == "check" else ""


def _checks(draw_round: DrawRound) -> list[tuple[str, bool]]:
    if not draw_round.protocol or not draw_round.is_draw:
        return []
    return [(str(wording.CHECK_LABELS[each.name]), each.ok) for each in actions.checks(draw_round)]


@administrator_required
def annul(request: HttpRequest, slug: str) -> HttpResponse:
    """Annul the standing round, with a public reason."""
    draw_round = _standing(slug)
    form = AnnulmentForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.annul(
                draw_round, reason=form.cleaned_data["reason"], by=person(request), now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The round is annulled. The list can be frozen again."))
            return redirect("applications:selection", slug)
    return TemplateResponse(
        request,
        "applications/selection/deed_annul.html",
        {
            "intake": draw_round.intake,
            "round": draw_round,
            "form": form,
            "obstacle": actions.obstacle_to_annul(draw_round),
        },
    )


@administrator_required
def no_draw(request: HttpRequest, slug: str) -> HttpResponse:
    """Decide that everybody is admitted, where there are no more applications than places."""
    intake = get_object_or_404(Intake, slug=slug)
    form = forms.Form(_posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide_without_draw(intake, by=person(request), now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The selection is decided: everybody is admitted."))
            return redirect("applications:selection", slug)
    return TemplateResponse(
        request,
        "applications/selection/deed_no_draw.html",
        {
            "intake": intake,
            "form": form,
            "obstacle": actions.obstacle_to_no_draw(intake, timezone.now()),
            "applications": intake.applications.in_draw().with_lead().order_by("lead__sort_key", "pk"),
        },
    )


@administrator_required
def source(request: HttpRequest, slug: str, ordinal: int) -> HttpResponse:
    """Type in the value of a source, or confirm what another person has typed in by typing the same."""
    found = _source(slug, ordinal)
    user, now = person(request), timezone.now()
    confirms = found.entered_by is not None and found.entered_by != user
    form = ValueForm(_posted(request), confirms=confirms, initial={"fallback_reason": found.fallback_reason})
    if request.method == "POST" and form.is_valid():
        try:
            source_values.type_in_value(
                found,
                form.cleaned_data["value"],
                fallback_reason=form.cleaned_data["fallback_reason"],
                replace=form.cleaned_data.get("replace", False),
                by=user,
                now=now,
            )
        except Refused as refusal:
            form.add_error("value", str(refusal))
        else:
            if found.confirmed_at:
                messages.success(request, _("The value is confirmed."))
            else:
                messages.success(request, _("The value is typed in. Another person must confirm it."))
            return redirect("applications:selection", slug)
    return TemplateResponse(
        request,
        "applications/selection/source.html",
        {
            "intake": found.round.intake,
            "source": found,
            "form": form,
            "confirms": confirms,
            "is_early": not found.is_available_at(now),
            "invented": sources.invented_value(found.source_id),
            "obstacle": source_values.obstacle_to_value(found, now),
        },
    )


@administrator_required
@require_POST
def fetch(request: HttpRequest, slug: str, ordinal: int) -> HttpResponse:
    """Fetch the value of a drand round from the configured relays."""
    found = _source(slug, ordinal)
    if not found.is_drand:
        raise Http404
    try:
        source_values.fetch_value(found, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The relays agree, and the value is confirmed."))
    return redirect("applications:selection", slug)


def _standing(slug: str) -> DrawRound:
    """The round of the intake that is not annulled; 404 when nothing is frozen."""
    rounds = DrawRound.objects.standing().with_people()
    return get_object_or_404(rounds, intake__slug=slug)


def _source(slug: str, ordinal: int) -> SourceValue:
    found = SourceValue.objects.filter(round__annulled_at__isnull=True).select_related(
        "round__intake", "entered_by"
    )
    return get_object_or_404(found, round__intake__slug=slug, ordinal=ordinal)


def _posted(request: HttpRequest) -> QueryDict | None:
    """What was posted; an empty POST is a POST too."""
    return request.POST if request.method == "POST" else None
