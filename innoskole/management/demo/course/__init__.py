"""The cohort's year of the demo: each part of it a list of events, by days before and after the sessions."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import dateformat, translation

from applications.models import Season
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

__all__ = ["LAST_REQUIREMENT", "edition", "events"]

JULY = 7
ABOUT = {
    "nb": "Studiet går fra %(first)s til %(last)s, med seks samlinger på Lillehammer.",
    "nn": "Studiet går frå %(first)s til %(last)s, med seks samlingar på Lillehammer.",
    "en": "The course lasts from %(first)s to %(last)s, with six sessions at Lillehammer.",
}

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


def edition(calendar: Calendar) -> Mapping[str, Any]:
    """What names the intake of a course: the season of its first session, and the months that it lasts."""
    sessions = Year("", calendar).sessions
    first, last = sessions[0][0], sessions[-1][-1]
    season = Season.AUTUMN if first.month >= JULY else Season.SPRING
    named: dict[str, Any] = {"slug": f"{season}-{first.year}", "season": season, "year": first.year}
    for code, about in ABOUT.items():
        with translation.override(code):
            months = {"first": dateformat.format(first, "F Y"), "last": dateformat.format(last, "F Y")}
        named[f"about_{code}"] = about % months
    return named
