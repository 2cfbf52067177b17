"""A cohort of two teams with a session that is over, one that is held today, and one to come; in English."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from cohorts.models import Cohort, Participant, SessionDay, Team
from innoskole.accounts.models import User
from tests.cohorts.factories import (
    CohortFactory,
    InstructorFactory,
    ParticipantFactory,
    SessionFactory,
    TeamFactory,
)
from tests.factories import NOW, UserFactory, municipality

TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _english(now: Any) -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def cohort(db: None) -> Cohort:
    """Two days three weeks ago, today and tomorrow, and two days in three weeks: twelve half-days."""
    cohort: Cohort = CohortFactory(intake__slug="running", attendance_percent=80)
    for number, starts_on in enumerate(
        (TODAY - timedelta(days=21), TODAY, TODAY + timedelta(days=21)), start=1
    ):
        SessionFactory(cohort=cohort, number=number, starts_on=starts_on, title_en=f"Part {number}")
    return cohort


@pytest.fixture
def days(cohort: Cohort) -> list[SessionDay]:
    """The six days in order."""
    found = SessionDay.objects.filter(session__cohort=cohort).select_related("session__cohort")
    return list(found.order_by("held_on"))


@pytest.fixture
def team(cohort: Cohort) -> Team:
    return TeamFactory(cohort=cohort, number=1, lead=municipality("1804"), people=0)


@pytest.fixture
def other(cohort: Cohort) -> Team:
    return TeamFactory(cohort=cohort, number=2, lead=municipality("4646"), people=0)


@pytest.fixture
def kari(team: Team) -> Participant:
    return _participant(team, "Kari Prøve", "kari@example.no")


@pytest.fixture
def ola(team: Team, kari: Participant) -> Participant:
    return _participant(team, "Ola Prøve", "ola@example.no")


@pytest.fixture
def eva(other: Team, ola: Participant) -> Participant:
    """A late joiner, who began today."""
    return _participant(other, "Eva Prøve", "eva@example.no", began_on=TODAY)


@pytest.fixture
def teacher(cohort: Cohort) -> User:
    return InstructorFactory(cohort=cohort, user=_user("Tora Lærer", is_instructor=True)).user


@pytest.fixture
def second_teacher(cohort: Cohort) -> User:
    return InstructorFactory(cohort=cohort, user=_user("Tor Lærer", is_instructor=True)).user


@pytest.fixture
def browser(teacher: User, log_in: Any) -> Client:
    browser: Client = log_in(teacher)
    return browser


def _user(name: str, **fields: Any) -> User:
    user: User = UserFactory(name=name, language="en", **fields)
    return user


def _participant(team: Team, name: str, email: str, began_on: date | None = None) -> Participant:
    began = {"began_on": began_on} if began_on else {}
    made = ParticipantFactory(team=team, user=_user(name, email=email), **began)
    return Participant.objects.with_names().get(pk=made.pk)
