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

from faults.processes import Beat, Sink, Worker
from innoskole.notifications.models import Message
from innoskole.reminders.models import Reminder
from tests.services import Server

SECONDS = 150  # for one wait; a stage on which nothing moves any more is broken
A_MOMENT = 0.05
UNSETTLED = (Message.State.QUEUED, Message.State.SENDING)


class Stuck(Exception):
    """What the scenario waits for does not come."""


class Stage:
    """in_flight: the letters whose sender was cut off while it had claimed them; only they may come twice.
    ended: how many processes have ended without having been killed.
    """

    def __init__(
        self, postgres: Server, redis: Server, folder: Path, chance: random.Random, port: int, pause: float
    ) -> None:
        self.postgres, self.redis, self.folder, self.chance = postgres, redis, folder, chance
        self.mails_file = folder / "mails"
        self.mails_file.touch()
        self.port, self.pause = port, pause
        self.processes: list[Worker | Beat] = []
        self.in_flight: set[str] = set()
        self.kills = 0
        self.ended = 0
        self.began = time.monotonic()

    def __enter__(self) -> Self:
        fresh_database(self.postgres)
        self.flush_redis()
        self.sink = Sink(self.port, self.mails_file, self.pause)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        connection.close()
        for process in [*self.processes, self.sink]:
            process.kill()

    # --- Who works --------------------------------------------------------------------------------

    def start(self, *, workers: int = 2, beats: int = 1) -> None:
        self.processes += [Worker(self.folder) for _ in range(workers)]
        self.processes += [Beat(self.folder) for _ in range(beats)]

    def _start_again_what_has_ended(self) -> None:
        """As docker-compose.yml does: Celery's worker may end by itself when it loses Redis."""
        for process in list(self.processes):
            if process.popen.poll() is not None:
                self.say(f"{type(process).__name__} {process.pid} has ended by itself")
                process.kill()  # what is left of its group
                self.processes.remove(process)
                self.ended += 1
                self.processes.append(type(process)(self.folder))

    @property
    def workers(self) -> list[Worker]:
        return [process for process in self.processes if isinstance(process, Worker)]

    def _up(self) -> list[Worker]:
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
            self._start_again_what_has_ended()
            time.sleep(A_MOMENT)

    def until_mails(self, count: int) -> None:
        self.until(lambda: len(self.mails()) >= count, f"{count} mails are taken")

    def until_settled(self, lines: int) -> None:
        """Wait until the ledger has so many lines, no letter waits, and two more ticks change nothing."""

        def settled() -> bool:
            return (
                Reminder.objects.count() >= lines and not Message.objects.filter(state__in=UNSETTLED).exists()
            )

        self.say("no more faults")
        self.until(settled, f"{lines} reminders are settled")
        self.say("settled")
        time.sleep(2)
        self.until(settled, f"{lines} reminders stay settled")

    def say(self, what: str) -> None:
        """What happens when, for whoever looks for the reason of something; see --log."""
        seconds = time.monotonic() - self.began
        with (self.folder / "story.log").open("a") as file:
            file.write(f"{seconds:6.1f} s, {len(self.mails()):5} mails: {what}\n")

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

    def kill(self) -> None:
        """SIGKILL, by lot: a worker with its pool, and a new one follows; or one process of a pool."""
        self.until(self._up, "a worker is up")
        victim = self.chance.choice(self._up())
        if self.chance.random() < 2 / 3:
            self._kill(victim)
            return
        pid = self.chance.choice(sorted(victim.pool()))
        self.say(f"{pid} of {victim.name} is killed")
        with self._frozen():
            os.kill(pid, signal.SIGKILL)
        (self.folder / f"{victim.pid}.{pid}.up").unlink()
        self.kills += 1

    def _kill(self, victim: Worker) -> None:
        self.say(f"{victim.name} is killed, of {len(self._up())} that are up")
        with self._frozen():
            victim.kill()
            self.processes.remove(victim)
        self.kills += 1
        self.start(workers=1, beats=0)

    def kill_while_writing(self, table: str) -> None:
        """SIGKILL for a worker in the midst of a transaction that has come to writing into the table."""
        writers = (
            "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE l.locktype = 'advisory' AND l.objid = %s AND NOT l.granted"
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::regclass::oid", [table])
            [gate] = cursor.fetchone()
            cursor.execute("SELECT pg_advisory_lock(%s)", [gate])

            def writer() -> Worker | None:
                cursor.execute(writers, [gate])
                names = {name for [name] in cursor.fetchall()}
                return next((worker for worker in self._up() if worker.name in names), None)

            self.until(writer, f"a worker writes into {table}")
            if victim := writer():
                self._kill(victim)
            cursor.execute("SELECT pg_advisory_unlock(%s)", [gate])

    def restart_postgres(self, by: signal.Signals) -> None:
        """by: SIGINT is PostgreSQL's «fast», SIGQUIT its «immediate»."""
        self.say(f"PostgreSQL goes by {by.name}")
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
        self.say("Redis goes")
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
