"""A draft of Bodø, and its call."""

import pytest
from django.utils import translation

from tests.applications.calls.factories import InternalCallFactory
from tests.factories import ApplicationFactory


@pytest.fixture(autouse=True)
def _english():
    """Sentences are compared in the source language."""
    with translation.override("en"):
        yield


@pytest.fixture
def draft(intake, coordinator):
    """A draft of Bodø without a team, whose problem touches two sectors."""
    return ApplicationFactory(
        intake=intake,
        coordinator=coordinator,
        reference="IS-2027H-1001",
        problem_title="Fewer drop-outs",
        problem_sectors=["health_care", "upbringing"],
    )


@pytest.fixture
def call(draft):
    return InternalCallFactory(application=draft)
