"""Two of a team that has a project, an instructor, and the administrator of the cast."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from cohorts.models import Participant, Project
from innoskole.accounts.models import User
from tests.cohorts.factories import CohortFactory, InstructorFactory, ParticipantFactory, TeamFactory
from tests.cohorts.project.factories import ProjectFactory
from tests.factories import UserFactory, municipality


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def project(db: None) -> Project:
    team = TeamFactory(cohort=CohortFactory(), lead=municipality("1804"), people=0)
    for name in ("Kari Prøve", "Ola Prøve"):
        ParticipantFactory(team=team, user=UserFactory(name=name))
    return ProjectFactory(team=team)


@pytest.fixture
def kari(project: Project) -> Participant:
    return project.team.participants.get(member__name="Kari Prøve")


@pytest.fixture
def ola(project: Project) -> Participant:
    return project.team.participants.get(member__name="Ola Prøve")


@pytest.fixture
def teacher(project: Project) -> User:
    return InstructorFactory(cohort=project.team.cohort).user
