"""The fault suite in its small form: nothing is lost, and nobody is left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from faults.verdict import Fate, judge
from innoskole.notifications.models import Message
from innoskole.reminders.models import Reminder, Why
from tests.factories import NOW

SECONDS = 240
COMMAND = [sys.executable, "-m", "faults", "--small", "--seed", "2027"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own, into which PostgreSQL's account would not get."""
    path = Path(tempfile.mkdtemp(prefix="innoskole-faults-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


def start(folder: Path) -> subprocess.Popen[str]:
    """With a folder of its own for what it throws away, and a name by which its processes are found."""
    environment = os.environ | {"TMPDIR": str(folder), "DJANGO_SETTINGS_MODULE": "faults.settings"}
    return subprocess.Popen(
        COMMAND,
        cwd=settings.BASE_DIR,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def left_behind(folder: Path) -> list[str]:
    """The processes whose command line or environment names the folder, as far as /proc tells."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = process.joinpath("cmdline").read_bytes() + process.joinpath("environ").read_bytes()
        except (PermissionError, FileNotFoundError, ProcessLookupError):
            continue
        if str(folder).encode() in words and int(process.name) != os.getpid():
            found.append(words.replace(b"\0", b" ").decode()[:100])
    return found


@pytest.mark.postgres
@pytest.mark.redis
def test_a_hundred_reminders_outlive_four_kills_a_flush_and_a_busy_mail_server(folder: Path) -> None:
    suite = start(folder)
    output, _ = suite.communicate(timeout=SECONDS)
    assert suite.returncode == 0, output
    name, reminders, mails, lost, copies, kills, _ended, _seconds = output.splitlines()[-1].split()
    assert (name, reminders, lost, kills) == ("small", "100", "0", "4")
    assert int(mails) == 100 + int(copies)
    assert left_behind(folder) == []


@pytest.mark.postgres
@pytest.mark.redis
def test_a_suite_that_is_stopped_half_way_leaves_nobody_behind(folder: Path) -> None:
    suite = start(folder)
    end = time.monotonic() + SECONDS
    while not list(folder.glob("*/*/*.up")):
        assert suite.poll() is None, suite.communicate()
        assert time.monotonic() < end
        time.sleep(0.1)
    assert left_behind(folder)
    suite.send_signal(signal.SIGTERM)
    suite.communicate(timeout=60)
    assert suite.returncode == 128 + signal.SIGTERM
    assert left_behind(folder) == []
    assert list(folder.iterdir()) == []


# --- The judge itself ---------------------------------------------------------------------------------


def reminded(number: int, *, state: str = "sent", why_not: str = "") -> Message:
    email = f"person-{number}@example.no"
    message = Message.objects.create(
        key=f"m{number}",
        kind="reminder",
        to_email=email,
        language="nb",
        subject="S",
        state=state,
        queued_at=NOW,
        next_attempt_at=NOW,
        sent_at=NOW if state == "sent" else None,
    )
    Reminder.objects.create(
        key=f"r{number}",
        kind="offer",
        object_id=number,
        due_at=NOW,
        due_on=NOW.date(),
        step=-2,
        to_email=email,
        language="nb",
        title="T",
        claim=message.uuid,
        message=message,
        why_not=why_not,
        happened_at=NOW,
    )
    return message


def mail(message: Message, *, answered: bool = True) -> dict[str, object]:
    return {"id": f"<{message.uuid}@example.no>", "to": message.to_email, "answered": answered}


@pytest.mark.django_db
def test_the_judge_is_content_with_what_should_be() -> None:
    sent, failed = reminded(1), reminded(2, state="failed")
    done = reminded(3, state="suppressed", why_not=Why.DONE)
    fates = {sent.to_email: Fate.MAILED, failed.to_email: Fate.REFUSED, done.to_email: Fate.DONE}
    verdict = judge(fates, [mail(sent), mail(sent)], {str(sent.uuid)})
    assert (verdict.mails, verdict.lost, verdict.copies, verdict.broken) == (2, [], 1, [])


@pytest.mark.django_db
def test_the_judge_sees_each_thing_that_must_not_be() -> None:
    lost, twice, nobody = reminded(1), reminded(2), "person-3@example.no"
    refused, done = reminded(4, state="queued"), reminded(5)
    fates = {
        lost.to_email: Fate.MAILED,
        twice.to_email: Fate.MAILED,
        nobody: Fate.MAILED,
        refused.to_email: Fate.REFUSED,
        done.to_email: Fate.DONE,
    }
    stranger = reminded(6)
    other = {**mail(twice), "id": "<another@example.no>"}
    mails = [mail(twice), mail(twice), other, mail(done), mail(stranger)]
    verdict = judge(fates, mails, set())
    assert sorted(verdict.lost) == sorted([lost.to_email, nobody, refused.to_email])
    assert verdict.copies == 1
    about = sorted({line.partition(":")[0] for line in verdict.broken})
    assert about == sorted([f"<{twice.uuid}@example.no>", *fates, stranger.to_email])
