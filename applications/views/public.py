"""What everybody may see: the front page, the intakes, and each intake's page, data and calendar."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation

from applications import publication
from applications.models import Application, Intake, queue
from applications.models.fees import FeeRate
from applications.models.territory import territory
from applications.permissions import may_preview_intakes
from applications.states import IntakeState

# From the deadline to the freeze the list may be objected to; after that the draw's own page shows it.
LIST_IS_PUBLIC = (IntakeState.CLOSED,)
DRAW_IS_PUBLIC = (
    IntakeState.LOCKED,
    IntakeState.DRAWN,
    IntakeState.CHECKED,
    IntakeState.DECIDED,
    IntakeState.PUBLISHED,
    IntakeState.ANNULLED,
)


@login_not_required
def front(request: HttpRequest) -> HttpResponse:
    """What the school is, for whom, and the intake that one can apply to now or next."""
    now = timezone.now()
    current = (
        Intake.objects.accepting(now).order_by("closes_at").first()
        or Intake.objects.public().filter(opens_at__gt=now).order_by("opens_at").first()
    )
    latest = Intake.objects.public().newest_first().first() if current is None else None
    return TemplateResponse(
        request,
        "applications/public/front.html",
        {"current": current, "latest": latest, "accepts": current is not None and current.accepts_at(now)},
    )


@login_not_required
def intakes(request: HttpRequest) -> HttpResponse:
    """All intakes, those that are open first."""
    now = timezone.now()
    rows = list(Intake.objects.public().newest_first())
    return TemplateResponse(
        request,
        "applications/public/intakes.html",
        {
            "open_intakes": [intake for intake in rows if intake.state == IntakeState.OPEN],
            "earlier_intakes": [intake for intake in rows if intake.state != IntakeState.OPEN],
            "now": now,
        },
    )


@login_not_required
def intake(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything a municipality needs to know about an intake."""
    found, now = _visible(request, slug), timezone.now()
    return TemplateResponse(
        request,
        "applications/public/intake.html",
        {
            "intake": found,
            "territory": territory(found),
            "about": found.about(translation.get_language() or "nb"),
            "accepts": found.accepts_at(now),
            "late": found.late_filling_at(now),
            "has_opened": found.opens_at <= now,
            "may_object": now <= found.objections_close_at,
            "is_planned": found.state == IntakeState.PLANNED,
            "ready": _public_list(found),
            "draw_is_public": found.state in DRAW_IS_PUBLIC,
            "fee": FeeRate.objects.expected(found, timezone.localdate()),
        },
    )


@login_not_required
def intake_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as data; the keys are described in docs/intake-json.md."""
    found = _visible(request, slug)
    links = {
        key: settings.BASE_URL + reverse(f"applications:{name}", args=[found.slug])
        for key, name in (
            ("page", "intake"),
            ("calendar", "intake_ics"),
            ("apply", "start"),
            ("draw", "draw"),
        )
    }
    data: dict[str, Any] = publication.as_json(
        found,
        links=links,
        ready=_public_list(found),
        fee=FeeRate.objects.expected(found, timezone.localdate()),
        contact=settings.SCHOOL_CONTACT_EMAIL,
        now=timezone.now(),
    )
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})


@login_not_required
def intake_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """The dates for the reader's calendar."""
    found = _visible(request, slug)
    content = publication.as_calendar(
        found,
        url=settings.BASE_URL + found.get_absolute_url(),
        host=urlsplit(settings.BASE_URL).hostname or "innoskole",
        now=timezone.now(),
    )
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.slug}.ics"'
    return response


def _visible(request: HttpRequest, slug: str) -> Intake:
    """A planned intake exists for nobody but the administrators, who may look at its page beforehand."""
    found = Intake.objects.all() if may_preview_intakes(request.user) else Intake.objects.public()
    return get_object_or_404(found, slug=slug)


def _public_list(intake: Intake) -> list[Application] | None:
    """Those found ready, while objections to them make sense; None when no list is shown here."""
    if intake.state not in LIST_IS_PUBLIC:
        return None
    return queue.public_list(intake)
