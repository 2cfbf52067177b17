"""The ledger of peer contributions: what was asked of each person, what they gave and when, and the gaps."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from applications.models import Application
from cohorts.models.contributions import Contribution, PeerRound
from cohorts.models.project import Project
from cohorts.models.team import Participant, ParticipantQuerySet, Team
from cohorts.states.contributions import ContributionState


@dataclass(frozen=True)
class Account:
    """All that one person was asked for and gave, in the order of the rounds."""

    person: Participant
    rows: Sequence[Contribution]

    @property
    def owed(self) -> int:
        return sum(row.is_owed for row in self.rows)

    @property
    def given(self) -> int:
        return sum(row.state == ContributionState.GIVEN for row in self.rows)

    def gaps(self, now: datetime) -> int:
        """How many are missing although the deadline has passed."""
        return sum(is_gap(row, now) for row in self.rows)


def is_gap(row: Contribution, now: datetime) -> bool:
    """Whether it was asked for, is not given, and should have been by now. Reads the pair's round."""
    return row.is_owed and row.state == ContributionState.ASKED and row.pair.round.is_over(now)


def accounts_of(people: ParticipantQuerySet) -> list[Account]:
    """An account for each of the people, in order; two queries, however many."""
    found = list(people.with_names().in_order())
    rows: dict[int, list[Contribution]] = defaultdict(list)
    every = Contribution.objects.counted().filter(participant__in=[person.pk for person in found])
    for row in every.with_names().in_order():
        rows[row.participant_id].append(row)
    return [Account(person, rows[person.pk]) for person in found]


@dataclass(frozen=True)
class RoundLine:
    """A round and how many contributions were asked for and are settled, given or waived."""

    round: PeerRound
    asked: int
    settled: int

    @property
    def missing(self) -> int:
        return self.asked - self.settled


def round_lines(rounds: Iterable[PeerRound]) -> list[RoundLine]:
    """Two queries, however many rounds: the rounds and all that is asked in them of people who take part."""
    found = list(rounds)
    missing: dict[int, int] = defaultdict(int)
    asked: dict[int, int] = defaultdict(int)
    rows = Contribution.objects.asked_of_present().filter(pair__round__in=[each.pk for each in found])
    for round_pk, state in rows.values_list("pair__round", "state"):
        asked[round_pk] += 1
        missing[round_pk] += state == ContributionState.ASKED
    return [RoundLine(each, asked[each.pk], asked[each.pk] - missing[each.pk]) for each in found]


def problem_of(team: Team) -> Project | Application:
    """What the team works on: its project, or what its application said before anybody opened that."""
    return Project.objects.filter(team=team).first() or team.application
