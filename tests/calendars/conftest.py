from __future__ import annotations

import pytest

from innoskole.calendars import sources
from tests.calendars.factories import Stage


@pytest.fixture
def stage(monkeypatch) -> Stage:
    """The only source there is."""
    stage = Stage()
    monkeypatch.setattr(sources, "_sources", [stage])
    return stage
