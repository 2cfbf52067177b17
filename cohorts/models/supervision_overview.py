"""How the teams of a cohort are supervised, for its staff: who has gone without for too long."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Prefetch, Subquery

from cohorts.models.cohort import Cohort
from cohorts.models.supervision import Booking, Supervision, SupervisionRule, Supervisor
from cohorts.models.team import Participant, Team
from cohorts.states import CohortState
from innoskole.ui import formats


@dataclass(frozen=True)
class TeamLine:
    """weeks: whole weeks since the last supervision, or since the cohort began; None before that.

    is_absent: whether that is too long. step_on: the day of the oldest next step that is not taken.
    """

    team: Team
    supervisors: list[Supervisor]
    last_on: date | None
    next_at: datetime | None
    step_on: date | None
    weeks: int | None
    is_absent: bool

    @property
    def main(self) -> Supervisor | None:
        return next((each for each in self.supervisors if each.is_main), None)


def overview(cohort: Cohort, rule: SupervisionRule, now: datetime) -> list[TeamLine]:
    """A line for each team that somebody takes part in, the one that has waited longest first.

    Two queries, however many teams. A team that has booked a supervision is not absent.
    """
    held = Supervision.objects.filter(team=OuterRef("pk"))
    to_come = Booking.objects.to_come(now).filter(team=OuterRef("pk"))
    undone = held.filter(next_step_on__isnull=False, next_step_done_at=None)
    teams = (
        cohort.teams.filter(Exists(Participant.objects.present().filter(team=OuterRef("pk"))))
        .with_names()
        .annotate(
            last_on=Subquery(held.order_by("-held_on").values("held_on")[:1]),
            next_at=Subquery(to_come.order_by("starts_at").values("starts_at")[:1]),
            step_on=Subquery(undone.order_by("next_step_on").values("next_step_on")[:1]),
        )
        .prefetch_related(
            Prefetch(
                "supervisors",
                Supervisor.objects.present().select_related("user").in_order(),
                to_attr="present_supervisors",
            )
        )
        .in_order()
    )
    lines = [_line(team, cohort, rule, formats.local(now).date()) for team in teams]
    return sorted(lines, key=lambda line: (not line.is_absent, -(line.weeks or 0)))


def _line(team: Team, cohort: Cohort, rule: SupervisionRule, today: date) -> TeamLine:
    last_on: date | None = getattr(team, "last_on", None)
    next_at: datetime | None = getattr(team, "next_at", None)
    since = last_on or (formats.local(cohort.begun_at).date() if cohort.begun_at else None)
    weeks = (today - since).days // 7 if since else None
    runs = cohort.state == CohortState.RUNNING
    return TeamLine(
        team=team,
        supervisors=getattr(team, "present_supervisors", []),
        last_on=last_on,
        next_at=next_at,
        step_on=getattr(team, "step_on", None),
        weeks=weeks,
        is_absent=runs and next_at is None and weeks is not None and weeks >= rule.absent_weeks,
    )
