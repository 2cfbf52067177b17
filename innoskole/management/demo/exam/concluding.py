"""The results are handed over to the student registry and compared; the cohort ends, its figures are told."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import StringIO

from assessment.actions import statistics
from assessment.actions.exam import registry
from assessment.models import RegistryExport
from assessment.registry.reading import read
from cohorts.actions import course
from innoskole.management.demo import people
from innoskole.management.demo.calendar import Event, Stage
from innoskole.management.demo.course.year import Year
from innoskole.management.demo.exam.sitting import Sitting, sittings

HEADING = ("Kandidatnummer", "Navn", "Forsøk", "Karakter", "Dato")


@dataclass(frozen=True)
class Concluding:
    year: Year

    def events(self) -> Iterator[Event]:
        first, following = sittings(self.year)
        day = first.publishes
        steps = (
            (first.at(day + 2, 10), self.hand_over),
            (first.at(day + 7, 10), self.compare),
            # After the appeal: the registry has not taken in the new grade yet.
            (first.at(day + 35, 13), self.hand_over),
            (first.at(day + 42, 10), self.compare),
            (first.at(following.opens - 3, 12), self.complete),
            (first.at(following.opens - 3, 13), self.release),
        )
        for moment, deed in steps:
            yield Event(moment, Stage.FINISHED, deed)

    @property
    def first(self) -> Sitting:
        return sittings(self.year)[0]

    def hand_over(self, now: datetime) -> None:
        registry.make_sheet(self.first.exam, by=people.administrator(), now=now)

    def compare(self, now: datetime) -> None:
        """The list that the registry hands out always says what the first sheet said."""
        sheets = list(RegistryExport.objects.filter(exam=self.first.exam).order_by("number"))
        found = read("fs-resultater.csv", _as_the_registry_says(sheets[0]))
        registry.compare_with_registry(sheets[-1], found, by=people.second_administrator(), now=now)

    def complete(self, now: datetime) -> None:
        course.complete_cohort(self.year.cohort, by=people.administrator(), now=now)

    def release(self, now: datetime) -> None:
        statistics.release(self.year.cohort, by=people.administrator(), now=now)


def _as_the_registry_says(sheet: RegistryExport) -> bytes:
    """A list of results in CSV, without our checksum."""
    text = StringIO(newline="")
    lines = csv.writer(text, delimiter=";")
    lines.writerow(HEADING)
    for row in sheet.entries:
        lines.writerow((row.candidate, row.name, row.attempt, row.result, row.dated_on))
    return text.getvalue().encode("utf-8-sig")
