"""The line on a participant's front page: how much is in place, and what is missing first."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.models.readiness import standing
from cohorts.models import Participant
from cohorts.summaries import Summary
from innoskole.ui import formats


def readiness(participant: Participant, now: datetime) -> Summary:
    """Towards what the person works towards; as many queries as a page of readiness."""
    return Summary(
        label=_("What do I lack?"),
        text=_text(participant, now),
        url=reverse("assessment:readiness", args=[participant.team.cohort.slug]),
    )


def _text(participant: Participant, now: datetime) -> str:
    found = standing(participant, now).readiness
    if found.is_ready:
        return _("Nothing is missing.")
    first, numbers = found.missing[0], {"met": len(found.met), "total": len(found.conditions)}
    if first.evidence.due_at is None:
        return _("%(met)s of %(total)s conditions are in place. Missing first: %(label)s.") % {
            **numbers,
            "label": first.label,
        }
    return _("%(met)s of %(total)s conditions are in place. Missing first: %(label)s, by %(due)s.") % {
        **numbers,
        "label": first.label,
        "due": formats.moment(first.evidence.due_at),
    }
