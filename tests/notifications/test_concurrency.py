"""What two workers or two requests do in the same second; only PostgreSQL lets them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from innoskole.notifications.delivery import deliver, sweep
from innoskole.notifications.models import Message
from tests.factories import NOW
from tests.notifications.factories import post

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(deed, times):
    together = Barrier(times)

    def run(_number):
        together.wait()
        try:
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_workers_that_race_send_each_letter_once(server, monkeypatch):
    monkeypatch.setattr("innoskole.notifications.tasks.deliver.delay", lambda pk: None)
    letters = [post(str(number)) for number in range(20)]
    assert sum(at_once(lambda: sweep(NOW) + deliver(letters[0].pk, NOW), 6)) == 20
    assert len(set(server.ids())) == len(server.taken) == 20
    assert set(Message.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_requests_that_race_write_a_letter_once(monkeypatch):
    monkeypatch.setattr("innoskole.notifications.tasks.deliver.delay", lambda pk: None)
    assert at_once(lambda: post("reminder:1"), 6) == [Message.objects.get()] * 6
