"""Real beats, a real worker, the product's own settings: one beat starts, the worker's heart is seen."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from innoskole.celery import app
from innoskole.jobs import actions, timetable
from innoskole.jobs.models import BeatLease, Heartbeat, Worker
from innoskole.notifications import tasks
from tests.test_broker import database_url

SECONDS = 40


@pytest.fixture
def start(transactional_db, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """`start("beat", …)`: a process of the product, on the test's database and the broker of this pass."""
    (settings.BROKER_FOLDER / "control").mkdir(parents=True, exist_ok=True)
    processes: list[subprocess.Popen] = []
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "innoskole.settings",
        "DATABASE_URL": database_url(),
        "EMAIL_URL": f"filemail:///{tmp_path / 'mail'}",
    }

    def run(*arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "celery", "--quiet", "-A", "innoskole", *arguments]
        with (tmp_path / "log").open("ab") as log:
            process = subprocess.Popen(
                command, env=environment, cwd=settings.BASE_DIR, stdout=log, stderr=log, process_group=0
            )
        processes.append(process)
        return process

    yield run
    for process in processes:
        process.kill()
        process.wait()
    with app.connection_for_write() as broker:
        broker.default_channel.queue_purge(app.conf.task_default_queue)


def wait_until(is_so: Callable[[], object], log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline, log.read_text()[-3000:]
        time.sleep(0.1)


def owner() -> str:
    return BeatLease.objects.values_list("owner", flat=True).get()


def test_a_beat_that_is_killed_is_followed_and_a_worker_leaves_its_heartbeat(start, tmp_path: Path) -> None:
    log = tmp_path / "log"
    # As if the timetable had stood still for an hour: all of it is due.
    actions.know(timetable.names(), now=timezone.now() - timezone.timedelta(hours=1))
    one = start("beat", "--pidfile=", "--loglevel=warning")
    wait_until(lambda: Heartbeat.objects.filter(name=timetable.REMIND, asked_at__isnull=False), log)
    first = owner()
    assert f":{one.pid}:" in first

    two = start("beat", "--pidfile=", "--loglevel=warning")
    one.kill()
    one.wait()
    # Its lease would run out in forty seconds.
    BeatLease.objects.update(until_at=timezone.now())
    wait_until(lambda: owner() != first, log)
    assert f":{two.pid}:" in owner()

    start("worker", "-P", "threads", "-c", "2", "--hostname=one@test", "--loglevel=warning")
    wait_until(lambda: Heartbeat.objects.filter(name=timetable.REMIND, finished_at__isnull=False), log)
    found = Heartbeat.objects.get(name=timetable.REMIND)
    assert (found.is_failing, found.error, found.runs) == (False, "", 1)
    assert found.asked_at < found.started_at <= found.finished_at
    assert list(Worker.objects.values_list("name", flat=True)) == ["one@test"]

    # Ended in order, it gives its lease back.
    two.terminate()
    two.wait(20)
    assert BeatLease.objects.get().until_at <= timezone.now()


def test_only_runs_that_the_beat_asked_for_are_heartbeats(start_worker, queue: str, tmp_path: Path) -> None:
    actions.know(timetable.names(), now=timezone.now())
    tasks.sweep.apply_async()
    tasks.sweep.apply_async(headers={"celery_beat_task": True})
    # Sent by name, as by an older release, whose task took an argument.
    app.send_task(tasks.sweep.name, args=["one too many"], headers={"celery_beat_task": True})
    start_worker()
    wait_until(lambda: Heartbeat.objects.filter(runs=2), tmp_path / "log")
    (found,) = Heartbeat.objects.filter(runs__gt=0)
    assert found.name == timetable.DELIVER
    assert None not in (found.finished_at, found.failed_at)
    assert found.error.startswith("TypeError: ")
