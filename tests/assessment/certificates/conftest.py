from __future__ import annotations

from pathlib import Path

import pytest
import time_machine
from django.utils import translation

from cohorts.models import Cohort
from innoskole.accounts.models import User
from tests.assessment.readiness import facts
from tests.factories import NOW, UserFactory


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False), translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _files(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def cohort(db) -> Cohort:
    """Its only session was held a month ago; every requirement has passed."""
    return facts.set_up()


@pytest.fixture
def administrator(db) -> User:
    return UserFactory(name="Anna Administrator", is_course_administrator=True)
