from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from cohorts import models as c
from innoskole.accounts.models import User
from tests.cohorts.factories import CohortFactory, InstructorFactory, SessionFactory


@pytest.fixture(autouse=True)
def _files(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def cohort(db) -> c.Cohort:
    return CohortFactory()


@pytest.fixture
def teacher(cohort) -> User:
    return InstructorFactory(cohort=cohort, user__name="Tor Lærer", user__email="tor@skole.example.no").user


@pytest.fixture
def session(cohort) -> c.Session:
    """In a week: Monday 10 and Tuesday 11 May 2027."""
    return SessionFactory(cohort=cohort, number=2)
