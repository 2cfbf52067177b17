"""The cohort that the walk follows: 24 teams, the people whose fates differ, and what is done in bulk.

The bulk is what the walk has shown once in the browser, done for everybody else by the same actions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import time_machine
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext

from applications.actions.participation import invite_team
from applications.models import Intake
from applications.states import Basis, IntakeState, Participation, State
from cohorts.models import Participant
from innoskole.accounts.models import User
from innoskole.ui import formats
from tests.applications.people.conftest import accepted, tell
from tests.e2e.conftest import PHONE
from tests.e2e.person import Person
from tests.factories import (
    OSLO,
    ROWS,
    AffiliationFactory,
    ApplicationFactory,
    IntakeFactory,
    MunicipalityFactory,
    TeamMemberFactory,
    UserFactory,
    municipality,
)

SLUG = "autumn-2027"
COHORT = f"/cohorts/{SLUG}/"
COURSE = f"/course/{SLUG}/"
TEAMS = 24
BODO = "1804"  # where one thing happens to each
ORLAND = "5057"  # where somebody leaves and somebody comes
CONFIRMED_AT = datetime(2027, 7, 5, 10, 0, tzinfo=OSLO)
SECTORS = ("health_care", "culture", "administration", "political")
# The people of Bodø, by what happens to them.
READY, BLOCKED, EXEMPT, LAST = "Rita Prøve", "Birk Prøve", "Eli Prøve", "Siste Prøve"


# Of other teams.
OFTEN_AWAY, UNPAID, COURSE_PARTICIPANT = "Deltaker 0-1", "Deltaker 1-1", "Deltaker 4-1"
# Of Ørland.
LEAVER, LATE = "Deltaker 12-3", "Sein Prøve"


def enrolled_intake() -> Intake:
    """24 applications with a place, three or four people each. Everybody has confirmed but one in Bodø."""
    intake = IntakeFactory(state=IntakeState.PUBLISHED, published_at=CONFIRMED_AT, capacity=TEAMS)
    leads = [municipality(code) for code in ROWS]
    leads += [MunicipalityFactory() for _more in range(TEAMS - len(leads))]
    for number, lead in enumerate(leads):
        if lead.code == BODO:
            _application(intake, lead, [READY, BLOCKED, EXEMPT, LAST], waiting=LAST)
        else:
            people = [f"Deltaker {number}-{each}" for each in range(1, 4 + number % 2)]
            _application(intake, lead, people)
    return intake


def _application(intake: Intake, lead: Any, names: Iterable[str], waiting: str = "") -> None:
    coordinator = UserFactory(name=f"Koordinator {lead}", email=f"koordinator{lead.code}@example.no")
    AffiliationFactory(user=coordinator, municipality=lead)
    application = ApplicationFactory(
        intake=intake,
        lead=lead,
        coordinator=coordinator,
        state=State.ADMITTED if waiting else State.ENROLLED,
        complete=True,
        team=0,
    )
    accepted(application)
    for name, sector in zip(names, SECTORS, strict=False):
        email = f"{name.split()[0].lower()}.{name.split()[1].lower()}@example.no".replace("ø", "o")
        is_waiting = name == waiting
        member = TeamMemberFactory(
            application=application,
            name=name,
            email=email,
            sector=sector,
            participation=Participation.NOMINATED if is_waiting else Participation.CONFIRMED,
            user=None if is_waiting else UserFactory(name=name, email=email),
        )
        tell(member, Basis.COURSE_PARTICIPANT if name == COURSE_PARTICIPANT else Basis.QUALIFIED)
    if waiting:
        invite_team(application, now=CONFIRMED_AT)


@dataclass
class Year:
    """Who walks, in which language, and what the clock says."""

    language: str
    enter: Callable[..., Person]
    log_in: Callable[[Any, User], None]
    clock: time_machine.Coordinates
    _browsers: dict[tuple[int, bool, bool], Person] = field(default_factory=dict)

    def say(self, msgid: str, **values: Any) -> str:
        """What the page says, in the language of the walk."""
        with self.speaking():
            return gettext(msgid) % values if values else gettext(msgid)

    def say_of_many(self, one: str, many: str, count: int, **values: Any) -> str:
        """What the page says of so many."""
        with self.speaking():
            return ngettext(one, many, count) % {"n": count, **values}

    def day(self, day: date) -> str:
        with self.speaking():
            return formats.day(day)

    def speaking(self) -> AbstractContextManager[None]:
        """Within it, the product's own words are those of the walk."""
        return translation.override(self.language)

    def label(self, name: str) -> str:
        """As a form writes the name of a field."""
        return capfirst(self.say(name))

    def weekday(self, day: date) -> str:
        with self.speaking():
            return formats.day(day, weekday=True)

    def guest(self, *, phone: bool = False, javascript: bool = True) -> Person:
        """Somebody without an account."""
        options = {"viewport": PHONE} if phone else {}
        return self.enter(language=self.language, javascript=javascript, **options)

    def comes(self, user: User, *, phone: bool = False, javascript: bool = True) -> Person:
        """The person in their own browser, logged in anew: a session is shorter than a year."""
        key = (user.pk, phone, javascript)
        if key not in self._browsers:
            options = {"viewport": PHONE} if phone else {}
            self._browsers[key] = self.enter(user, language=self.language, javascript=javascript, **options)
        self.log_in(self._browsers[key].page, user)
        return self._browsers[key]

    def at(self, *moment: int) -> datetime:
        """Move the clock: at(2027, 9, 6, 9, 0), Norwegian time."""
        now = datetime(*moment, tzinfo=OSLO)  # type: ignore[misc]
        self.clock.move_to(now)
        return now


def participant(name: str) -> Participant:
    return Participant.objects.with_names().get(member__name=name)


def user_of(name: str) -> User:
    user = participant(name).member.user
    assert user is not None
    return user
