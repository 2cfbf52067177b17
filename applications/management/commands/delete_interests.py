"""Deletes what is stored about interested employees whose time is up; the timetable does it every night."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from applications.actions.interests import forget_interests


class Command(BaseCommand):
    help = "Delete what is stored about those who answered an internal call and whose time is up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        numbers = forget_interests(timezone.now(), dry_run=dry_run)
        for reference, people in numbers.items():
            self.stdout.write(f"{reference}: {people}")
        self.stdout.write(f"{'To be deleted' if dry_run else 'Deleted'}: {sum(numbers.values())}")
