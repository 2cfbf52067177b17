"""The school's plan of the year: cohort, sessions, programme, instructors, work requirements."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from assessment.actions import requirements
from assessment.models import WorkRequirement
from cohorts.actions import cohorts
from cohorts.actions.plan import items, making, materials, publishing, sessions
from cohorts.models import LearningOutcome, ProgrammeItem, SessionDay
from innoskole.accounts import actions as accounts
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role
from innoskole.management.demo import people
from innoskole.management.demo.calendar import PLANNED, Event, Stage
from innoskole.management.demo.course.year import WEEKS_BETWEEN, Year, programme
from innoskole.management.demo_people import INSTRUCTOR

PLACE = "Lillehammer, campus Storhove"
TOUR = "Liksomdal"
COLLEAGUES = (("Idun Lekeland", "idun"), ("Jon Demovik", "jon"))
PILLARS = {"T": "theory", "C": "creative_techniques", "P": "peer_learning"}
SHORT_DAY = 2  # the third of a session ends earlier
COUNT = 4
# Each work requirement opens the day after a session, and is due some days after a later one.
OPENS_AFTER = (1, 2, 4, 5)
DUE_AFTER = ((1, 28), (3, 7), (4, 28), (5, 35))


@dataclass(frozen=True)
class Planning:
    year: Year

    def events(self) -> Iterator[Event]:
        at = self.year.calendar.at
        steps = (
            (at(PLANNED, 9), self.make_cohort),
            (at(PLANNED, 10), self.add_instructors),
            (at(PLANNED + 1, 9), self.plan_sessions),
            (at(PLANNED + 2, 9), self.fill_programme),
            (at(PLANNED + 2, 12), self.publish),
            (at(PLANNED + 3, 9), self.make_requirements),
            *((self.year.after(session, 1, 8), requirements.open_due) for session in OPENS_AFTER),
        )
        for moment, deed in steps:
            yield Event(moment, Stage.RUNNING, deed)

    def make_cohort(self, now: datetime) -> None:
        made = cohorts.make_cohort(self.year.intake, by=people.administrator(), now=now)
        values = {name: getattr(made, name) for name in cohorts.SETTINGS}
        values["joins_until_on"] = self.year.sessions[2][0]
        cohorts.change_cohort(made, values, by=people.administrator(), now=now)

    def add_instructors(self, now: datetime) -> None:
        ada, domain = people.administrator(), INSTRUCTOR.domain
        users = [User.objects.get(email=INSTRUCTOR.email)]
        for name, local in COLLEAGUES:
            user = accounts.add_person(email=f"{local}@{domain}", name=name, language="nb", by=ada, now=now)
            accounts.grant_role(user, Role.INSTRUCTOR, by=ada, now=now, reason="Underviser i kullet.")
            users.append(User.objects.get(pk=user.pk))
        for user in users:
            cohorts.add_instructor(self.year.cohort, user, by=ada, now=now)

    def plan_sessions(self, now: datetime) -> None:
        """The sessions of the programme page, each in its week."""
        ada = people.administrator()
        making.make_sessions(self.year.cohort, first_on=None, weeks_between=WEEKS_BETWEEN, by=ada, now=now)
        for number, dates in enumerate(self.year.sessions, start=1):
            session = self.year.session(number)
            days = [
                {
                    "held_on": held_on,
                    "starts": time(9),
                    "ends": time(15 if place == SHORT_DAY else 16),
                }
                for place, held_on in enumerate(dates)
            ]
            place = TOUR if session.is_study_tour else PLACE
            sessions.change_session(session, {"place": place}, days, by=ada, now=now)

    def fill_programme(self, now: datetime) -> None:
        """Items with times, pillars and learning outcomes, and a reading list for each session."""
        outcomes = {outcome.code: outcome for outcome in self.year.cohort.outcomes.all()}
        for number, of_days in enumerate(programme()["items"], start=1):
            first = None
            for day, rows in zip(self.year.days(number), of_days, strict=True):
                for row in (*rows, programme()["lunch"]):
                    item = _add_item(day, row, outcomes, now)
                    first = first or item
            assert first is not None
            materials.add_link(
                first,
                title="Pensum og lysbilder",
                link=f"https://innoskole.example.no/pensum/{number}",
                is_published=number == 1,
                by=people.administrator(),
                now=now,
            )

    def publish(self, now: datetime) -> None:
        publishing.publish_programme(self.year.cohort, by=people.administrator(), now=now)

    def make_requirements(self, now: datetime) -> None:
        ada = people.administrator()
        requirements.make(self.year.cohort, count=COUNT, by=ada, now=now)
        for requirement in WorkRequirement.objects.filter(cohort=self.year.cohort).select_related("cohort"):
            index = requirement.number - 1
            values = {field: getattr(requirement, field) for field in requirements.FIELDS}
            values |= programme()["requirements"][index]
            values["opens_at"] = self.year.after(OPENS_AFTER[index], 1, 8)
            values["due_at"] = self.year.after(*DUE_AFTER[index], 23, 59)
            version = requirements.version_of(requirement)
            requirements.change(requirement, values, version=version, by=ada, now=now)


def _add_item(
    day: SessionDay, row: Sequence[str], outcomes: dict[str, LearningOutcome], now: datetime
) -> ProgrammeItem:
    starts, ends, kind, nb, nn, en, pillars, codes = row
    values: dict[str, Any] = {
        "starts": clock(starts),
        "ends": clock(ends),
        "kind": kind,
        "title_nb": nb,
        "title_nn": nn,
        "title_en": en,
        **{PILLARS[letter]: True for letter in pillars.split()},
    }
    linked = [outcomes[code] for code in codes.split()]
    return items.add_item(day, values, linked, by=people.administrator(), now=now)


def clock(text: str) -> time:
    """«09.30» as a time."""
    hour, minute = text.split(".")
    return time(int(hour), int(minute))
