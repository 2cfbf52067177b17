"""Deletes what a cohort's year knows of people and needs no more; the timetable does it every night."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from cohorts.actions.retention import forget


class Command(BaseCommand):
    help = (
        "Delete diets and people to call after study tours, what is known of speakers whose time is up, and"
        " the notes of the staff about the teams of cohorts that were completed half a year ago."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        numbers = forget(timezone.now(), dry_run=dry_run)
        for matter, people in numbers.items():
            self.stdout.write(f"{matter}: {people}")
        self.stdout.write(f"{'To be deleted' if dry_run else 'Deleted'}: {sum(numbers.values())}")
