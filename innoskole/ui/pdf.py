"""Letters and receipts as PDF that keeps (PDF/A-2a) and that everybody can read (PDF/UA-1), in one file."""

import json
import re
from bisect import bisect_left
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _


def render_pdf(template: str, data: Mapping[str, Any], *, language: str, at: datetime | None = None) -> bytes:
    """The PDF of templates/letters/<template>.typ, in about 30 milliseconds.

    `data` is JSON and must hold a `title`; the template reads it as `data` from _base.typ, which sets the
    document's language, title and footer. Texts are translated by the caller. `at` dates the file, to the
    second; the same data and moment give the same bytes. Raises typst.TypstError when the template breaks
    a standard.
    """
    letters = Path(settings.BASE_DIR) / "templates" / "letters"
    with translation.override(language):
        page = _("Page {page} of {pages}")
    content = {**data, "language": language, "labels": {"page": page}}
    written = typst.compile(
        letters / f"{template}.typ",
        root=letters,
        format="pdf",
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
        pdf_standards=["a-2a", "ua-1"],
        ignore_system_fonts=True,  # the fonts in the wheel, so that every machine makes the same file
        timestamp=at.astimezone(UTC).replace(microsecond=0) if at else None,  # as exact as a PDF is
    )
    return _with_clear_ends(written)


# The last byte of a stream, CR, and the line break after it, LF.
_UNCLEAR_END = re.compile(rb"\r(?=\nendstream\nendobj)")
_ENTRY = re.compile(rb"(\d{10})(?= \d{5} n\r\n)")


def _with_clear_ends(pdf: bytes) -> bytes:
    """The same PDF, in which a stream that ends in CR is followed by CR LF instead of LF.

    One compressed stream in 256 ends in CR. Together with the LF that typst writes after it, this reads as
    the line break CR LF, so that the stream seems a byte shorter than its /Length (ISO 19005-2, 6.1.7.1).
    Every object after an added byte is moved in the table of objects.
    """
    table = int(pdf[pdf.rindex(b"startxref") :].split()[1])
    ends = [end.end() for end in _UNCLEAR_END.finditer(pdf, 0, table)]
    if not ends:
        return pdf
    edges = [0, *ends, table]
    body = b"\r".join(pdf[start:end] for start, end in pairwise(edges))
    rest = _ENTRY.sub(lambda entry: b"%010d" % _moved(int(entry[0]), ends), pdf[table:])
    return body + re.sub(rb"(?<=startxref\n)\d+", b"%d" % _moved(table, ends), rest)


def _moved(offset: int, ends: list[int]) -> int:
    """Where an offset is, after a byte has been added at each of the ends."""
    return offset + bisect_left(ends, offset)
