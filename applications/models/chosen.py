"""What a team would look like with some of those who are interested: a pure reading, before any decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from applications.models.application import Application
from applications.models.call import Interest
from applications.models.completeness import gap_warning, rules_lack
from applications.models.team import Sector, TeamMember
from applications.states import IN_TEAM, InterestState, Participation


@dataclass(frozen=True)
class ChosenTeam:
    """Who would be in the team, and what it would lack by the intake's rules.

    warning: about sectors that the problem touches and nobody comes from; empty when there are none.
    """

    people: list[TeamMember | Interest]
    reserves: list[TeamMember | Interest]
    lacks: list[str]
    warning: str


def chosen_team(
    application: Application, people: Sequence[TeamMember], picks: Mapping[Interest, str]
) -> ChosenTeam:
    """The team after the picks: interest → what is to come of it.

    people: everybody who is or has been named in the application. Reads no relation but the intake.
    """
    chosen = _picked(picks, InterestState.NOMINATED)
    team: list[TeamMember | Interest] = [person for person in people if person.participation in IN_TEAM]
    team += chosen
    decided = {interest.member_id for interest in picks}
    named = [
        person
        for person in people
        if person.participation == Participation.RESERVE and person.pk not in decided
    ]
    present = {person.sector for person in team}
    gap = [sector for sector in Sector if sector in application.problem_sectors and sector not in present]
    return ChosenTeam(
        people=team,
        reserves=[*named, *_picked(picks, InterestState.RESERVE)],
        lacks=list(rules_lack(application.intake, people=len(team), sectors=len(present))),
        warning=gap_warning(gap),
    )


def _picked(picks: Mapping[Interest, str], state: InterestState) -> list[Interest]:
    return [interest for interest, to in picks.items() if to == state]
