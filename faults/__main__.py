"""`make faults`: every scenario, a table of what was lost and what came twice; 1 if anything is broken."""

import argparse
import os
import random
import secrets
import shutil
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faults.scenarios import Scenario

from tests.migrating import make_tables_at_once
from tests.services import Server, free_port, own_postgres, own_redis

COLUMNS = (
    f"{'scenario':20} {'reminders':>9} {'mails':>6} {'lost':>5}"
    f" {'copies':>6} {'kills':>5} {'ended':>5} {'s':>5}"
)

PAUSE = 0.02  # between taking a mail and saying so, in seconds: then a kill is felt
MOST_LINES, MOST_CHARACTERS = 20, 5_000


def main() -> int:
    arguments = _arguments()
    # Being terminated is a reason to clean up as well: nobody is left behind.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="innoskole-faults-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        # What has been committed must survive, as it does in production.
        postgres = stack.enter_context(own_postgres(synchronous_commit="on"))
        redis = stack.enter_context(own_redis())
        return _run(arguments, postgres, redis, folder)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("--small", action="store_true", help="one scenario of 100 reminders, for each build")
    parser.add_argument("--only", metavar="NAME", nargs="+", help="these scenarios of the full suite")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="decides where it hurts")
    parser.add_argument("--log", action="store_true", help="show what each process said")
    parser.add_argument("--reminders", type=int, default=1_000, metavar="N", help="where everything dies")
    return parser.parse_args()


def _run(arguments: argparse.Namespace, postgres: Server, redis: Server, folder: Path) -> int:
    port = free_port()
    _set_up(postgres, redis, folder, port)
    from faults import scenarios

    chosen = scenarios.SMALL if arguments.small else scenarios.FULL
    if arguments.only:
        chosen = [each for each in chosen if each.__name__ in arguments.only]
    size = 100 if arguments.small else arguments.reminders
    print(f"seed {arguments.seed}; copies have the Message-ID of the first, or are listed below")
    print(COLUMNS, flush=True)
    theatre = Theatre(postgres, redis, folder, port, arguments.log)
    # Each has lots of its own, so that one alone goes as it does among the others.
    return max(
        (
            theatre.play(
                each,
                size if each in scenarios.FULL_SIZE else size // 4,
                random.Random(f"{arguments.seed} {each.__name__}"),
            )
            for each in chosen
        ),
        default=2,
    )


def _set_up(postgres: Server, redis: Server, folder: Path, port: int) -> None:
    """Django for this process, and through the environment for those that it starts."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "faults.settings",
        "ENV_FILE": os.devnull,
        "VAR_DIR": str(folder / "var"),
        "TMPDIR": str(folder),  # who is killed leaves what it has put there
        "DATABASE_URL": postgres.url.rpartition("/")[0] + "/faults",
        "REDIS_URL": redis.url,
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "LOG_LEVEL": "ERROR",
    }
    os.environ.pop("PRODUCTION", None)
    import django

    django.setup()
    from django.core.management import call_command

    from faults import stage

    make_tables_at_once()
    stage.in_postgres(postgres, "CREATE DATABASE faults")
    call_command("migrate", verbosity=0)
    stage.template(postgres)


@dataclass(frozen=True)
class Theatre:
    """What all scenarios share. log: whether to show what the processes said, also when nothing is broken."""

    postgres: Server
    redis: Server
    folder: Path
    port: int
    log: bool

    def play(self, scenario: "Scenario", size: int, chance: random.Random) -> int:
        """Print a line of the table. Returns 1 if anything is broken."""
        from faults.stage import Stage, Stuck
        from faults.verdict import Verdict, judge

        folder = self.folder / scenario.__name__
        folder.mkdir()
        os.environ["FAULTS_FOLDER"] = str(folder)
        started = time.monotonic()
        with Stage(self.postgres, self.redis, folder, chance, self.port, PAUSE) as stage:
            try:
                verdict = judge(scenario(stage, size), stage.mails(), stage.in_flight)
            except Stuck as stuck:
                verdict = Verdict(mails=len(stage.mails()), broken=[str(stuck)])
        print(
            f"{scenario.__name__:20} {verdict.reminders:9} {verdict.mails:6} {len(verdict.lost):5}"
            f" {verdict.copies:6} {stage.kills:5} {stage.ended:5} {time.monotonic() - started:5.0f}"
        )
        for line in verdict.broken[:MOST_LINES]:
            print(f"  BROKEN: {line}")
        if len(verdict.broken) > MOST_LINES:
            print(f"  … and {len(verdict.broken) - MOST_LINES} more")
        if verdict.broken or self.log:
            for path in sorted(folder.glob("*.log")):
                print(f"--- {path.name}\n{path.read_text(errors='replace')[-MOST_CHARACTERS:]}")
        sys.stdout.flush()
        return 1 if verdict.broken else 0


if __name__ == "__main__":
    sys.exit(main())
