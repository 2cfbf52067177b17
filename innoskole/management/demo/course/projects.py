"""What the teams write in their rooms, how they tell of it, and what they let others see."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.utils import translation

from applications.models import Part
from applications.models.content import fingerprint, values_of
from cohorts.actions import dissemination, employer, files, project
from cohorts.models import (
    ExpectedValue,
    Force,
    GapNote,
    LibraryEntry,
    LogEntry,
    Presentation,
    Project,
    Risk,
    Stakeholder,
)
from cohorts.models.project import PROBLEM, GapStatus, gaps
from cohorts.uploads import inspect
from innoskole.management.demo.calendar import Event, Stage
from innoskole.management.demo.course.year import Crew, Year, pick, user_of

# Of the played team the page waits for the municipality's answer; of these others it is public.
PUBLIC_TEAMS = 3
PARTS = (("stakeholders", Stakeholder), ("forces", Force), ("values", ExpectedValue))


@dataclass(frozen=True)
class Projects:
    year: Year

    def events(self) -> Iterator[Event]:
        year = self.year
        steps = (
            (year.after(1, 5, 10), self.begin),
            (year.after(1, 9, 14), self.consent),
            (year.after(1, 15, 14), partial(self.log, 0)),
            (year.after(2, 8, 13), partial(self.log, 1)),
            (year.after(2, 10, 13), self.restate),
            (year.after(2, 11, 13), self.store_files),
            (year.after(2, 15, 13), self.follow_gaps),
            (year.after(3, 3, 10), partial(self.log, 2)),
            (year.after(3, 4, 10), partial(self.present, 0)),
            (year.after(3, 6, 10), self.write_pages),
            (year.after(3, 7, 10), self.agree_in_teams),
            (year.after(3, 8, 10), self.agree_for_municipalities),
            (year.after(4, 10, 13), partial(self.log, 3)),
            (year.after(5, 10, 13), partial(self.log, 4)),
            (year.after(5, 20, 10), partial(self.present, 1)),
            (year.after(6, 6, 10), partial(self.present, 2)),
        )
        for moment, deed in steps:
            yield Event(moment, Stage.RUNNING, deed)

    def projects(self, now: datetime) -> Iterator[tuple[int, Crew, Project]]:
        """Each team by its place, with its project."""
        for place, crew in enumerate(self.year.crews()):
            yield place, crew, project.open_project(crew.team, now=now)

    # --- The project ------------------------------------------------------------------------------------

    def begin(self, now: datetime) -> None:
        """Stakeholders, drivers and barriers, risks and expected values: more of some than of others."""
        for place, crew, current in self.projects(now):
            for name, model in PARTS:
                said = crew.texts[name]
                for number in range(1 + (place + len(said)) % 2, len(said)):
                    project.add_part(current, model, said[number], by=crew.user(number), now=now)
            for values in crew.texts["risks"][: 1 + place % 3]:
                owned = {**values, "owner": crew.people[0].pk}
                project.add_part(current, Risk, owned, by=crew.user(), now=now)

    def log(self, number: int, now: datetime) -> None:
        for place, crew, current in self.projects(now):
            happened_on = (now - timedelta(days=1 + place % 3)).date()
            values = {**pick(crew.texts["log"], place + number), "happened_on": happened_on}
            project.add_part(current, LogEntry, values, by=crew.user(place + number), now=now)

    def restate(self, now: datetime) -> None:
        """Every second team has learnt that its problem is another one."""
        for place, crew, current in self.projects(now):
            if place % 2 == 0:
                values = values_of(current, PROBLEM)
                version, said = fingerprint(values), crew.texts["restated"]
                values["problem_statement"] += said["addition"]
                by = crew.user()
                project.save_section(
                    current, Part.PROBLEM, values, version=version, by=by, now=now, why=said["why"]
                )

    def store_files(self, now: datetime) -> None:
        for place, crew, current in self.projects(now):
            if place % 3 == 0:
                upload = inspect(crew.paper())
                files.add_file(current, crew.texts["file"], upload, by=crew.user(1), now=now)

    def follow_gaps(self, now: datetime) -> None:
        """A sector that nobody in the team comes from is involved, and by some teams fully."""
        for place, crew, current in self.projects(now):
            for gap in gaps(current):
                values = {
                    "sector": gap.sector.value,
                    "noted_on": now.date(),
                    "text": crew.texts["gap"],
                    "status": GapStatus.CLOSED if place % 2 else GapStatus.OPEN,
                }
                project.add_part(current, GapNote, values, by=crew.user(2), now=now)

    # --- Telling of it ----------------------------------------------------------------------------------

    def present(self, number: int, now: datetime) -> None:
        """First one team of three has told of its project, then two, then all."""
        for place, crew, current in self.projects(now):
            if place % 3 <= number:
                values = {
                    **crew.texts["presentations"][number],
                    "held_on": (now - timedelta(days=2)).date(),
                    "link": "",
                    "file": None,
                    "presenters": [person.pk for person in crew.people[:2]],
                }
                project.add_part(current, Presentation, values, by=crew.user(), now=now)

    def write_pages(self, now: datetime) -> None:
        for crew in self.with_pages():
            current = project.open_project(crew.team, now=now)
            values = {
                "title": current.problem_title,
                "problem": current.problem_statement,
                "result": crew.texts["result"],
                "sectors": current.problem_sectors,
                "keywords": crew.texts["keywords"],
                "language": crew.language,
                "contact": crew.coordinator.name,
                "contact_email": crew.coordinator.email,
            }
            dissemination.save_page(current, values, version="", by=crew.user(), now=now)

    def agree_in_teams(self, now: datetime) -> None:
        for crew in self.with_pages():
            entry = self.page(crew)
            for number in range(2):
                dissemination.agree(entry, digest=entry.digest, by=crew.user(number), now=now)

    def agree_for_municipalities(self, now: datetime) -> None:
        for crew in self.with_pages()[1:]:
            entry = self.page(crew)
            dissemination.agree_for_municipality(entry, digest=entry.digest, by=crew.coordinator, now=now)

    def with_pages(self) -> list[Crew]:
        return self.year.crews()[: 1 + PUBLIC_TEAMS]

    def page(self, crew: Crew) -> LibraryEntry:
        return LibraryEntry.objects.get(project__team=crew.team)

    # --- The employer's view ----------------------------------------------------------------------------

    def consent(self, now: datetime) -> None:
        """Two of three let their municipality see attendance and milestones; its contact person looks."""
        for crew in self.year.crews():
            consents = []
            for place, person in enumerate(crew.people):
                if place % 3 < 2:
                    user = user_of(person)
                    with translation.override(user.language):
                        consents.append(employer.consent(person, by=user, now=now))
            employer.record_look(consents, by=crew.coordinator, now=now)
