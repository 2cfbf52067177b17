"""A real worker on a real broker: Redis on the second pass of the suite, files on the first."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from innoskole.celery import app
from innoskole.notifications import outbox, tasks
from innoskole.notifications.models import Message

SECONDS = 40


def database_url() -> str:
    """The test database of this process, for another one."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{connection.settings_dict['NAME']}"
    at = connection.get_connection_params()
    place = urlencode({name: at[name] for name in ("host", "port") if name in at})
    return f"postgres://{quote(at['user'])}:{quote(at.get('password', ''))}@/{at['dbname']}?{place}"


@pytest.fixture
def queue() -> Iterator[str]:
    """A queue of this test's own on the product's broker; tasks are really sent, not run on the spot."""
    name = f"test-{uuid4().hex}"
    (settings.BROKER_FOLDER / "control").mkdir(parents=True, exist_ok=True)
    before = {
        "task_always_eager": app.conf.task_always_eager,
        "task_default_queue": app.conf.task_default_queue,
    }
    app.conf.update(task_always_eager=False, task_default_queue=name)
    yield name
    app.conf.update(before)


@pytest.fixture
def start_worker(transactional_db, queue: str, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen]]:
    workers: list[subprocess.Popen] = []
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "innoskole.settings",
        "DATABASE_URL": database_url(),
        "EMAIL_URL": f"filemail:///{tmp_path / 'mail'}",
    }

    def start() -> subprocess.Popen:
        command = [sys.executable, "-m", "celery", "--quiet", "-A", "innoskole", "worker", "-Q", queue]
        command += ["-P", "threads", "-c", "2", f"--hostname={uuid4().hex}@test", "--loglevel=warning"]
        with (tmp_path / "log").open("ab") as log:
            worker = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR, stdout=log, stderr=log)
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        worker.kill()
        worker.wait()


def post(number: int) -> Message:
    now = timezone.now()
    return outbox.post(
        key=f"broker-{number}",
        kind="test",
        to=f"person-{number}@example.no",
        template="already_registered",
        context={},
        language="nb",
        now=now,
    )


def wait_for(count: int) -> None:
    deadline = time.monotonic() + SECONDS
    while Message.objects.filter(state=Message.State.SENT).count() != count:
        assert time.monotonic() < deadline, list(Message.objects.values_list("key", "state"))
        time.sleep(0.1)


def letters(folder: Path) -> list[str]:
    """The recipients of all letters that left, sorted."""
    text = "".join(path.read_text() for path in folder.glob("*"))
    return sorted(line.removeprefix("To: ") for line in text.splitlines() if line.startswith("To: "))


def test_the_broker_is_the_one_of_this_pass() -> None:
    assert app.connection_for_write().transport.driver_type == (
        "redis" if settings.REDIS_URL else "filesystem"
    )


def test_a_worker_delivers_what_is_posted_and_a_sweep_what_the_broker_lost(
    start_worker, queue: str, tmp_path: Path
) -> None:
    worker = start_worker()
    post(1)
    wait_for(1)

    # The worker dies with letters in its queue, and the broker forgets them.
    worker.kill()
    worker.wait()
    post(2)
    post(3)
    with app.connection_for_write() as broker:
        broker.default_channel.queue_purge(queue)

    start_worker()
    tasks.sweep.delay()
    wait_for(3)
    assert letters(tmp_path / "mail") == [f"person-{number}@example.no" for number in (1, 2, 3)]
