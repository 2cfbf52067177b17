from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from innoskole.accounts import audit
from innoskole.municipalities.facts import SourceError
from innoskole.municipalities.loading import Revision, Tally, load
from innoskole.municipalities.models import Municipality, MunicipalityName, Population
from innoskole.municipalities.source import DATA, read_register

LINES = 40
UPDATED = gettext_noop("took over what the files of the register say")
RECOUNTED = gettext_noop("took over a revised number of inhabitants")
COMPUTED = ("display_name", "search_text", "sort_key")


class Command(BaseCommand):
    help = "Bring the register of municipalities up to the reference data. Can be run again at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--data", type=Path, default=DATA, help="the folder with the files (default: %(default)s)"
        )

    @no_translations
    def handle(self, *args: Any, data: Path, **options: Any) -> None:
        try:
            tallies = _import(data, now=timezone.now())
        except SourceError as error:
            raise CommandError(str(error)) from error
        for tally in tallies:
            if tally.created or tally.changed:
                self.stdout.write(f"{tally.label}: {tally.created} new, {len(tally.changed)} changed")
            for revision in tally.changed[:LINES]:
                self.stdout.write(f"  {revision}")
            if len(tally.changed) > LINES:
                self.stdout.write(f"  … and {len(tally.changed) - LINES} more")
        if not any(tally.created or tally.changed for tally in tallies):
            self.stdout.write("Nothing changed.")


@transaction.atomic
def _import(data: Path, *, now: datetime) -> list[Tally]:
    """Load the files; what they overwrite stays in the history of its municipality. Raises SourceError."""
    known = list(
        MunicipalityName.objects.exclude(name_sami="", name_kven="").values_list("name_sami", "name_kven")
    )
    register = read_register(
        data, known_sami=[sami for sami, _ in known], known_kven=[kven for _, kven in known]
    )
    tallies = load(register)
    for tally in tallies:
        _record(tally.changed, now)
    return tallies


def _record(revisions: Iterable[Revision], now: datetime) -> None:
    for revision in revisions:
        changes = {field: both for field, both in revision.changes.items() if field not in COMPUTED}
        match revision.row:
            case Municipality() as municipality if changes:
                audit.record(municipality, UPDATED, by=None, now=now, changes=changes)
            case Population() as figure:
                recounted = {figure.dated_on.isoformat(): changes["inhabitants"]}
                audit.record(figure.municipality, RECOUNTED, by=None, now=now, changes=recounted)
