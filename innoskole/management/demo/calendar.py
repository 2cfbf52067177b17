"""The demo's calendar: what happens on which day after the intake has opened, and how it is played."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from django.db import transaction

from innoskole.management.demo import people

OSLO = ZoneInfo("Europe/Oslo")


class Stage(IntEnum):
    """How far the demo has come, in the order of time."""

    DRAFT = 1
    OPEN = 2
    SUBMITTED = 3
    READY = 4
    FROZEN = 5
    DRAWN = 6
    PUBLISHED = 7
    ANSWERED = 8
    RUNNING = 9
    READY_FOR_EXAM = 10
    FINISHED = 11

    @property
    def word(self) -> str:
        """As one writes it: «ready-for-exam»."""
        return self.name.lower().replace("_", "-")

    @classmethod
    def of(cls, word: str) -> "Stage":
        return cls[word.upper().replace("-", "_")]


# Days after the opening, which is a Monday. CLOSES and OBJECTIONS_CLOSE are Tuesdays.
PREPARED, OPENS, CLOSES, REVIEWED, OBJECTIONS_CLOSE = -21, 0, 57, 77, 78
FROZEN, DRAWN, PUBLISHED = 79, 87, 88
ANSWERED, CONFIRMED = 92, 94
# SETTLED: the last offers are answered; PLANNED: the cohort and its plan are made.
SETTLED, PLANNED, BEGINS = 98, 110, 133

# How many days the intake has been open, or a few more, when the demo is created at a stage.
TODAY = {
    Stage.DRAFT: 28,
    Stage.OPEN: 35,
    Stage.SUBMITTED: 62,
    Stage.READY: 79,
    Stage.FROZEN: 80,
    Stage.DRAWN: 88,
    Stage.PUBLISHED: 89,
    Stage.ANSWERED: 96,
    Stage.RUNNING: 39 * 7,
    Stage.READY_FOR_EXAM: 60 * 7,
    Stage.FINISHED: 92 * 7,
}


@dataclass(frozen=True)
class Calendar:
    """Moments by days since the intake opened."""

    opened_on: date

    @classmethod
    def for_stage(cls, stage: Stage, now: datetime) -> "Calendar":
        """The calendar by which `now` is the day of the stage, up to six days later."""
        latest = now.astimezone(OSLO).date() - timedelta(days=TODAY[stage])
        return cls(latest - timedelta(days=latest.weekday()))

    def at(self, day: int, hour: int = 9, minute: int = 0) -> datetime:
        return datetime.combine(self.opened_on + timedelta(days=day), time(hour, minute), OSLO)


@dataclass(frozen=True)
class Today(Calendar):
    """For what is caught up on in a demo that exists: everything happens now."""

    now: datetime

    def at(self, day: int, hour: int = 9, minute: int = 0) -> datetime:
        return self.now


@dataclass(frozen=True)
class Event:
    at: datetime
    stage: Stage
    deed: Callable[[datetime], object]


def play(events: Iterable[Event], *, stage: Stage, now: datetime) -> None:
    """Let everything happen that belongs to the stages so far and does not lie in the future.

    Events at the same moment happen in the order in which they stand.
    """
    due = [event for event in events if event.stage <= stage and event.at <= now]
    for event in sorted(due, key=lambda event: event.at):
        with transaction.atomic():
            event.deed(event.at)
            people.take_letters_in(of_everybody=event.at < now)
