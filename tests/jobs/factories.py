from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from innoskole.jobs import actions, timetable
from innoskole.jobs.models import Heartbeat, Worker

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def all_is_well(now: datetime, *, workers: int = 1) -> None:
    """A beat that ticks, workers that are there, and every task done half a minute ago."""
    actions.hold_lease("machine:1:beat", now=now)
    actions.know(timetable.names(), now=now - timedelta(days=30))
    then = now - 30 * SECOND
    Heartbeat.objects.update(asked_at=then, started_at=then, finished_at=then, seconds=0.25, runs=7)
    for number in range(workers):
        Worker.objects.create(name=f"celery@worker-{number}", seen_at=then)


def change(name: str, **fields: Any) -> None:
    assert Heartbeat.objects.filter(name=name).update(**fields) == 1
