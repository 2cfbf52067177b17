"""The teams of an intake that have got a place: how far they have come, and whether they hold."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.models.admission import DECIDED
from applications.models.application import Application
from applications.models.intake import Intake
from applications.models.people import told
from applications.models.team import TeamMember
from applications.models.viability import HAVE_CONFIRMED, Viability, viability
from applications.states import State


class TeamFilter(models.TextChoices):
    BROKEN = "broken", _("The rules do not hold")
    WAITING = "waiting", _("Waits for answers")
    CONFIRMED = "confirmed", _("Everybody has confirmed")


@dataclass(frozen=True)
class Team:
    """A team of the list. unassessed: present, without a decided basis; untold: decided, and not yet told."""

    application: Application
    stand: Viability
    confirmed: int
    unassessed: int
    untold: int

    @property
    def status(self) -> TeamFilter:
        if not self.stand.holds:
            return TeamFilter.BROKEN
        if self.confirmed == len(self.stand.members):
            return TeamFilter.CONFIRMED
        return TeamFilter.WAITING


def teams(intake: Intake, status: str = "", *, now: datetime) -> list[Team]:
    """The intake's teams with a place, by the municipality's name; status: one of TeamFilter, or all.

    Three queries, however many teams.
    """
    applications = list(
        intake.applications.filter(state__in=(State.ADMITTED, State.ENROLLED))
        .select_related("lead__county", "coordinator", "offer")
        .order_by("lead__sort_key", "lead__code")
    )
    everyone: dict[int, list[TeamMember]] = defaultdict(list)
    rows = TeamMember.everyone.filter(application__in=applications)
    for member in rows.select_related("replaced_by").prefetch_related("decisions"):
        everyone[member.application_id].append(member)
    for application in applications:
        application.intake = intake
    found = [_team(application, everyone[application.pk], now) for application in applications]
    return [team for team in found if status in ("", team.status)]


def _team(application: Application, everyone: list[TeamMember], now: datetime) -> Team:
    stand = viability(application, everyone, now)
    return Team(
        application=application,
        stand=stand,
        confirmed=sum(one.participation in HAVE_CONFIRMED for one in stand.members),
        unassessed=sum(one.basis not in DECIDED for one in stand.members),
        untold=sum(one.basis in DECIDED and told(one) is None for one in stand.members),
    )
