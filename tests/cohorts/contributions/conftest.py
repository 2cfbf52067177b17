import pytest
from django.utils import translation

from tests.cohorts.contributions.factories import PairFactory, RoundFactory
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
def teams(cohort):
    """Three teams of two people each."""
    return [TeamFactory(cohort=cohort, number=number, people=2) for number in (1, 2, 3)]


@pytest.fixture
def pair(cohort, teams):
    """In an open round the first team gives feedback to the second one."""
    return PairFactory(round=RoundFactory(cohort=cohort, number=1), giver=teams[0], receiver=teams[1])


@pytest.fixture
def people(teams):
    """Those of the first team."""
    return list(teams[0].participants.in_order())
