"""The next 30 days: who will hear what on which day, if nothing is done meanwhile."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from innoskole.accounts.guards import administrator_required
from innoskole.reminders.models import Why
from innoskole.reminders.preview import DAYS, planned, weeks
from innoskole.reminders.views import words
from innoskole.ui import formats

NAMED = 3  # people in a square of the calendar
LISTED = 25  # reminders of a day in the list


@administrator_required
@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """As a calendar and as a list; deadlines of which nobody will hear stand there too."""
    now = timezone.now()
    lines = planned(now)
    shown = [line for line in lines if line.why_not in ("", Why.NOBODY)]
    calendar = weeks(shown, formats.local(now).date())
    return TemplateResponse(
        request,
        "reminders/preview.html",
        {
            "days": DAYS,
            "weeks": calendar,
            "named": f":{NAMED}",
            "unnamed": f"{NAMED}:",
            "listed": [
                (day, [(line, words.step(line.step)) for line in day.lines[:LISTED]], len(day.lines) - LISTED)
                for week in calendar
                for day in week
                if day.lines
            ],
            "weekdays": [day.on for day in calendar[0]],
            "total": sum(line.to is not None for line in shown),
            "people": len({line.email for line in shown if line.to}),
            "forsaken": sum(line.to is None for line in shown),
            "paused": len(lines) - len(shown),
        },
    )
