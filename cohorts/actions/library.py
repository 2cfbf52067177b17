"""Put into the library the projects from before this program, each with its source."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_noop

from applications.models import Sector
from cohorts.models import LibraryEntry
from innoskole.accounts import audit
from innoskole.municipalities.models import Municipality

RECORDS = Path(__file__).parent.parent / "data" / "library.csv"
RECORDED = gettext_noop("put a project from before into the library")
COPIED = ("language", "title", "problem", "result", "keywords", "source")


def records(path: Path = RECORDS) -> list[dict[str, str]]:
    """The rows of the file; docs/decisions/0124 tells where each comes from."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@transaction.atomic
def load_library(rows: Iterable[Mapping[str, str]], *, now: datetime) -> int:
    """Make or renew the records, by their reference; twice changes nothing. Returns how many changed.

    Raises Municipality.DoesNotExist for a number that no municipality had on 1 July of the year, and
    ValueError for an unknown sector.
    """
    return sum(_record(row, now) for row in rows)


def _record(row: Mapping[str, str], now: datetime) -> bool:
    entry = LibraryEntry.objects.filter(reference=row["reference"], project=None).first()
    is_new = entry is None
    if entry is None:
        entry = LibraryEntry(reference=row["reference"], made_at=now)
    before = (entry.digest, entry.source, entry.search_text, entry.year)
    entry.year = int(row["year"])
    entry.municipality = Municipality.objects.select_related("county").get_valid(
        row["municipality"], date(entry.year, 7, 1)
    )
    entry.sectors = [Sector(sector).value for sector in row["sectors"].split()]
    for field in COPIED:
        setattr(entry, field, row[field])
    entry.refresh(now.date())
    if before == (entry.digest, entry.source, entry.search_text, entry.year):
        return False
    entry.changed_at = now
    entry.save()
    if is_new:
        audit.record(entry, RECORDED, by=None, now=now, changes={"source": (None, entry.source)})
    return True
