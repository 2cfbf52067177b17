"""The internal call: the coordinator's pages, and those that colleagues reach by a link."""

from datetime import datetime
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from applications import tokens
from applications.actions.calls import (
    change_call,
    close_call,
    publish_call,
    require_search,
    version_of_call,
)
from applications.actions.interests import decide_interests, sign_up, withdraw_interest
from applications.forms.calls import CallForm, InterestForm, PicksForm
from applications.models import Application, Interest, InternalCall, Part, TeamMember
from applications.models.call import ANSWERED_WITHIN, KEPT_AFTER_ANSWER, OVER
from applications.models.chosen import chosen_team
from applications.models.content import MEMBER_FIELDS, open_parts, values_of
from applications.models.invitation import default_call_text
from applications.models.summary import answer, label
from applications.permissions import may_submit
from applications.states import InterestState
from applications.views.coordinator import access
from applications.views.coordinator.outsiders import speak, void
from innoskole.accounts.guards import Refused, person

# --- The coordinator --------------------------------------------------------------------------------


def call(request: HttpRequest, reference: str) -> HttpResponse:
    """Publish the call; then its link, who is interested, and what a team of the chosen would look like."""
    application, now = access.editable(request, reference, reads=("information_requests",)), timezone.now()
    found = InternalCall.objects.filter(application=application).first()
    if found is None:
        return _publish(request, application, now)
    found.application = application
    form = _picks_form(request, found, now)
    return TemplateResponse(
        request,
        "applications/calls/call.html",
        {
            **_page(application, _("Ask your colleagues")),
            "call": found,
            "link": request.build_absolute_uri(reverse("applications:colleagues", args=[found.token])),
            "accepts": found.accepts_at(now),
            "may_change": _refusal(application, now) is None,
            "form": form,
            "rows": form.rows(),
            "chosen": _chosen(application, form),
            "undecided": sum(one.state == InterestState.INTERESTED for one in form.interests),
        },
    )


def _publish(request: HttpRequest, application: Application, now: datetime) -> HttpResponse:
    user = person(request)
    first = {"text": default_call_text(application)}
    posted = request.POST if request.method == "POST" else None
    form = CallForm(posted, application=application, now=now, initial=first)
    if form.is_valid():
        try:
            publish_call(
                application,
                text=form.cleaned_data["text"],
                closes_at=form.cleaned_data["closes_at"],
                by=user,
                now=now,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The page is open. Share the link below with your colleagues."))
            return redirect("applications:call", application.reference)
    return TemplateResponse(
        request,
        "applications/calls/publish.html",
        {
            **_page(application, _("Ask your colleagues")),
            "form": form,
            "refusal": _refusal(application, now),
            "is_proven": may_submit(user, application),
            "days": KEPT_AFTER_ANSWER.days,
        },
    )


def _page(application: Application, title: str) -> dict[str, object]:
    return {
        "application": application,
        "intake": application.intake,
        "trail": access.trail(application),
        "title": title,
    }


def _refusal(application: Application, now: datetime) -> str | None:
    """Why nobody may be asked now, in a sentence; None when they may."""
    try:
        require_search(application, now)
    except Refused as refusal:
        return str(refusal)
    return None


def _call(request: HttpRequest, reference: str) -> InternalCall:
    application = access.editable(request, reference, reads=("information_requests",))
    found = get_object_or_404(InternalCall, application=application)
    found.application = application
    return found


def call_edit(request: HttpRequest, reference: str) -> HttpResponse:
    """Change the text and the deadline, which also opens a closed call again."""
    found, now = _call(request, reference), timezone.now()
    application = found.application
    if request.method == "GET" and (refusal := _refusal(application, now)):
        messages.warning(request, refusal)
        return redirect("applications:call", reference)
    first = {"text": found.text, "closes_at": found.closes_at, "version": version_of_call(found)}
    posted = request.POST if request.method == "POST" else None
    form = CallForm(posted, application=application, now=now, initial=first)
    if form.is_valid():
        try:
            change_call(found, **form.cleaned_data, by=person(request), now=now)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your colleagues can sign up until the deadline."))
            return redirect("applications:call", reference)
    return TemplateResponse(
        request,
        "applications/calls/edit.html",
        {
            **_page(application, _("Text and deadline") if found.accepts_at(now) else _("Open again")),
            "form": form,
            "accepts": found.accepts_at(now),
        },
    )


@require_POST
def call_close(request: HttpRequest, reference: str) -> HttpResponse:
    """Take no more sign-ups."""
    close_call(_call(request, reference), by=person(request), now=timezone.now())
    messages.success(request, _("Nobody can sign up any more. Those who have are still on the list."))
    return redirect("applications:call", reference)


def call_pick(request: HttpRequest, reference: str) -> HttpResponse:
    """Exactly who gets which letter (GET, with the choices in the address); POST decides and sends."""
    found, now = _call(request, reference), timezone.now()
    form = _picks_form(request, found, now)
    picks, refusal = form.picks(), ""
    if request.method == "POST" and picks:
        chosen = {interest.pk: state for interest, state in picks.items()}
        try:
            sent = decide_interests(found, chosen, by=person(request), now=now)
        except Refused as refused:
            refusal = str(refused)
        else:
            told = ngettext(
                "The choice is made. %(count)s person gets an e-mail.",
                "The choices are made. %(count)s people get an e-mail.",
                sent,
            )
            messages.success(request, told % {"count": sent})
            return redirect("applications:call", reference)
    return TemplateResponse(
        request,
        "applications/calls/pick.html",
        {
            **_page(found.application, _("Who gets which e-mail")),
            "form": form,
            "picks": picks,
            "refusal": refusal,
            "groups": [
                (state, [interest for interest, to in picks.items() if to == state])
                for state in (InterestState.NOMINATED, InterestState.RESERVE, InterestState.NOT_CHOSEN)
            ],
            "chosen": _chosen(found.application, form),
            "days": KEPT_AFTER_ANSWER.days,
            "query": "&".join(f"choice-{interest.pk}={state}" for interest, state in picks.items()),
        },
    )


def _picks_form(request: HttpRequest, found: InternalCall, now: datetime) -> PicksForm:
    return PicksForm(
        request.POST or request.GET or None,
        interests=found.interests.select_related("member"),
        team_is_open=Part.TEAM in open_parts(found.application, now),
        is_over=found.application.state in OVER,
    )


def _chosen(application: Application, form: PicksForm) -> object:
    people = list(TeamMember.everyone.filter(application=application))
    return chosen_team(application, people, form.picks())


# --- Colleagues -------------------------------------------------------------------------------------


@login_not_required
def colleagues(request: HttpRequest, token: UUID) -> HttpResponse:
    """What the coordinator asks, what happens with what one writes, and the form."""
    found = _public_call(request, token)
    application, now = found.application, timezone.now()
    posted = request.POST if request.method == "POST" else None
    form = InterestForm(posted, intake=application.intake)
    status = 200
    if form.is_valid():
        key = f"{found.pk}:{form.cleaned_data['email']}"
        if not ratelimit.consume(request, action="answer_call", key=key):
            form.add_error(None, _("Too many have signed up from here just now. Try again in an hour."))
            status = 429
        else:
            try:
                sign_up(found, form.values(), now=now)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect("applications:signed_up", token)
    return TemplateResponse(
        request,
        "applications/calls/colleagues.html",
        {
            "call": found,
            "application": application,
            "intake": application.intake,
            "form": form,
            "accepts": found.accepts_at(now),
            "days": KEPT_AFTER_ANSWER.days,
            "longest_days": ANSWERED_WITHIN.days,
        },
        status=status,
    )


@login_not_required
def signed_up(request: HttpRequest, token: UUID) -> HttpResponse:
    """The same words to everybody, on the list already or not: the rest stands in the letter."""
    found = _public_call(request, token)
    return TemplateResponse(
        request, "applications/calls/signed_up.html", {"call": found, "application": found.application}
    )


def _public_call(request: HttpRequest, token: UUID) -> InternalCall:
    rows = InternalCall.objects.select_related("application__intake", "application__lead")
    found = get_object_or_404(rows.select_related("application__coordinator"), token=token)
    speak(request, found.application.lead, found.application.coordinator)
    return found


@login_not_required
def interest(request: HttpRequest, token: str) -> HttpResponse:
    """What is stored about an employee, and the way to have it deleted at once."""
    key = tokens.interest_key(token)
    if key is None:
        return void(request)
    rows = Interest.objects.select_related("call__application__intake", "call__application__lead")
    found = rows.select_related("call__application__coordinator", "member").filter(pk=key).first()
    if found is None:
        return TemplateResponse(request, "applications/calls/nothing_stored.html")
    application = found.call.application
    speak(request, application.lead, application.coordinator)
    refusal = ""
    if request.method == "POST":
        try:
            withdraw_interest(found, now=timezone.now())
        except Refused as refused:
            refusal = str(refused)
        else:
            return redirect("applications:interest", token)
    stored = values_of(found, (*MEMBER_FIELDS, "motivation"))
    return TemplateResponse(
        request,
        "applications/calls/interest.html",
        {
            "interest": found,
            "call": found.call,
            "application": application,
            "intake": application.intake,
            "refusal": refusal,
            "rows": [
                (label(Interest, field), answer(Interest, field, value)) for field, value in stored.items()
            ],
            "member": found.member,
        },
    )
