"""The clock of the suite: what the product does in a minute, it does here in a second."""

import os
from pathlib import Path
from typing import Any

from celery.signals import worker_process_init
from django.apps import AppConfig

A_MINUTE = 1.0
SCALE = 60
TASKS = {"innoskole.notifications.tasks.sweep", "innoskole.reminders.tasks.sweep"}


class FaultsConfig(AppConfig):
    name = "faults"

    def ready(self) -> None:
        from innoskole.celery import app
        from innoskole.jobs import actions as jobs
        from innoskole.jobs import scheduler
        from innoskole.notifications import delivery

        app.conf.beat_schedule = {
            name: {**entry, "schedule": A_MINUTE}
            for name, entry in app.conf.beat_schedule.items()
            if entry["task"] in TASKS
        }
        delivery.BACKOFF = tuple(wait / SCALE for wait in delivery.BACKOFF)
        delivery.OUR_OWN_WAIT /= SCALE
        delivery.STALE_AFTER /= SCALE
        delivery.SWEEP_SECONDS /= SCALE
        scheduler.LOOK_EVERY /= SCALE
        jobs.LEASE /= SCALE
        worker_process_init.connect(_sign_in)


def _sign_in(**kwargs: Any) -> None:
    """Each process of a pool leaves its number, so that the suite knows who is up."""
    folder = Path(os.environ["FAULTS_FOLDER"])
    (folder / f"{os.getppid()}.{os.getpid()}.up").touch()
