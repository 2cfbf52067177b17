from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from innoskole.municipalities.facts import SourceError
from innoskole.municipalities.loading import load
from innoskole.municipalities.models import MunicipalityName
from innoskole.municipalities.source import read_register

DATA = Path(__file__).resolve().parents[2] / "data"
LINES = 40


class Command(BaseCommand):
    help = "Bring the register of municipalities up to the reference data. Can be run again at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--data", type=Path, default=DATA, help="the folder with the files (default: %(default)s)"
        )

    @no_translations
    def handle(self, *args: Any, data: Path, **options: Any) -> None:
        known = list(
            MunicipalityName.objects.exclude(name_sami="", name_kven="").values_list("name_sami", "name_kven")
        )
        try:
            register = read_register(
                data, known_sami=[sami for sami, _ in known], known_kven=[kven for _, kven in known]
            )
            tallies = load(register)
        except SourceError as error:
            raise CommandError(str(error)) from error
        for tally in tallies:
            if tally.created or tally.changed:
                self.stdout.write(f"{tally.label}: {tally.created} new, {len(tally.changed)} changed")
            for line in tally.changed[:LINES]:
                self.stdout.write(f"  {line}")
            if len(tally.changed) > LINES:
                self.stdout.write(f"  … and {len(tally.changed) - LINES} more")
        if not any(tally.created or tally.changed for tally in tallies):
            self.stdout.write("Nothing changed.")
