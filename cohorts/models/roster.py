"""A cohort at a glance: its teams and how far each has come, and those of the intake that are not in it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application, Intake, MunicipalityRole, TeamMember
from applications.models.intake import IntakeQuerySet
from applications.models.people import everyone_of, role_told
from applications.models.semester_fees import STUDENT_BASES
from applications.models.teams import teams as teams_with_a_place
from applications.models.viability import accepts_answers, lacks_of
from applications.states import BEGUN, IN_TEAM, IntakeState, Participation, PartnerState, State
from cohorts.models.cohort import Cohort, CohortQuerySet
from cohorts.models.session import SessionDay
from cohorts.models.team import Participant, Team
from innoskole.municipalities.names import casefold
from innoskole.municipalities.regions import region_of


class Standing(models.TextChoices):
    """How a team stands in its cohort."""

    GIVEN_UP = "given_up", gettext_lazy("Has no place any more")
    BROKEN = "broken", gettext_lazy("The rules do not hold")
    WAITING = "waiting", gettext_lazy("Waits for answers")
    READY = "ready", gettext_lazy("Ready to begin")
    TAKES_PART = "takes_part", gettext_lazy("Takes part")


@dataclass(frozen=True)
class Line:
    """A team of the list. members: who is in it now; lacks: what it lacks by the intake's rules."""

    team: Team
    region: str
    members: Sequence[TeamMember]
    lacks: Sequence[str]

    @property
    def waiting(self) -> list[TeamMember]:
        """Those who have not confirmed that they take part."""
        unsure = (Participation.NOMINATED, Participation.INVITED)
        return [one for one in self.members if one.participation in unsure]

    @property
    def confirmed(self) -> list[TeamMember]:
        """Those who have confirmed, and for whom the course has not begun."""
        return [one for one in self.members if one.participation == Participation.CONFIRMED]

    @property
    def students(self) -> int:
        return sum(one.basis in STUDENT_BASES for one in self.members)

    @property
    def standing(self) -> Standing:
        if self.team.application.state != State.ENROLLED:
            return Standing.GIVEN_UP
        if self.lacks:
            return Standing.BROKEN
        if self.waiting:
            return Standing.WAITING
        return Standing.TAKES_PART if self._has_begun else Standing.READY

    @property
    def _has_begun(self) -> bool:
        return bool(self.members) and all(one.participation in BEGUN for one in self.members)

    def is_found_by(self, words: Sequence[str]) -> bool:
        """Whether each word, casefolded, stands in the municipality, the problem or the name of somebody."""
        lead, application = self.team.application.lead, self.team.application
        names = " ".join(member.name for member in self.members)
        text = casefold(
            f"{lead} {lead.code} {self.region} {application.reference} {application.problem_title} {names}"
        )
        return all(word in text for word in words)


def roster(cohort: Cohort, text: str = "") -> list[Line]:
    """The teams in order, those that the text finds. Two queries, however many teams."""
    teams = list(cohort.teams.select_related("application__lead__county").in_order())
    members: dict[int, list[TeamMember]] = defaultdict(list)
    for member in TeamMember.objects.filter(application__in=[team.application_id for team in teams]):
        members[member.application_id].append(member)
    intake, words = cohort.intake, casefold(text).split()
    lines = []
    for team in teams:
        team.cohort, team.application.intake = cohort, intake
        present = members[team.application_id]
        lines.append(
            Line(
                team=team,
                region=region_of(team.application.lead, intake.division, intake.register_on).name,
                members=present,
                lacks=lacks_of(intake, present),
            )
        )
    return [line for line in lines if line.is_found_by(words)]


def faults(lines: Sequence[Line]) -> list[str]:
    """Why the cohort should not begin yet, a sentence for each team that does not hold."""
    return [
        _("%(team)s: %(lacks)s") % {"team": line.team, "lacks": " ".join(line.lacks)}
        for line in lines
        if line.standing == Standing.BROKEN
    ]


@dataclass(frozen=True)
class Outsider:
    """An application with a place that is not in the cohort. why: what it waits for; empty when nothing."""

    application: Application
    why: Sequence[str]


def outsiders(cohort: Cohort, now: datetime) -> list[Outsider]:
    """Those of the intake with a place that are not in the cohort, by name. Four queries."""
    inside = set(cohort.teams.values_list("application_id", flat=True))
    return [
        Outsider(found.application, _reasons(found.application, found.stand.members, found.stand.lacks))
        for found in teams_with_a_place(cohort.intake, now=now)
        if found.application.pk not in inside
    ]


def _reasons(application: Application, members: Sequence[TeamMember], lacks: Sequence[str]) -> list[str]:
    if application.state == State.ENROLLED:
        return []
    if not accepts_answers(application):
        return [_("The municipality has not accepted its place.")]
    unsure = [
        one.name for one in members if one.participation in (Participation.NOMINATED, Participation.INVITED)
    ]
    if unsure:
        lacks = [*lacks, _("These have not confirmed: %(names)s.") % {"names": ", ".join(unsure)}]
    return list(lacks)


def with_teams(cohorts: CohortQuerySet) -> CohortQuerySet:
    """Each cohort with `team_count`."""
    return cohorts.annotate(team_count=models.Count("teams"))


def intakes_without_cohort() -> IntakeQuerySet:
    """Those that a cohort can be made of, the newest first."""
    return Intake.objects.filter(state=IntakeState.PUBLISHED, cohort__isnull=True).newest_first()


def partners(application: Application) -> list[str]:
    """The municipalities that take part with the lead one, by name. One query."""
    parts = application.municipalities.filter(role=MunicipalityRole.PARTNER, state=PartnerState.CONFIRMED)
    found = parts.select_related("municipality").order_by("municipality__sort_key", "municipality__code")
    return [str(part.municipality) for part in found]


def next_day(cohort: Cohort, today: date) -> SessionDay | None:
    """The next day of a session, with its session; today's while there is one. One query."""
    days = SessionDay.objects.filter(session__cohort=cohort, held_on__gte=today)
    return days.select_related("session").order_by("held_on", "starts", "pk").first()


def first_day(cohort: Cohort) -> SessionDay | None:
    """The day on which the first session begins. One query."""
    return SessionDay.objects.filter(session__cohort=cohort).order_by("held_on", "starts", "pk").first()


@dataclass(frozen=True)
class Person:
    """Somebody who is or was in a team. role: as the person has been told, empty until then."""

    member: TeamMember
    participant: Participant | None
    role: str

    @property
    def is_in_team(self) -> bool:
        return self.member.participation in IN_TEAM


def people(team: Team) -> list[Person]:
    """Who is in the team, and who has left it; not the reserves. Three queries, however many people."""
    participants = {one.member_id: one for one in Participant.objects.filter(team=team)}
    return [
        Person(member, participants.get(member.pk), _role(member, participants.get(member.pk)))
        for member in everyone_of(team.application)
        if member.participation != Participation.RESERVE
    ]


def _role(member: TeamMember, participant: Participant | None) -> str:
    """What is decided and not told is shown to nobody; who has begun has been told."""
    if participant is None:
        return role_told(member)
    return _("Student") if member.basis in STUDENT_BASES else _("Course participant")
