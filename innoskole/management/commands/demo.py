"""The whole product in one command: prepares the data, then runs web server, worker and timetable."""

import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from innoskole.accounts.models import User
from innoskole.management.demo import people
from innoskole.management.demo.calendar import Stage
from innoskole.management.demo_people import PASSWORD

HOST = "127.0.0.1"
STOP_SECONDS = 10
ENDED_BY = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, a neighbour's word, a closed window


class Command(BaseCommand):
    help = "Serve a demo with web server, worker and timetable; Ctrl-C ends all of it."
    requires_system_checks = []  # migrate runs them

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", 8000)))
        parser.add_argument(
            "--stage",
            choices=[stage.word for stage in Stage],
            default=os.environ.get("STAGE", Stage.OPEN.word),
            help="how far a new demo has come (default: %(default)s)",
        )

    def handle(self, *args: Any, port: int, stage: str, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo is not for production: it prints passwords.")
        _refuse_taken(port)
        self.prepare(stage)
        self.serve(port)

    def prepare(self, stage: str) -> None:
        """Bring database, register and demo up to date; a second run finds nearly nothing to do."""
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        (settings.BROKER_FOLDER / "control").mkdir(parents=True, exist_ok=True)
        call_command("translations", compile=True)
        call_command("migrate", verbosity=0)
        call_command("import_register", stdout=self.stdout)
        if not User.objects.exists():
            self.stdout.write("Creating the demo …")
            # greet() says who logs in
            call_command("create_demo", stage=stage, verbosity=0, stdout=self.stdout)

    def serve(self, port: int) -> None:
        """Run until a signal comes or one of the two ends; either way the other is ended too."""
        python = [sys.executable, "-m"]
        web = [
            *python,
            "gunicorn",
            "innoskole.wsgi",
            f"--bind={HOST}:{port}",
            "--threads=8",
            "--log-level=warning",
        ]
        worker = [*python, "celery", "--quiet", "-A", "innoskole", "worker", "-B", "-P", "threads", "-c", "4"]
        worker += ["--loglevel=warning"]
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "innoskole.settings"}
        environment.setdefault("BASE_URL", f"http://{HOST}:{port}")  # links in letters lead here
        environment.pop("CELERY_BROKER_URL", None)  # Celery would obey it and forget our settings
        for number in ENDED_BY:
            signal.signal(number, _stop)
        # Groups of their own: Ctrl-C reaches only this process, which then ends both in order.
        children = [
            subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR, process_group=0)
            for command in (web, worker)
        ]
        try:
            _wait_for(port, children[0])
            self.greet(port)
            while all(child.poll() is None for child in children):
                time.sleep(0.5)
            raise CommandError("A process of the demo ended by itself; its last words stand above.")
        except KeyboardInterrupt:
            self.stdout.write("\nStopping …")
        finally:
            _end(children)

    def greet(self, port: int) -> None:
        here = people.who_can_log_in()
        address = max(len(person.email) for person in here)
        role = max(len(person.role) for person in here)
        lines = [
            "",
            f"Innoskole runs at http://{HOST}:{port}/",
            f"Ctrl-C stops it; the data stay in {settings.VAR_DIR}. Mails are printed here.",
            f"Log in with the password {PASSWORD} as:",
            "",
            *(f"  {person.email:{address}}  {person.role:{role}}  {person.what_to_try}" for person in here),
            "",
        ]
        self.stdout.write("\n".join(lines))


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as problem:
            raise CommandError(
                f"Port {port} is taken ({problem.strerror}). Try: make demo PORT=8001"
            ) from None


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.1)


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for number in ENDED_BY:
        signal.signal(number, signal.SIG_IGN)  # an impatient second Ctrl-C must not leave anything behind
    for child in children:
        child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
