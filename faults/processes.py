"""Processes in groups of their own, so that a signal reaches a worker with its pool, and nobody else."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


class Process:
    def __init__(self, module: str, *arguments: str, log: Path, **environment: str) -> None:
        """Start `python -m module`; what it says goes to the log."""
        with log.open("ab") as output:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=ROOT,
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.popen.pid

    def send(self, number: signal.Signals) -> None:
        """To the whole group; no group is left when all of it has ended."""
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self.popen.wait()


class Worker(Process):
    """The product's worker, with a pool of two processes."""

    POOL = 2

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        arguments = ["-A", "innoskole", "--quiet", "worker", "-P", "prefork", "-c", str(self.POOL)]
        self.name = f"{os.urandom(4).hex()}@faults"
        arguments += ["--hostname", self.name, "--loglevel", "WARNING"]
        # The name by which PostgreSQL knows its connections.
        super().__init__("celery", *arguments, log=folder / "workers.log", PGAPPNAME=self.name)

    def pool(self) -> list[int]:
        """The processes that have signed in; see faults.apps."""
        return [int(path.name.split(".")[1]) for path in self.folder.glob(f"{self.pid}.*.up")]

    def is_up(self) -> bool:
        return self.popen.poll() is None and len(self.pool()) >= self.POOL


class Beat(Process):
    def __init__(self, folder: Path) -> None:
        schedule = folder / f"schedule-{os.urandom(4).hex()}"
        arguments = ["-A", "innoskole", "--quiet", "beat", "-s", str(schedule), "--pidfile="]
        super().__init__("celery", *arguments, "--loglevel", "WARNING", log=folder / "beats.log")


class Sink(Process):
    def __init__(self, port: int, file: Path, pause: float) -> None:
        super().__init__("faults.sink", str(port), str(file), str(pause), log=file.with_suffix(".log"))
