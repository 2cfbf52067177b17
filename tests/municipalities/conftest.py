"""The real register, read once and loaded where a test asks for it; and copies of its files to alter."""

import csv
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from innoskole.municipalities.facts import Register
from innoskole.municipalities.loading import load
from innoskole.municipalities.models import Change, County, Municipality, MunicipalityName, Population
from innoskole.municipalities.source import DATA, read_register


@cache
def facts() -> Register:
    return read_register(DATA)


@pytest.fixture(scope="module")
def _loaded(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Committed once a module, because loading it for each test would take longer than the tests."""
    with django_db_blocker.unblock():
        load(facts())
    yield
    with django_db_blocker.unblock():
        for model in (Change, Population, MunicipalityName, Municipality, County):
            model.objects.all().delete()


@pytest.fixture
def register(_loaded, db) -> None:
    """All 842 municipality numbers since 2011, with names, figures and changes."""


def found(code, day):
    """Where a municipality is found on the day: (code, chief successor or not, share of the inhabitants)."""
    return [
        (successor.municipality.code, successor.is_primary, successor.population_share)
        for successor in Municipality.objects.get(code=code).successors_on(day)
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the reference data that a test may alter."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


Rows = list[dict[str, str]]


def rewrite(path: Path, change: Callable[[Rows], Rows]) -> None:
    """Pass the rows of a CSV file through a function; new columns are those of the first row."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = change(list(csv.DictReader(file)))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
