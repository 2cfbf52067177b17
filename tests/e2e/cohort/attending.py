"""A session: an apology beforehand, the roll on a phone, and the rolls of the rest of the year."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils import timezone

from cohorts.actions import attendance
from cohorts.models import SessionDay
from cohorts.models.attendance import everybody_on
from cohorts.models.attendance_count import Status
from innoskole.accounts.models import User
from tests.e2e.cohort.year import COHORT, COURSE, EXEMPT, Year, user_of


def sends_an_apology(year: Year) -> None:
    """A student tells a week before that they are away in the first half-day."""
    say = year.say
    eli = year.comes(user_of(EXEMPT))
    eli.opens(f"{COURSE}attendance/")
    eli.goes_by(eli.main.get_by_role("listitem").get_by_role("link").first)
    for box in eli.group(say("When will you be away?")).get_by_role("checkbox").all()[1:]:
        box.uncheck()
    eli.writes({say("Why"): "Jeg kommer med et senere fly."})
    eli.presses(say("Send the apology"))
    eli.sees("Jeg kommer med et senere fly.")


def registers_on_a_phone(year: Year, instructor: User, absent: str) -> None:
    """The apology is marked already; one more is not there, and everybody else is."""
    say = year.say
    ivar = year.comes(instructor, phone=True)
    ivar.opens(f"{COHORT}attendance/")
    ivar.follows(say("Register attendance"))
    ivar.goes_by(ivar.main.get_by_role("listitem").get_by_role("link").first)
    ivar.sees("Jeg kommer med et senere fly.")
    roll = ivar.page.get_by_role("group", name=absent)
    roll.get_by_label(say("Not present"), exact=True).check()
    ivar.presses(say("Save: everyone else is present"))


def keep_the_rolls(instructor: User, *, away: Mapping[str, int] = MappingProxyType({})) -> None:
    """Everybody was there on each half-day so far that has no roll yet, but for those who stayed away.

    away: name → how many of these half-days, the first ones.
    """
    left = dict(away)
    days = SessionDay.objects.filter(held_on__lt=timezone.localdate()).select_related("session__cohort")
    for day in days.order_by("held_on"):
        for half in day.half_days:
            if day.attendance.filter(half=half).exists():
                continue
            marks = []
            for person in everybody_on(day):
                name = person.member.name
                is_away = left.get(name, 0) > 0
                left[name] = left.get(name, 0) - 1
                marks.append(attendance.Mark(person.pk, Status.ABSENT if is_away else Status.PRESENT))
            attendance.register(day, half, marks, by=instructor, now=timezone.now())
