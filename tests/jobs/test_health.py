"""What is late, what has failed, and what an administrator is told to do about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from innoskole.accounts.waiting import Waiting, waiting_for
from innoskole.celery import app
from innoskole.jobs import actions, health, queue, timetable
from innoskole.jobs.health import Pace, Trouble
from innoskole.jobs.models import BeatLease, Heartbeat, Worker
from innoskole.jobs.waiting import what_does_not_run
from innoskole.notifications.models import Message
from tests.factories import NOW
from tests.jobs.factories import MINUTE, SECOND, all_is_well, change
from tests.notifications.factories import message

pytestmark = pytest.mark.django_db

State = Message.State


def keys(found: list[Trouble]) -> list[str]:
    return [trouble.key for trouble in found]


def troubles() -> list[str]:
    return keys(health.troubles(health.look(NOW)))


def alarms() -> list[str]:
    return keys(health.alarms(health.look(NOW)))


def pace(name: str) -> Pace:
    (found,) = [pulse.pace for pulse in health.look(NOW).pulses if pulse.entry.name == name]
    return found


SELDOM = (
    "delete-interests",
    "forget-certificates",
    "forget-cohort-details",
    "make-grades-final",
    "refresh-calendars",
)


# --- The timetable in words ---------------------------------------------------------------------------


def test_every_task_has_a_title_and_a_schedule_in_words() -> None:
    assert {entry.name for entry in timetable.entries()} | {timetable.WATCH} == set(timetable.TITLES)
    with translation.override("en"):
        assert {entry.words for entry in timetable.entries()} == {
            "Every minute",
            "Every hour",
            "Every day at 03:15",
            "Every day at 03:30",
            "Every day at 03:45",
        }


def test_every_task_of_the_timetable_exists_once() -> None:
    tasks = [line["task"] for line in app.conf.beat_schedule.values()]
    app.loader.import_default_modules()
    assert set(tasks) <= set(app.tasks)
    assert len(set(tasks)) == len(tasks)


def test_a_minute_and_a_night_later() -> None:
    due = {entry.name: entry.due_after(NOW) for entry in timetable.entries()}
    assert due[timetable.REMIND] == NOW + MINUTE
    assert due["delete-interests"] == datetime(2027, 5, 4, 1, 15, tzinfo=UTC)


# --- Tasks ----------------------------------------------------------------------------------------------


def test_nothing_to_tell_when_all_is_well() -> None:
    all_is_well(NOW)
    assert troubles() == []
    assert alarms() == []
    assert {pulse.pace for pulse in health.look(NOW).pulses} == {Pace.FRESH}


def test_looking_takes_four_queries(django_assert_num_queries) -> None:
    all_is_well(NOW, workers=3)
    for number in range(3):
        message(str(number))
    with django_assert_num_queries(4):
        health.troubles(health.look(NOW))


@pytest.mark.parametrize(
    ("last", "is_late"),
    [
        (16 * MINUTE, False),
        (16 * MINUTE + SECOND, True),
        (-60 * MINUTE, False),  # the clock has been set back since
    ],
)
def test_a_sweep_is_late_a_quarter_of_an_hour_after_it_was_due(last: timedelta, is_late: bool) -> None:
    all_is_well(NOW)
    change(timetable.REMIND, finished_at=NOW - last)
    assert troubles() == (["late:remind"] if is_late else [])
    assert alarms() == (["late:remind"] if is_late else [])


def test_a_nightly_task_is_late_when_a_night_has_gone_without_it() -> None:
    all_is_well(NOW)
    change("delete-interests", finished_at=datetime(2027, 5, 2, 1, 15, tzinfo=UTC))
    assert troubles() == ["late:delete-interests"]
    assert alarms() == []  # not worth waking anybody
    change("delete-interests", finished_at=datetime(2027, 5, 3, 1, 16, tzinfo=UTC))
    assert troubles() == []


def test_a_new_task_waits_for_its_first_time() -> None:
    all_is_well(NOW)
    change("delete-interests", finished_at=None, asked_at=None, since_at=NOW - 60 * MINUTE)
    assert pace("delete-interests") == Pace.NEW
    change(timetable.REMIND, finished_at=None, asked_at=None, since_at=NOW - 17 * MINUTE)
    assert pace(timetable.REMIND) == Pace.LATE


def test_a_task_that_failed_is_told_until_it_does_its_work_again() -> None:
    all_is_well(NOW)
    actions.fail("sweep-offers", error="ValueError: no such day", seconds=1.5, now=NOW)
    with translation.override("en"):
        assert health.troubles(health.look(NOW)) == [
            Trouble(
                "failed:sweep-offers",
                "A task failed: Let offers expire that nobody has answered",
                "Read the error below. The task is tried again when it is next due; tell those who run the"
                " product if it goes on.",
                NOW,
                "ValueError: no such day",
            )
        ]
    assert pace("sweep-offers") == Pace.FAILED
    actions.finish("sweep-offers", seconds=0.5, now=NOW + SECOND)
    assert troubles() == []
    found = Heartbeat.objects.get(name="sweep-offers")
    assert (found.finished_at, found.failed_at, found.runs, found.seconds) == (NOW + SECOND, NOW, 9, 0.5)


def test_a_task_that_left_the_timetable_is_forgotten_and_one_that_came_is_followed() -> None:
    actions.know(["gone", "stays", timetable.WATCH], now=NOW)
    actions.know(["stays", "new"], now=NOW + MINUTE)
    assert list(Heartbeat.objects.order_by("name").values_list("name", "since_at")) == [
        ("new", NOW + MINUTE),
        ("stays", NOW),
        ("watch", NOW),
    ]


# --- Processes ------------------------------------------------------------------------------------------


def test_without_a_beat() -> None:
    all_is_well(NOW)
    BeatLease.objects.update(renewed_at=NOW - 2 * MINUTE)
    assert troubles() == []
    BeatLease.objects.update(renewed_at=NOW - 2 * MINUTE - SECOND)
    assert troubles() == ["beat"]
    BeatLease.objects.all().delete()
    assert troubles() == ["beat"]


def test_without_a_worker() -> None:
    all_is_well(NOW)
    Worker.objects.update(seen_at=NOW - 6 * MINUTE)
    assert troubles() == []  # what it did has been done in time
    Heartbeat.objects.exclude(name__in=SELDOM).update(finished_at=NOW - 20 * MINUTE)
    assert troubles() == ["workers"]  # which is why all the tasks are late
    Worker.objects.update(seen_at=NOW)
    assert troubles() == [f"late:{name}" for name in timetable.names() if name not in SELDOM]


def test_a_watch_that_has_stopped_is_told_and_one_that_never_was_is_not() -> None:
    all_is_well(NOW)
    Heartbeat.objects.create(name=timetable.WATCH, since_at=NOW, finished_at=NOW - 20 * MINUTE)
    assert troubles() == []
    change(timetable.WATCH, finished_at=NOW - 20 * MINUTE - SECOND)
    assert troubles() == ["watch"]


def test_workers_that_have_not_been_seen_for_a_day_are_forgotten() -> None:
    actions.start("remind", worker="old", now=NOW - timedelta(days=2))
    actions.start("remind", worker="one", now=NOW)
    actions.start("remind", worker="one", now=NOW + MINUTE)
    assert list(Worker.objects.values_list("name", "seen_at")) == [("one", NOW + MINUTE)]


# --- The queue ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("depth", "expected"), [(0, []), (500, []), (501, ["queue"]), (None, ["broker"])])
def test_the_queue(depth: int | None, expected: list[str]) -> None:
    assert keys(health.queue_troubles(depth)) == expected


def test_the_depth_of_a_queue_of_files(settings, tmp_path) -> None:
    settings.REDIS_URL, settings.BROKER_FOLDER = "", tmp_path
    assert queue.depth() == 0
    for name in ("1_a.celery.msg", "2_b.celery.msg", "3_c.other.msg", "control"):
        (tmp_path / name).touch()
    assert queue.depth() == 2


def test_the_depth_of_a_redis_that_is_away(settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert queue.depth() is None


@pytest.mark.redis
def test_the_depth_of_a_redis(request, settings) -> None:
    import redis

    name = request.getfixturevalue("queue")
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.rpush(name, "a", "b", "c")
        try:
            assert queue.depth() == 3
        finally:
            client.delete(name)


# --- Mail -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "waited"),
    [
        ({"next_attempt_at": NOW - 61 * MINUTE}, 61 * MINUTE),
        ({"next_attempt_at": NOW - 60 * MINUTE}, 60 * MINUTE),
        ({"next_attempt_at": NOW + 60 * MINUTE}, timedelta()),
        # Put off by the mail server: it waits since it was written.
        ({"attempts": 3, "queued_at": NOW - 61 * MINUTE, "next_attempt_at": NOW + MINUTE}, 61 * MINUTE),
        # An old letter that somebody has just sent again.
        ({"queued_at": NOW - timedelta(days=3), "next_attempt_at": NOW}, timedelta()),
        ({"state": State.SENDING, "attempts": 1, "claimed_at": NOW - 5 * MINUTE}, 5 * MINUTE),
        ({"state": State.FAILED, "next_attempt_at": NOW - timedelta(days=3)}, timedelta()),
    ],
)
def test_the_oldest_unsent_letter(fields: dict, waited: timedelta) -> None:
    all_is_well(NOW)
    message(**fields)
    expected = ["unsent"] if waited > 60 * MINUTE else []
    assert (health.look(NOW).unsent_for, troubles(), alarms()) == (waited, expected, expected)


def test_claims_that_no_sweep_has_taken_up() -> None:
    all_is_well(NOW)
    message("fresh", state=State.SENDING, claimed_at=NOW - 20 * MINUTE)
    assert troubles() == []
    message("stale", state=State.SENDING, claimed_at=NOW - 26 * MINUTE)
    assert troubles() == ["stale"]


def test_letters_by_state() -> None:
    message("a", state=State.SENT, sent_at=NOW)
    message("b")
    message("c")
    assert health.letters_by_state() == {
        "queued": 2,
        "sending": 0,
        "sent": 1,
        "failed": 0,
        "unsure": 0,
        "void": 0,
        "suppressed": 0,
    }


# --- What waits for an administrator ----------------------------------------------------------------------


def test_administrators_are_told_what_stands_still(administrator, coordinator) -> None:
    assert what_does_not_run(administrator, NOW) == []  # no beat has ever run here: a test, or a first day
    all_is_well(NOW)
    assert what_does_not_run(administrator, NOW) == []
    change("remind", finished_at=NOW - 20 * MINUTE)
    change("sweep-offers", finished_at=NOW - 30 * MINUTE)
    with translation.override("en"):
        found = what_does_not_run(administrator, NOW)
        assert found == [
            Waiting(
                title="Periodic tasks or e-mail stand still",
                url="/admin/jobs/",
                count=2,
                explanation="See what has stopped, and what to do about it.",
                since_at=NOW - 30 * MINUTE,
            )
        ]
        assert found[0] in waiting_for(administrator, NOW)
    assert what_does_not_run(coordinator, NOW) == []
