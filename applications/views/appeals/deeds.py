"""What the school does with an appeal: each page says beforehand what follows and who gets mail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from applications.actions import appeals as actions
from applications.forms.appeals import GroundsForm, RegisterForm, StatementForm, UpholdForm
from applications.models import Appeal, Decision
from applications.states import AppealState, DecisionState
from applications.views.deeds import Deed, Deeds, deed_page, says
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User

Obstacle = Callable[[Appeal, User, datetime], str]


@dataclass(frozen=True)
class PlainDeed:
    """A deed that needs no form: a button on the page of the appeal."""

    label: str | Promise
    hint: str | Promise
    run: Callable[..., Any]
    obstacle: Obstacle
    done: str | Promise


def _step(to: str) -> Obstacle:
    return lambda appeal, user, now: actions.obstacle_to_step(appeal, to, user)


def _obstacle_to_upholding(appeal: Appeal, user: User, now: datetime) -> str:
    return actions.obstacle_to_handling(appeal, user) or actions.obstacle_to_upholding(appeal)


def _obstacle_to_reopening(appeal: Appeal, user: User, now: datetime) -> str:
    return actions.obstacle_to_handling(appeal, user) or actions.obstacle_to_reopening(appeal)


def _obstacle_to_take_back(appeal: Appeal, user: User, now: datetime) -> str:
    if actions.has_answer_under_way(appeal):
        return ""
    return _("There is no new decision to take back.")


def _obstacle_to_take_over(appeal: Appeal, user: User, now: datetime) -> str:
    if appeal.ended_at is None and appeal.handler is not None and appeal.handler != user:
        return ""
    return _("This appeal cannot be taken over now.")


def _uphold(appeal: Appeal, *, when: str, **values: Any) -> None:
    """`when` has been turned into the minute by the form."""
    actions.uphold(appeal, **values)


FORM_DEEDS: Deeds[Appeal] = {
    "uphold": Deed(
        title=gettext_lazy("Uphold: prepare a new decision"),
        consequences=says(
            gettext_lazy(
                "Another person must approve the new decision on its page. Nobody gets mail before."
            ),
            gettext_lazy(
                "When its minute comes, the new decision replaces the old one, its letter leaves, and the"
                " appellant gets mail that the appeal is upheld, with the grounds."
            ),
            gettext_lazy("The draw is not changed, and nobody loses a place."),
        ),
        button=gettext_lazy("Prepare the decision"),
        form=UpholdForm,
        given=lambda appeal, now: {"remedies": actions.remedies(appeal), "now": now},
        run=_uphold,
        obstacle=_obstacle_to_upholding,
        done=gettext_lazy("The new decision is prepared, and waits for another person."),
    ),
    "reopen": Deed(
        title=gettext_lazy("Uphold: take the application back into review"),
        consequences=says(
            gettext_lazy("The rejection is set aside, and the application is in review again."),
            gettext_lazy("If it is found ready before the list is frozen, it takes part in the draw."),
            gettext_lazy("The appellant gets mail that the appeal is upheld, with your grounds."),
        ),
        button=gettext_lazy("Take back into review"),
        form=GroundsForm,
        run=actions.reopen,
        obstacle=_obstacle_to_reopening,
        done=gettext_lazy("The application is in review again, and the appellant is told."),
    ),
    "board": Deed(
        title=gettext_lazy("Send to the appeals board"),
        consequences=says(
            gettext_lazy("The school keeps its decision. The appeals board judges the case."),
            gettext_lazy("The appellant gets mail with the statement, and may comment on it."),
            gettext_lazy("Send the board the documents of the case; this program does not do so."),
        ),
        button=gettext_lazy("Send to the appeals board"),
        form=StatementForm,
        run=actions.send_to_board,
        obstacle=_step(AppealState.SENT_TO_BOARD),
        done=gettext_lazy("The appeal is with the appeals board, and the appellant is told."),
    ),
    "not-upheld": Deed(
        title=gettext_lazy("The board keeps the decision"),
        consequences=says(
            gettext_lazy("The appellant gets mail with the board's grounds."),
            gettext_lazy("The decision stands, and the case is closed. This cannot be undone."),
        ),
        button=gettext_lazy("Close the case"),
        form=GroundsForm,
        run=actions.not_upheld,
        obstacle=_step(AppealState.NOT_UPHELD),
        done=gettext_lazy("The case is closed, and the appellant is told."),
    ),
    "dismiss": Deed(
        title=gettext_lazy("Dismiss the appeal"),
        consequences=says(
            gettext_lazy("The appeal is not taken up, because it came too late or cannot be made."),
            gettext_lazy(
                "The appellant gets mail with your grounds, and until when the dismissal can be appealed."
            ),
            gettext_lazy("A late appeal may be taken up when there are special reasons (§ 31)."),
        ),
        button=gettext_lazy("Dismiss the appeal"),
        form=GroundsForm,
        run=actions.dismiss,
        obstacle=_step(AppealState.DISMISSED),
        done=gettext_lazy("The appeal is dismissed, and the appellant is told."),
        color="danger",
    ),
    "withdraw": Deed(
        title=gettext_lazy("Withdraw on the appellant's word"),
        consequences=says(
            gettext_lazy("The appellant gets mail that the appeal is withdrawn."),
            gettext_lazy("The decision stands. A new decision that was prepared is void."),
        ),
        button=gettext_lazy("Withdraw the appeal"),
        run=actions.withdraw,
        obstacle=_step(AppealState.WITHDRAWN),
        done=gettext_lazy("The appeal is withdrawn, and the appellant is told."),
        color="danger",
    ),
    "take-back": Deed(
        title=gettext_lazy("Take back the new decision"),
        consequences=says(
            gettext_lazy("The new decision is void, and a place that is held for it is free again."),
            gettext_lazy("Nobody gets mail. The appeal is still to be answered."),
        ),
        button=gettext_lazy("Take back the decision"),
        run=actions.take_back,
        obstacle=_obstacle_to_take_back,
        done=gettext_lazy("The new decision is void. The appeal is still to be answered."),
        color="danger",
    ),
}

PLAIN_DEEDS: Mapping[str, PlainDeed] = {
    "take": PlainDeed(
        gettext_lazy("Prepare the appeal"),
        gettext_lazy("You become its handler. The appellant gets mail with your name."),
        actions.take,
        _step(AppealState.IN_PREPARATION),
        gettext_lazy("You prepare the appeal now, and the appellant is told."),
    ),
    "take-over": PlainDeed(
        gettext_lazy("Take the appeal over"),
        gettext_lazy("You become its handler. Nobody gets mail."),
        actions.take_over,
        _obstacle_to_take_over,
        gettext_lazy("You prepare the appeal now."),
    ),
}


def offered_plain(appeal: Appeal, user: User, now: datetime) -> list[tuple[str, PlainDeed]]:
    """The deeds without a form that this person can do now."""
    return [(key, deed) for key, deed in PLAIN_DEEDS.items() if not deed.obstacle(appeal, user, now)]


@administrator_required
@require_POST
def appeal_plain(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Become the handler of an appeal."""
    if deed not in PLAIN_DEEDS:
        raise Http404
    appeal = _appeal(pk)
    try:
        PLAIN_DEEDS[deed].run(appeal, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, str(PLAIN_DEEDS[deed].done))
    return redirect("applications:appeal_case", pk)


@administrator_required
def appeal_deed(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """A deed with a form, on a page of its own."""
    appeal = _appeal(pk)
    return deed_page(
        request,
        FORM_DEEDS,
        deed,
        appeal,
        template="applications/appeals/deed.html",
        back=reverse("applications:appeal_case", args=[pk]),
        context={
            "appeal": appeal,
            "decision": appeal.decision,
            "application": appeal.decision.application,
            "gives_place": deed == "uphold" and not appeal.decision.is_of_person,
            "place_is_free": actions.place_is_free(appeal.decision.application.intake),
        },
    )


@administrator_required
def appeal_register(request: HttpRequest, pk: int) -> HttpResponse:
    """Register an appeal that came by letter on a decision that has been told."""
    told = Decision.objects.filter(state__in=(DecisionState.ISSUED, DecisionState.SUPERSEDED))
    decision = get_object_or_404(
        told.select_related("application__intake", "application__lead", "member"), pk=pk
    )
    form = RegisterForm(request.POST if request.method == "POST" else kept_post(request))
    if request.method == "POST" and form.is_valid():
        try:
            received = actions.register(decision, **form.cleaned_data, by=person(request), now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if received.is_new:
                messages.success(request, _("The appeal is registered, and the receipt is on its way."))
            else:
                messages.info(
                    request, _("An appeal on this decision has been received already. See it below.")
                )
            return redirect("applications:appeal_case", received.appeal.pk)
    return TemplateResponse(
        request,
        "applications/appeals/register.html",
        {
            "decision": decision,
            "application": decision.application,
            "form": form,
            "obstacle": "" if form.errors else actions.obstacle_to_appeal(decision),
        },
    )


def _appeal(pk: int) -> Appeal:
    return get_object_or_404(Appeal.objects.with_case().select_related("led_to"), pk=pk)
