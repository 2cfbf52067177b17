"""The pages of the registry: what each role reads, the files, the upload, and what waits at home."""

from __future__ import annotations

import csv
import hashlib
from datetime import timedelta
from io import BytesIO, StringIO

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from assessment.actions.exam.absence import record
from assessment.actions.exam.registry import make_sheet
from assessment.models import Grade, RegistryImport
from assessment.states import CandidateState
from assessment.waiting.exam_registry import exam_registry_waits
from cohorts.states import CohortState
from innoskole.accounts import audit
from tests.assessment.exam.factories import CandidateFactory, ExamFactory, GradeFactory, sitting
from tests.cohorts.factories import InstructorFactory
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def anna():
    return UserFactory(name="Anna Administrator", is_course_administrator=True)


@pytest.fixture
def browser(anna) -> Client:
    return client_of(anna)


@pytest.fixture
def exam():
    return published(people=2)


def published(*, people: int):
    exam = ExamFactory(published=True, cohort__intake__slug="autumn-2026")
    paper = sitting(exam, people=people, state=CandidateState.PUBLISHED)
    for candidate in paper.candidates.all():
        GradeFactory(candidate=candidate, mark="B")
    return exam


def waits(user) -> list:
    """What waits at home, in English whatever a page before was written in."""
    with override("en"):
        return exam_registry_waits(user, NOW)


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, exam, *more) -> str:
    return reverse(f"assessment:{name}", args=[exam.cohort.slug, exam.number, *more])


def text(response) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_an_unpublished_exam_tells_nothing(browser):
    exam = ExamFactory(grading=True)
    html = text(browser.get(url("registry", exam)))
    assert "The grades have not been published yet." in html
    assert "Make a sheet" not in html


def test_a_sheet_is_made_downloaded_and_compared(browser, exam, anna):
    assert "2 results have been published and not handed over." in text(browser.get(url("registry", exam)))
    made = browser.post(url("registry_make", exam), follow=True)
    assert "Nothing has changed since the latest sheet." in text(made)
    sheet = exam.registry_exports.get()

    file = browser.get(url("registry_sheet_export", exam, 1, "csv"))
    header, *rows = csv.reader(StringIO(file.content.decode("utf-8-sig")), delimiter=";")
    assert header == ["Candidate number", "Name", "E-mail", "Attempt", "Result", "Date", "Checksum"]
    assert rows == [
        [str(row.candidate), row.name, row.email, "1", "B", "2027-05-02", sheet.digest]
        for row in sheet.entries
    ]
    assert audit.history(exam)[0].changes == {
        "Sheet": [None, 1],
        "File": [None, "results-autumn-2026-1-sheet-1.csv"],
        "Rows": [None, 2],
    }
    book = openpyxl.load_workbook(BytesIO(browser.get(url("registry_sheet_export", exam, 1, "xlsx")).content))
    assert [cell.value for cell in list(book.active.rows)[1]][:6] == [
        sheet.entries[0].candidate,
        sheet.entries[0].name,
        sheet.entries[0].email,
        1,
        "B",
        "2027-05-02",
    ]
    as_json = browser.get(url("registry_sheet_export", exam, 1, "json")).content
    assert hashlib.sha256(as_json).hexdigest() == sheet.digest

    upload = SimpleUploadedFile("fs.csv", file.content.replace(b";B;", b";C;"))
    compared = browser.post(url("registry_compare", exam, 1), {"file": upload}, follow=True)
    html = text(compared)
    assert "3 differences from what the registry says" in html
    assert "The file carries the sheet&#x27;s checksum, but its rows have been changed" in html
    assert html.count("Another result") == 2
    assert [waiting.title for waiting in waits(anna)] == [
        "The student registry differs from the results: Autumn 2027, exam 1"
    ]

    again = SimpleUploadedFile("fs.csv", file.content)
    html = text(browser.post(url("registry_compare", exam, 1), {"file": again}, follow=True))
    assert "The registry says the same as the sheet" in html
    assert waits(anna) == []
    assert set(Grade.objects.values_list("mark", flat=True)) == {"B"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The submitted file is empty."),
        (b"a;b\n1;2", "The first line must name the columns"),
        (b"\x00", "The file cannot be read."),
    ],
)
def test_a_file_that_is_no_list_is_refused_on_the_form(browser, exam, anna, content, says):
    make_sheet(exam, by=anna, now=NOW)
    answer = browser.post(url("registry_compare", exam, 1), {"file": SimpleUploadedFile("fs.csv", content)})
    assert says in text(answer)
    assert not RegistryImport.objects.exists()


def test_a_changed_grade_is_seen_until_a_new_sheet_is_made(browser, exam, anna):
    make_sheet(exam, by=anna, now=NOW - timedelta(hours=1))
    candidate = exam.candidates.order_by("pk").first()
    Grade.objects.filter(candidate=candidate).update(superseded_at=NOW)
    GradeFactory(candidate=candidate, version=2, mark="A", source="correction", reason="x", published_at=NOW)
    html = text(browser.get(url("registry", exam)))
    assert "Results have changed since the latest sheet" in html
    assert [waiting.title for waiting in waits(anna)] == [
        "The sheet differs from what is published: make a new one (Autumn 2027, exam 1)"
    ]
    html = text(browser.get(url("registry_sheet", exam, 1)))
    assert "The sheet differs from what is published: make a new one" in html
    browser.post(url("registry_make", exam))
    html = text(browser.get(url("registry_sheet", exam, 2)))
    assert "What is new since sheet 1" in html
    assert html.count("Another result") == 1
    assert "This sheet is not compared any more" in text(browser.get(url("registry_sheet", exam, 1)))


def test_an_absence_that_is_recorded_otherwise_is_seen_until_a_new_sheet_is_made(browser, exam, anna):
    absent = CandidateFactory(exam=exam, state="absent", ended_at=NOW - timedelta(days=9))
    make_sheet(exam, by=anna, now=NOW - timedelta(hours=1))
    assert waits(anna) == []
    record(absent, is_valid=True, reason="Dokumentert.", by=anna, now=NOW)
    (waiting,) = waits(anna)
    assert (waiting.title, waiting.since_at) == (
        "The sheet differs from what is published: make a new one (Autumn 2027, exam 1)",
        NOW,
    )
    assert "The sheet differs from what is published" in text(browser.get(url("registry_sheet", exam, 1)))
    browser.post(url("registry_make", exam))
    assert waits(anna) == []
    assert "The sheet differs" not in text(browser.get(url("registry_sheet", exam, 2)))


def test_an_instructor_looks_and_hands_nothing_over(exam, anna):
    make_sheet(exam, by=anna, now=NOW)
    teacher = client_of(InstructorFactory(cohort=exam.cohort).user)
    assert "Make a sheet" not in text(teacher.get(url("registry", exam)))
    html = text(teacher.get(url("registry_sheet", exam, 1)))
    assert "registry_sheet_export" not in html
    assert url("registry_compare", exam, 1) not in html
    assert teacher.get(url("registry_sheet_export", exam, 1, "csv")).status_code == 403
    assert exam_registry_waits(InstructorFactory(cohort=exam.cohort).user, NOW) == []


def test_a_completed_cohort_waits_for_its_figures(exam, anna):
    make_sheet(exam, by=anna, now=NOW)
    exam.cohort.state, exam.cohort.completed_at = CohortState.COMPLETED, NOW
    exam.cohort.save()
    assert waits(anna) == []
    exam.candidates.update(state=CandidateState.FINAL)
    assert [waiting.title for waiting in waits(anna)] == ["Release the statistics of Autumn 2027"]


@pytest.mark.parametrize("people", [1, 3])
def test_queries(browser, anna, people, django_assert_num_queries):
    exam = published(people=people)
    for _number in range(people):
        make_sheet(exam, by=anna, now=NOW)
        candidate = exam.candidates.order_by("pk").first()
        candidate.attempt += 1
        candidate.save()
    browser.get(url("registry", exam))
    with django_assert_num_queries(7):
        assert text(browser.get(url("registry", exam))).count("Not compared") == people
    latest = exam.registry_exports.last()
    with django_assert_num_queries(9):
        browser.get(url("registry_sheet", exam, latest.number))
    with django_assert_num_queries(5):
        browser.get(url("registry_sheet_export", exam, latest.number, "csv"))
    with django_assert_num_queries(3):
        waits(anna)


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_our_own_file_is_read_back_in_each_language(browser, exam, anna, language):
    anna.language = language
    anna.save()
    make_sheet(exam, by=anna, now=NOW)
    content = browser.get(url("registry_sheet_export", exam, 1, "csv")).content
    browser.post(url("registry_compare", exam, 1), {"file": SimpleUploadedFile("fs.csv", content)})
    assert RegistryImport.objects.get().differences == []
