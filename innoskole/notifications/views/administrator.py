"""The administrators' pages about letters: what was sent to whom, and what needs a person."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages as flash
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post
from innoskole.notifications import actions
from innoskole.notifications.answers import answer_to
from innoskole.notifications.forms import UNDELIVERED, BounceForm, MessageFilter, ReasonForm
from innoskole.notifications.models import Message, MessageQuerySet
from innoskole.notifications.reasons import reason_of
from innoskole.ui.exports import csv_response, xlsx_response
from innoskole.ui.tables import Column, chosen_sort, in_sort, paginate

State = Message.State

COLUMNS = (
    Column("queued", gettext_lazy("Written"), order_by=("queued_at",)),
    Column("to", gettext_lazy("To"), order_by=("to_email",)),
    Column("subject", gettext_lazy("Subject"), order_by=("subject",)),
    Column("state", gettext_lazy("State"), order_by=("state",)),
)
DEFAULT_SORT = "-queued"
EXPORTS = {"csv": csv_response, "xlsx": xlsx_response}
EXPORTED = (
    gettext_lazy("Written"),
    gettext_lazy("Kind"),
    gettext_lazy("To"),
    gettext_lazy("Subject"),
    gettext_lazy("State"),
    gettext_lazy("Sent"),
    gettext_lazy("Attempts"),
    gettext_lazy("Held back because"),
    gettext_lazy("Answer of the mail server"),
)
DEEDS = {"cancel": actions.cancel, "confirm": actions.confirm_sent, "bounced": actions.came_back}


@administrator_required
def messages(request: HttpRequest) -> HttpResponse:
    """Every letter, the newest first, with search and filter in the address."""
    form = MessageFilter(request.GET)
    found, in_all_states = _found(form)
    counts = in_all_states.counts()
    return TemplateResponse(
        request,
        "notifications/messages.html",
        {
            "form": form,
            "list": paginate(request, found.for_list(), COLUMNS, default_sort=DEFAULT_SORT),
            "counts": [(str(state.label), counts[state]) for state in State if state in counts],
            "need_a_person": Message.objects.need_a_person().count(),
        },
    )


@administrator_required
def messages_export(request: HttpRequest, kind: str) -> HttpResponse:
    """Exactly the letters that the filter lets through, in the same order, as a file; never their texts."""
    if kind not in EXPORTS:
        raise Http404
    found, _in_all_states = _found(MessageFilter(request.GET))
    sort = chosen_sort(request.GET, COLUMNS, DEFAULT_SORT)
    rows = in_sort(found.defer("body_text", "body_html"), COLUMNS, sort)
    return EXPORTS[kind](f"mail.{kind}", [str(name) for name in EXPORTED], _exported(rows))


def _found(form: MessageFilter) -> tuple[MessageQuerySet, MessageQuerySet]:
    """What the whole filter lets through, and what it would if it did not ask for a state."""
    found = Message.objects.all()
    if not form.is_valid():
        return found, found
    found = found.search(form.cleaned_data["q"])
    if form.cleaned_data["kind"]:
        found = found.filter(kind=form.cleaned_data["kind"])
    match form.cleaned_data["state"]:
        case "":
            return found, found
        case state if state == UNDELIVERED:
            return found.need_a_person(), found
        case state:
            return found.filter(state=state), found


def _exported(rows: QuerySet[Message]) -> Iterator[tuple[Any, ...]]:
    for row in rows.iterator(chunk_size=2_000):
        yield (
            row.queued_at,
            str(reason_of(row.kind).label),
            row.to_email,
            row.subject,
            row.get_state_display(),
            row.sent_at,
            row.attempts,
            row.why_held_back,
            row.error,
        )


@administrator_required
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter with its text and history, and what can be done about it."""
    letter = get_object_or_404(Message.objects.select_related("to_user"), pk=pk)
    posted = request.POST or kept_post(request) or QueryDict()
    deed = posted.get("deed", "")
    form_class = BounceForm if letter.state == State.SENT else ReasonForm
    form = form_class(posted if deed in DEEDS else None)
    by: dict[str, Any] = {"by": person(request), "now": timezone.now()}
    if request.method == "POST" and (form.is_valid() or not form.is_bound):
        try:
            if form.is_bound:
                DEEDS[deed](letter, **by, reason=form.cleaned_data["reason"])
            elif deed == "again":
                actions.send_again(letter, **by)
            else:
                return redirect("notifications:message", pk)
        except Refused as refusal:
            flash.error(request, str(refusal))
        else:
            flash.success(request, _("The change has been made."))
        return redirect("notifications:message", pk)
    return TemplateResponse(
        request,
        "notifications/message.html",
        {
            "message": letter,
            "reason": reason_of(letter.kind),
            "answer": answer_to(letter),
            "form": form,
            "can_send_again": not letter.secret
            and letter.state in (State.FAILED, State.UNSURE, State.SUPPRESSED),
            "can_confirm": letter.state == State.UNSURE,
            "can_cancel": letter.state in (State.QUEUED, State.FAILED, State.UNSURE, State.SUPPRESSED),
            "can_bounce": letter.state == State.SENT,
        },
    )
