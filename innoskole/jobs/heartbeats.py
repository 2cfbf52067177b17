"""Celery tells when a task of the timetable starts, ends or fails; only runs that the beat asked for count.

A fault here is logged by Celery and does not disturb the task.
"""

from datetime import UTC, datetime
from typing import Any

from celery import Task, current_app, signals

from innoskole.jobs import actions, timetable


@signals.task_prerun.connect
def begin(task: "Task[Any, Any]", **kwargs: Any) -> None:
    name = _asked_by_the_beat(task)
    if name:
        now = _now()
        task.request.update(heartbeat_began_at=now)
        actions.start(name, worker=task.request.hostname or "", now=now)


@signals.task_postrun.connect
def end(task: "Task[Any, Any]", state: str, **kwargs: Any) -> None:
    name = _asked_by_the_beat(task)
    if name and state == "SUCCESS":
        now = _now()
        actions.finish(name, seconds=_seconds(task, now), now=now)


@signals.task_failure.connect
def break_off(sender: "Task[Any, Any]", exception: BaseException, **kwargs: Any) -> None:
    name = _asked_by_the_beat(sender)
    if name:
        now = _now()
        error = f"{type(exception).__name__}: {exception}"
        actions.fail(name, error=error, seconds=_seconds(sender, now), now=now)


def _asked_by_the_beat(task: "Task[Any, Any]") -> str | None:
    return timetable.name_of(task.name) if task.request.get("celery_beat_task") else None


def _seconds(task: "Task[Any, Any]", now: datetime) -> float:
    began_at: datetime | None = task.request.get("heartbeat_began_at")
    return max((now - began_at).total_seconds(), 0.0) if began_at else 0.0


def _now() -> datetime:
    return current_app.now().astimezone(UTC)
