"""One offer as the school sees it, and what the school can do: undo, withdraw, take back; close the list."""

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

from applications.actions import offers
from applications.actions.promotions import next_in_line
from applications.forms.administrator import ReasonForm
from applications.forms.offers import GroundsForm
from applications.models import Decision, DecisionKind, Intake, Offer
from applications.states import OfferState
from applications.views.offers.listing import STATE_COLORS, log_of
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User
from innoskole.ui import formats


@dataclass(frozen=True)
class Deed:
    """A deed on one offer: what it is called, why it cannot be done, what follows and who gets mail."""

    title: str | Promise
    button: str | Promise
    done: str | Promise
    obstacle: Callable[[Offer], str]
    consequences: Callable[[Offer, datetime], list[str]]
    do: Callable[[Offer, str, User, datetime], Any]
    form: type[forms.Form] = ReasonForm
    color: str = ""


def _undoing(offer: Offer, now: datetime) -> list[str]:
    return [
        _(
            "The answer of %(municipality)s does not count any more. It has a place, and a new deadline:"
            " %(due)s."
        )
        % {
            "municipality": offer.application.lead,
            "due": formats.moment(offer.application.intake.answer_due(now)),
        },
        _("%(name)s (%(email)s) gets an e-mail with the new deadline and your reason.")
        % {"name": offer.application.coordinator.name, "email": offer.application.coordinator.email},
        _("The history keeps the answer and your reason."),
    ]


def _withdrawing(offer: Offer, now: datetime) -> list[str]:
    return [
        _("A decision that %(municipality)s gets no place is prepared, with your grounds in its letter.")
        % {"municipality": offer.application.lead},
        _("Nothing happens, and nobody gets mail, before another administrator has approved the decision."),
        _("Then %(name)s (%(email)s) gets the letter, with the right to appeal.")
        % {"name": offer.application.coordinator.name, "email": offer.application.coordinator.email},
        *_next(offer),
    ]


def _taking_back(offer: Offer, now: datetime) -> list[str]:
    return [
        _("The place is free again, and a decision about it that has not left becomes void."),
        _("%(municipality)s has not been told of the place, and gets no mail.")
        % {"municipality": offer.application.lead},
        *_next(offer),
    ]


def _next(offer: Offer) -> list[str]:
    """Who gets the place if it becomes free now."""
    if not offer.holds_a_place:
        return []
    following = next_in_line(offer.application.intake, offer).offer
    if following is None:
        return [_("Nobody is called for the place after that: it stays free.")]
    return [
        _(
            "As the waiting list stands now, %(municipality)s gets the place. %(name)s (%(email)s), and each"
            " person in that team, then gets a letter at once."
        )
        % {
            "municipality": following.application.lead,
            "name": following.application.coordinator.name,
            "email": following.application.coordinator.email,
        }
    ]


def _obstacle_to_taking_back(offer: Offer) -> str:
    if offer.state != OfferState.PREPARED:
        return _("The municipality has been told of its place. Withdraw the offer instead.")
    return ""


def _obstacle_to_withdrawal(offer: Offer) -> str:
    if _standing_decline(offer):
        return _("A decision that withdraws the offer is prepared already.")
    return offers.obstacle_to_withdrawal(offer)


DEEDS: Mapping[str, Deed] = {
    "undo": Deed(
        gettext_lazy("Undo the answer"),
        gettext_lazy("Undo the answer"),
        gettext_lazy("The municipality can answer again."),
        offers.obstacle_to_undoing,
        _undoing,
        lambda offer, reason, by, now: offers.undo(offer, reason=reason, by=by, now=now),
    ),
    "withdraw": Deed(
        gettext_lazy("Withdraw the offer"),
        gettext_lazy("Prepare the decision"),
        gettext_lazy("The decision is prepared. Another administrator must approve it."),
        _obstacle_to_withdrawal,
        _withdrawing,
        lambda offer, reason, by, now: offers.propose_withdrawal(offer, reason=reason, by=by, now=now),
        GroundsForm,
        color="danger",
    ),
    "take-back": Deed(
        gettext_lazy("Take back the place"),
        gettext_lazy("Take back the place"),
        gettext_lazy("The place is taken back."),
        _obstacle_to_taking_back,
        _taking_back,
        lambda offer, reason, by, now: offers.take_back(offer, reason=reason, by=by, now=now),
        color="danger",
    ),
}


@administrator_required
def offer_case(request: HttpRequest, pk: int) -> HttpResponse:
    """One offer: how it stands, the deeds that are possible, its part in the log, its history."""
    found = _offer(pk)
    lines = [
        (line, why)
        for line, why in log_of(found.application.intake)
        if pk in (line.dropped_id, line.promoted_id, line.passed_over_id)
    ]
    return TemplateResponse(
        request,
        "applications/offers/offer_case.html",
        {
            "offer": found,
            "color": STATE_COLORS.get(found.state, "neutral"),
            "application": found.application,
            "intake": found.application.intake,
            "deeds": [(key, deed) for key, deed in DEEDS.items() if not deed.obstacle(found)],
            "standing": _standing_decline(found),
            "log": lines,
        },
    )


@administrator_required
def offer_deed(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """GET says what follows and who gets mail, POST does it."""
    if deed not in DEEDS:
        raise Http404
    found, chosen, now = _offer(pk), DEEDS[deed], timezone.now()
    form = chosen.form(request.POST or kept_post(request))
    if request.method == "POST" and form.is_valid():
        try:
            chosen.do(found, form.cleaned_data["reason"], person(request), now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, str(chosen.done))
            return redirect("applications:offer_case", pk)
    return TemplateResponse(
        request,
        "applications/offers/offer_deed.html",
        {
            "offer": found,
            "application": found.application,
            "intake": found.application.intake,
            "deed": chosen,
            "form": form,
            "obstacle": "" if form.errors else chosen.obstacle(found),
            "consequences": chosen.consequences(found, now),
        },
    )


@administrator_required
def waiting_list_close(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the grounds, and say who gets a letter, before nobody is called from the list any more."""
    intake = get_object_or_404(Intake, slug=slug)
    form = GroundsForm(request.POST or kept_post(request))
    if request.method == "POST" and form.is_valid():
        try:
            offers.close_waiting_list(
                intake, reason=form.cleaned_data["reason"], by=person(request), now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The waiting list is closed. The letters leave within a minute."))
            return redirect("applications:offer_list", slug)
    waiting = Offer.objects.of(intake).waiting().filter(entitled_at__isnull=True)
    return TemplateResponse(
        request,
        "applications/offers/waiting_list_close.html",
        {
            "intake": intake,
            "form": form,
            "obstacle": "" if form.errors else offers.obstacle_to_closing(intake),
            "waiting": waiting.with_application()
            .select_related("application__coordinator")
            .order_by("number"),
        },
    )


def _offer(pk: int) -> Offer:
    rows = Offer.objects.with_application().select_related("application__coordinator", "answered_by")
    return get_object_or_404(rows, pk=pk)


def _standing_decline(offer: Offer) -> Decision | None:
    """The decision that withdraws the offer when it is issued."""
    standing = offer.application.decisions.standing().of_applications()
    return standing.filter(kind=DecisionKind.DECLINED).first()
