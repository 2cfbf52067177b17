"""Sweeps at the same moment, and a sweep beside a delivery; only PostgreSQL lets them."""

from __future__ import annotations

import pytest

from innoskole.notifications.delivery import sweep as deliver_all
from innoskole.notifications.models import Message
from innoskole.reminders.actions import sweep
from innoskole.reminders.kinds import only
from innoskole.reminders.models import Reminder
from tests.factories import UserFactory
from tests.notifications.test_concurrency import at_once
from tests.reminders.build import ANSWER, REPLY, WEEK_BEFORE, at, offer, request

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr("innoskole.notifications.tasks.sweep.delay", lambda: None)
    monkeypatch.setattr("innoskole.reminders.actions.BATCH", 3)
    with only(ANSWER, REPLY):
        yield


def test_sweeps_that_race_share_the_work():
    for _number in range(10):
        person = UserFactory()
        offer(person)
        request(person)
    assert sum(at_once(lambda: sweep(WEEK_BEFORE), 4)) == 10
    assert Reminder.objects.filter(message=None).count() == 0
    assert Reminder.objects.count() == 20
    assert {message.reminders.count() for message in Message.objects.all()} == {2}
    assert sweep(WEEK_BEFORE) == 0


def test_sweeps_and_deliveries_that_race_send_each_mail_once(mailoutbox):
    for _number in range(10):
        offer(UserFactory())
    at_once(lambda: (sweep(WEEK_BEFORE), deliver_all(at(3, 9))), 4)
    deliver_all(at(3, 9))
    assert len({mail.to[0] for mail in mailoutbox}) == len(mailoutbox) == 10
    assert set(Message.objects.values_list("state", "attempts")) == {("sent", 1)}
