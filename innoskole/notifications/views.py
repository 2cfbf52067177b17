"""The administrators' pages about letters: what was sent to whom, and what needs a person."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post
from innoskole.notifications import actions
from innoskole.notifications.forms import UNDELIVERED, MessageFilter, ReasonForm
from innoskole.notifications.models import Message
from innoskole.ui.tables import Column, paginate

State = Message.State

COLUMNS = (
    Column("queued", gettext_lazy("Written"), order_by=("queued_at",)),
    Column("to", gettext_lazy("To"), order_by=("to_email",)),
    Column("subject", gettext_lazy("Subject"), order_by=("subject",)),
    Column("state", gettext_lazy("State"), order_by=("state",)),
)


@administrator_required
def messages(request: HttpRequest) -> HttpResponse:
    """Every letter, the newest first, with search and filter in the address."""
    form = MessageFilter(request.GET)
    found = Message.objects.for_list()
    if form.is_valid():
        found = found.search(form.cleaned_data["q"])
        if form.cleaned_data["state"] == UNDELIVERED:
            found = found.need_a_person()
        elif form.cleaned_data["state"]:
            found = found.filter(state=form.cleaned_data["state"])
    return TemplateResponse(
        request,
        "notifications/messages.html",
        {
            "form": form,
            "list": paginate(request, found, COLUMNS, default_sort="-queued"),
            "need_a_person": Message.objects.need_a_person().count(),
        },
    )


@administrator_required
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter with its text and history, and what can be done about it."""
    letter = get_object_or_404(Message.objects.select_related("to_user"), pk=pk)
    posted = request.POST or kept_post(request) or QueryDict()
    deed = posted.get("deed")
    form = ReasonForm(posted if deed in ("cancel", "confirm") else None)
    if request.method == "POST":
        by: dict[str, Any] = {"by": person(request), "now": timezone.now()}
        try:
            if deed == "again":
                actions.send_again(letter, **by)
            elif form.is_valid():
                run = actions.cancel if deed == "cancel" else actions.confirm_sent
                run(letter, **by, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            flash.error(request, str(refusal))
            return redirect("notifications:message", pk)
        if not form.is_bound or form.is_valid():
            flash.success(request, _("The change has been made."))
            return redirect("notifications:message", pk)
    return TemplateResponse(
        request,
        "notifications/message.html",
        {
            "message": letter,
            "form": form,
            "can_send_again": not letter.secret
            and letter.state in (State.FAILED, State.UNSURE, State.SUPPRESSED),
            "can_confirm": letter.state == State.UNSURE,
            "can_cancel": letter.state in (State.QUEUED, State.FAILED, State.UNSURE, State.SUPPRESSED),
        },
    )
