"""Fees: the school sets one, the municipality says whom to invoice, the accounts take over; students pay."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest
import time_machine

from applications.models import Application, CourseFee, Intake, Offer, SemesterFee
from applications.states import Basis, IntakeState, OfferState, State
from innoskole.municipalities.models import Municipality
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.person import Person
from tests.factories import NOW, ApplicationFactory, municipality

INTAKE = "/admin/intakes/autumn-2027/"
BODO = "972418013"
PAYMENTS = (
    "E-post;Navn;Betalt\r\n"
    "kari@example.no;Kari Prøve;28.4.2027\r\n"
    "ola@example.no;;29.4.2027\r\n"
    "ase@example.no;Åse Ukjent;29.4.2027\r\n"
)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def bodo(intake: Intake, coordinator) -> Application:
    """Bodø and Vadsø have accepted their places; Bodø's Kari and Ola are students."""
    published = NOW - timedelta(days=3)
    Intake.objects.filter(pk=intake.pk).update(state=IntakeState.PUBLISHED, published_at=published)
    Municipality.objects.filter(pk=municipality("1804").pk).update(orgnr=BODO)
    applications = [
        ApplicationFactory(intake=intake, lead=municipality("1804"), coordinator=coordinator, team=3),
        ApplicationFactory(intake=intake, lead=municipality("5607")),
    ]
    for application in applications:
        Application.objects.filter(pk=application.pk).update(state=State.ADMITTED)
        Offer.objects.create(
            application=application, state=OfferState.ACCEPTED, made_at=published, answered_at=NOW
        )
    people = (
        ("Kari Prøve", "kari@example.no", Basis.QUALIFIED),
        ("Ola Prøve", "ola@example.no", Basis.INDIVIDUALLY_QUALIFIED),
        ("Per Prøve", "per@example.no", Basis.COURSE_PARTICIPANT),
    )
    for member, (name, email, basis) in zip(applications[0].members.all(), people, strict=True):
        applications[0].members.filter(pk=member.pk).update(name=name, email=email, basis=basis)
    return applications[0]


@pytest.mark.parametrize(
    "options",
    [{"viewport": DESKTOP}, {"viewport": PHONE}, {"viewport": DESKTOP, "javascript": False}],
    ids=["desktop", "phone", "without scripts"],
)
def test_the_course_fee_from_the_school_to_the_accounts(
    options, bodo: Application, coordinator, administrator, enter, clock: time_machine.Coordinates
) -> None:
    anna, kari = enter(administrator, **options), enter(coordinator, **options)
    set_a_fee(anna)

    kari.opens("/home/")
    kari.follows("State who shall be invoiced for the place of Bodø")
    kari.sees("30,000 kr")
    kari.writes({"Organisation number": "972 418 031"})
    kari.presses("Save")
    kari.sees("To continue, you must correct the following errors", "its last digit does not fit the others")
    kari.writes({"Organisation number": "972 418 013", "Your reference": "Order 17"})
    kari.presses("Save")
    kari.sees("Who shall be invoiced has been saved.")
    kari.opens("/home/")
    kari.does_not_see("State who shall be invoiced for the place of Bodø")

    anna.opens("/home/")
    anna.follows("Municipalities without invoice data: Autumn 2027")
    anna.sees("Vadsø")
    anna.follows("Reset")
    anna.selects("Invoice", "Ready for the accounts")
    anna.presses("Show")
    anna.sees("1 accepted place")
    sheet = openpyxl.load_workbook(BytesIO(Path(anna.downloads("Excel").path()).read_bytes())).active
    assert [[cell.value for cell in row][4:7] for row in list(sheet.rows)[1:]] == [[BODO, "Order 17", 30_000]]
    assert CourseFee.objects.get().exported_at is None
    anna.follows("Mark as exported")
    anna.sees("1 course fee")
    anna.presses("Mark as exported")
    anna.sees("1 course fee was marked as exported.")

    clock.shift(timedelta(minutes=1))
    kari.opens(f"/applications/{bodo.reference}/invoice/")
    kari.sees("The school has taken this over for the invoice.", BODO)
    anna.opens(f"/applications/{bodo.reference}/invoice/")
    anna.writes({"Your reference": "Order 18", "Reason": "Kari Koordinator has called."})
    anna.presses("Save")
    anna.sees("Changed since the export", within=anna.row("Bodø"))
    fee = CourseFee.objects.get()
    assert (fee.organisation_number, fee.buyer_reference, fee.amount) == (BODO, "Order 18", 30_000)


def set_a_fee(anna: Person) -> None:
    anna.opens("/home/")
    anna.follows("Set the course fee of Autumn 2027")
    anna.sees("No course fee yet")
    anna.writes(
        {"Course fee in kroner": "30000", "Valid from": "2027-01-01", "Decided where": "The board, 3/27"}
    )
    anna.presses("Set the course fee")
    anna.sees("The course fee has been set.", "In force")


@pytest.mark.parametrize(
    "options",
    [{"viewport": DESKTOP}, {"viewport": PHONE}, {"viewport": DESKTOP, "javascript": False}],
    ids=["desktop", "phone", "without scripts"],
)
def test_semester_fees_by_hand_and_from_a_list(options, bodo: Application, administrator, enter) -> None:
    anna = enter(administrator, **options)
    anna.opens(INTAKE)
    anna.follows("Semester fees")
    anna.sees("2 students")
    anna.presses("Paid today: Kari Prøve, Second semester")
    anna.sees("Kari Prøve: recorded as paid.")
    anna.presses("Undo: Kari Prøve, Second semester")
    anna.sees("Kari Prøve: recorded as not paid.")

    anna.follows("Import a list of payments")
    anna.presses("Look at the rows")
    anna.sees("To continue, you must correct the following errors")
    anna.chooses("First semester", of="Semester")
    payments = {"name": "payments.csv", "mimeType": "text/csv", "buffer": PAYMENTS.encode("cp1252")}
    anna.field("List of payments").set_input_files(files=[payments])
    anna.presses("Look at the rows")
    anna.sees("2 rows will be recorded.", "1 row is left over for you to look at.", "Åse Ukjent")
    assert not SemesterFee.objects.filter(paid_on__isnull=False).exists()
    with anna.page.expect_download() as caught:
        anna.page.get_by_role("button", name="Rows left over (CSV)").click()
    left_over = StringIO(Path(caught.value.path()).read_text("utf-8-sig"))
    assert [line[1] for line in csv.reader(left_over, delimiter=";")][1:] == ["ase@example.no"]
    anna.presses("Import the list")
    anna.is_at("The list is imported")
    anna.sees("2 rows were recorded.")
    anna.follows("Back to the list")
    anna.sees("Paid 28 April 2027", "Paid 29 April 2027")
    assert sorted(SemesterFee.objects.filter(semester=1).values_list("member__name", flat=True)) == [
        "Kari Prøve",
        "Ola Prøve",
    ]
    anna.selects("First semester", "Not paid")
    anna.presses("Show")
    anna.sees("No students found")
