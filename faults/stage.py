"""One scenario's stage: a fresh database, an empty broker, a mail server, workers, beats; and the faults."""

import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg2
from django.conf import settings
from django.db import connection

from faults.processes import Beat, Process, Sink, Worker
from innoskole.notifications.models import Message
from innoskole.reminders.models import Reminder
from tests.services import Server

SECONDS = 150  # for one wait; a stage on which nothing moves any more is broken
A_MOMENT = 0.05
UNSETTLED = (Message.State.QUEUED, Message.State.SENDING)


class Stuck(Exception):
    """What the scenario waits for does not come."""


class Stage:
    """in_flight: the letters whose sender was cut off while it had claimed them; only they may come twice."""

    def __init__(
        self, postgres: Server, redis: Server, folder: Path, chance: random.Random, port: int, pause: float
    ) -> None:
        self.postgres, self.redis, self.folder, self.chance = postgres, redis, folder, chance
        self.mails_file = folder / "mails"
        self.mails_file.touch()
        self.port, self.pause = port, pause
        self.processes: list[Process] = []
        self.in_flight: set[str] = set()
        self.kills = 0

    def __enter__(self) -> Self:
        fresh_database(self.postgres)
        self.flush_redis()
        self.processes.append(Sink(self.port, self.mails_file, self.pause))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        connection.close()
        for process in self.processes:
            process.kill()

    # --- Who works --------------------------------------------------------------------------------

    def start(self, *, workers: int = 2, beats: int = 1) -> None:
        self.processes += [Worker(self.folder) for _ in range(workers)]
        self.processes += [Beat(self.folder) for _ in range(beats)]

    @property
    def workers(self) -> list[Worker]:
        return [process for process in self.processes if isinstance(process, Worker)]

    def _someone_up(self) -> list[Worker]:
        return [worker for worker in self.workers if worker.is_up()]

    # --- What is seen -----------------------------------------------------------------------------

    def mails(self) -> list[dict[str, Any]]:
        """What the mail server has taken, in that order; see faults.sink."""
        return [json.loads(line) for line in self.mails_file.read_text().splitlines()]

    def until(self, holds: Callable[[], Any], what: str) -> None:
        """Wait; raises Stuck."""
        end = time.monotonic() + SECONDS
        while not holds():
            if time.monotonic() > end:
                raise Stuck(f"waited {SECONDS} s until {what}")
            time.sleep(A_MOMENT)

    def until_mails(self, count: int) -> None:
        self.until(lambda: len(self.mails()) >= count, f"{count} mails are taken")

    def until_settled(self, lines: int) -> None:
        """Wait until the ledger has so many lines, no letter waits, and two more ticks change nothing."""

        def settled() -> bool:
            return (
                Reminder.objects.count() >= lines and not Message.objects.filter(state__in=UNSETTLED).exists()
            )

        self.until(settled, f"{lines} reminders are settled")
        time.sleep(2)
        self.until(settled, f"{lines} reminders stay settled")

    # --- Faults -----------------------------------------------------------------------------------

    @contextmanager
    def _frozen(self) -> Iterator[None]:
        """No worker moves; what they have claimed is noted as in flight."""
        for worker in self.workers:
            worker.send(signal.SIGSTOP)
        try:
            time.sleep(A_MOMENT)  # what the database has been asked for is done by then
            sending = Message.objects.filter(state=Message.State.SENDING)
            self.in_flight |= {str(uuid) for uuid in sending.values_list("uuid", flat=True)}
            yield
        finally:
            for worker in self.workers:
                worker.send(signal.SIGCONT)

    def kill(self, *, everybody: bool = False) -> None:
        """SIGKILL: a worker with its pool or one process of it, by lot; or everybody. New ones follow."""
        self.until(self._someone_up, "a worker is up")
        up = self._someone_up()
        victims = up if everybody else [self.chance.choice(up)]
        only_one_of_its_pool = not everybody and self.chance.random() < 1 / 3
        with self._frozen():
            if only_one_of_its_pool:
                self._kill_in_pool(victims[0])
            else:
                for victim in victims:
                    victim.kill()
                    self.processes.remove(victim)
        self.kills += len(victims)
        if not only_one_of_its_pool:
            self.start(workers=len(victims), beats=0)

    def _kill_in_pool(self, worker: Worker) -> None:
        pid = self.chance.choice(sorted(worker.pool()))
        os.kill(pid, signal.SIGKILL)
        (self.folder / f"{worker.pid}.{pid}.up").unlink()

    def kill_while_writing(self, table: str) -> None:
        """Kill everybody in the midst of a transaction that has come to writing into the table."""
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::regclass::oid", [table])
            [gate] = cursor.fetchone()
            cursor.execute("SELECT pg_advisory_lock(%s)", [gate])

            def somebody_waits() -> bool:
                cursor.execute(waiting, [gate])
                return bool(cursor.fetchone()[0])

            self.until(somebody_waits, f"a worker writes into {table}")
            self.kill(everybody=True)
            cursor.execute("SELECT pg_advisory_unlock(%s)", [gate])

    def restart_postgres(self, by: signal.Signals) -> None:
        """by: SIGINT is PostgreSQL's «fast», SIGQUIT its «immediate»."""
        with self._frozen():
            connection.close()
            self.postgres.stop(by)
        time.sleep(2)
        self.postgres.start()

    def flush_redis(self) -> None:
        from redis import Redis

        with Redis.from_url(self.redis.url) as client:
            client.flushall()

    def restart_redis(self) -> None:
        """It forgets everything."""
        self.flush_redis()
        self.redis.stop(signal.SIGKILL)
        time.sleep(1)
        self.redis.start()


def fresh_database(postgres: Server) -> None:
    """A copy of the database that `template` has made."""
    name = settings.DATABASES["default"]["NAME"]
    connection.close()
    in_postgres(
        postgres,
        f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
        f"CREATE DATABASE {name} TEMPLATE {name}_template",
    )


# Writing passes a gate that the suite can shut: a lock of the whole table would hold back reading sweeps too.
GATE = """
CREATE FUNCTION pass_gate() RETURNS trigger AS
'BEGIN PERFORM pg_advisory_xact_lock_shared(TG_RELID::bigint); RETURN NULL; END' LANGUAGE plpgsql;
CREATE TRIGGER gate BEFORE INSERT ON reminders_reminder EXECUTE FUNCTION pass_gate();
CREATE TRIGGER gate BEFORE INSERT ON notifications_message EXECUTE FUNCTION pass_gate();
"""


def template(postgres: Server) -> None:
    """Make the database of what is there now the one that each scenario begins with."""
    name = settings.DATABASES["default"]["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(GATE)
    connection.close()
    in_postgres(postgres, f"ALTER DATABASE {name} RENAME TO {name}_template")


def in_postgres(postgres: Server, *statements: str) -> None:
    """Run statements that no transaction may hold."""
    server = psycopg2.connect(postgres.url)
    server.autocommit = True
    try:
        with server.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        server.close()
