"""Programs that fetch a calendar in the same second as the sweep; only PostgreSQL lets them."""

from __future__ import annotations

import pytest

from innoskole.accounts.guards import Refused
from innoskole.calendars import actions
from innoskole.calendars.models import Entry, Feed
from tests.calendars.factories import session
from tests.factories import NOW
from tests.notifications.test_concurrency import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_those_who_race_publish_each_version_once(coordinator, stage) -> None:
    token = actions.make(by=coordinator, now=NOW)
    stage.gives(coordinator, *(session(number) for number in range(20)))
    assert sum(at_once(lambda: actions.sweep(NOW), 6)) == 20
    stage.gives(coordinator, *(session(number, location="Ås") for number in range(20)))
    at_once(lambda: (actions.read(token, NOW), actions.sweep(NOW)), 6)
    assert list(Entry.objects.values_list("sequence", flat=True)) == [1] * 20


def test_a_double_click_makes_one_address(coordinator) -> None:
    def make() -> str | None:
        try:
            return actions.make(by=coordinator, now=NOW)
        except Refused:
            return None

    (token,) = [each for each in at_once(make, 6) if each]
    assert Feed.objects.at(token).get().user == coordinator
