"""The exam of the demo's cohort, two sittings and all that follows; days after the last session."""

from collections.abc import Iterator

from innoskole.management.demo.calendar import Calendar, Event
from innoskole.management.demo.course.year import Year
from innoskole.management.demo.exam.certifying import Certifying
from innoskole.management.demo.exam.concluding import Concluding
from innoskole.management.demo.exam.delivering import Delivering
from innoskole.management.demo.exam.examiners import Examiners
from innoskole.management.demo.exam.explaining import Explaining
from innoskole.management.demo.exam.grading import Grading
from innoskole.management.demo.exam.hearing import Hearing
from innoskole.management.demo.exam.objecting import Objecting
from innoskole.management.demo.exam.registering import Registering
from innoskole.management.demo.exam.sitting import sittings

__all__ = ["events"]

OF_A_SITTING = (Registering, Delivering, Examiners, Grading, Hearing)
AFTERWARDS = (Explaining, Objecting, Certifying, Concluding)


def events(slug: str, calendar: Calendar) -> Iterator[Event]:
    year = Year(slug, calendar)
    for sitting in sittings(year):
        for part in OF_A_SITTING:
            yield from part(sitting).events()
    for afterwards in AFTERWARDS:
        yield from afterwards(year).events()
