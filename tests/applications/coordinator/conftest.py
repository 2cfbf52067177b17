from datetime import timedelta

import pytest
import time_machine
from django.utils import translation

from applications.models.content import PARTS
from tests.factories import ApplicationFactory


@pytest.fixture(autouse=True)
def _english():
    """Sentences are compared in the source language."""
    with translation.override("en"):
        yield


@pytest.fixture
def draft(intake, coordinator):
    """An empty draft of Bodø."""
    return ApplicationFactory(intake=intake, coordinator=coordinator, reference="IS-2027H-1001")


@pytest.fixture
def complete(intake, coordinator):
    """A draft of Bodø that lacks nothing, guarantee given."""
    return ApplicationFactory(
        intake=intake, coordinator=coordinator, reference="IS-2027H-1001", complete=True
    )


@pytest.fixture
def last_second(intake):
    """The deadline itself: the last moment at which something is accepted."""
    with time_machine.travel(intake.closes_at, tick=False):
        yield intake.closes_at


@pytest.fixture
def too_late(intake):
    """One second after the deadline; the sweep has not run yet."""
    moment = intake.closes_at + timedelta(seconds=1)
    with time_machine.travel(moment, tick=False):
        yield moment


def reread(application):
    """The application as the database has it, with all that its pages read."""
    return type(application).objects.prefetch_related(*PARTS).get(pk=application.pk)
