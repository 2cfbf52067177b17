"""Rounds of peer contributions: most people give, some have gaps, and the receivers thank for some."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from cohorts.actions import contributions
from cohorts.models import Contribution, PeerRound
from innoskole.management.demo import people
from innoskole.management.demo.calendar import Event, Stage
from innoskole.management.demo.course.year import Year, pick, user_of

# After which sessions a round is opened; it is open for three weeks.
ROUNDS = (1, 2, 4)
OPEN_DAYS = 21
TITLES = ("Problemet", "Innsikten", "Utprøvingen")


@dataclass(frozen=True)
class Contributing:
    year: Year

    def events(self) -> Iterator[Event]:
        for number, session in enumerate(ROUNDS):
            steps = (
                (self.year.after(session, 1, 13), self.open),
                (self.year.after(session, 4, 12), self.ask),
                (self.year.after(session, 16, 20), self.give),
                (self.year.after(session, 18, 9), self.thank),
            )
            for moment, deed in steps:
                yield Event(moment, Stage.RUNNING, partial(deed, number))

    def round(self, number: int) -> PeerRound:
        return PeerRound.objects.get(cohort__intake__slug=self.year.slug, number=number + 1)

    def open(self, number: int, now: datetime) -> None:
        ada, session = people.administrator(), ROUNDS[number]
        made = contributions.make_round(
            self.year.cohort,
            title=TITLES[number],
            session=self.year.session(session),
            gives=1,
            by=ada,
            now=now,
        )
        due_at = self.year.after(session, OPEN_DAYS, 23, 59)
        contributions.open_round(made, due_at=due_at, by=ada, now=now)

    def ask(self, number: int, now: datetime) -> None:
        """Every second team says what it would like feedback on."""
        asked = self.round(number)
        for crew in self.year.crews()[::2]:
            text = pick(crew.texts["questions"], number)
            contributions.ask(asked, team=crew.team, text=text, seen="", by=crew.user(), now=now)

    def give(self, number: int, now: datetime) -> None:
        """All but one in eight give; another eighth of them has a draft."""
        asked = Contribution.objects.missing().filter(pair__round=self.round(number)).in_order()
        rows = asked.select_related("pair__round", "participant__member__user", "participant__team")
        crews = {crew.team: crew for crew in self.year.crews()}
        for place, row in enumerate(rows):
            person = row.participant
            if (place + number) % 8 == 3:
                continue
            contributions.write(
                row.pair,
                participant=person,
                **pick(crews[person.team].texts["feedback"], place + number),
                is_given=(place + number) % 8 != 5,
                by=user_of(person),
                now=now,
            )

    def thank(self, number: int, now: datetime) -> None:
        """For every second contribution, somebody of the receiving team."""
        rows = Contribution.objects.given().filter(pair__round=self.round(number)).in_order()
        crews = {crew.team: crew for crew in self.year.crews()}
        for place, row in enumerate(rows.select_related("pair__receiver")):
            if place % 2 == 0:
                by = crews[row.pair.receiver].user()
                contributions.thank(row, is_useful=place % 4 == 0, by=by, now=now)
