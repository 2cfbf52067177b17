"""The mails to whoever keeps the product running, in the language of the house."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innoskole.jobs.health import Trouble
from innoskole.jobs.models import Incident
from innoskole.notifications import outbox
from innoskole.notifications.models import Message
from innoskole.notifications.reasons import Reason

WHY = _("You got this because your address is one of those that the school alerts when e-mail stands still.")
REASONS = {
    "alert_began": Reason(label=_("Alert"), why=WHY),
    "alert_over": Reason(label=_("End of an alert"), why=WHY),
}


def alert_began(incident: Incident, alarms: Sequence[Trouble], *, to: str, now: datetime) -> Message:
    """Reminders or letters stand still; not yet saved."""
    return _compose("alert_began", incident, {"alarms": alarms, "first": alarms[0]}, to=to, now=now)


def alert_over(incident: Incident, *, to: str, now: datetime) -> Message:
    """They run again; not yet saved."""
    return _compose("alert_over", incident, {"began_at": incident.began_at, "ended_at": now}, to=to, now=now)


def _compose(
    template: str, incident: Incident, context: dict[str, object], *, to: str, now: datetime
) -> Message:
    return outbox.compose(
        key=f"{template}:{incident.pk}:{to.lower()}",
        kind=template,
        to=to,
        language=settings.LANGUAGE_CODE,
        template=template,
        context={**context, "url": settings.BASE_URL + reverse("jobs:jobs")},
        now=now,
    )
