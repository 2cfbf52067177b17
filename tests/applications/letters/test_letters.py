"""Letters as files: they keep, everybody can read them, and they are written once."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from typing import Any

import pytest
import typst
from django.conf import settings
from django.utils import translation
from page import validate_pdf_bytes

from applications import letters
from applications.actions.letters import write_letter
from applications.models import DecisionKind, Letter
from innoskole.accounts.guards import Refused
from innoskole.ui.pdf import render_pdf
from tests.applications.letters.conftest import LEAVES_AT
from tests.factories import NOW

KINDS = DecisionKind.values
LETTERS = settings.BASE_DIR / "templates" / "letters"
REGISTER = settings.BASE_DIR / "innoskole" / "municipalities" / "data" / "municipalities.csv"


@pytest.mark.parametrize("form", ["nb", "nn"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_meets_the_standards_in_both_forms(prepare, kind: str, form: str):
    decision = prepare(kind, form, grounds="Skulen har lagt vekt på dette.\n" * 3)
    letter = write_letter(decision, now=NOW)
    content = bytes(letter.content)
    for profile in ("ua1", "2a"):
        report = validate_pdf_bytes(content, profile=profile)
        assert [failure.message for failure in report.failures] == []
        assert report.document.page_count <= 2
    title = letters.content(decision, language=form)["title"]
    assert letter.language == form
    assert f"/Lang({form}-NO)".encode() in content
    assert f'<rdf:li xml:lang="x-default">{title}</rdf:li>'.encode() in content


@pytest.mark.parametrize("kind", [DecisionKind.PLACE, DecisionKind.COURSE_PARTICIPANT])
def test_a_letter_is_kept_as_it_was_rendered_with_its_digest(prepare, kind: str):
    decision = prepare(kind, "nn")
    letter = write_letter(decision, now=NOW)
    data = letters.content(decision, language="nn")
    again = render_pdf("decision", data, language="nn", at=LEAVES_AT)
    letter.refresh_from_db()
    name, email = letters.recipient(decision, language="nn")
    assert {
        "content": bytes(letter.content),
        "digest": letter.digest,
        "language": letter.language,
        "to": (letter.to_name, letter.to_email),
        "written_at": letter.written_at,
        "suppressed_at": letter.suppressed_at,
    } == {
        "content": again,
        "digest": hashlib.sha256(again).hexdigest(),
        "language": "nn",
        "to": (name, email),
        "written_at": NOW,
        "suppressed_at": None,
    }


def test_a_letter_is_never_rewritten(prepare):
    decision = prepare(DecisionKind.PLACE)
    written = write_letter(decision, now=NOW)
    with translation.override("en"), pytest.raises(Refused, match="never rewritten"):
        write_letter(decision, now=LEAVES_AT)
    assert [(letter.pk, letter.digest, letter.written_at) for letter in Letter.objects.all()] == [
        (written.pk, written.digest, NOW)
    ]


def leaves_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every text in the data of a letter."""
    if isinstance(value, str):
        return [path]
    keys = value if isinstance(value, dict) else range(len(value))
    return [leaf for key in keys for leaf in leaves_of(value[key], (*path, key))]


def changed(data: Any, path: tuple[Any, ...]) -> Any:
    copy = json.loads(json.dumps(data))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] += " Y"
    return copy


@pytest.mark.parametrize("kind", [DecisionKind.WAITING_LIST, DecisionKind.INDIVIDUALLY_QUALIFIED])
def test_every_text_of_the_data_is_printed(prepare, kind: str):
    data = letters.content(prepare(kind, grounds="Våre egne ord."), language="nb")
    printed = render_pdf("decision", data, language="nb", at=LEAVES_AT)
    silent = [
        path
        for path in leaves_of(data)
        if render_pdf("decision", changed(data, path), language="nb", at=LEAVES_AT) == printed
    ]
    assert silent == []


def test_every_municipality_s_name_can_be_printed_in_its_own_letters(prepare, settings, tmp_path):
    with REGISTER.open(encoding="utf-8") as lines:
        names = [row["official_name"] for row in csv.DictReader(lines)]
    assert len(names) > 350
    assert {"Kárášjohka - Karasjok", "Guovdageaidnu - Kautokeino", "Røros - Rosse"} <= set(names)
    # A letter without the boxes that stand for what no font has.
    settings.BASE_DIR = tmp_path
    folder = tmp_path / "templates" / "letters"
    shutil.copytree(LETTERS, folder)
    base = folder / "_base.typ"
    base.write_text(base.read_text().replace('  show without-glyph: "□"\n', ""))
    data = letters.content(prepare(DecisionKind.PLACE), language="nb") | {"recipient": names}
    content = render_pdf("decision", data, language="nb", at=LEAVES_AT)
    assert [failure.message for failure in validate_pdf_bytes(content, profile="2a").failures] == []
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        render_pdf("decision", data | {"recipient": ["漢"]}, language="nb", at=LEAVES_AT)


def test_a_sign_that_no_font_has_is_a_box_and_stops_no_letter(prepare):
    data = letters.content(prepare(DecisionKind.PLACE), language="nb")
    written = ("Frafall 🎉漢 ≤ 5 % → 0", "Frafall ☕ ≤ 5 % → 0")
    content, same = (
        render_pdf("decision", data | {"opening": [text]}, language="nb", at=LEAVES_AT) for text in written
    )
    assert content == same
    assert [failure.message for failure in validate_pdf_bytes(content, profile="ua1").failures] == []
