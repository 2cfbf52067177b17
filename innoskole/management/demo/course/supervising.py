"""Supervisors, slots that teams book, and what was agreed; some teams book nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from cohorts.actions import slots, supervision
from cohorts.models import Booking, Slot
from cohorts.states.supervision import BookingState
from innoskole.management.demo import people
from innoskole.management.demo.calendar import BEGINS, Event, Stage
from innoskole.management.demo.course.year import Year, texts, user_of

MINUTES = 45
FREE = 2  # slots of each instructor that nobody books
VIDEO = "https://mote.example.no/veiledning"
UNWRITTEN = 2  # nobody has written yet what was agreed with so many teams the last time


@dataclass(frozen=True)
class Supervising:
    year: Year

    def events(self) -> Iterator[Event]:
        yield Event(self.year.calendar.at(BEGINS, 10), Stage.RUNNING, self.assign)
        for number, day in enumerate(self.days()):
            steps = (
                (day - timedelta(days=14), self.publish),
                (day - timedelta(days=12), self.book),
                (day + timedelta(days=1, hours=6), self.write),
            )
            for moment, deed in steps:
                yield Event(moment, Stage.RUNNING, partial(deed, number))
        yield Event(self.year.after(2, 20), Stage.RUNNING, self.note)

    def days(self) -> list[datetime]:
        """When supervision is given: between the sessions, once in the week after «today» of RUNNING."""
        week = self.year.working_day
        return [week(24 * 7 + 2), week(30 * 7 + 3), week(40 * 7 + 2), week(52 * 7 + 2)]

    def assign(self, now: datetime) -> None:
        for team in self.year.teams:
            user = self.year.supervisor(team)
            supervision.assign(team, user=user, is_main=True, by=people.administrator(), now=now)

    def publish(self, number: int, now: datetime) -> None:
        supervised = [self.year.supervisor(team) for team in self.year.teams]
        for user in self.year.instructors:
            slots.publish(
                self.year.cohort,
                user=user,
                starts_at=self.days()[number],
                minutes=MINUTES,
                count=supervised.count(user) + FREE,
                place="",
                video_url=VIDEO,
                by=user,
                now=now,
            )

    def book(self, number: int, now: datetime) -> None:
        """Every team takes the first free slot of its supervisor, but for one in five each time."""
        for place, team in enumerate(self.year.teams):
            if (place + number) % 5 == 4:
                continue
            free = Slot.objects.free().after(now).filter(user=self.year.supervisor(team)).in_order()
            slot = free.select_related("cohort").first()
            assert slot is not None
            person = self.year.people(team)[0]
            subject = texts(team)["subjects"][number]
            slots.book(slot, team=team, subject=subject, by=user_of(person), now=now)

    def write(self, number: int, now: datetime) -> None:
        """What was agreed with each; the third time one team did not come, and not everything is written."""
        rows = Booking.objects.filter(state=BookingState.BOOKED, starts_at__lte=now).with_names()
        held = list(rows.select_related("team__application__coordinator").in_order())
        for place, booking in enumerate(held):
            user, team = booking.slot.user, booking.team
            if number == 1 and place == len(held) - 1:
                slots.miss(booking, by=user, now=now)
            elif number != 1 or place >= UNWRITTEN:
                said = texts(team)["supervisions"][number]
                supervision.write(
                    team,
                    booking=booking,
                    held_on=booking.starts_at.date(),
                    present=self.year.people(team),
                    discussed=said["discussed"],
                    next_step=said["next_step"],
                    next_step_on=(now + timedelta(days=21)).date(),
                    by=user,
                    now=now,
                )

    def note(self, now: datetime) -> None:
        for team in self.year.others[:2]:
            text = texts(team)["staff_note"]
            supervision.note(team, text=text, by=self.year.supervisor(team), now=now)
