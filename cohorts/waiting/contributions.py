"""What waits about peer contributions: one's own, thanks for the team's, and gaps for the staff."""

from datetime import datetime

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from cohorts.models import Cohort, Contribution, Team
from cohorts.states import CohortState
from innoskole.accounts import facts
from innoskole.accounts.models import User
from innoskole.accounts.waiting import Waiting


def contribution_waits(user: User, now: datetime) -> list[Waiting]:
    """Two queries for whoever takes part, and one for who teaches, however many contributions."""
    own = [*_own(user, now), *_to_thank_for(user)] if facts.holds(user, "takes_part") else []
    return own + _gaps(user, now)


def _own(user: User, now: datetime) -> list[Waiting]:
    """Until the year is over."""
    rows = Contribution.objects.missing().filter(participant__member__user=user).with_names().in_order()
    rows = rows.exclude(pair__round__cohort__state=CohortState.COMPLETED)
    return [
        Waiting(
            _("Give your feedback to %(team)s") % {"team": row.pair.receiver},
            reverse("cohorts:contribution", args=[row.pair.giver.reference, row.pair_id]),
            due_at=row.pair.round.due_at,
            explanation=_("The deadline has passed. You can still give it.")
            if row.pair.round.is_over(now)
            else str(row.pair.round),
        )
        for row in rows
    ]


def _to_thank_for(user: User) -> list[Waiting]:
    rows = (
        Contribution.objects.counted()
        .given()
        .filter(pair__receiver__in=Team.objects.of(user), thanked_at=None)
        .exclude(pair__round__cohort__state=CohortState.COMPLETED)
        .values("pair__receiver__application__reference")
        .annotate(count=Count("pk"))
        .order_by("pair__receiver__application__reference")
    )
    return [
        Waiting(
            _("Read and thank for the feedback that your team has got"),
            reverse("cohorts:contributions", args=[row["pair__receiver__application__reference"]]),
            count=row["count"],
        )
        for row in rows
    ]


def _gaps(user: User, now: datetime) -> list[Waiting]:
    """Of the cohorts that run: one line for each."""
    cohorts = Cohort.objects.taught_by(user).filter(state=CohortState.RUNNING)
    rows = (
        Contribution.objects.missing()
        .filter(pair__round__cohort__in=cohorts, pair__round__due_at__lte=now)
        .values("pair__round__cohort__slug")
        .annotate(count=Count("pk"))
        .order_by("pair__round__cohort__slug")
    )
    return [
        Waiting(
            _("Peer contributions that are missing"),
            reverse("cohorts:contribution_rounds", args=[row["pair__round__cohort__slug"]]),
            count=row["count"],
            explanation=_("The deadline has passed. See whom to help."),
        )
        for row in rows
    ]
