"""The pages about semester fees: the list and its files, a payment by hand, a list of payments."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from applications.models import Application, Intake, SemesterFee, TeamMember
from applications.states import Basis
from innoskole.accounts import audit
from innoskole.accounts.models import User
from tests.applications.fees.conftest import table
from tests.factories import NOW, TeamMemberFactory

pytestmark = pytest.mark.usefixtures("now")

SEMESTERS = reverse("applications:semester_fees", args=["autumn-2027"])
IMPORT = reverse("applications:semester_fee_import", args=["autumn-2027"])


def record(browser: Client, member: TeamMember, semester: int, paid: str, **data: str) -> Any:
    address = reverse("applications:semester_fee_record", args=["autumn-2027", member.pk, semester])
    return browser.post(address, {"paid": paid, **data})


def test_a_student_s_fee_by_hand(browser: Client, team: list[TeamMember]) -> None:
    kari, _ola, per, _eva = team
    assert record(browser, kari, 1, "yes", query="first=no").url == f"{SEMESTERS}?first=no"
    assert SemesterFee.objects.get().paid_on == NOW.date()
    page = browser.get(SEMESTERS)
    assert [each.what for each in page.context["lines"]] == ["recorded the semester fee as paid"]
    assert [card.value for card in page.context["cards"]] == ["2", "1", "0"]
    assert record(browser, kari, 1, "no").url == SEMESTERS
    assert SemesterFee.objects.get().paid_on is None
    record(browser, per, 1, "yes")
    record(browser, kari, 3, "yes")
    assert SemesterFee.objects.count() == 1
    address = reverse("applications:semester_fee_record", args=["autumn-2027", kari.pk, 1])
    assert browser.get(address).status_code == 405
    elsewhere = TeamMemberFactory(application__intake__slug="other")
    assert record(browser, elsewhere, 1, "yes").status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?sort=name", ["Kari Prøve", "Ola Prøve"]),
        ("?sort=-name", ["Ola Prøve", "Kari Prøve"]),
        ("?first=yes", ["Kari Prøve"]),
        ("?first=no", ["Ola Prøve"]),
        ("?first=yes&second=yes", []),
        ("?q=OLA+bod", ["Ola Prøve"]),
        ("?q=kari@", ["Kari Prøve"]),
        ("?q=per", []),
    ],
)
def test_the_list_of_students_and_its_files(
    browser: Client, team: list[TeamMember], query: str, names: list[str]
) -> None:
    record(browser, team[0], 1, "yes")
    assert [member.name for member, _semesters in browser.get(SEMESTERS + query).context["rows"]] == names
    lines = table(browser.get(f"{SEMESTERS}export.csv{query}").content)
    assert [line[0] for line in lines[1:]] == names
    sheet = openpyxl.load_workbook(BytesIO(browser.get(f"{SEMESTERS}export.xlsx{query}").content)).active
    assert [row[0].value for row in list(sheet.rows)[1:]] == names


def test_what_the_file_of_students_says(browser: Client, team: list[TeamMember], published: Intake) -> None:
    record(browser, team[0], 2, "yes")
    assert table(browser.get(f"{SEMESTERS}export.csv?first=no&q=kari").content)[1:] == [
        ["Kari Prøve", "kari@example.no", "Bodø", "IS-2027H-1804", "Qualified", "", "2027-05-03"]
    ]
    event = audit.history(published)[0]
    assert (event.verb, event.changes["Filter"]) == (
        "downloaded the list of semester fees",
        ["", "q=kari; first=no"],
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_the_list_of_students(
    browser: Client,
    bodo: Application,
    administrator: User,
    rows: int,
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    for number in range(rows):
        member = TeamMemberFactory(application=bodo, name=f"Student {number}", basis=Basis.QUALIFIED)
        record(browser, member, 1, "yes")
    browser.get(SEMESTERS)
    with django_assert_num_queries(8):
        page = browser.get(SEMESTERS)
    assert (len(page.context["rows"]), len(page.context["lines"])) == (rows, rows)
    with django_assert_num_queries(5):
        assert len(table(browser.get(f"{SEMESTERS}export.csv").content)) == rows + 1


# --- Import -----------------------------------------------------------------------------------------


def upload(text: str, semester: str = "1") -> dict[str, Any]:
    return {"semester": semester, "file": SimpleUploadedFile("payments.csv", text.encode("cp1252"))}


def test_a_list_is_looked_at_and_imported(browser: Client, team: list[TeamMember]) -> None:
    text = "E-post;Navn;Betalt\r\nkari@example.no;Kari Prøve;28.4.2027\r\nukjent@example.no;Åse;28.4.2027\r\n"
    preview = browser.post(IMPORT, upload(text))
    assert [line.kind for line in preview.context["found"].lines] == ["record", "nobody"]
    assert not SemesterFee.objects.exists()
    sent = {"semester": "1", "text": preview.context["text"], "seen": preview.context["found"].digest}

    left_over = table(browser.post(IMPORT, {**sent, "left_over": "yes"}).content)
    assert left_over == [
        ["Line", "E-mail", "Name", "Date paid", "What happens", "Why"],
        [
            "3",
            "ukjent@example.no",
            "Åse",
            "28.4.2027",
            "Matches nobody",
            "Nobody in this intake has the e-mail address.",
        ],
    ]
    assert not SemesterFee.objects.exists()

    done = browser.post(IMPORT, {**sent, "import": "yes"})
    assert "The list is imported" in done.content.decode()
    assert SemesterFee.objects.get().member == team[0]
    again = browser.post(IMPORT, {**sent, "import": "yes"})
    assert "Something has changed meanwhile" in again.content.decode()
    assert [line.kind for line in again.context["found"].lines] == ["known", "nobody"]
    assert SemesterFee.objects.count() == 1


def test_what_is_no_list(browser: Client, team: list[TeamMember]) -> None:
    response = browser.post(IMPORT, upload("Navn;Betalt\nKari;28.4.2027\n"))
    (why,) = response.context["form"].errors["file"]
    assert why.startswith("The first line must name the columns")
    assert set(browser.post(IMPORT, {}).context["form"].errors) == {"semester", "file"}
    for forged in (
        {"text": ""},
        {"text": "x", "semester": "3", "seen": "x"},
        {"text": "x", "semester": "1", "seen": "x"},
    ):
        assert browser.post(IMPORT, forged).url == IMPORT
    assert not SemesterFee.objects.exists()
