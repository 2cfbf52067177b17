import pytest
from django.utils import translation

from tests.cohorts.factories import CohortFactory, InstructorFactory, TeamFactory


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def teacher(cohort):
    return InstructorFactory(cohort=cohort).user


@pytest.fixture
def team(cohort):
    return TeamFactory(cohort=cohort)


@pytest.fixture
def people(team):
    return [each.member.user for each in team.participants.in_order()]
