"""Exactly one beat: the scheduler starts tasks only while it holds the lease in the database.

The last runs stand in the database as well, so a beat that takes over goes on where the other stopped, and
needs no file.
"""

import logging
import os
import socket
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from celery.beat import ScheduleEntry, Scheduler
from django.db import Error as DatabaseTrouble
from django.db import close_old_connections
from kombu.exceptions import OperationalError as BrokerTrouble

from innoskole.jobs import actions
from innoskole.jobs.models import Heartbeat

logger = logging.getLogger(__name__)
# A third of the lease, so that one slow answer of the database does not cost it.
LOOK_EVERY = 10.0


class OneBeat(Scheduler):
    """Celery's timetable, run by whoever holds the lease. A second beat waits, and takes over if it must."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._is_caught_up = False
        self._looked_at = datetime.min.replace(tzinfo=UTC)
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Start what is due, if this is the beat. Returns the seconds until the next look."""
        close_old_connections()
        now = self._now()
        if now < self._looked_at:
            # The clock was set back: what is planned for the time that comes twice is reckoned anew.
            self._is_caught_up = False
        self._looked_at = now
        try:
            if not actions.hold_lease(self.owner, now=now):
                self._is_caught_up = False
                return LOOK_EVERY
            if not self._is_caught_up:
                self._catch_up()
            pause: float = super().tick(*args, **kwargs)
        except DatabaseTrouble as error:
            # Nothing is started without the lease; the tasks need the database as well.
            logger.error("The database does not answer, so no task is started: %s", error)
            self._is_caught_up = False
            return LOOK_EVERY
        except BrokerTrouble as error:
            logger.error("The broker does not answer, so no task is started: %s", error)
            self._hang_up()
            return LOOK_EVERY
        return min(pause, LOOK_EVERY) if self._is_caught_up else LOOK_EVERY

    def apply_async(self, entry: ScheduleEntry, *args: Any, **kwargs: Any) -> Any:
        """Put a task into the queue and remember when; if that fails it stays due."""
        try:
            result = super().apply_async(entry, *args, **kwargs)
            actions.ask(str(entry.name), now=self._now())
        except Exception:
            self._hang_up()
            raise
        return result

    def close(self) -> None:
        super().close()
        try:
            actions.let_go_of_lease(self.owner, now=self._now())
        except DatabaseTrouble as error:
            logger.warning("The lease could not be given back, and runs out by itself: %s", error)

    def _catch_up(self) -> None:
        """Take over the last runs from the database, which may be another beat's."""
        actions.know(list(self.schedule), now=self._now())
        for heartbeat in Heartbeat.objects.filter(name__in=self.schedule):
            last_at = heartbeat.asked_at or heartbeat.since_at
            # A moment to come was written by a clock that went wrong; the task must not wait for it.
            self.schedule[heartbeat.name].last_run_at = min(last_at, self._now())
        self._heap = None
        self._is_caught_up = True

    def _hang_up(self) -> None:
        """Let go of a broken connection; what was not put into the queue is found again as due."""
        self._is_caught_up = False
        super().close()

    def _ensure_connected(self) -> Any:
        return self.connection.ensure_connection(max_retries=1, interval_start=0)

    def _now(self) -> datetime:
        return self.app.now().astimezone(UTC)
