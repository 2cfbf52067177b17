"""`make demo` of somebody who has run it before: it serves, says who logs in, and ends all of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from innoskole.management.demo import people


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A database with the people of the demo, and a port that is free."""
    people.create_staff(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(tmp_path / "db.sqlite3")])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "VAR_DIR": str(tmp_path / "var"),
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "innoskole.settings",
    }


def demo(environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "manage.py", "demo"]
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, **output)


def until(greeting: str, lines: Iterator[str]) -> list[str]:
    said = []
    for line in lines:
        said.append(line)
        if greeting in line:
            return said
    pytest.fail("".join(said))


def of_group(pid: int) -> list[int]:
    """The processes that a process has started, as the kernel lists them."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.once("the command brings a SQLite of its own")
@pytest.mark.django_db(transaction=True)
def test_the_demo_serves_and_ends_all_of_it(environment: dict[str, str]) -> None:
    running = demo(environment)
    said = "".join(until("ivar@innoskole.example.no", running.stdout))
    children = of_group(running.pid)
    address = f"http://127.0.0.1:{environment['PORT']}/"
    assert f"Innoskole runs at {address}" in said
    assert "ada@innoskole.example.no" in said
    assert "Creating the demo" not in said
    with urlopen(f"{address}health/ready/") as answer:
        assert answer.status == 200
    second = demo(environment)
    assert f"Port {environment['PORT']} is taken" in second.communicate()[0]
    assert second.returncode == 1
    running.send_signal(signal.SIGINT)
    assert ("Stopping" in running.communicate(timeout=30)[0], running.returncode) == (True, 0)
    assert (len(children), [child for child in children if Path(f"/proc/{child}").exists()]) == (2, [])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(environment["PORT"]))) != 0
