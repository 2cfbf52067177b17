"""What the teams write in their rooms, how they tell of it, and what they let others see."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

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
    Team,
)
from cohorts.models.project import PROBLEM, GapStatus, gaps
from cohorts.uploads import inspect
from innoskole.accounts.models import User
from innoskole.management.demo.calendar import Event, Stage
from innoskole.management.demo.course.year import Year, language, paper_file, pick, texts, user_of

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

    def project(self, team: Team, now: datetime) -> Project:
        return project.open_project(team, now=now)

    def writer(self, team: Team, number: int = 0) -> User:
        return user_of(pick(self.year.people(team), number))

    def add(self, team: Team, model: Any, values: Mapping[str, Any], now: datetime, number: int = 0) -> None:
        by = self.writer(team, number)
        project.add_part(self.project(team, now), model, values, by=by, now=now)

    # --- The project ------------------------------------------------------------------------------------

    def begin(self, now: datetime) -> None:
        """Stakeholders, drivers and barriers, risks and expected values."""
        for number, team in enumerate(self.year.teams):
            said = texts(team)
            for name, model in PARTS:
                for place, values in enumerate(said[name]):
                    if place < 2 or (place + number) % 2:
                        self.add(team, model, values, now, place)
            owner = self.year.people(team)[0].pk
            for values in said["risks"][: 2 + number % 2]:
                self.add(team, Risk, {**values, "owner": owner}, now)

    def log(self, place: int, now: datetime) -> None:
        for number, team in enumerate(self.year.teams):
            values = pick(texts(team)["log"], number + place)
            happened_on = (now - timedelta(days=1 + number % 3)).date()
            self.add(team, LogEntry, {**values, "happened_on": happened_on}, now, number + place)

    def restate(self, now: datetime) -> None:
        """Every second team has learnt that its problem is another one."""
        for team in self.year.teams[::2]:
            current = self.project(team, now)
            values = values_of(current, PROBLEM)
            version = fingerprint(values)
            values["problem_statement"] += texts(team)["restated"]["addition"]
            project.save_section(
                current,
                Part.PROBLEM,
                values,
                version=version,
                by=self.writer(team),
                now=now,
                why=texts(team)["restated"]["why"],
            )

    def store_files(self, now: datetime) -> None:
        for team in self.year.teams[::3]:
            upload = inspect(paper_file(team))
            files.add_file(
                self.project(team, now), texts(team)["file"], upload, by=self.writer(team, 1), now=now
            )

    def follow_gaps(self, now: datetime) -> None:
        """A sector that nobody in the team comes from is involved, and by some teams fully."""
        for number, team in enumerate(self.year.teams):
            for gap in gaps(self.project(team, now)):
                values = {
                    "sector": gap.sector.value,
                    "noted_on": now.date(),
                    "text": texts(team)["gap"],
                    "status": GapStatus.CLOSED if number % 2 else GapStatus.OPEN,
                }
                self.add(team, GapNote, values, now, 2)

    # --- Telling of it ----------------------------------------------------------------------------------

    def present(self, place: int, now: datetime) -> None:
        """First one team of three has told of its project, then two, then all."""
        for number, team in enumerate(self.year.teams):
            if number % 3 <= place:
                values = {
                    **texts(team)["presentations"][place],
                    "held_on": (now - timedelta(days=2)).date(),
                    "link": "",
                    "file": None,
                    "presenters": [person.pk for person in self.year.people(team)[:2]],
                }
                self.add(team, Presentation, values, now)

    def write_pages(self, now: datetime) -> None:
        for team in self.with_pages():
            current = self.project(team, now)
            values = {
                "title": current.problem_title,
                "problem": current.problem_statement,
                "result": texts(team)["result"],
                "sectors": current.problem_sectors,
                "keywords": texts(team)["keywords"],
                "language": language(team),
                "contact": team.application.coordinator.name,
                "contact_email": team.application.coordinator.email,
            }
            dissemination.save_page(current, values, version="", by=self.writer(team), now=now)

    def agree_in_teams(self, now: datetime) -> None:
        for team in self.with_pages():
            entry = self.page(team)
            for person in self.year.people(team)[:2]:
                dissemination.agree(entry, digest=entry.digest, by=user_of(person), now=now)

    def agree_for_municipalities(self, now: datetime) -> None:
        for team in self.with_pages()[1:]:
            entry, coordinator = self.page(team), team.application.coordinator
            dissemination.agree_for_municipality(entry, digest=entry.digest, by=coordinator, now=now)

    def with_pages(self) -> list[Team]:
        return self.year.teams[: 1 + PUBLIC_TEAMS]

    def page(self, team: Team) -> LibraryEntry:
        return LibraryEntry.objects.get(project__team=team)

    # --- The employer's view ----------------------------------------------------------------------------

    def consent(self, now: datetime) -> None:
        """Two of three let their municipality see attendance and milestones; its contact person looks."""
        for team in self.year.teams:
            consents = []
            for place, person in enumerate(self.year.people(team)):
                if place % 3 < 2:
                    user = user_of(person)
                    with translation.override(user.language):
                        consents.append(employer.consent(person, by=user, now=now))
            employer.record_look(consents, by=team.application.coordinator, now=now)
