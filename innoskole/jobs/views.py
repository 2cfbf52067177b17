"""How the machinery runs: a page for administrators, an answer for monitors, figures for Prometheus."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from innoskole.accounts.guards import administrator_required
from innoskole.jobs import health, queue
from innoskole.jobs.metrics import CONTENT_TYPE, figures
from innoskole.jobs.models import Incident
from innoskole.notifications.models import Message
from innoskole.ui import formats

SHOWN_INCIDENTS = 5


@never_cache
@administrator_required
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """What runs, what does not, and what to do about it."""
    now = timezone.now()
    picture, depth = health.look(now), queue.depth()
    return TemplateResponse(
        request,
        "jobs/jobs.html",
        {
            "picture": picture,
            "troubles": [*health.queue_troubles(depth), *health.troubles(picture)],
            "cards": _cards(picture, depth),
            "letters": [
                (state, str(Message.State(state).label), count)
                for state, count in health.letters_by_state().items()
            ],
            "incidents": Incident.objects.order_by("-began_at")[:SHOWN_INCIDENTS],
        },
    )


@login_not_required
@never_cache
@require_safe
def health_jobs(request: HttpRequest) -> JsonResponse:
    """200 while reminders and letters leave in time, else 503: for an uptime monitor outside the house."""
    is_late = bool(health.alarms(health.look(timezone.now())))
    return JsonResponse({"jobs": "late" if is_late else "ok"}, status=503 if is_late else 200)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures in Prometheus' text format, for whoever shows METRICS_TOKEN."""
    if not settings.METRICS_TOKEN:
        raise Http404
    shown = request.headers.get("Authorization", "")
    if not constant_time_compare(shown, f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"}, content_type="text/plain")
    now = timezone.now()
    text = figures(health.look(now), queue.depth(), health.letters_by_state())
    return HttpResponse(text, content_type=CONTENT_TYPE)


def _cards(picture: health.Picture, depth: int | None) -> list[dict[str, str]]:
    lease = picture.lease
    return [
        {
            "label": _("Tasks in the queue"),
            "value": _("Unknown") if depth is None else formats.number(depth),
            "note": _("The broker does not answer") if depth is None else "",
        },
        {
            "label": _("The oldest e-mail has waited for"),
            "value": _length(picture.unsent_for),
            "note": _("E-mail leaves within a minute"),
        },
        {
            "label": _("Workers seen lately"),
            "value": formats.number(len(picture.workers)),
        },
        {
            "label": _("The beat was heard"),
            "value": formats.clock(lease.renewed_at) if lease else _("Never"),
            "note": formats.day(lease.renewed_at) if lease else "",
        },
    ]


def _length(period: timedelta) -> str:
    minutes = period // timedelta(minutes=1)
    if minutes < 120:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    days = hours // 24
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
