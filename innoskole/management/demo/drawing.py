"""The selection: frozen, drawn by one, checked by another, decided, and told at one minute."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from applications import sources
from applications.actions import releases, selection, source_values
from applications.models import DrawRound, Intake, Release
from innoskole.management.demo import people
from innoskole.management.demo.calendar import DRAWN, FROZEN, PUBLISHED, Calendar, Event, Stage


@dataclass(frozen=True)
class Drawing:
    slug: str

    def events(self, calendar: Calendar) -> Iterator[Event]:
        yield Event(calendar.at(FROZEN), Stage.FROZEN, self.freeze)
        yield Event(calendar.at(DRAWN, 9), Stage.DRAWN, self.enter_values)
        yield Event(calendar.at(DRAWN, 10), Stage.DRAWN, self.draw)
        yield Event(calendar.at(DRAWN, 14), Stage.PUBLISHED, self.check)
        yield Event(calendar.at(PUBLISHED, 9), Stage.PUBLISHED, self.decide)
        yield Event(calendar.at(PUBLISHED, 10), Stage.PUBLISHED, self.prepare)
        yield Event(calendar.at(PUBLISHED, 11), Stage.PUBLISHED, self.approve)
        yield Event(calendar.at(PUBLISHED, 12), Stage.PUBLISHED, releases.release_due)

    @property
    def intake(self) -> Intake:
        return Intake.objects.get(slug=self.slug)

    @property
    def standing(self) -> DrawRound:
        return DrawRound.objects.standing().with_people().get(intake__slug=self.slug)

    def freeze(self, now: datetime) -> None:
        day = sources.next_vikinglotto(now)
        selection.freeze(
            self.intake,
            choice=selection.Choice(),
            draw_at=sources.vikinglotto_moment(day),
            vikinglotto_on=day,
            by=people.administrator(),
            now=now,
        )

    def enter_values(self, now: datetime) -> None:
        """One types the values in, the other confirms them."""
        for source in self.standing.sources.select_related("round__intake", "entered_by"):
            if source.confirmed_at:
                continue
            for person in (people.administrator(), people.second_administrator()):
                value = sources.invented_value(source.source_id)
                source_values.type_in_value(source, value, fallback_reason="", by=person, now=now)

    def draw(self, now: datetime) -> None:
        selection.draw(self.standing, by=people.administrator(), now=now)

    def check(self, now: datetime) -> None:
        selection.check(self.standing, by=people.second_administrator(), now=now)

    def decide(self, now: datetime) -> None:
        selection.decide(self.standing, by=people.administrator(), now=now)

    def prepare(self, now: datetime) -> None:
        """Write all the letters, which leave as soon as they are approved."""
        releases.prepare_release(self.intake, leaves_at=now, by=people.administrator(), now=now)

    def approve(self, now: datetime) -> None:
        release = Release.objects.standing().with_people().get(intake__slug=self.slug)
        releases.approve_release(release, by=people.second_administrator(), now=now)
