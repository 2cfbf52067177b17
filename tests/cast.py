"""The cast of every test: who plays in it, in which intake, and what the clock says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine
from django.test import Client

from applications.models import Intake
from innoskole.accounts.models import User
from tests.factories import NOW, IntakeFactory, UserFactory, person_for


@pytest.fixture
def now() -> Iterator[datetime]:
    """Monday 3 May 2027 at 10:00, four weeks before the deadline; the views' clock stands at it too."""
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture
def intake(db: None) -> Intake:
    """Open until Tuesday 1 June 2027 at 15:00, with 20 places."""
    return IntakeFactory()


@pytest.fixture
def coordinator(db: None) -> User:
    """Proven for Bodø."""
    return person_for("1804", "Kari Koordinator", "kari@bodo.kommune.no")


@pytest.fixture
def colleague(db: None) -> User:
    """Proven for Bodø as well."""
    return person_for("1804", "Kåre Kollega", "kare@bodo.kommune.no")


@pytest.fixture
def outsider(db: None) -> User:
    """Proven for Fjaler, and nothing to do with Bodø."""
    return person_for("4646", "Unni Utenfor", "unni@fjaler.kommune.no")


@pytest.fixture
def administrator(db: None) -> User:
    return UserFactory(name="Anna Administrator", email="anna@skole.example.no", is_course_administrator=True)


@pytest.fixture
def second_administrator(db: None) -> User:
    return UserFactory(name="Arne Administrator", email="arne@skole.example.no", is_course_administrator=True)


@pytest.fixture
def instructor(db: None) -> User:
    return UserFactory(name="Ivar Instruktør", email="ivar@skole.example.no", is_instructor=True)


@pytest.fixture
def log_in(db: None) -> Callable[[User], Client]:
    """`log_in(user)`: a browser without scripts, in which the person is logged in."""

    def browser(user: User) -> Client:
        client = Client()
        client.force_login(user, "innoskole.accounts.backends.Backend")
        return client

    return browser
