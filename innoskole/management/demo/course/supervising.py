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
from innoskole.management.demo.course.year import Year

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
        ada = people.administrator()
        for crew in self.year.crews():
            supervision.assign(crew.team, user=crew.supervisor, is_main=True, by=ada, now=now)

    def publish(self, number: int, now: datetime) -> None:
        supervised = [crew.supervisor for crew in self.year.crews()]
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
        free = list(Slot.objects.free().after(now).select_related("cohort", "user").in_order())
        for place, crew in enumerate(self.year.crews()):
            if (place + number) % 5 == 4:
                continue
            slot = next(slot for slot in free if slot.user == crew.supervisor)
            free.remove(slot)
            subject = crew.texts["subjects"][number]
            slots.book(slot, team=crew.team, subject=subject, by=crew.user(), now=now)

    def write(self, number: int, now: datetime) -> None:
        """What was agreed with each; the third time one team did not come, and not everything is written."""
        rows = Booking.objects.filter(state=BookingState.BOOKED, starts_at__lte=now).with_names()
        held = list(rows.in_order())
        crews = {crew.team: crew for crew in self.year.crews()}
        for place, booking in enumerate(held):
            user, crew = booking.slot.user, crews[booking.team]
            if number == 1 and place == len(held) - 1:
                slots.miss(booking, by=user, now=now)
            elif number != 1 or place >= UNWRITTEN:
                said = crew.texts["supervisions"][number]
                supervision.write(
                    crew.team,
                    booking=booking,
                    held_on=booking.starts_at.date(),
                    present=crew.people,
                    discussed=said["discussed"],
                    next_step=said["next_step"],
                    next_step_on=(now + timedelta(days=21)).date(),
                    by=user,
                    now=now,
                )

    def note(self, now: datetime) -> None:
        for crew in self.year.others[:2]:
            supervision.note(crew.team, text=crew.texts["staff_note"], by=crew.supervisor, now=now)
