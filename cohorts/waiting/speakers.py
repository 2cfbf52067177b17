"""Speakers whom the staff have not thanked, or who have not answered in time."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext as _

from cohorts.models import Cohort, Speaker
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting
from innoskole.ui import formats


def speaker_waits(user: User, now: datetime) -> list[Waiting]:
    """A line for each cohort and matter; two queries, however many speakers."""
    if not (has_role(user, Role.INSTRUCTOR) or has_role(user, Role.COURSE_ADMINISTRATOR)):
        return []
    today = formats.local(now).date()
    rows = Speaker.objects.taught_by(user).select_related("session__cohort__intake")
    rows = rows.order_by("session__cohort", "invited_at", "pk")
    silent = rows.silent(today)
    found = [
        Waiting(
            _("Speakers who have not answered in time: %(cohort)s") % {"cohort": cohort},
            _list(cohort, "silent"),
            count=len(speakers),
            since_at=speakers[0].invited_at,
            explanation=_("Ask again, or withdraw the invitation and ask somebody else."),
        )
        for cohort, speakers in _by_cohort(silent)
    ]
    return found + [
        Waiting(
            _("Speakers to thank: %(cohort)s") % {"cohort": cohort},
            _list(cohort, "thank"),
            count=len(speakers),
            explanation=_("They have contributed, and have had no letter of thanks."),
        )
        for cohort, speakers in _by_cohort(rows.to_thank(today))
    ]


def _by_cohort(rows: Iterable[Speaker]) -> list[tuple[Cohort, list[Speaker]]]:
    return [(cohort, list(speakers)) for cohort, speakers in groupby(rows, lambda row: row.session.cohort)]


def _list(cohort: Cohort, status: str) -> str:
    return f"{reverse('cohorts:speakers', args=[cohort.slug])}?status={status}"
