"""One look at reminders and delivery, by cron, or again and again by --every."""

import logging
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error as DatabaseTrouble
from django.db import close_old_connections
from django.utils import timezone

from innoskole.jobs import actions

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Tell ALERT_EMAILS when reminders or letters stand still, and when they run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=int, metavar="SECONDS", help="look again and again")

    def handle(self, *args: Any, every: int | None, **options: Any) -> None:
        if every is None:
            self.look()
            return
        while True:
            close_old_connections()
            try:
                self.look()
            except DatabaseTrouble as error:
                # Nothing can be looked up or written: /health/ready/ tells that to whoever asks from outside.
                logger.error("The database does not answer: %s", error)
            time.sleep(every)

    def look(self) -> None:
        alarms = actions.watch(timezone.now())
        sent = actions.deliver_alerts(timezone.now())
        for alarm in alarms:
            self.stdout.write(f"{alarm.title}. {alarm.advice}")
        if not alarms:
            self.stdout.write("Reminders and letters leave in time.")
        if sent:
            self.stdout.write(f"Alerts sent: {sent}")
