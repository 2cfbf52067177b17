"""What waits about attendance: a day that has passed without registration, a requirement out of reach."""

from collections import defaultdict
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from cohorts.models import Cohort, Participant, SessionDay
from cohorts.models.attendance import Progress, progress, sheets
from cohorts.permissions.attendance import is_staff
from cohorts.states import CohortState
from innoskole.accounts import facts
from innoskole.accounts.models import User
from innoskole.accounts.waiting import Waiting
from innoskole.ui import formats


def attendance_waits(user: User, now: datetime) -> list[Waiting]:
    """For staff the days of their running cohorts; for whoever takes part, their own requirement.

    At most seven queries, however many cohorts and days.
    """
    if is_staff(user):
        return [*_unregistered(user, now), *_out_of_reach(user)]
    return _out_of_reach(user)


def _unregistered(user: User, now: datetime) -> list[Waiting]:
    cohorts = Cohort.objects.taught_by(user).filter(state=CohortState.RUNNING)
    lacking: dict[SessionDay, list[Progress]] = defaultdict(list)
    for found in progress(cohorts).values():
        for each in found:
            if not each.is_whole and each.half_day.day.ends_at <= now:
                lacking[each.half_day.day].append(each)
    return [
        Waiting(
            _("Register attendance of %(day)s") % {"day": formats.day(day.held_on, weekday=True)},
            reverse(
                "cohorts:attendance_register",
                args=[day.session.cohort.slug, day.pk, halves[0].half_day.half.value],
            ),
            since_at=day.ends_at,
            explanation=_("Of %(session)s. %(registered)s of %(expected)s are registered.")
            % {
                "session": day.session,
                "registered": min(each.registered for each in halves),
                "expected": halves[0].expected,
            },
        )
        for day, halves in lacking.items()
    ]


def _out_of_reach(user: User) -> list[Waiting]:
    if not facts.holds(user, "takes_part"):
        return []
    own = Participant.objects.of(user).present().with_names()
    running = list(own.filter(team__cohort__state=CohortState.RUNNING))
    if not running:
        return []
    return [
        Waiting(
            _("You cannot reach the required attendance any more"),
            reverse("cohorts:own_attendance", args=[sheet.participant.team.cohort.slug]),
            explanation=_("Talk with your instructors about what this means for you."),
        )
        for sheet in sheets(running).values()
        if not sheet.count.can_reach
    ]
