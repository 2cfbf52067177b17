"""The school reviews: the list of applications, one case from end to end, many at once."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
import time_machine
from playwright.sync_api import expect

from applications import tasks
from applications.actions.submission import submit
from applications.models import Application, EducationLevel, Intake
from applications.models.content import content_digest
from applications.states import Basis, IntakeState, State
from innoskole.accounts.models import User
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.person import Person
from tests.factories import NOW, ApplicationFactory, municipality

QUEUE = "/admin/intakes/autumn-2027/applications/"
TEAM = ("Deltaker Prøve 1", "Deltaker Prøve 2", "Deltaker Prøve 3")


@pytest.fixture(autouse=True)
def clock(intake: Intake) -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def pass_the_deadline(intake: Intake, clock: time_machine.Coordinates) -> Callable[[], None]:
    """Makes it the morning after the deadline, with the intake closed."""

    def passed() -> None:
        clock.move_to(intake.closes_at + timedelta(hours=18))
        Intake.objects.filter(pk=intake.pk).update(state=IntakeState.CLOSED)

    return passed


def submitted(intake: Intake, code: str, coordinator: User, **fields) -> Application:
    """An application that is complete, and sent in by the product's own deed."""
    application = ApplicationFactory(
        intake=intake, lead=municipality(code), coordinator=coordinator, complete=True, **fields
    )
    application = Application.objects.select_related("intake", "lead").get(pk=application.pk)
    submit(application, seen=content_digest(application), by=coordinator, now=NOW)
    return application


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_one_application_from_received_to_ready(
    viewport, intake, coordinator, administrator, second_administrator, enter, post, pass_the_deadline
) -> None:
    application = submitted(intake, "1804", coordinator)
    application.members.filter(name=TEAM[1]).update(education=EducationLevel.ONE_OR_TWO)
    pass_the_deadline()
    anna, arne, kari = (
        enter(user, viewport=viewport) for user in (administrator, second_administrator, coordinator)
    )
    case = f"/admin/applications/{application.reference}/"
    anna.opens(QUEUE)
    anna.follows(application.reference)
    anna.presses("Take into review")
    anna.sees("The application is in review.")
    ask_for_information(anna)
    answer_it(kari)

    anna.opens(case)
    anna.sees("Upper secondary school in Bodø.", "The school has been named.")
    anna.presses("Pass the formal check")
    assess(anna, TEAM[0], "Qualified")
    assess(anna, TEAM[1], "Qualified after individual assessment")
    assess(anna, TEAM[2], "Course participant")
    anna.opens(case)
    anna.sees("6 of 7 conditions are met", "Waits for a second person")
    for name in TEAM[1:]:
        arne.opens(case)
        arne.follows(f"Assess {name}")
        arne.presses("Approve the decision")
    anna.opens(case)
    anna.presses("Make ready for selection")
    anna.sees("The application is ready for selection, and the coordinator is told.")
    assert application.reference in post(coordinator.email).body
    application.refresh_from_db()
    assert application.state == State.READY
    assert list(application.members.values_list("basis", flat=True)) == [
        Basis.QUALIFIED,
        Basis.INDIVIDUALLY_QUALIFIED,
        Basis.COURSE_PARTICIPANT,
    ]
    anna.main.locator("details.history summary").click()
    anna.arrives()


def ask_for_information(anna: Person) -> None:
    anna.follows("Ask for information")
    anna.presses("Send the request")
    anna.sees("To continue, you must correct the following errors")
    anna.writes({"What is missing": "Which school?"})
    anna.chooses("Problem statement", of="Parts that the municipality may change")
    anna.presses("Send the request")
    anna.sees("Done. The letters are on their way.", "Information requested")


def answer_it(kari: Person) -> None:
    kari.opens("/home/")
    kari.follows("Answer the school about the application of Bodø")
    kari.sees("Which school?")
    kari.follows("Problem statement")
    kari.writes({"Why this problem matters to the municipality": "Upper secondary school in Bodø."})
    kari.presses("Save")
    kari.is_at("Answer the school")
    kari.writes({"Answer": "The school has been named."})
    kari.presses("Send the answer")
    kari.is_at("The application is sent in")
    kari.follows("Go to the application")
    kari.does_not_see("The school has asked for information")


def assess(anna: Person, name: str, decision: str) -> None:
    anna.follows(f"Assess {name}")
    anna.chooses(decision)
    anna.writes({"Reason": "According to the documents."})
    anna.presses("Decide")


def test_the_list_is_searched_filtered_sorted_and_exported(intake, administrator, coordinator, enter) -> None:
    for code in ("1804", "4646", "0301"):
        ApplicationFactory(
            intake=intake,
            lead=municipality(code),
            coordinator=coordinator,
            state=State.SUBMITTED,
            team=3 if code == "0301" else 4,
        )
    anna = enter(administrator)
    anna.opens(QUEUE)
    assert names(anna) == ["Bodø", "Fjaler", "Oslo"]
    anna.follows("Inhabitants")
    assert names(anna) == ["Fjaler", "Bodø", "Oslo"]
    anna.selects("Size class", "Large (20,000 inhabitants or more)")
    anna.presses("Show")
    assert names(anna) == ["Bodø", "Oslo"]
    asked = parse_qs(urlsplit(anna.page.url).query)
    assert (asked["size"], asked["sort"]) == (["L"], ["inhabitants"])
    excel = openpyxl.load_workbook(BytesIO(anna.downloads("Excel").path().read_bytes())).active
    rows = list(excel.iter_rows(values_only=True))
    assert [row[2] for row in rows] == ["Municipality", "Bodø", "Oslo"]
    text = anna.downloads("CSV").path().read_text(encoding="utf-8-sig")
    assert [row[2] for row in csv.reader(StringIO(text), delimiter=";")] == ["Municipality", "Bodø", "Oslo"]
    anna.writes({"Municipality, reference or coordinator": "oslo"})
    anna.presses("Show")
    assert names(anna) == ["Oslo"]
    anna.writes({"Municipality, reference or coordinator": "fjaler"})
    anna.presses("Show")
    anna.sees("No applications found")
    anna.follows("Show all")
    assert names(anna) == ["Bodø", "Fjaler", "Oslo"]


def names(anna: Person) -> list[str]:
    return anna.main.locator("tbody th").all_inner_texts()


def test_many_at_once_after_a_preview(
    intake, coordinator, outsider, administrator, enter, pass_the_deadline
) -> None:
    submitted(intake, "1804", coordinator)
    submitted(intake, "4646", outsider)
    ApplicationFactory(intake=intake, lead=municipality("0301"), coordinator=coordinator)
    pass_the_deadline()
    anna = enter(administrator)
    anna.opens(QUEUE)
    anna.selects("What to do", "Take into review")
    anna.selects("Which applications", "All 3 in the list")
    anna.presses("Preview")
    anna.sees("2 applications will be changed", "1 application stays as it is", "Nobody gets mail.")
    anna.presses("Do it for 2 applications")
    assert sorted(Application.objects.values_list("lead__name", "state")) == [
        ("Bodø", State.IN_REVIEW),
        ("Fjaler", State.IN_REVIEW),
        ("Oslo", State.DRAFT),
    ]
    anna.chooses(f"Choose {Application.objects.get(lead__code='4646').reference} Fjaler")
    anna.selects("What to do", "Pass the formal check")
    anna.presses("Preview")
    anna.sees("1 application will be changed")
    anna.presses("Do it for 1 application")
    assert Application.objects.get(lead__code="4646").formal_checked_at is not None


def test_an_application_is_withdrawn_with_a_reason(intake, coordinator, administrator, enter, post) -> None:
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state=State.IN_REVIEW)
    anna = enter(administrator)
    anna.opens(f"/admin/applications/{application.reference}/")
    anna.follows("Withdraw on behalf of the municipality")
    anna.writes({"Reason": "The team has left the municipality."})
    anna.presses("Withdraw the application")
    anna.sees("The team has left the municipality.")
    assert "The team has left the municipality." in post(coordinator.email).body
    assert Application.objects.get().state == State.WITHDRAWN
    kari = enter(coordinator)
    kari.opens(f"/applications/{application.reference}/")
    kari.sees("Reason: The team has left the municipality.")


def test_an_application_is_rejected_by_two(
    intake, coordinator, administrator, second_administrator, enter, post
) -> None:
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state=State.IN_REVIEW)
    anna, arne, kari = enter(administrator), enter(second_administrator), enter(coordinator)
    anna.opens(f"/admin/applications/{application.reference}/")
    anna.follows("Reject on formal grounds")
    anna.writes({"Reason": "Two of the participants work elsewhere."})
    anna.presses("Prepare the rejection")
    anna.sees("The rejection is prepared. Another person must approve it.")
    kari.opens(f"/applications/{application.reference}/")
    kari.does_not_see("Two of the participants work elsewhere.", "Decisions")
    arne.opens("/home/")
    arne.follows("Approve a decision on Bodø: Rejected on formal grounds")
    arne.follows("Approve the decision")
    arne.sees("What happens", coordinator.email)
    arne.presses("Approve")
    arne.sees("The decision is approved, and leaves at its minute.")
    assert tasks.release_due() == 1
    assert "Two of the participants work elsewhere." in post(coordinator.email).body
    assert Application.objects.get().state == State.REJECTED
    kari.opens(f"/applications/{application.reference}/")
    kari.sees("Reason: Two of the participants work elsewhere.", "Rejected on formal grounds")
    kari.sees("Read the letter (PDF)")


def test_a_second_look_at_a_decision_on_a_person(
    intake, coordinator, administrator, second_administrator, enter
):
    application = ApplicationFactory(
        intake=intake, coordinator=coordinator, state=State.IN_REVIEW, complete=True
    )
    anna, arne = enter(administrator), enter(second_administrator)
    anna.opens(f"/admin/applications/{application.reference}/")
    anna.follows(f"Assess {TEAM[0]}")
    anna.presses("Decide")
    anna.sees("To continue, you must correct the following errors")
    anna.chooses("Course participant")
    anna.writes({"Reason": "The diploma is missing."})
    anna.presses("Decide")
    arne.opens(f"/admin/applications/{application.reference}/")
    arne.follows(f"Assess {TEAM[0]}")
    arne.sees("Anna Administrator has decided «Course participant».")
    arne.writes({"Reason": "The diploma has come."})
    arne.presses("Set aside")
    arne.opens(f"/admin/applications/{application.reference}/")
    arne.follows(f"Assess {TEAM[0]}")
    expect(arne.main.locator("tbody tr").first).to_contain_text("Set aside")
