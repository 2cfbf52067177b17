"""One's own reminders: what is to come, what has come and why, and not to be reminded of a kind."""

from datetime import datetime

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from innoskole.accounts.guards import person
from innoskole.reminders import changes
from innoskole.reminders.kinds import Kind, all_kinds, kind_of
from innoskole.reminders.models import Pause, Reminder, Why
from innoskole.reminders.preview import planned
from innoskole.reminders.views import words
from innoskole.reminders.views.ledger import Row
from innoskole.ui.tables import Column, paginate

COLUMNS = (
    Column("when", gettext_lazy("When"), order_by=("happened_at",)),
    Column("what", gettext_lazy("What")),
    Column("deadline", gettext_lazy("Deadline"), order_by=("due_at",)),
    Column("state", gettext_lazy("State")),
)


@require_safe
def my_reminders(request: HttpRequest) -> HttpResponse:
    """What I will be reminded of, what I have been reminded of, and which kinds I want to hear of."""
    user, now = person(request), timezone.now()
    coming = planned(now, email=user.email)
    got = Reminder.objects.filter(Q(to_user=user) | Q(to_email=user.email.lower()), why_not="")
    listed = paginate(request, got.select_related("message"), COLUMNS, default_sort="-when")
    muted = _muted(user.email.lower(), now)
    concerned = {line.kind.key for line in coming} | {line.kind for line in listed.rows} | muted
    return TemplateResponse(
        request,
        "reminders/mine.html",
        {
            "coming": [(line, words.step(line.step)) for line in coming if not line.why_not],
            "paused": [line for line in coming if line.why_not == Why.PAUSED],
            "list": listed,
            "rows": [(Row.of(line), words.why(line)) for line in listed.rows],
            "kinds": [
                (kind, kind.key in muted)
                for kind in all_kinds()
                if kind.key in concerned and not kind.is_of_decision
            ],
        },
    )


@require_POST
def stop(request: HttpRequest, key: str) -> HttpResponse:
    """I do not want to be reminded of this kind."""
    changes.mute(_kind(key), by=person(request), now=timezone.now())
    messages.success(request, _("You will not be reminded of this kind of deadline any more."))
    return redirect("reminders:mine")


@require_POST
def start(request: HttpRequest, key: str) -> HttpResponse:
    """I want to be reminded of this kind again."""
    changes.unmute(_kind(key), by=person(request), now=timezone.now())
    messages.success(request, _("You will be reminded of this kind of deadline again."))
    return redirect("reminders:mine")


def _kind(key: str) -> Kind:
    """One that may be stopped."""
    try:
        kind = kind_of(key)
    except KeyError as unknown:
        raise Http404 from unknown
    if kind.is_of_decision:
        raise Http404
    return kind


def _muted(email: str, now: datetime) -> set[str]:
    """The kinds that the person has asked not to hear of."""
    found = Pause.objects.in_force(now).filter(by__isnull=True, to_email=email, object_id__isnull=True)
    return set(found.values_list("kind", flat=True))
