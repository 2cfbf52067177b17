"""Attendance of every half-day, and apologies beforehand. One person comes too seldom for the exam."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from random import Random

from cohorts.actions.attendance import Mark, apologise, register
from cohorts.models import Half, Participant
from cohorts.models.attendance import HalfDay, everybody_on, half_days
from cohorts.models.attendance_count import Status
from innoskole.management.demo.calendar import Event, Stage
from innoskole.management.demo.course.year import Year, user_of
from innoskole.management.demo_people import STUDENT

MISSED = (0, 0, 0, 0, 1, 1, 2, 3)  # half-days of the year: nobody but one comes so seldom that it tells
SESSIONS_AWAY = (3, 4)  # of the one
HOURS = {Half.MORNING: 10, Half.AFTERNOON: 14}
APOLOGISE_DAYS = 16

Away = Mapping[tuple[date, str], Status]


@dataclass(frozen=True)
class Attending:
    year: Year

    def events(self) -> Iterator[Event]:
        for number, dates in enumerate(self.year.sessions, start=1):
            asked = self.year.before(number, APOLOGISE_DAYS, 19)
            yield Event(asked, Stage.RUNNING, partial(self.apologise, number))
            for index, held_on in enumerate(dates):
                for half, hour in HOURS.items():
                    deed = partial(self.register, number, index, half)
                    yield Event(self.year.at(held_on, hour, 15), Stage.RUNNING, deed)

    def apologise(self, session: int, now: datetime) -> None:
        """Who will be away with an apology has sent it long before."""
        coming = half_days(self.year.days(session))
        people = self.year.people()
        seldom = self.seldom() if people else ""
        for person in people:
            away = self.away(person.member.email, seldom)
            halves = [each for each in coming if away.get(_key(each)) == Status.EXCUSED]
            if halves:
                apologise(person, halves, reason="Opptatt i kommunen.", by=user_of(person), now=now)

    def register(self, session: int, index: int, half: Half, now: datetime) -> None:
        day, seldom = self.year.days(session)[index], self.seldom()
        key = _key(HalfDay(day, half))
        marks = [
            Mark(person.pk, self.away(person.member.email, seldom).get(key, Status.PRESENT))
            for person in everybody_on(day)
        ]
        register(day, half, marks, by=self.year.instructors[0], now=now)

    def away(self, email: str, seldom: str) -> Away:
        """The half-days of the year at which somebody is away: drawn by their address."""
        if email == seldom:
            days = [day for session in SESSIONS_AWAY for day in self.year.sessions[session - 1]]
            return {(day, half): Status.ABSENT for day in days for half in Half}
        random = Random(email)
        halves = [(day, half) for days in self.year.sessions for day in days for half in Half]
        missed = random.sample(halves, random.choice(MISSED))
        return {key: random.choice((Status.ABSENT, Status.EXCUSED)) for key in missed}

    def seldom(self) -> str:
        """The address of the one who comes too seldom: the first student of a team that nobody plays."""
        rows = Participant.objects.filter(team__cohort__intake__slug=self.year.slug).present().students()
        others = rows.exclude(team__participants__member__email=STUDENT.email)
        return str(others.in_order().values_list("member__email", flat=True)[0])


def _key(half_day: HalfDay) -> tuple[date, str]:
    return half_day.day.held_on, half_day.half.value
