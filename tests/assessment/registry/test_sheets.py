"""Sheets and comparisons: the round trip, each difference, a file that was tampered with; no second truth."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest

from assessment.actions.exam.registry import compare_with_registry, make_sheet
from assessment.models import Grade, RegistryExport, RegistryImport
from assessment.models.registry_results import results
from assessment.registry.reading import RegistryList, read
from assessment.registry.sheet import Row, digest
from assessment.states import CandidateState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import Unchangeable
from innoskole.ui.exports import csv_response
from tests.assessment.exam.factories import ExamFactory, GradeFactory, sitting
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=30)
KARI, TOLD = "Kari Prøve", "2027-05-02"


@pytest.fixture
def administrator():
    return UserFactory(name="Anna Administrator", is_course_administrator=True)


@pytest.fixture
def exam():
    """Three candidates: a B, an F, and one who did not come."""
    exam = ExamFactory(published=True)
    kari, ola, per = sitting(exam, state=CandidateState.FINAL).candidates.order_by("pk")
    GradeFactory(candidate=kari, mark="B")
    GradeFactory(candidate=ola, mark="F")
    name(kari, "Kari Prøve", "kari@example.no")
    name(ola, "Ola Prøve", "ola@example.no")
    name(per, "=Per Prøve", "per@example.no")
    per.state = CandidateState.ABSENT
    per.save()
    return exam


def name(candidate, full_name: str, email: str) -> None:
    member = candidate.participant.member
    member.name, member.email = full_name, email
    member.save()


def numbers(exam) -> list[int]:
    return list(exam.candidates.order_by("pk").values_list("pk", flat=True))


def the_file(sheet: RegistryExport, **changed: str) -> bytes:
    """The sheet as our own CSV file, each text in `changed` put in the place of another."""
    columns = ["Kandidatnummer", "Navn", "E-post", "Forsøk", "Resultat", "Dato", "Kontrollsum"]
    rows = [
        [row.candidate, row.name, row.email, row.attempt, row.result, row.dated_on, sheet.digest]
        for row in sheet.entries
    ]
    text = csv_response("sheet.csv", columns, rows).content.decode("utf-8-sig")
    for old, new in changed.items():
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def compare(sheet: RegistryExport, content: bytes, by) -> RegistryImport:
    return compare_with_registry(sheet, read("fs.csv", content), by=by, now=LATER)


# --- Sheets -----------------------------------------------------------------------------------------


def test_a_sheet_holds_the_published_results_and_is_written_down(exam, administrator):
    sheet = make_sheet(exam, by=administrator, now=NOW)
    kari, ola, per = numbers(exam)
    assert sheet.entries == [
        Row(kari, "Kari Prøve", "kari@example.no", 1, "B", "2027-05-02"),
        Row(ola, "Ola Prøve", "ola@example.no", 1, "F", "2027-05-02"),
        Row(per, "=Per Prøve", "per@example.no", 1, "ABSENT", exam.last_day.isoformat()),
    ]
    assert (sheet.number, sheet.digest, sheet.is_intact) == (1, digest(sheet.entries), True)
    event = audit.history(exam)[0]
    assert event.verb == "made a sheet of results for the student registry"
    assert event.changes == {"Sheet": [None, 1], "Rows": [None, 3], "Checksum": [None, sheet.digest]}


def test_nothing_is_handed_over_before_publication(administrator):
    exam = ExamFactory(grading=True)
    candidate = sitting(exam, people=1, state=CandidateState.GRADE_SET).candidates.get()
    GradeFactory(candidate=candidate, published_at=None)
    assert results(exam) == []
    with pytest.raises(Refused, match="The grades have not been published yet"):
        make_sheet(exam, by=administrator, now=NOW)
    assert not RegistryExport.objects.exists()
    assert not audit.history(exam).exists()


def test_an_exam_without_a_result_has_no_sheet(administrator):
    with pytest.raises(Refused, match="Nobody has a result"):
        make_sheet(ExamFactory(published=True), by=administrator, now=NOW)


def test_the_same_click_twice_is_one_sheet_and_a_changed_grade_another(exam, administrator):
    first = make_sheet(exam, by=administrator, now=NOW)
    assert make_sheet(exam, by=administrator, now=LATER) == first
    kari = exam.candidates.order_by("pk").first()
    Grade.objects.filter(candidate=kari).update(superseded_at=LATER)
    GradeFactory(candidate=kari, version=2, mark="A", source="correction", reason="Wrong", published_at=LATER)
    second = make_sheet(exam, by=administrator, now=LATER)
    assert (second.number, second.entries[0].result, second.entries[0].dated_on) == (2, "A", "2027-06-02")
    first.refresh_from_db()
    assert first.entries[0].result == "B"


def test_a_grade_set_anew_is_not_handed_over_before_it_is_told(exam):
    kari = exam.candidates.order_by("pk").first()
    Grade.objects.filter(candidate=kari).update(superseded_at=LATER)
    GradeFactory(candidate=kari, version=2, mark="A", source="correction", reason="Wrong", published_at=None)
    assert results(exam)[0].result == "B"


def test_sheets_and_comparisons_are_never_deleted(exam, administrator):
    sheet = make_sheet(exam, by=administrator, now=NOW)
    found = compare(sheet, the_file(sheet), administrator)
    for thing in (sheet, found, RegistryExport.objects.all(), RegistryImport.objects.all()):
        with pytest.raises(Unchangeable):
            thing.delete()


# --- The round trip ---------------------------------------------------------------------------------


def test_our_own_file_comes_back_without_a_difference(exam, administrator):
    sheet = make_sheet(exam, by=administrator, now=NOW)
    found = compare(sheet, the_file(sheet), administrator)
    assert (found.differences, found.digest) == ([], sheet.digest)
    event = audit.history(exam)[0]
    assert event.verb == "compared a sheet of results with the student registry"
    assert event.changes == {
        "Sheet": [None, 1],
        "File": [None, "fs.csv"],
        "Rows": [None, 3],
        "Differences": [None, 0],
    }


def test_the_registrys_own_list_needs_no_number_and_no_checksum(exam, administrator):
    sheet = make_sheet(exam, by=administrator, now=NOW)
    list_of_fs = (
        "Navn;E-post;Karakter;Dato\r\n"
        f"PRØVE, PER;per@example.no;Ikke møtt;{exam.last_day:%d.%m.%Y}\r\n"
        "Prøve, Ola;OLA@example.no;f;02.05.2027\r\nPrøve, Kari;kari@example.no;B;2.5.2027\r\n"
    )
    found = compare(sheet, list_of_fs.encode("cp1252"), administrator)
    assert [(one["kind"], one["name"]) for one in found.differences] == [("name", "=Per Prøve")]


def test_every_difference_is_kept_and_no_result_changes(exam, administrator):
    sheet = make_sheet(exam, by=administrator, now=NOW)
    kari, ola, per = numbers(exam)
    text = (
        "Kandidatnummer;Navn;Resultat;Dato\r\n"
        f"{kari};Kari Feil;A;2027-05-03\r\n"
        f"{kari};Kari Prøve;B;2027-05-02\r\n"
        f"{per};=Per Prøve;ABSENT;{exam.last_day}\r\n"
        "999999;Eva Ukjent;C;2027-05-02\r\n"
    )
    found = compare(sheet, text.encode(), administrator)
    assert found.differences == [
        {"kind": "result", "candidate": kari, "name": "Kari Prøve", "ours": "B", "theirs": "A"},
        {
            "kind": "day",
            "candidate": kari,
            "name": "Kari Prøve",
            "ours": "2027-05-02",
            "theirs": "2027-05-03",
        },
        {
            "kind": "name",
            "candidate": kari,
            "name": "Kari Prøve",
            "ours": "Kari Prøve",
            "theirs": "Kari Feil",
        },
        {
            "kind": "repeated",
            "candidate": kari,
            "name": "Kari Prøve",
            "ours": "B · 2027-05-02",
            "theirs": "B · 2027-05-02",
        },
        {"kind": "missing", "candidate": ola, "name": "Ola Prøve", "ours": "F · 2027-05-02", "theirs": ""},
        {"kind": "extra", "candidate": 999999, "name": "Eva Ukjent", "ours": "", "theirs": "C · 2027-05-02"},
    ]
    assert [row.result for row in results(exam)] == ["B", "F", "ABSENT"]


def test_a_file_that_was_tampered_with_is_found_out(exam, administrator):
    sheet = make_sheet(exam, by=administrator, now=NOW)
    kari, *_others = numbers(exam)
    content = the_file(sheet, **{"kari@example.no;1;B": "kari@example.no;1;A"})
    found = compare(sheet, content, administrator)
    assert found.differences == [
        {"kind": "changed", "candidate": None, "name": "", "ours": sheet.digest, "theirs": found.digest},
        {"kind": "result", "candidate": kari, "name": "Kari Prøve", "ours": "B", "theirs": "A"},
    ]


def test_a_checksum_of_no_sheet_is_found_out(exam, administrator):
    sheet = make_sheet(exam, by=administrator, now=NOW)
    found = compare(sheet, the_file(sheet, **{sheet.digest: "f" * 64}), administrator)
    assert found.differences == [
        {"kind": "checksum", "candidate": None, "name": "", "ours": sheet.digest, "theirs": "f" * 64}
    ]


def test_a_former_sheet_is_not_taken_for_the_present_one(exam, administrator):
    first = make_sheet(exam, by=administrator, now=NOW)
    candidate = exam.candidates.get(state=CandidateState.ABSENT)
    candidate.state = CandidateState.VALID_ABSENCE
    candidate.save()
    second = make_sheet(exam, by=administrator, now=LATER)
    with pytest.raises(Refused, match="The file is sheet 1, and not sheet 2, which counts now"):
        compare(second, the_file(first), administrator)
    with pytest.raises(Refused, match="Sheet 2 has taken the place of this one"):
        compare(first, the_file(first), administrator)
    assert not RegistryImport.objects.exists()


def test_a_stored_sheet_that_was_changed_is_not_compared(exam, administrator):
    sheet = make_sheet(exam, by=administrator, now=NOW)
    content = the_file(sheet)
    sheet.rows[0]["result"] = "A"
    sheet.save()
    with pytest.raises(Refused, match="its checksum does not fit"):
        compare(sheet, content, administrator)


def test_the_same_file_twice_is_one_comparison(exam, administrator):
    sheet = make_sheet(exam, by=administrator, now=NOW)
    first = compare(sheet, the_file(sheet), administrator)
    assert compare(sheet, the_file(sheet), administrator) == first
    assert compare(sheet, the_file(sheet, **{";F;": ";E;"}), administrator) != first
    assert RegistryImport.objects.count() == 2


def test_a_comparison_keeps_what_the_file_said(exam, administrator):
    sheet = make_sheet(exam, by=administrator, now=NOW)
    theirs = Row(None, "Eva Ukjent", "", None, "", "i fjor")
    found = RegistryList("x" * 300 + ".csv", [theirs], frozenset())
    made = compare_with_registry(sheet, found, by=administrator, now=LATER)
    assert (made.rows, len(made.original_name)) == ([theirs.as_json()], 200)


def test_the_file_is_what_a_spreadsheet_reads(exam, administrator):
    sheet = make_sheet(exam, by=administrator, now=NOW)
    rows = list(csv.reader(StringIO(the_file(sheet).decode()), delimiter=";"))
    assert rows[3][1] == "'=Per Prøve"
