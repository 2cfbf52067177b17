"""The offer as the municipality sees it: both answers on one page, before and after."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.actions import offers
from applications.forms.offers import AcceptForm, DeclineForm
from applications.models import Offer
from applications.models.offer import as_told, team_digest
from applications.models.readiness import READS
from applications.permissions import may_submit
from applications.states import OfferState
from applications.views.coordinator import access
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User


def offer(request: HttpRequest, reference: str) -> HttpResponse:
    """What is offered until when, the team to confirm, and what follows from each answer."""
    user, now = person(request), timezone.now()
    application = access.editable(request, reference, READS)
    found = as_told(application)
    decline_form = DeclineForm(kept_post(request))
    refusal = ""
    if request.method == "POST" and found is not None:
        decline_form = DeclineForm(request.POST)
        try:
            answered = _answer(request, found, decline_form, user, now)
        except Refused as refused:
            refusal = str(refused)
            application = access.editable(request, reference, READS)
            found = as_told(application)
        else:
            if answered:
                return redirect("applications:offer", reference)
    return TemplateResponse(
        request,
        "applications/offers/offer.html",
        {
            "application": application,
            "intake": application.intake,
            "trail": access.trail(application),
            "title": _("The offer of a place"),
            "offer": found,
            "is_open": found is not None and found.is_open_at(now),
            "is_late": found is not None and found.state == OfferState.SENT and not found.is_open_at(now),
            "is_proven": may_submit(user, application),
            "can_give_up": found is not None and offers.may_give_up(found, now),
            "team": application.members.all(),
            "faults": offers.team_faults(application),
            "accept_form": AcceptForm(initial={"seen": team_digest(application)}),
            "decline_form": decline_form,
            "refusal": refusal,
        },
    )


def _answer(request: HttpRequest, found: Offer, decline_form: DeclineForm, user: User, now: datetime) -> bool:
    """Do what the pressed button says; False when the form must be shown again."""
    if request.POST.get("answer") == "accept":
        form = AcceptForm(request.POST)
        seen = form.cleaned_data["seen"] if form.is_valid() else ""
        offers.accept(found, team_seen=seen, by=user, now=now)
        messages.success(request, _("The place is accepted. You get a receipt by e-mail."))
        return True
    if request.POST.get("answer") == "decline" and decline_form.is_valid():
        offers.decline(found, reason=decline_form.cleaned_data["reason"].strip(), by=user, now=now)
        messages.success(request, _("The place is declined. You get a receipt by e-mail."))
        return True
    return False
