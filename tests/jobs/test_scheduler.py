"""Exactly one beat: two at once, one that dies, a clock set back, a database or a broker that is away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from celery import Celery
from django.conf import settings
from django.db import OperationalError, connection
from kombu.exceptions import OperationalError as BrokerTrouble

from innoskole.celery import app as product
from innoskole.jobs import actions
from innoskole.jobs.actions import LEASE
from innoskole.jobs.models import BeatLease, Heartbeat
from innoskole.jobs.scheduler import LOOK_EVERY, OneBeat
from tests.factories import NOW

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def lease() -> tuple[str, datetime]:
    (found,) = BeatLease.objects.all()
    return found.owner, found.until_at


# --- The lease --------------------------------------------------------------------------------------


def test_only_one_holds_the_lease_and_another_follows_when_it_is_silent() -> None:
    assert actions.hold_lease("one", now=NOW)
    assert not actions.hold_lease("two", now=NOW)
    assert lease() == ("one", NOW + LEASE)

    later = NOW + timedelta(seconds=30)
    assert actions.hold_lease("one", now=later)
    assert not actions.hold_lease("two", now=later + LEASE - timedelta(seconds=1))
    assert lease() == ("one", later + LEASE)

    assert actions.hold_lease("two", now=later + LEASE)
    assert not actions.hold_lease("one", now=later + LEASE)
    assert lease() == ("two", later + 2 * LEASE)


def test_a_beat_that_ends_in_order_is_followed_at_once_and_gives_back_no_other_ones_lease() -> None:
    actions.hold_lease("one", now=NOW)
    actions.let_go_of_lease("two", now=NOW)
    assert lease() == ("one", NOW + LEASE)
    actions.let_go_of_lease("one", now=NOW)
    assert actions.hold_lease("two", now=NOW)


def test_a_lease_of_a_clock_that_went_wrong_binds_nobody() -> None:
    actions.hold_lease("one", now=NOW + timedelta(hours=1))
    assert actions.hold_lease("two", now=NOW)
    assert lease() == ("two", NOW + LEASE)


def test_clocks_that_differ_a_little_do_not_cost_the_lease() -> None:
    actions.hold_lease("ahead", now=NOW + timedelta(seconds=20))
    assert not actions.hold_lease("behind", now=NOW)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_first_ever", [True, False])
def test_of_many_that_ask_at_the_same_moment_one_gets_it(is_first_ever: bool) -> None:
    if not is_first_ever:
        actions.hold_lease("dead", now=NOW - timedelta(hours=1))
    barrier = threading.Barrier(8)
    got: list[str] = []

    def ask(owner: str) -> None:
        try:
            barrier.wait()
            if actions.hold_lease(owner, now=NOW):
                got.append(owner)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(f"beat-{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
    assert lease() == (got[0], NOW + LEASE)


# --- The scheduler ----------------------------------------------------------------------------------


@pytest.fixture
def beat(monkeypatch) -> Callable[[], OneBeat]:
    """A beat of a small timetable that writes down what it starts, and when, in `sent`."""
    # It would end the transaction that the test runs in; Django's own test client leaves it out as well.
    monkeypatch.setattr("innoskole.jobs.scheduler.close_old_connections", lambda: None)
    app = Celery("test", broker="memory://", set_as_current=False)
    app.conf.update(
        timezone="Europe/Oslo",
        beat_schedule={
            "each-minute": {"task": "test.each_minute", "schedule": 60.0},
            "nightly": {
                "task": "test.nightly",
                "schedule": product.conf.beat_schedule["delete-interests"]["schedule"],
            },
        },
    )

    class Recorded(OneBeat):
        sent: list[tuple[str, datetime]] = []
        is_broker_away = False

        def send_task(self, name: str, *args, **kwargs) -> None:
            if self.is_broker_away:
                raise BrokerTrouble("Connection refused")
            self.sent.append((name.removeprefix("test."), self._now()))

    Recorded.sent = []
    return lambda: Recorded(app=app)


def run(beats: list[OneBeat], clock: time_machine.Traveller, *, seconds: int, step: int = 1) -> None:
    """Let beats tick side by side as their own pauses tell, on a clock that goes by steps of seconds."""
    wake = dict.fromkeys(beats, 0.0)
    for second in range(0, seconds, step):
        for each in beats:
            while wake[each] <= second:
                wake[each] = second + each.tick()
        clock.shift(step)


def test_two_beats_at_once_start_each_task_once(beat) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        one, two = beat(), beat()
        run([one, two], clock, seconds=200)
        assert one.sent == [("each_minute", NOW + n * MINUTE) for n in (1, 2, 3)]
        assert lease()[0] == one.owner
        assert Heartbeat.objects.get(name="each-minute").asked_at == NOW + 3 * MINUTE


def test_the_second_takes_over_within_a_minute_when_the_first_dies(beat) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        one, two = beat(), beat()
        run([one, two], clock, seconds=61)
        run([two], clock, seconds=180)
        started = [at for _name, at in one.sent]
        assert lease()[0] == two.owner
        gaps = [later - earlier for earlier, later in pairwise(started)]
        assert len(started) == 4
        assert max(gaps) <= 2 * MINUTE


def test_the_second_takes_over_at_once_when_the_first_ends_in_order(beat) -> None:
    with time_machine.travel(NOW, tick=False):
        one, two = beat(), beat()
        one.tick()
        assert two.tick() == LOOK_EVERY
        assert lease()[0] == one.owner
        one.close()
        two.tick()
        assert lease()[0] == two.owner


def test_a_beat_goes_on_where_another_stopped_also_with_what_runs_once_a_day(beat) -> None:
    """Down from before 03.15 until the morning: what was due in the night is started once."""
    with time_machine.travel(datetime(2027, 5, 3, 23, 0, tzinfo=UTC), tick=False) as clock:
        run([beat()], clock, seconds=5)
        clock.move_to(datetime(2027, 5, 4, 6, 0, tzinfo=UTC))
        run([beat()], clock, seconds=5)
        run([beat()], clock, seconds=60)
        late = beat()
        assert late.sent.count(("nightly", datetime(2027, 5, 4, 6, 0, tzinfo=UTC))) == 1
        assert [name for name, _at in late.sent].count("nightly") == 1


def test_the_hour_that_comes_twice_at_the_end_of_summer_time(beat) -> None:
    """31 October 2027: the clocks of Norway go from 03.00 back to 02.00 at 01.00 UTC."""
    before = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    with time_machine.travel(before, tick=False) as clock:
        one, two = beat(), beat()
        run([one, two], clock, seconds=3 * 3600 + 1, step=10)
        each_minute = [at for name, at in one.sent if name == "each_minute"]
        assert each_minute == [before + n * MINUTE for n in range(1, 181)]
        # 03.15 comes once, after the hour that came twice.
        assert [at for name, at in one.sent if name == "nightly"] == [
            datetime(2027, 10, 31, 2, 15, tzinfo=UTC)
        ]
        assert lease()[0] == one.owner


def test_a_machine_whose_clock_is_set_back_an_hour_goes_on(beat) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        one, two = beat(), beat()
        run([one, two], clock, seconds=90)
        clock.shift(-3600)
        back = NOW + timedelta(seconds=90, hours=-1)
        run([one, two], clock, seconds=150)
        after = [at for name, at in one.sent[1:] if name == "each_minute"]
        assert after == [back + MINUTE, back + 2 * MINUTE]
        assert len(BeatLease.objects.filter(owner__in=[one.owner, two.owner])) == 1


def test_a_beat_survives_a_database_that_is_away_and_starts_nothing_meanwhile(beat, monkeypatch) -> None:
    def away(*args, **kwargs) -> bool:
        raise OperationalError("server closed the connection unexpectedly")

    with time_machine.travel(NOW, tick=False) as clock:
        one = beat()
        run([one], clock, seconds=5)
        with monkeypatch.context() as patch:
            patch.setattr(actions, "hold_lease", away)
            assert one.tick() == LOOK_EVERY
            run([one], clock, seconds=300)
            assert one.sent == []
        run([one], clock, seconds=11)
        assert [name for name, _at in one.sent] == ["each_minute"]


def test_a_beat_survives_a_broker_that_is_away_and_starts_it_when_it_is_back(beat) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        one = beat()
        type(one).is_broker_away = True
        run([one], clock, seconds=130)
        assert one.sent == []
        assert Heartbeat.objects.get(name="each-minute").asked_at is None
        type(one).is_broker_away = False
        run([one], clock, seconds=11)
        assert [name for name, _at in one.sent] == ["each_minute"]


def test_a_broker_that_nobody_can_connect_to_does_not_end_the_beat(beat, caplog) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        one = beat()
        one.tick()
        one.app.conf.broker_url = "redis://127.0.0.1:1/0"
        clock.shift(61)
        for _look in range(2):
            assert one.tick() == LOOK_EVERY
        assert [record.message.partition(":")[0] for record in caplog.records] == [
            "The broker does not answer, so no task is started"
        ] * 2
        assert one.sent == []
        assert Heartbeat.objects.get(name="each-minute").asked_at is None


# --- The product's own --------------------------------------------------------------------------------


def test_the_product_uses_it() -> None:
    assert product.conf.beat_scheduler == f"{OneBeat.__module__}:{OneBeat.__name__}"


def test_a_task_is_not_handed_out_again_while_it_may_still_run() -> None:
    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT
    if settings.REDIS_URL:
        options = product.conf.broker_transport_options
        assert options["visibility_timeout"] > settings.CELERY_TASK_TIME_LIMIT


def test_no_tick_outlives_its_use() -> None:
    for name, line in product.conf.beat_schedule.items():
        if isinstance(line["schedule"], float):
            assert line["options"]["expires"] >= line["schedule"], name
