"""The programme for those who take part, and for everybody once it is published."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation

from cohorts import calendar
from cohorts.models import Cohort, Material
from cohorts.views.rooms import participant_for
from innoskole.accounts.models import User
from innoskole.calendars import writing
from innoskole.calendars.models import Entry
from innoskole.calendars.views import ICALENDAR


def course_programme(request: HttpRequest, slug: str) -> HttpResponse:
    """Sessions, items and published material, for a participant; made to be printed."""
    participant = participant_for(request, slug)
    materials = Prefetch("days__items__materials", queryset=Material.objects.published())
    sessions = participant.team.cohort.sessions.prefetch_related("days__items", materials)
    return TemplateResponse(
        request,
        "cohorts/plan/course_programme.html",
        {
            "participant": participant,
            "cohort": participant.team.cohort,
            "sessions": list(sessions.in_order()),
            "today": timezone.localdate(timezone.now()),
        },
    )


@login_not_required
def programme(request: HttpRequest, slug: str) -> HttpResponse:
    """The programme for everybody, without material; before it is published for the cohort's staff only."""
    cohort = _visible(request, slug)
    return TemplateResponse(
        request,
        "cohorts/plan/programme.html",
        {
            "cohort": cohort,
            "sessions": list(cohort.sessions.prefetch_related("days__items").in_order()),
            "outcomes": list(cohort.outcomes.all()),
        },
    )


@login_not_required
def programme_ics(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One session for the reader's calendar."""
    cohort = _visible(request, slug)
    session = get_object_or_404(cohort.sessions.select_related("cohort").with_days(), number=number)
    if not session.dates:
        raise Http404
    url = f"{settings.BASE_URL}{reverse('cohorts:programme', args=[cohort.slug])}#session-{number}"
    entry = Entry(changed_at=session.changed_at or cohort.programme_published_at or cohort.made_at)
    entry.tell(calendar.event(session, translation.get_language() or settings.LANGUAGE_CODE, url=url))
    content = writing.as_calendar(
        [entry],
        owner=0,  # nobody's own: each person's feed has versions of its own
        host=urlsplit(settings.BASE_URL).hostname or "innoskole",
        year=session.dates[0].year,
        is_feed=False,
    )
    response = HttpResponse(content, content_type=ICALENDAR)
    response.headers["Content-Disposition"] = f'attachment; filename="{cohort.slug}-{number}.ics"'
    return response


def _visible(request: HttpRequest, slug: str) -> Cohort:
    """A programme that is not published exists for nobody but the cohort's staff, who may preview it."""
    user = request.user
    public = Cohort.objects.filter(programme_published_at__isnull=False)
    found = public | Cohort.objects.taught_by(user) if isinstance(user, User) else public
    return get_object_or_404(found.select_related("intake").distinct(), slug=slug)
