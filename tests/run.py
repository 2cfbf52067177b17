"""`python -m tests.run sqlite` and `python -m tests.run services`: the two passes of `make test`.

The first pass needs nothing but Python. The second runs the same suite, but for what no database changes, on
PostgreSQL and Redis, and is where row locks, concurrency, the broker and the browser are tried. Further
arguments go to pytest.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import AbstractContextManager, ExitStack

from tests.services import Service, Unavailable, chromium, postgres, redis

# For two processors; of the workers that drive servers and browsers one waits now and then.
WORKERS, WORKERS_WITH_SERVICES = 2, 3
PYTEST = [sys.executable, "-m", "pytest", "--dist", "loadfile", "--no-loadscope-reorder"]
OURS = ("DATABASE_URL", "REDIS_URL")
NEEDS_SERVICES = "postgres or redis or e2e"


def main(arguments: list[str]) -> int:
    # Being terminated is a reason to clean up as well: no server is left behind.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    match arguments:
        case ["sqlite", *further]:
            return on_sqlite(further)
        case ["services", *further]:
            return on_services(further)
    print(__doc__, file=sys.stderr)
    return 2


def on_sqlite(further: list[str]) -> int:
    _say(f"SQLite. Left for the next pass: tests marked {NEEDS_SERVICES}.")
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    return _pytest(WORKERS, ["-m", f"not ({NEEDS_SERVICES})", *further], environment)


def on_services(further: list[str]) -> int:
    environment = dict(os.environ)
    with ExitStack() as stack:
        database = _bring(stack, "PostgreSQL", postgres)
        broker = _bring(stack, "Redis", redis)
        _say(f"Chromium: {chromium() or 'none found, its tests are skipped'}")
        if broker:
            environment["REDIS_URL"] = broker.url
        if database:
            environment["DATABASE_URL"] = database.url
            _say("Left out, for it has run: what touches no database, and what is marked once.")
            return _pytest(WORKERS_WITH_SERVICES, ["-p", "tests.again", *further], environment)
        # The suite has just run on SQLite: what is left is what asks for a service, skipped if missing.
        environment.pop("DATABASE_URL", None)
        return _pytest(WORKERS_WITH_SERVICES, ["-m", NEEDS_SERVICES, *further], environment)


def _bring(stack: ExitStack, name: str, provider: type[AbstractContextManager[Service]]) -> Service | None:
    try:
        service = stack.enter_context(provider())
    except Unavailable as reason:
        _say(f"{name}: none, its tests are skipped ({reason})")
        return None
    _say(f"{name}: {service.source}, up in {service.seconds:.1f} s")
    return service


def _pytest(workers: int, arguments: list[str], environment: dict[str, str]) -> int:
    pytest = subprocess.Popen([*PYTEST, f"--numprocesses={workers}", *arguments], env=environment)
    try:
        return pytest.wait()
    except (SystemExit, KeyboardInterrupt) as end:
        if isinstance(end, SystemExit):  # Ctrl-C has reached it by itself
            pytest.send_signal(signal.SIGINT)
        pytest.wait()
        raise


def _say(sentence: str) -> None:
    print(f"== {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
