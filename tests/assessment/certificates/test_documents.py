"""The documents keep (PDF/A-2a), everybody can read them (PDF/UA-1), and they say all that they should."""

from __future__ import annotations

import json
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
import segno
from page import validate_pdf_bytes

from assessment.actions import certificates as actions
from assessment.certificates import code_svg, document
from assessment.models import Certificate, CertificateFile
from innoskole.accounts.models import Language
from innoskole.ui.pdf import render_pdf
from tests.assessment.certificates.factories import CertificateFactory, course_participant, graded, student
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["attendance", "transcript"])
def issued(request, cohort, administrator) -> Certificate:
    person = course_participant(cohort) if request.param == "attendance" else student(cohort)
    if request.param == "transcript":
        graded(person, "B")
    certificate = actions.issue(person, by=administrator, now=NOW)
    assert certificate.kind == request.param
    return certificate


def bytes_of(stored: CertificateFile) -> bytes:
    with stored.file.open("rb") as file:
        content: bytes = file.read()
    return content


def test_every_document_meets_the_standards_in_every_language(issued):
    assert actions.write_missing(NOW) == 1
    files = {file.language: file for file in issued.files.all()}
    assert set(files) == {"nb", "nn", "en"}
    for language, stored in files.items():
        content = bytes_of(stored)
        for profile in ("ua1", "2a"):
            report = validate_pdf_bytes(content, profile=profile)
            assert [failure.message for failure in report.failures] == []
            assert report.document.page_count <= 2
        assert stored.digest == sha256(content).hexdigest()
        assert f"/Lang({language}-NO)".encode() in content
        title = issued.content[language]["title"]
        assert f'<rdf:li xml:lang="x-default">{title}</rdf:li>'.encode() in content


def test_the_same_certificate_gives_the_same_bytes(issued):
    actions.write_missing(NOW)
    for stored in issued.files.all():
        data = document(issued, language=stored.language)
        again = render_pdf("certificate", data, language=stored.language, at=issued.issued_at)
        assert bytes_of(stored) == again


def leaves_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every text in the data of a document."""
    if isinstance(value, str):
        return [path]
    keys = value if isinstance(value, dict) else range(len(value))
    return [leaf for key in keys for leaf in leaves_of(value[key], (*path, key))]


def changed(data: Any, path: tuple[Any, ...]) -> Any:
    copy = json.loads(json.dumps(data))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/>" if path == ("code",) else "Y"
    )
    return copy


def test_every_text_of_the_content_is_printed(issued):
    data = document(issued, language="nb")
    printed = render_pdf("certificate", data, language="nb", at=NOW)
    silent = [
        path
        for path in leaves_of(data)
        if render_pdf("certificate", changed(data, path), language="nb", at=NOW) == printed
    ]
    assert silent == []


@pytest.mark.parametrize("language", Language.values)
def test_the_code_leads_to_the_public_page_in_the_language_of_the_document(language, settings):
    settings.BASE_URL = "https://innoskole.example.no"
    certificate = CertificateFactory()
    data = document(certificate, language=language)
    url = f"https://innoskole.example.no/verify/{certificate.token}/{language}/"
    assert data["verification"]["url"] == url
    assert data["code"] == code_svg(url)


def test_the_code_is_the_one_of_the_address():
    """Module by module, as the path of the SVG draws them."""
    url = "https://innoskole.example.no/verify/abcdefghijklmnopqrstuv/nn/"
    code = segno.make(url, error="m", micro=False)
    assert (code.error, code.is_micro) == ("M", False)
    expected = BytesIO()
    code.save(expected, kind="svg", xmldecl=False, nl=False, omitsize=True, border=4, light="#fff")
    drawn = code_svg(url, title="A <title> & more")
    assert "<title>A &lt;title&gt; &amp; more</title>" in drawn
    assert drawn.split(' d="')[-1] == expected.getvalue().decode().split(' d="')[-1]
