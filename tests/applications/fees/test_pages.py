"""The pages about fees: who sees what, files that equal the list, one query count for one row and three."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from applications.actions.fees import mark_exported, state_invoice
from applications.models import Application, CourseFee, FeeRate, Intake
from applications.waiting.fees import fees_waits
from innoskole.accounts import audit, facts
from innoskole.accounts.models import User
from innoskole.municipalities.models import Municipality
from tests.applications.fees.conftest import BODO, PUBLISHED, VADSO, table
from tests.factories import NOW, AffiliationFactory, UserFactory

pytestmark = pytest.mark.usefixtures("now")

FEES = reverse("applications:course_fees", args=["autumn-2027"])
EXPORTED = reverse("applications:course_fees_exported", args=["autumn-2027"])
RATES = reverse("applications:fee_rates")
SEMESTERS = reverse("applications:semester_fees", args=["autumn-2027"])
IMPORT = reverse("applications:semester_fee_import", args=["autumn-2027"])
INVOICE = reverse("applications:invoice", args=["IS-2027H-1804"])
SLIP = "This is no organisation number: its last digit does not fit the others. Look for a slip."


# --- Rates ------------------------------------------------------------------------------------------


def test_a_course_fee_is_set(browser: Client, administrator: User) -> None:
    new = {"amount": "30000", "valid_from_on": "2027-08-01", "source": "The board, 3/27"}
    assert "No course fee yet" in browser.get(RATES).content.decode()
    assert browser.post(RATES, {**new, "amount": "0"}).context["form"].errors
    response = browser.post(RATES, new, follow=True)
    assert [version.rate.amount for version in response.context["versions"]] == [30_000]
    assert [each.what for each in response.context["lines"]] == ["set the course fee"]
    assert browser.post(RATES, new).context["form"].errors == {
        "valid_from_on": ["Another course fee is valid from the same day."]
    }


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_the_rates(
    browser: Client, administrator: User, rows: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for month in range(rows):
        FeeRate.objects.create(
            amount=1, valid_from_on=f"2027-0{month + 1}-01", source="x", set_by=administrator, set_at=NOW
        )
    browser.get(RATES)
    with django_assert_num_queries(4):
        assert len(browser.get(RATES).context["versions"]) == rows


# --- One invoice ------------------------------------------------------------------------------------


def test_the_coordinator_s_page(
    bodo: Application, rate: FeeRate, coordinator: User, log_in: Callable[[User], Client]
) -> None:
    Municipality.objects.filter(code="1804").update(orgnr=BODO)
    kari = log_in(coordinator)
    page = kari.get(INVOICE)
    assert (page.context["amount"], page.context["form"]["organisation_number"].value()) == (30_000, BODO)
    slip = kari.post(INVOICE, {"organisation_number": "972418014", "buyer_reference": "17"})
    assert slip.context["form"].errors == {"organisation_number": [SLIP]}
    saved = kari.post(INVOICE, {"organisation_number": VADSO, "buyer_reference": "17"})
    assert saved.url == bodo.get_absolute_url()
    assert kari.get(INVOICE).context["form"]["organisation_number"].value() == VADSO

    CourseFee.objects.update(exported_at=NOW)
    page = kari.get(INVOICE)
    assert (page.context["form"], VADSO in page.content.decode()) == (None, True)
    refused = kari.post(INVOICE, {"organisation_number": BODO, "buyer_reference": "17"})
    assert (refused.status_code, CourseFee.objects.get().organisation_number) == (409, VADSO)


def test_before_the_answer_there_is_nothing_to_state(
    accepted: Callable[..., Application], rate: FeeRate, coordinator: User, log_in: Callable[[User], Client]
) -> None:
    accepted("1804", state="sent", coordinator=coordinator)
    page = log_in(coordinator).get(INVOICE)
    assert page.context["form"] is None
    assert "when the municipality has accepted a place" in page.content.decode()


def test_the_school_s_page_asks_for_a_reason_once_exported(
    bodo: Application, rate: FeeRate, coordinator: User, browser: Client
) -> None:
    state_invoice(bodo, organisation_number=BODO, buyer_reference="17", by=coordinator, now=PUBLISHED)
    data = {"organisation_number": VADSO, "buyer_reference": "17"}
    assert browser.post(INVOICE, data).url == FEES
    CourseFee.objects.update(exported_at=NOW)
    assert browser.post(INVOICE, {**data, "buyer_reference": "18"}).context["form"].errors == {
        "reason": ["This field is required."]
    }
    browser.post(INVOICE, {**data, "buyer_reference": "18", "reason": "Asked by phone."})
    assert CourseFee.objects.get().buyer_reference == "18"
    assert audit.history(bodo)[0].reason == "Asked by phone."


def test_nobody_sees_the_invoice_of_others(
    bodo: Application,
    rate: FeeRate,
    coordinator: User,
    colleague: User,
    outsider: User,
    instructor: User,
    administrator: User,
    log_in: Callable[[User], Client],
) -> None:
    people = (coordinator, colleague, outsider, instructor, administrator)
    assert [log_in(user).get(INVOICE).status_code for user in people] == [200, 200, 404, 404, 200]
    for address in (RATES, FEES, EXPORTED, SEMESTERS, IMPORT):
        assert [log_in(user).get(address).status_code for user in people] == [403, 403, 403, 403, 200]
        assert Client().get(address).status_code == 302


# --- The list of course fees ------------------------------------------------------------------------


@pytest.fixture
def three(
    bodo: Application, accepted: Callable[..., Application], rate: FeeRate, coordinator: User
) -> list[Application]:
    """Bodø has stated whom to invoice and Karasjok and Vadsø have not; Herøy has declined."""
    applications = [bodo, accepted("5610"), accepted("5607")]
    accepted("1818", state="declined")
    state_invoice(bodo, organisation_number=BODO, buyer_reference="Order 17", by=coordinator, now=PUBLISHED)
    return applications


def listed(response: Any) -> list[str]:
    return [application.lead.code for application, _label, _color in response.context["rows"]]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["1804", "5610", "5607"]),
        ("?sort=-municipality", ["5607", "5610", "1804"]),
        ("?sort=amount&state=missing", ["5610", "5607"]),
        ("?state=ready", ["1804"]),
        ("?state=nonsense", ["1804", "5610", "5607"]),
        ("?q=vads", ["5607"]),
        ("?q=972+418+013", ["1804"]),
        ("?q=order+17", ["1804"]),
        ("?q=2027h-5610", ["5610"]),
        ("?q=herøy", []),
    ],
)
def test_the_list_and_its_files_hold_the_same_rows(
    browser: Client, three: list[Application], published: Intake, query: str, codes: list[str]
) -> None:
    assert sorted(listed(browser.get(FEES + query))) == sorted(codes)
    if "amount" not in query:
        assert listed(browser.get(FEES + query)) == codes
    lines = table(browser.get(f"{FEES}export.csv{query}").content)
    assert [line[1] for line in lines[1:]] == listed(browser.get(FEES + query))
    sheet = openpyxl.load_workbook(BytesIO(browser.get(f"{FEES}export.xlsx{query}").content)).active
    assert [row[1].value for row in list(sheet.rows)[1:]] == [line[1] for line in lines[1:]]
    assert audit.history(published)[0].verb == "downloaded the list of course fees"


def test_what_the_accounts_get(browser: Client, three: list[Application]) -> None:
    heading, bodo, karasjok, _vadso = table(browser.get(f"{FEES}export.csv").content)
    assert heading == [
        "Reference number",
        "Municipality number",
        "Municipality",
        "County",
        "Organisation number",
        "Your reference",
        "Amount in kroner",
        "Invoice",
        "Stated by",
        "E-mail",
        "Stated",
        "Exported",
    ]
    assert bodo == [
        "IS-2027H-1804",
        "1804",
        "Bodø",
        "Nordland",
        BODO,
        "Order 17",
        "30000",
        "Ready for the accounts",
        "Kari Koordinator",
        "kari@bodo.kommune.no",
        "2027-04-20 12:00",
        "",
    ]
    assert (
        karasjok
        == ["IS-2027H-5610", "5610", "Karasjok", "Finnmark", "", "", "", "Invoice data missing"] + [""] * 4
    )
    sheet = openpyxl.load_workbook(BytesIO(browser.get(f"{FEES}export.xlsx").content)).active
    assert [cell.value for cell in sheet[2]][4:7] == [BODO, "Order 17", 30_000]
    assert browser.get(f"{FEES}export.xml").status_code == 404


def test_to_mark_as_exported_is_a_deed_of_its_own(
    browser: Client, three: list[Application], coordinator: User
) -> None:
    browser.get(f"{FEES}export.xlsx")
    assert CourseFee.objects.get().exported_at is None
    preview = browser.get(f"{EXPORTED}?state=ready")
    assert [each.reference for each in preview.context["applications"]] == ["IS-2027H-1804"]
    assert browser.get(f"{EXPORTED}?q=vads").context["applications"] == []
    data = {"reference": ["IS-2027H-1804", "IS-2027H-5610"], "seen_at": preview.context["seen_at"]}
    for seen_at in ("", "yesterday", "2027-05-03T10:00:00", "2027-13-03T10:00:00+02:00"):
        browser.post(EXPORTED, {**data, "seen_at": seen_at})
        assert CourseFee.objects.get().exported_at is None
    response = browser.post(f"{EXPORTED}?state=ready", data)
    assert response.url == f"{FEES}?state=ready"
    assert CourseFee.objects.get().exported_at == NOW
    page = browser.get(FEES)
    assert [card.value for card in page.context["cards"]] == ["3", "2", "0", "1", "30,000 kr"]
    assert "Nothing was marked" in browser.post(EXPORTED, data, follow=True).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_the_list(
    browser: Client,
    accepted: Callable[..., Application],
    rate: FeeRate,
    administrator: User,
    rows: int,
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    for code in ("1804", "5610", "5607")[:rows]:
        application = accepted(code)
        state_invoice(application, organisation_number=BODO, buyer_reference="17", by=administrator, now=NOW)
    browser.get(FEES)
    with django_assert_num_queries(7):
        assert len(listed(browser.get(FEES))) == rows
    with django_assert_num_queries(5):
        assert len(table(browser.get(f"{FEES}export.csv").content)) == rows + 1
    with django_assert_num_queries(4):
        assert len(browser.get(EXPORTED).context["applications"]) == rows


def test_empty_lists_say_why(browser: Client, published: Intake) -> None:
    assert "No accepted places yet" in browser.get(FEES).content.decode()
    assert "No accepted places found" in browser.get(f"{FEES}?q=x").content.decode()
    assert "No students yet" in browser.get(SEMESTERS).content.decode()
    assert "No students found" in browser.get(f"{SEMESTERS}?q=x").content.decode()


# --- What waits -------------------------------------------------------------------------------------


def waits(user: User) -> list[tuple[str, int | None, datetime | None]]:
    return [(each.title, each.count, each.since_at) for each in fees_waits(user, NOW)]


def test_what_waits_for_whom(
    accepted: Callable[..., Application],
    published: Intake,
    coordinator: User,
    outsider: User,
    administrator: User,
) -> None:
    accepted("5607", state="sent", coordinator=coordinator)
    assert [waits(user) for user in (coordinator, administrator)] == [[], []]
    bodo = accepted("1804", coordinator=coordinator)
    answered = bodo.offer.answered_at
    assert [waits(user) for user in (coordinator, outsider, administrator)] == [
        [],
        [],
        [("Set the course fee of Autumn 2027", None, answered)],
    ]
    FeeRate.objects.create(
        amount=30_000, valid_from_on=PUBLISHED.date(), source="x", set_by=administrator, set_at=NOW
    )
    assert [waits(user) for user in (coordinator, outsider, administrator)] == [
        [("State who shall be invoiced for the place of Bodø", None, answered)],
        [],
        [("Municipalities without invoice data: Autumn 2027", 1, answered)],
    ]
    state_invoice(bodo, organisation_number=BODO, buyer_reference="17", by=coordinator, now=NOW)
    assert [waits(user) for user in (coordinator, administrator)] == [[], []]
    mark_exported(published, [bodo.reference], seen_at=NOW, by=administrator, now=NOW)
    assert [waits(user) for user in (coordinator, administrator)] == [[], []]


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_what_waits(
    accepted: Callable[..., Application],
    rate: FeeRate,
    administrator: User,
    rows: int,
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    busy = UserFactory()
    for code in ("1804", "5610", "5607")[:rows]:
        application = accepted(code, coordinator=busy)
        AffiliationFactory(user=busy, municipality=application.lead)
    busy = facts.known(busy)
    with django_assert_num_queries(2):
        assert len(waits(busy)) == rows
    with django_assert_num_queries(2):
        assert waits(administrator)[0][1] == rows
