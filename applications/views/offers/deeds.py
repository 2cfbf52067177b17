"""One offer as the school sees it, and what the school can do with it; the closing of the waiting list."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.actions import offers
from applications.actions.promotions import next_in_line
from applications.forms.offers import AcceptForForm, AnswerForForm, GroundsForm
from applications.models import Decision, DecisionKind, Intake, Offer
from applications.models.offer import team_digest
from applications.states import OfferState
from applications.views.deeds import Deed, Deeds, deed_page, offered
from applications.views.offers.listing import STATE_COLORS, log_of
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User
from innoskole.ui import formats


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


def _accepting(offer: Offer, now: datetime) -> list[str]:
    team = offer.application.members.all()
    return [
        _("The municipality takes the place with this team: %(team)s.")
        % {"team": ", ".join(member.name for member in team)},
        _("%(name)s (%(email)s) gets a receipt by e-mail, with what you write.")
        % {"name": offer.application.coordinator.name, "email": offer.application.coordinator.email},
        _("Each person in the team gets an invitation by e-mail, and confirms that they take part."),
    ]


def _declining(offer: Offer, now: datetime) -> list[str]:
    return [
        _("%(municipality)s has no place any more. The answer can be undone only while a place is free.")
        % {"municipality": offer.application.lead},
        _("%(name)s (%(email)s) gets a receipt by e-mail, with what you write.")
        % {"name": offer.application.coordinator.name, "email": offer.application.coordinator.email},
        *_next(offer),
    ]


def _team_seen(offer: Offer, now: datetime) -> dict[str, Any]:
    return {"initial": {"team_seen": team_digest(offer.application)}}


def _obstacle_to_answer(offer: Offer, user: User, now: datetime) -> str:
    return offers.obstacle_to_answering_for(offer, now)


def _obstacle_to_accepting(offer: Offer, user: User, now: datetime) -> str:
    obstacle = offers.obstacle_to_answering_for(offer, now)
    return obstacle or " ".join(offers.team_faults(offer.application))


def _obstacle_to_undoing(offer: Offer, user: User, now: datetime) -> str:
    return offers.obstacle_to_undoing(offer)


def _obstacle_to_withdrawal(offer: Offer, user: User, now: datetime) -> str:
    if _standing_decline(offer):
        return _("A decision that withdraws the offer is prepared already.")
    return offers.obstacle_to_withdrawal(offer)


def _obstacle_to_taking_back(offer: Offer, user: User, now: datetime) -> str:
    if offer.state != OfferState.PREPARED:
        return _("The municipality has been told of its place. Withdraw the offer instead.")
    return ""


DEEDS: Deeds[Offer] = {
    "accept": Deed(
        title=gettext_lazy("Accept on the municipality's word"),
        button=gettext_lazy("Accept the place"),
        done=gettext_lazy("The place is accepted, and the persons in the team are invited."),
        run=offers.accept,
        obstacle=_obstacle_to_accepting,
        consequences=_accepting,
        form=AcceptForForm,
        given=_team_seen,
    ),
    "decline": Deed(
        title=gettext_lazy("Decline on the municipality's word"),
        button=gettext_lazy("Decline the place"),
        done=gettext_lazy("The place is declined."),
        run=offers.decline,
        obstacle=_obstacle_to_answer,
        consequences=_declining,
        form=AnswerForForm,
        color="danger",
    ),
    "undo": Deed(
        title=gettext_lazy("Undo the answer"),
        button=gettext_lazy("Undo the answer"),
        done=gettext_lazy("The municipality can answer again."),
        run=offers.undo,
        obstacle=_obstacle_to_undoing,
        consequences=_undoing,
    ),
    "withdraw": Deed(
        title=gettext_lazy("Withdraw the offer"),
        button=gettext_lazy("Prepare the decision"),
        done=gettext_lazy("The decision is prepared. Another administrator must approve it."),
        run=offers.propose_withdrawal,
        obstacle=_obstacle_to_withdrawal,
        consequences=_withdrawing,
        form=GroundsForm,
        color="danger",
    ),
    "take-back": Deed(
        title=gettext_lazy("Take back the place"),
        button=gettext_lazy("Take back the place"),
        done=gettext_lazy("The place is taken back."),
        run=offers.take_back,
        obstacle=_obstacle_to_taking_back,
        consequences=_taking_back,
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
            "deeds": offered(DEEDS, found, person(request), timezone.now()),
            "standing": _standing_decline(found),
            "log": lines,
        },
    )


@administrator_required
def offer_deed(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """A deed on one offer, on a page of its own."""
    found = _offer(pk)
    return deed_page(
        request,
        DEEDS,
        deed,
        found,
        template="applications/offers/offer_deed.html",
        back=reverse("applications:offer_case", args=[pk]),
        context={"offer": found, "application": found.application, "intake": found.application.intake},
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
