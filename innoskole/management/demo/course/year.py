"""The year of the demo's cohort: when its sessions are, who is in it, and what these people write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from applications.models import Intake
from cohorts.models import Cohort, Participant, Session, SessionDay, Team
from innoskole.accounts.models import User
from innoskole.deadlines.reckoning import DAY, WEEK, is_public_holiday, next_working_day
from innoskole.management.demo.calendar import OSLO, Calendar
from innoskole.management.demo_people import INSTRUCTOR, STUDENT
from innoskole.ui.pdf import render_pdf

# Weeks after the opening of the intake, and how long each session is: 14 days in all.
FIRST_WEEK, WEEKS_BETWEEN = 20, 7
LENGTHS = (2, 2, 2, 2, 3, 3)
TUESDAY = 1
WORKING_WEEK = range(5)
EVES = ((12, 24), (12, 31))


@cache
def _content(name: str) -> dict[str, Any]:
    path = Path(__file__).with_name(f"{name}.yaml")
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def programme() -> dict[str, Any]:
    """Items of the sessions, texts of the work requirements, and speakers."""
    return _content("programme")


def pick(choices: Sequence[Any], number: int) -> Any:
    """One after the other, round and round."""
    return choices[number % len(choices)]


@cache
def _paper(title: str, code: str) -> bytes:
    """A PDF of one page with a title, in a language."""
    rows = {
        "nb": [["1", "Fortell om sist gang."], ["2", "Hva skjedde så?"]],
        "nn": [["1", "Fortel om sist gong."], ["2", "Kva skjedde så?"]],
    }[code]
    return render_pdf("demo_transcript", {"title": title, "rows": rows}, language=code)


@dataclass(frozen=True)
class Year:
    """Every part of the course asks it when and who. Sessions are numbered from 1."""

    slug: str
    calendar: Calendar

    # --- When -------------------------------------------------------------------------------------------

    @cached_property
    def sessions(self) -> list[list[date]]:
        """The days of each session: from a Tuesday on, in the first week without a holiday."""
        return [
            [
                _quiet_monday(self.calendar, FIRST_WEEK + number * WEEKS_BETWEEN) + (TUESDAY + day) * DAY
                for day in range(length)
            ]
            for number, length in enumerate(LENGTHS)
        ]

    def at(self, day: date, hour: int = 9, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), OSLO)

    def before(self, session: int, days: int, hour: int = 9, minute: int = 0) -> datetime:
        """So many days before a session begins."""
        return self.at(self.sessions[session - 1][0] - timedelta(days=days), hour, minute)

    def after(self, session: int, days: int, hour: int = 9, minute: int = 0) -> datetime:
        """So many days after a session has ended."""
        return self.at(self.sessions[session - 1][-1] + timedelta(days=days), hour, minute)

    def working_day(self, day: int, hour: int = 9, minute: int = 0) -> datetime:
        """The first working day so many days after the opening of the intake."""
        return self.at(next_working_day(self.calendar.at(day).date()), hour, minute)

    # --- Who --------------------------------------------------------------------------------------------

    @property
    def intake(self) -> Intake:
        return Intake.objects.get(slug=self.slug)

    @property
    def cohort(self) -> Cohort:
        return Cohort.objects.select_related("intake").get(intake__slug=self.slug)

    def session(self, number: int) -> Session:
        return Session.objects.select_related("cohort__intake").get(
            cohort__intake__slug=self.slug, number=number
        )

    def days(self, session: int) -> list[SessionDay]:
        found = SessionDay.objects.select_related("session__cohort").filter(session=self.session(session))
        return list(found.order_by("held_on"))

    def crews(self) -> "list[Crew]":
        """The teams with the people who take part now: that of the played student first, then by number."""
        teams = Team.objects.filter(cohort__intake__slug=self.slug).with_names()
        instructors = self.instructors
        people: dict[int, list[Participant]] = {}
        for person in self.people():
            people.setdefault(person.team_id, []).append(person)
        found = list(teams.select_related("application__coordinator").in_order())
        found.sort(key=lambda team: STUDENT.email not in {each.member.email for each in people[team.pk]})
        return [
            Crew(team, people[team.pk], supervisor=pick(instructors, number))
            for number, team in enumerate(found)
        ]

    @property
    def others(self) -> "list[Crew]":
        """The teams that nobody plays; the first of them have a story of their own."""
        return self.crews()[1:]

    def people(self) -> list[Participant]:
        """Who takes part now, in order."""
        rows = Participant.objects.filter(team__cohort__intake__slug=self.slug).present()
        return list(rows.with_names().in_order())

    @property
    def instructors(self) -> list[User]:
        """The one whom a newcomer plays first."""
        found = User.objects.filter(teaching__cohort__intake__slug=self.slug).order_by("pk")
        return sorted(found, key=lambda user: user.email != INSTRUCTOR.email)


@dataclass(frozen=True)
class Crew:
    """A team with those who take part now, and the instructor who supervises it."""

    team: Team
    people: list[Participant]
    supervisor: User

    @property
    def students(self) -> list[Participant]:
        """Those who can sit the exam."""
        return [person for person in self.people if person.is_student]

    @property
    def texts(self) -> dict[str, Any]:
        """What these people write, in the language of their application."""
        found: dict[str, Any] = _content("texts")[self.language]
        return found

    @property
    def language(self) -> str:
        return str(self.team.application.coordinator.language)

    @property
    def coordinator(self) -> User:
        return self.team.application.coordinator

    def user(self, number: int = 0) -> User:
        """One of them, round and round."""
        return user_of(pick(self.people, number))

    def paper(self) -> SimpleUploadedFile:
        """A file that they might keep."""
        content = _paper(self.texts["file"], self.language)
        return SimpleUploadedFile("intervjuguide.pdf", content, content_type="application/pdf")


def user_of(participant: Participant) -> User:
    """Everybody who takes part has an account."""
    user = participant.member.user
    assert user is not None
    return user


def _quiet_monday(calendar: Calendar, week: int) -> date:
    monday = calendar.opened_on + week * WEEK
    while any(_is_free(monday + day * DAY) for day in WORKING_WEEK):
        monday += WEEK
    return monday


def _is_free(day: date) -> bool:
    return is_public_holiday(day) or (day.month, day.day) in EVES
