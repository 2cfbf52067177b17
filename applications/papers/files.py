"""The case paper as files: .docx for the municipality's case system, PDF for everybody."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as Docx
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from applications.papers.paper import Paper
from innoskole.ui.pdf import render_pdf

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
BULLETS = ("- ", "– ", "* ")
FONT = "Calibri"
# Characters that XML 1.0 has no place for: a document with one of them cannot be written.
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Block:
    """A paragraph, its lines in one text, or a list of items."""

    text: str = ""
    items: tuple[str, ...] = ()


def blocks(text: str) -> Iterator[Block]:
    """Paragraphs stand between blank lines; lines that begin with a dash are a list."""
    for paragraph in text.replace("\r\n", "\n").split("\n\n"):
        lines: list[str] = []
        items: list[str] = []
        for line in filter(None, map(str.strip, paragraph.split("\n"))):
            if line.startswith(BULLETS):
                if lines:
                    yield Block(text="\n".join(lines))
                    lines = []
                items.append(line[2:].strip())
            else:
                if items:
                    yield Block(items=tuple(items))
                    items = []
                lines.append(line)
        if items:
            yield Block(items=tuple(items))
        if lines:
            yield Block(text="\n".join(lines))


def file_name(paper: Paper, kind: str) -> str:
    """«saksframlegg-IS-2027H-0042-nb.docx»: the document's own word for itself in both forms."""
    return f"saksframlegg-{paper.application.reference}-{paper.language}.{kind}"


def pdf(paper: Paper, at: datetime) -> bytes:
    """PDF/A-2a and PDF/UA-1 in one file."""
    data: dict[str, Any] = {
        "title": paper.title,
        "owner": paper.application.lead.official_name,
        "reference": paper.application.reference,
        "rows": paper.rows,
        "sections": [
            {"title": title, "blocks": [{"text": each.text, "items": each.items} for each in blocks(text)]}
            for title, text in paper.sections
        ],
    }
    return render_pdf("case_paper", data, language=paper.language, at=at)


def docx(paper: Paper, at: datetime) -> bytes:
    """A document with real headings, lists and a table, which says its language and its title."""
    document = Document()
    _set_up(document, paper, at)
    document.add_paragraph(_plain(paper.title), style="Title")
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, value in paper.rows:
        first, second = table.add_row().cells
        first.paragraphs[0].add_run(label).bold = True
        second.text = _plain(value)
        first.width, second.width = Mm(50), Mm(110)
    for title, text in paper.sections:
        document.add_heading(title, level=1)
        for block in blocks(text):
            if block.text:
                document.add_paragraph(_plain(block.text))
            for item in block.items:
                document.add_paragraph(_plain(item), style="List Bullet")
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _plain(text: str) -> str:
    return NO_XML.sub("", text)


def _set_up(document: Docx, paper: Paper, at: datetime) -> None:
    """A4, one font in black, and what the file says about itself."""
    language = f"{paper.language}-NO"
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(25)
    for name, size in (("Normal", 11), ("Title", 20), ("Heading 1", 14), ("List Bullet", 11)):
        _dress(document, name, size)
    for properties in document.styles.element.iter(qn("w:lang")):
        properties.set(qn("w:val"), language)
    about = document.core_properties
    about.title, about.language = _plain(paper.title), language
    about.author = about.last_modified_by = paper.application.lead.official_name
    about.subject, about.comments = paper.application.reference, ""
    about.created = about.modified = at.astimezone(UTC).replace(tzinfo=None)


def _dress(document: Docx, name: str, size: int) -> None:
    style = document.styles[name]
    assert isinstance(style, ParagraphStyle)
    style.font.size, style.font.color.rgb = Pt(size), RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in list(fonts.attrib):  # the theme's fonts, which win over a named one
        del fonts.attrib[attribute]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FONT)
