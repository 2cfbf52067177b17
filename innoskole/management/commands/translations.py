"""Extracts, checks and compiles the translations, without the gettext programs.

English is the language of the source; `locale/nb` and `locale/nn` hold the rest. Extraction uses Babel, with
Django's own `templatize` for templates.
"""

import io
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

from innoskole.checks import OUR_PACKAGES

LANGUAGES = ("nb", "nn")
TEMPLATES = (".html", ".txt")
CALLS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


class Command(BaseCommand):
    help = "Extract, check or compile the translations."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        deed = parser.add_mutually_exclusive_group(required=True)
        deed.add_argument("--update", action="store_true", help="bring the .po files in step with the source")
        deed.add_argument("--check", action="store_true", help="fail unless every string is translated")
        deed.add_argument("--compile", action="store_true", help="write the .mo files that Django reads")

    def handle(self, *args: Any, update: bool, check: bool, **options: Any) -> None:
        if update:
            source = from_source(settings.BASE_DIR)
            for language in LANGUAGES:
                update_catalog(po_path(language), language, source)
        elif check:
            source = from_source(settings.BASE_DIR)
            problems = [p for language in LANGUAGES for p in problems_of(read(language), source)]
            if problems:
                raise CommandError("\n".join([*problems, f"{len(problems)} strings. Run: make fix"]))
        else:
            for language in LANGUAGES:
                compile_catalog(po_path(language))


def po_path(language: str) -> Path:
    return Path(settings.BASE_DIR, "locale", language, "LC_MESSAGES", "django.po")


def read(language: str) -> Catalog:
    """The catalogue as it stands; an empty one when there is no file yet."""
    return _read(po_path(language), language)


def from_source(root: Path) -> Catalog:
    """Every string of our Python and of the templates, in the order of files."""
    catalog = Catalog(project="Innoskole", charset="utf-8")
    for path in source_files(root):
        text = path.read_text(encoding="utf-8")
        if path.suffix in TEMPLATES:
            # Babel reads what templatize leaves as Python, where indentation would mean something.
            text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
        for line, message, comments, context in extract("python", io.BytesIO(text.encode()), CALLS):
            catalog.add(
                message,
                locations=[(path.relative_to(root).as_posix(), line)],
                auto_comments=comments,
                context=context,
            )
    return catalog


def source_files(root: Path) -> Iterator[Path]:
    for package in OUR_PACKAGES:
        yield from (path for path in sorted((root / package).rglob("*.py")) if "migrations" not in path.parts)
    yield from (path for path in sorted((root / "templates").rglob("*")) if path.suffix in TEMPLATES)


def problems_of(catalog: Catalog, source: Catalog) -> Iterator[str]:
    """One line for each string that is missing, empty, fuzzy, obsolete, broken or has other placeholders."""
    for message in source:
        if not message.id:
            continue
        found = catalog.get(message.id, message.context)
        name = f"{catalog.locale_identifier}: {_ids(message)[0][:90]!r}"
        if any("{{" in text for text in _ids(message)):
            # Django takes a tag that is broken over two lines for text, in the page as well as here.
            yield f"{name} has a template tag that is broken over two lines"
        elif found is None:
            yield f"{name} is missing"
        elif found.fuzzy:
            yield f"{name} is fuzzy"
        elif not all(_translations(found)):
            yield f"{name} is empty"
        elif not _same_placeholders(found):
            yield f"{name} has other placeholders than its translation"
    for message in catalog:
        if message.id and source.get(message.id, message.context) is None:
            yield f"{catalog.locale_identifier}: {_ids(message)[0][:90]!r} is not in the source any more"


def update_catalog(path: Path, language: str, source: Catalog) -> None:
    """Add new strings, drop gone ones, keep every translation; an unchanged file is not touched."""
    catalog = _read(path, language)
    catalog.update(source, no_fuzzy_matching=True, keep_user_comments=True)
    catalog.obsolete.clear()
    # A date in the header would change the file without changing a string.
    catalog.mime_headers = [
        (name, value) for name, value in catalog.mime_headers if not name.endswith("Date")
    ]
    text = io.BytesIO()
    write_po(text, catalog, width=100, sort_by_file=True, include_lineno=False, include_previous=False)
    if not path.exists() or path.read_bytes() != text.getvalue():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.getvalue())


def compile_catalog(path: Path) -> None:
    """Write the .mo beside the .po, unless it is there and newer."""
    compiled = path.with_suffix(".mo")
    if not path.exists() or (compiled.exists() and compiled.stat().st_mtime >= path.stat().st_mtime):
        return
    with path.open("rb") as source, compiled.open("wb") as target:
        write_mo(target, read_po(source))


def _read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=language, project="Innoskole", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _translations(message: Message) -> tuple[str, ...]:
    return (message.string or "",) if isinstance(message.string, str | None) else tuple(message.string)


def _same_placeholders(message: Message) -> bool:
    """Each form may leave out what another form of the source names («one day», «%(days)s days»)."""
    wanted = [set(PLACEHOLDER.findall(text)) for text in _ids(message)]
    return (
        all(set(PLACEHOLDER.findall(text)) in wanted for text in _translations(message))
        and set(PLACEHOLDER.findall(_translations(message)[-1])) == wanted[-1]
    )
