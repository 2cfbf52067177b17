from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from cohorts import models as c
from innoskole.accounts.models import User
from tests.cohorts.factories import CohortFactory, InstructorFactory, TeamFactory
from tests.cohorts.study_tour.factories import StudyTourFactory


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
def tour(cohort) -> c.StudyTour:
    return StudyTourFactory(cohort=cohort)


@pytest.fixture
def people(cohort) -> list[c.Participant]:
    """Four of one team, in order."""
    team = TeamFactory(cohort=cohort, people=4)
    return list(team.participants.with_names().in_order())


@pytest.fixture
def teacher(cohort) -> User:
    return InstructorFactory(cohort=cohort, user__name="Tor Lærer", user__email="tor@skole.example.no").user
