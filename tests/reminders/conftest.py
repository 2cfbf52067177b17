from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from innoskole.reminders.kinds import only
from tests.reminders.build import ANSWER, REPLY


@pytest.fixture
def two_kinds(db: None) -> Iterator[None]:
    """Nothing but offers and requests for information, seven and two days before; sentences in English."""
    with only(ANSWER, REPLY), translation.override("en"):
        yield
