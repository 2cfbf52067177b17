from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from cohorts.actions.library import load_library, records


class Command(BaseCommand):
    help = "Put the projects from before this program into the library; may be run again."

    def handle(self, *args: Any, **options: Any) -> None:
        changed = load_library(records(), now=timezone.now())
        self.stdout.write(f"Projects of the library that were made or renewed: {changed}.")
