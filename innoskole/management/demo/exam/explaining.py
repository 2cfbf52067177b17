"""Explanations of grades: one of the oral at once, one of the grade; and grades that become final."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from assessment.actions.exam import explanations, finality
from assessment.models import Candidate, Explanation
from innoskole.management.demo.calendar import Event, Stage
from innoskole.management.demo.course.year import Crew, Year, user_of
from innoskole.management.demo.exam.sitting import Story, said, sittings

# Weeks in which the nightly task is played.
FINAL_WEEKS = range(3, 26)


@dataclass(frozen=True)
class Explaining:
    year: Year

    def events(self) -> Iterator[Event]:
        first, _following = sittings(self.year)
        at, published = first.at, first.publishes
        yield Event(at(published, 15), Stage.FINISHED, self.ask_about_oral)
        yield Event(at(published + 2, 14), Stage.FINISHED, self.give_of_oral)
        yield Event(at(published + 3, 20), Stage.FINISHED, self.ask)
        yield Event(at(published + 7, 13), Stage.FINISHED, self.give)
        for week in FINAL_WEEKS:
            yield Event(at(published + 4 + 7 * week, 3), Stage.FINISHED, finality.make_final)

    @property
    def story(self) -> Story:
        return Story(self.year)

    def ask_about_oral(self, now: datetime) -> None:
        self.ask_for(self.story.graded(self.story.late), of_oral=True, now=now)

    def ask(self, now: datetime) -> None:
        first, _following = sittings(self.year)
        self.ask_for(first.candidate(self.story.played), of_oral=False, now=now)

    def ask_for(self, candidate: Candidate, *, of_oral: bool, now: datetime) -> None:
        explanations.ask(candidate, of_oral=of_oral, by=user_of(candidate.participant), now=now)

    def give_of_oral(self, now: datetime) -> None:
        self.give_to(self.story.late, "oral_explained", now)

    def give(self, now: datetime) -> None:
        self.give_to(self.year.crews()[0], "explained", now)

    def give_to(self, crew: Crew, words: str, now: datetime) -> None:
        first, _following = sittings(self.year)
        waiting = Explanation.objects.waiting().filter(grade__candidate__participant__team=crew.team)
        for asked in waiting.with_names():
            explanations.give(asked, words=said(crew, words), by=first.examiners[0], now=now)
