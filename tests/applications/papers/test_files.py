"""The paper as .docx and PDF: real headings and lists, a language and a title, and the standards kept."""

from __future__ import annotations

from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn
from page import validate_pdf_bytes

from applications.actions.papers import save_paper
from applications.papers import files
from applications.papers.files import Block, blocks
from tests.applications.papers.conftest import read
from tests.factories import NOW, TeamMemberFactory

pytestmark = pytest.mark.django_db


def test_blocks_of_a_text() -> None:
    text = "First\nsecond line\n\n\nUnits:\n- One\n– Two\nAfter\r\n\r\n* Three"
    assert list(blocks(text)) == [
        Block(text="First\nsecond line"),
        Block(text="Units:"),
        Block(items=("One", "Two")),
        Block(text="After"),
        Block(items=("Three",)),
    ]


@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_the_pdf_meets_the_standards(application, language, profile) -> None:
    report = validate_pdf_bytes(files.pdf(read(application, language), NOW), profile=profile)
    assert [failure.message for failure in report.failures] == []


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_the_pdf_of_an_empty_draft_meets_the_standards(draft, language) -> None:
    made = files.pdf(read(draft, language), NOW)
    assert [f.message for f in validate_pdf_bytes(made, profile="ua1").failures] == []
    assert f"/Lang({language}-NO)".encode() in made


def test_the_pdf_takes_whatever_somebody_writes(application) -> None:
    application.problem_statement = "#let x = [*_$`\\ 😀 «ŋ» \u0007\n- a\n- b"
    application.save()
    made = files.pdf(read(application), NOW)
    assert [f.message for f in validate_pdf_bytes(made, profile="ua1").failures] == []


def test_the_same_paper_at_the_same_moment_is_the_same_pdf(application) -> None:
    assert files.pdf(read(application), NOW) == files.pdf(read(application), NOW)


@pytest.mark.parametrize(("language", "heading"), [("nb", "Vurdering"), ("nn", "Vurdering")])
def test_the_document_says_what_it_is(application, language, heading) -> None:
    paper = read(application, language)
    document = Document(BytesIO(files.docx(paper, NOW)))
    about = document.core_properties
    assert (about.title, about.language, about.author, about.subject, about.comments) == (
        paper.title,
        f"{language}-NO",
        "Bodø - Bådåddjo",
        application.reference,
        "",
    )
    languages = {each.get(qn("w:val")) for each in document.styles.element.iter(qn("w:lang"))}
    assert languages == {f"{language}-NO"}
    assert heading in [one.text for one in document.paragraphs if one.style.name == "Heading 1"]


def test_the_document_has_the_whole_paper_under_real_headings(application) -> None:
    TeamMemberFactory(application=application, unit="Biblioteket")
    paper = read(application)
    document = Document(BytesIO(files.docx(paper, NOW)))
    styled = [(one.style.name, one.text) for one in document.paragraphs]
    assert styled[0] == ("Title", paper.title)
    assert [text for style, text in styled if style == "Heading 1"] == [title for title, _ in paper.sections]
    assert [text for style, text in styled if style == "List Bullet"] == [
        "Development unit (tre personer)",
        "Biblioteket",
    ]
    assert [tuple(cell.text for cell in row.cells) for row in document.tables[0].rows] == paper.rows
    plain = [text for style, text in styled if style == "Normal"]
    assert plain == [block.text for _title, text in paper.sections for block in blocks(text) if block.text]
    page = document.sections[0]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)


def test_the_document_takes_whatever_somebody_writes(application) -> None:
    application.problem_statement = "One\u0007two < & > 😀\u000b"
    application.save()
    document = Document(BytesIO(files.docx(read(application), NOW)))
    assert "Onetwo < & > 😀" in [one.text.strip() for one in document.paragraphs]


def test_a_recommendation_stands_in_both_files(application, coordinator) -> None:
    paper = read(application)
    save_paper(
        application,
        "nb",
        {**paper.values(), "recommends": True},
        versions=paper.versions(),
        again=(),
        by=coordinator,
        now=NOW,
    )
    texts = dict(read(application).sections)
    assert texts["Innstilling"].startswith("Formannskapet slutter seg til")
    document = Document(BytesIO(files.docx(read(application), NOW)))
    assert document.paragraphs[-1].text == texts["Innstilling"]
