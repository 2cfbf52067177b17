"""Does a team still hold: people, sectors, and which replacements keep the intake's rules true. Pure reading.

Source: programme page, «minimum 3 personer … fra minst to ulike sektorer»; the figures are the intake's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from applications.models.application import Application
from applications.models.completeness import rules_lack
from applications.models.intake import Intake
from applications.models.people import present
from applications.models.team import Sector, TeamMember
from applications.states import BEGUN, OfferState, Participation, State
from innoskole.ui import formats

# The team may change from the moment that the application has been drawn, as long as it has a prospect.
CHANGEABLE = (State.WAITLISTED, State.ADMITTED, State.ENROLLED)
HAVE_CONFIRMED = (Participation.CONFIRMED, *BEGUN)
TAKES_RESERVES = (
    State.DRAFT,
    State.AWAITING_APPROVAL,
    State.SUBMITTED,
    State.IN_REVIEW,
    State.INFORMATION_REQUESTED,
    State.READY,
    *CHANGEABLE,
)


@dataclass(frozen=True)
class Change:
    """A reserve takes over from somebody in the team, or from somebody who has left it."""

    leaving: TeamMember
    entering: TeamMember
    why_not: str

    @property
    def is_legal(self) -> bool:
        return not self.why_not


@dataclass(frozen=True)
class Departure:
    """What the team would lack if somebody left and nobody came instead."""

    member: TeamMember
    lacks: list[str]


@dataclass(frozen=True)
class Viability:
    """How a team stands. vacant: who has left and has not been replaced. changes: every pair there is."""

    members: list[TeamMember]
    reserves: list[TeamMember]
    vacant: list[TeamMember]
    sectors: list[str]
    lacks: list[str]
    departures: list[Departure]
    changes: list[Change]
    is_open: bool
    until: str

    @property
    def holds(self) -> bool:
        return not self.lacks

    def change(self, leaving: TeamMember, entering: TeamMember) -> Change | None:
        return next((c for c in self.changes if (c.leaving, c.entering) == (leaving, entering)), None)

    def legal_for(self, leaving: TeamMember) -> list[TeamMember]:
        """The reserves who may take over from this person."""
        return [change.entering for change in self.changes if change.leaving == leaving and change.is_legal]


def viability(application: Application, everyone: Sequence[TeamMember], now: datetime) -> Viability:
    """How the team stands. everyone: people.everyone_of(application); reads nothing but that, the intake and
    the offer."""
    intake = application.intake
    members = present(everyone)
    reserves = [one for one in everyone if one.participation == Participation.RESERVE]
    vacant = [
        one for one in everyone if one.participation == Participation.WITHDRAWN and one.replaced_by_id is None
    ]
    return Viability(
        members=members,
        reserves=reserves,
        vacant=vacant,
        sectors=sectors_of(members),
        lacks=lacks_of(intake, members),
        departures=[Departure(one, lacks_of(intake, _without(members, one))) for one in members],
        changes=[
            Change(leaving, entering, _why_not(intake, members, leaving, entering))
            for entering in reserves
            for leaving in (*vacant, *members)
        ],
        is_open=may_change(application, everyone, now),
        until=until(application),
    )


def may_change(application: Application, everyone: Sequence[TeamMember], now: datetime) -> bool:
    """Whether persons may be withdrawn and replaced here: until the course has begun for the team.

    That is when the school lets its people begin, at the latest with the first session; afterwards only the
    school changes the team, in its cohort (docs/decisions/0120).
    """
    begins_at = application.intake.course_begins_at
    return (
        application.state in CHANGEABLE
        and not has_begun(everyone)
        and not (application.state == State.ENROLLED and begins_at is not None and now >= begins_at)
    )


def has_begun(everyone: Sequence[TeamMember]) -> bool:
    """Whether the course has begun for somebody who is, or was, in the team."""
    return any(one.participation in BEGUN or one.began_at is not None for one in everyone)


def until(application: Application) -> str:
    """Until when the municipality may change the team, in words (docs/decisions/0120)."""
    begins_at = application.intake.course_begins_at
    replaceable = (
        _("People can be replaced until the first session begins, %(moment)s.")
        % {"moment": formats.moment(begins_at)}
        if begins_at
        else _("People can be replaced until the first session begins.")
    )
    offer = getattr(application, "offer", None)
    if offer is not None and offer.state == OfferState.SENT:
        return _("The team must fulfil the rules when the offer is accepted, by %(deadline)s. %(until)s") % {
            "deadline": formats.moment(offer.due_at),
            "until": replaceable,
        }
    return replaceable


def accepts_answers(application: Application) -> bool:
    """Whether an invited person may answer: the municipality has a place and has accepted it."""
    offer = getattr(application, "offer", None)
    return (
        application.state in (State.ADMITTED, State.ENROLLED)
        and offer is not None
        and offer.state == OfferState.ACCEPTED
    )


def is_complete(application: Application) -> bool:
    """Whether the place is accepted, everybody present has confirmed, and the rules hold."""
    members = list(application.members.all())
    return (
        accepts_answers(application)
        and all(member.participation in HAVE_CONFIRMED for member in members)
        and not lacks_of(application.intake, members)
    )


def lacks_of(intake: Intake, members: Sequence[TeamMember]) -> list[str]:
    """What these people lack to be a team by the intake's rules, in sentences."""
    return list(rules_lack(intake, people=len(members), sectors=len(sectors_of(members))))


def sectors_of(members: Sequence[TeamMember]) -> list[str]:
    """Each sector once, in the order of the controlled list."""
    found = {member.sector for member in members}
    return [sector for sector in Sector.values if sector in found]


def _why_not(intake: Intake, members: list[TeamMember], leaving: TeamMember, entering: TeamMember) -> str:
    """Why a reserve may not take over: what the team would lack. Empty when it may.

    A team that does not hold already may still be brought nearer to the rules, and no further from them.
    """
    after = [*_without(members, leaving), entering]
    before = _deficits(intake, members)
    if all(new <= old for new, old in zip(_deficits(intake, after), before, strict=True)):
        return ""
    return " ".join(lacks_of(intake, after))


def _deficits(intake: Intake, members: Sequence[TeamMember]) -> tuple[int, int, int]:
    """People too few, people too many, sectors too few."""
    people, sectors = len(members), len(sectors_of(members))
    return (
        max(0, intake.team_min - people),
        max(0, people - intake.team_max),
        max(0, intake.sectors_min - sectors),
    )


def _without(members: Sequence[TeamMember], leaving: TeamMember) -> list[TeamMember]:
    return [member for member in members if member != leaving]
