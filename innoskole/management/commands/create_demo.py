"""Invented people in real municipalities, at any stage of an intake, made by the product's own deeds."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.celery import app
from innoskole.management.demo import people, stages
from innoskole.management.demo.calendar import Stage
from innoskole.management.demo_people import PASSWORD
from innoskole.municipalities.models import Municipality


class Command(BaseCommand):
    help = (
        "Create a demo: an intake for the autumn of 2027 with applications from all over the country, and the"
        " case of Bjugn from 2015. A demo that exists is led on to a later stage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--stage",
            choices=[stage.word for stage in Stage],
            default=Stage.OPEN.word,
            help="how far the intake has come (default: %(default)s)",
        )
        parser.add_argument(
            "--seed", type=int, default=stages.SEED, help="who applies, and with what (default: %(default)s)"
        )
        parser.add_argument(
            "--applications", type=int, default=stages.APPLICATIONS, help="how many (default: %(default)s)"
        )

    def handle(
        self, *args: Any, stage: str, seed: int, applications: int, verbosity: int, **options: Any
    ) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo is not for production: everybody knows its passwords.")
        if not Municipality.objects.exists():
            raise CommandError("The register is empty. Run first: manage.py import_register")
        wanted = Stage.of(stage)
        # The crowd's letters are settled at once, so that no worker need hear of them.
        eager, app.conf.task_always_eager = app.conf.task_always_eager, True
        try:
            self.bring_to(wanted, seed, applications)
        finally:
            app.conf.task_always_eager = eager
        self.report()
        if verbosity:
            self.greet()

    def bring_to(self, wanted: Stage, seed: int, applications: int) -> None:
        now = timezone.now()
        current = stages.intake()
        if current is None:
            if User.objects.exists():
                raise CommandError("The database is in use, and not by a demo. Take an empty one.")
            stages.create(wanted, seed=seed, applications=applications, now=now)
        elif (stage := stages.stage_of(current)) > wanted:
            raise CommandError(
                f"The demo is at the stage {stage.word} already. To start again, delete the database."
            )
        else:
            try:
                stages.lead_on(wanted, seed=seed, now=now)
            except Refused as refusal:
                raise CommandError(f"The demo cannot be led on by itself any more. {refusal}") from refusal

    def report(self) -> None:
        current = stages.intake()
        assert current is not None
        with translation.override("en"):
            counts = ", ".join(f"{count} {state}" for state, count in stages.count_by_state(current).items())
        self.stdout.write(f"The demo is at the stage {stages.stage_of(current).word}: {counts}.")

    def greet(self) -> None:
        self.stdout.write(f"Log in with the password {PASSWORD} as:")
        for person in people.who_can_log_in():
            self.stdout.write(f"  {person.email} – {person.role}: {person.what_to_try}")
