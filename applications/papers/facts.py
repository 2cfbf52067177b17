"""What an application knows that belongs in its case paper; no words yet, and no names of persons."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from applications.actions.interests import SIGNED_UP
from applications.models import Application, Guarantee, Intake, MunicipalityRole, TeamMember
from applications.models.readiness import current_guarantee
from applications.models.team import RoleType
from applications.states import GuaranteeState, Participation, PartnerState, State
from innoskole.accounts import audit

LEFT = (Participation.WITHDRAWN, Participation.REPLACED)


@dataclass(frozen=True)
class Unit:
    """A unit of the municipality in the team. position: of an elected representative, else empty."""

    name: str
    position: str
    people: int


@dataclass(frozen=True)
class Earlier:
    """A cohort in which the municipality has taken part before."""

    intake: Intake
    people: int


@dataclass(frozen=True)
class Facts:
    """left: how many people have been in the team and are not now. withdrew: all of those by their own wish.

    interested: how many have answered the internal call, also those whose data is deleted since.
    """

    application: Application
    partners: list[str]
    people: int
    left: int
    withdrew: bool
    interested: int
    units: list[Unit]
    sectors: list[str]
    gap: list[str]
    guarantee: Guarantee | None
    earlier: list[Earlier]


def facts_of(application: Application) -> Facts:
    """Gather them. Five queries at most beside the relations of content.PARTS, which must be fetched."""
    members = list(application.members.all())
    gone, removed = _departed(application, members)
    guarantee = current_guarantee(application)
    return Facts(
        application=application,
        partners=[
            part.municipality.name
            for part in sorted(application.municipalities.all(), key=lambda part: part.pk)
            if part.role == MunicipalityRole.PARTNER and part.state == PartnerState.CONFIRMED
        ],
        people=len(members),
        left=len(gone) + removed,
        withdrew=not removed and all(one.participation == Participation.WITHDRAWN for one in gone),
        interested=audit.history(application).filter(verb=SIGNED_UP).count(),
        units=_units(members),
        sectors=application.team_sectors(),
        gap=application.composition_gap(),
        guarantee=guarantee if guarantee and guarantee.state == GuaranteeState.GIVEN else None,
        earlier=_earlier(application),
    )


def _departed(application: Application, members: Sequence[TeamMember]) -> tuple[list[TeamMember], int]:
    """Who has left the team, and how many were taken out when what was sent in was reopened.

    A reserve who withdrew was never in the team: nothing that was sent in names them. A person whose name or
    address was corrected is the same person.
    """
    contents = application.submissions.values_list("content", flat=True)
    once = {one["email"]: one["name"] for content in contents for one in json.loads(content)["team"]}
    gone = [
        one
        for one in TeamMember.everyone.filter(application=application, participation__in=LEFT)
        if one.email in once or one.joined_at or one.invited_at
    ]
    emails = {one.email for one in (*members, *gone)}
    names = {one.name for one in (*members, *gone)}
    return gone, sum(email not in emails and name not in names for email, name in once.items())


def _units(members: Sequence[TeamMember]) -> list[Unit]:
    """In the order of the team, each once."""
    found = [(one.unit, one.position if one.role_type == RoleType.ELECTED else "") for one in members]
    return [Unit(name, position, found.count((name, position))) for name, position in dict.fromkeys(found)]


def _earlier(application: Application) -> list[Earlier]:
    before = (
        Application.objects.filter(
            lead=application.lead_id,
            state__in=(State.ADMITTED, State.ENROLLED),
            intake__opens_at__lt=application.intake.opens_at,
        )
        .select_related("intake")
        .prefetch_related("members")
        .order_by("intake__opens_at")
    )
    return [Earlier(one.intake, len(one.members.all())) for one in before]
