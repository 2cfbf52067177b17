"""Letters keep (PDF/A-2a), can be read by everybody (PDF/UA-1), and say which language they are in."""

import re
import shutil
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import typst
from page import validate_pdf_bytes

from innoskole.ui import pdf
from innoskole.ui.pdf import render_pdf

LETTER = """#import "_base.typ": data, letter, facts, paragraphs
#show: letter
#paragraphs(data.paragraphs)
== Facts
#facts(data.rows)
"""
DATA = {
    "title": "Kvittering for Kárášjohka – Karasjok",
    "reference": "INN-2027-0142",
    "paragraphs": ["Vi har mottatt søknaden. #let *ingen* $kode$"] * 60,
    "rows": [["Kommune", "Bjugn"], ["Plan", "s. 45"]],
}
AT = datetime(2027, 6, 1, 15, 0, 0, 123456, tzinfo=ZoneInfo("Europe/Oslo"))


@pytest.fixture(autouse=True)
def letters(settings, tmp_path: Path) -> Path:
    folder = tmp_path / "templates" / "letters"
    folder.mkdir(parents=True)
    shutil.copy(settings.BASE_DIR / "templates" / "letters" / "_base.typ", folder)
    (folder / "trial.typ").write_text(LETTER)
    settings.BASE_DIR = tmp_path
    return folder


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_a_letter_meets_the_standards(language: str, profile: str) -> None:
    report = validate_pdf_bytes(render_pdf("trial", DATA, language=language, at=AT), profile=profile)
    assert [failure.message for failure in report.failures] == []
    assert report.document.page_count > 1


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_a_letter_says_its_language(language: str) -> None:
    assert f"/Lang({language}-NO)".encode() in render_pdf("trial", DATA, language=language, at=AT)


def test_the_same_letter_at_the_same_moment_is_the_same_file() -> None:
    first, second = (render_pdf("trial", DATA, language="nb", at=AT) for _ in range(2))
    assert first == second
    assert render_pdf("trial", {**DATA, "reference": "INN-2027-0143"}, language="nb", at=AT) != first


def test_a_letter_that_breaks_the_standard_is_refused(letters: Path) -> None:
    (letters / "untitled.typ").write_text("= A heading, but no title of the document\n")
    with pytest.raises(typst.TypstError, match="title"):
        render_pdf("untitled", DATA, language="nb", at=AT)


def objects_are_where_the_table_says(content: bytes) -> bool:
    table = int(content[content.rindex(b"startxref") :].split()[1])
    offsets = [int(offset) for offset in re.findall(rb"(\d{10}) \d{5} n\r\n", content[table:])]
    return content[table:].startswith(b"xref\n") and all(
        content[offset:].startswith(b"%d 0 obj" % number) for number, offset in enumerate(offsets, 1)
    )


def test_a_stream_that_ends_in_a_carriage_return_ends_clearly(monkeypatch: pytest.MonkeyPatch) -> None:
    mend = pdf._with_clear_ends
    monkeypatch.setattr(pdf, "_with_clear_ends", lambda written: written)
    drafts = (render_pdf("trial", {**DATA, "reference": str(n)}, language="nb", at=AT) for n in range(500))
    unclear = next(draft for draft in drafts if b"\r\nendstream" in draft)
    mended = mend(unclear)
    assert len(mended) == len(unclear) + unclear.count(b"\r\nendstream")
    assert objects_are_where_the_table_says(unclear)
    assert objects_are_where_the_table_says(mended)
    assert [failure.message for failure in validate_pdf_bytes(mended, profile="2a").failures] == []


def test_a_file_without_such_a_stream_stays_as_it_is() -> None:
    clear = b"stream\nabc\nendstream\nendobj\nxref\n0 1\ntrailer\nstartxref\n28\n%%EOF"
    assert pdf._with_clear_ends(clear) == clear
