"""The cohort's year of the demo: each part of it a list of events, by days before and after the sessions."""

from collections.abc import Iterator

from innoskole.management.demo.calendar import Calendar, Event
from innoskole.management.demo.course.assessing import Assessing
from innoskole.management.demo.course.attending import Attending
from innoskole.management.demo.course.contributing import Contributing
from innoskole.management.demo.course.enrolling import Enrolling
from innoskole.management.demo.course.planning import COUNT as LAST_REQUIREMENT
from innoskole.management.demo.course.planning import Planning
from innoskole.management.demo.course.projects import Projects
from innoskole.management.demo.course.speaking import Speaking
from innoskole.management.demo.course.supervising import Supervising
from innoskole.management.demo.course.touring import Touring
from innoskole.management.demo.course.year import Year

__all__ = ["LAST_REQUIREMENT", "events"]

PARTS = (
    Enrolling,
    Planning,
    Speaking,
    Touring,
    Attending,
    Projects,
    Supervising,
    Contributing,
    Assessing,
)


def events(slug: str, calendar: Calendar) -> Iterator[Event]:
    """All of the year; what lies after the demo's today is cut off when it is played."""
    year = Year(slug, calendar)
    for part in PARTS:
        yield from part(year).events()
