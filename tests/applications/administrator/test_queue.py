"""The list of applications: search, filter, sort, export, bulk; as many queries for one row as for three."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from applications.actions import admission, review
from applications.models import Application, Intake
from applications.models.queue import Filters, matching
from applications.states import IntakeState, State
from innoskole.accounts import audit
from innoskole.accounts.affiliations import domains_of
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.factories import (
    ApplicationFactory,
    GuaranteeFactory,
    PartnerFactory,
    TeamMemberFactory,
    UserFactory,
    municipality,
)

LIST = reverse("applications:queue", args=["autumn-2027"])
BULK = reverse("applications:queue_bulk", args=["autumn-2027"])


@pytest.fixture
def browser(administrator: User, log_in: Callable[[User], Client]) -> Client:
    return log_in(administrator)


@pytest.fixture
def three(intake: Intake) -> list[Application]:
    """Karasjok (small, north), Bodø (large, north) and Herøy in Møre og Romsdal (medium, west)."""
    Intake.objects.filter(pk=intake.pk).update(state=IntakeState.CLOSED)
    kari = UserFactory(name="Kari Koordinator", email="kari@example.no")
    rows = (("5610", State.SUBMITTED, 3), ("1804", State.IN_REVIEW, 4), ("1515", State.DRAFT, 0))
    return [
        ApplicationFactory(
            intake=intake,
            lead=municipality(code),
            state=state,
            reference=f"IS-2027H-000{number}",
            team=team,
            coordinator=kari if number == 2 else UserFactory(),
        )
        for number, (code, state, team) in enumerate(rows, start=1)
    ]


def codes(intake: Intake, **filters: str) -> list[str]:
    return sorted(matching(intake, Filters(**filters)).values_list("lead__code", flat=True))


def listed(response: Any) -> list[str]:
    return [row.application.lead.code for row in response.context["rows"]]


# --- Filters ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["1515", "1804", "5610"]),
        ({"text": "kárášjohka"}, ["5610"]),
        ({"text": "KARASJOHKA"}, ["5610"]),
        ({"text": "bodø"}, ["1804"]),
        ({"text": "herøy møre"}, ["1515"]),
        ({"text": "2027h-0003"}, ["1515"]),
        ({"text": "koordinator kari"}, ["1804"]),
        ({"text": "ørland"}, ["1804"]),
        ({"text": "nowhere"}, []),
        ({"state": "draft"}, ["1515"]),
        ({"region": "NN"}, ["1804", "5610"]),
        ({"region": "NN", "size": "L"}, ["1804"]),
        ({"size": "S"}, ["5610"]),
        ({"size": "M"}, ["1515"]),
    ],
)
def test_filters(intake: Intake, three: list[Application], filters: dict[str, str], found: list[str]) -> None:
    PartnerFactory(application=three[1], municipality=municipality("5057"))
    assert codes(intake, **filters) == found


def test_the_division_of_the_intake_counts(intake: Intake, three: list[Application]) -> None:
    intake.division = "ssb"
    assert codes(intake, region="6") == ["1804", "5610"]
    assert codes(intake, region="4") == ["1515"]


def test_filters_on_requests(intake: Intake, three: list[Application], administrator: User) -> None:
    now = intake.closes_at + timedelta(hours=1)
    application = Application.objects.get(lead__code="1804")
    ask = {"question": "Who?", "parts": ["team"], "by": administrator}
    first = review.request_information(application, due_at=now + timedelta(days=1), now=now, **ask)
    assert codes(intake, request="open") == ["1804"]
    # Not answered in time.
    first.closed_at = now + timedelta(days=1, seconds=1)
    first.save()
    Application.objects.filter(pk=application.pk).update(state=State.IN_REVIEW)
    assert [codes(intake, request=kind) for kind in ("open", "answered", "unanswered")] == [[], [], ["1804"]]
    # Asked again, and answered.
    application.refresh_from_db()
    now += timedelta(days=2)
    second = review.request_information(application, due_at=now + timedelta(days=1), now=now, **ask)
    second.closed_at, second.answered_by = now + timedelta(hours=1), administrator
    second.save()
    Application.objects.filter(pk=application.pk).update(state=State.IN_REVIEW)
    assert [codes(intake, request=kind) for kind in ("open", "answered", "unanswered")] == [[], ["1804"], []]
    # Read: the formal check is done again.
    Application.objects.filter(pk=application.pk).update(formal_checked_at=now)
    assert codes(intake, request="answered") == []


def test_filters_on_assessments(
    browser: Client, intake: Intake, three: list[Application], administrator: User
) -> None:
    application = Application.objects.get(lead__code="1804")
    now = intake.closes_at + timedelta(hours=1)
    kinds = ("missing", "approval", "done")
    assert [codes(intake, assessed=kind) for kind in kinds] == [["1804", "5610"], [], []]
    for member in application.members.all():
        admission.assess(member, outcome="qualified", reason="Bachelor.", by=administrator, now=now)
    assert [codes(intake, assessed=kind) for kind in kinds] == [["5610"], [], ["1804"]]
    clerk = TeamMemberFactory(application=application, education="one_or_two")
    assert [codes(intake, assessed=kind) for kind in kinds] == [["1804", "5610"], [], []]
    admission.assess(clerk, outcome="individually_qualified", reason="Work.", by=administrator, now=now)
    assert [codes(intake, assessed=kind) for kind in kinds] == [["5610"], ["1804"], []]
    # Somebody who was decided on is now another.
    clerk.delete()
    ask = {"question": "Who?", "parts": ["team"], "due_at": now + timedelta(days=1), "by": administrator}
    review.request_information(application, now=now, **ask)
    assert [codes(intake, assessed=kind) for kind in kinds] == [["5610"], [], ["1804"]]
    application.members.filter(pk=application.members.first().pk).update(name="Another Prøve")
    assert [codes(intake, assessed=kind) for kind in kinds] == [["1804", "5610"], [], []]
    shown = " ".join(browser.get(LIST, {"q": "bodø"}).content.decode().split())
    assert '4 of 4 <br><span class="hint">1 to be assessed again</span>' in shown


def test_filters_on_the_formal_check(browser: Client, intake: Intake, three: list[Application]) -> None:
    application = Application.objects.get(lead__code="1804")
    kinds = ("missing", "done")
    assert [codes(intake, checked=kind) for kind in kinds] == [["1804"], []]
    page = browser.get(LIST, {"checked": "missing"})
    assert listed(page) == ["1804"]
    assert "0 of 4" in page.content.decode()
    assert "Formal check not done" in page.content.decode()
    Application.objects.filter(pk=application.pk).update(formal_checked_at=intake.closes_at)
    assert [codes(intake, checked=kind) for kind in kinds] == [[], ["1804"]]
    assert "Formal check done" in browser.get(LIST, {"checked": "done"}).content.decode()


# --- The page ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_much_for_three_as_for_one(
    browser: Client,
    three: list[Application],
    rows: int,
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    for application in three:
        PartnerFactory(application=application, municipality=municipality("5057"))
    text = "" if rows == 3 else "karasjok"
    with django_assert_num_queries(8):
        response = browser.get(LIST, {"q": text})
    assert len(listed(response)) == rows


def test_a_row_shows_what_there_is_to_know(browser: Client, three: list[Application]) -> None:
    (row,) = browser.get(LIST, {"q": "karasjok"}).context["rows"]
    one = row.application
    assert (row.region, row.size, one.population, one.team_size, one.decided_size) == (
        "Northern Norway",
        "Small",
        2568,
        3,
        0,
    )


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("reference", ["5610", "1804", "1515"]),
        ("-reference", ["1515", "1804", "5610"]),
        ("municipality", ["1804", "1515", "5610"]),
        ("region", ["1804", "5610", "1515"]),
        ("inhabitants", ["5610", "1515", "1804"]),
        ("team", ["1515", "5610", "1804"]),
        ("-state", ["1804", "5610", "1515"]),
        ("nonsense", ["5610", "1804", "1515"]),
    ],
)
def test_sort(browser: Client, three: list[Application], sort: str, order: list[str]) -> None:
    assert listed(browser.get(LIST, {"sort": sort})) == order


def test_a_filter_that_is_not_on_offer_is_left_out(browser: Client, three: list[Application]) -> None:
    assert len(listed(browser.get(LIST, {"state": "invented", "region": "XX"}))) == 3


def test_nothing_found(browser: Client, three: list[Application]) -> None:
    assert "No applications found" in browser.get(LIST, {"q": "nowhere"}).content.decode()


def test_fifty_on_a_page(browser: Client, intake: Intake) -> None:
    ApplicationFactory.create_batch(
        51, intake=intake, lead=municipality(), state=State.WITHDRAWN, coordinator=UserFactory()
    )
    assert len(listed(browser.get(LIST))) == 50
    assert len(listed(browser.get(LIST, {"page": "2", "state": "withdrawn"}))) == 1


# --- Export -----------------------------------------------------------------------------------------


def exported(browser: Client, kind: str, query: dict[str, str]) -> list[list[Any]]:
    response = browser.get(reverse("applications:queue_export", args=["autumn-2027", kind]), query)
    assert response.status_code == 200
    if kind == "csv":
        return list(csv.reader(StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    sheet = openpyxl.load_workbook(BytesIO(response.content)).active
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_export_is_the_filtered_list(browser: Client, three: list[Application], kind: str) -> None:
    query = {"region": "NN", "sort": "-reference"}
    heading, *lines = exported(browser, kind, query)
    assert heading[:3] == ["Reference number", "Municipality number", "Municipality"]
    assert [line[1] for line in lines] == listed(browser.get(LIST, query)) == ["1804", "5610"]
    assert [str(value or "") for value in lines[0][2:12]] == [
        "Bodø",
        "Nordland",
        "",
        "Northern Norway",
        "Large",
        "53638",
        "Kari Koordinator",
        "kari@example.no",
        "In review",
        "4",
    ]


def test_the_export_is_written_down(
    now: datetime, browser: Client, intake: Intake, administrator: User, three: list[Application]
) -> None:
    exported(browser, "csv", {"region": "NN", "q": "bodø"})
    event = audit.history(intake).get()
    assert (event.by, event.occurred_at, event.changes) == (
        administrator,
        now,
        {
            "File": ["", "applications-autumn-2027.csv"],
            "Filter": ["", "q=bodø; region=NN"],
            "Rows": ["", 1],
        },
    )


def test_there_are_two_kinds_of_file(browser: Client, intake: Intake) -> None:
    assert browser.get("/admin/intakes/autumn-2027/applications/export.pdf").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_export_asks_as_much_for_three_as_for_one(
    browser: Client,
    three: list[Application],
    rows: int,
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    with django_assert_num_queries(8):
        lines = exported(browser, "csv", {} if rows == 3 else {"q": "karasjok"})
    assert len(lines) == rows + 1


# --- Bulk -------------------------------------------------------------------------------------------


def test_the_preview_changes_nothing_and_tells_all(browser: Client, three: list[Application]) -> None:
    response = browser.get(
        BULK, {"deed": "review", "scope": "chosen", "chosen": [each.reference for each in three]}
    )
    assert [each.lead.code for each in response.context["changed"]] == []
    assert [(plan.application.lead.code, plan.obstacle) for plan in response.context["refused"]] == [
        ("5610", "The municipality may change its application until the deadline has passed."),
        ("1804", "This cannot be done now: the state is «In review»."),
        ("1515", "This cannot be done now: the state is «Draft»."),
    ]
    assert [each.state for each in Application.objects.order_by("pk")] == [each.state for each in three]


@pytest.mark.time_machine("2027-06-02T10:00+02:00", tick=False)
def test_bulk_on_all_that_the_filter_lets_through(
    browser: Client, intake: Intake, three: list[Application]
) -> None:
    ApplicationFactory(intake=intake, lead=municipality("4204"), state=State.SUBMITTED)
    asked = {"deed": "review", "scope": "all", "region": "NN", "query": "region=NN"}
    preview = browser.get(BULK, asked)
    assert [each.lead.code for each in preview.context["changed"]] == ["5610"]
    assert "Nobody gets mail." in preview.content.decode()
    done = browser.post(
        BULK, {"deed": "review", "chosen": [three[0].reference], "query": "region=NN"}, follow=True
    )
    assert done.redirect_chain == [(f"{LIST}?region=NN", 302)]
    assert [str(message) for message in done.context["messages"]] == ["1 application was changed."]
    assert set(Application.objects.filter(state=State.IN_REVIEW).values_list("lead__code", flat=True)) == {
        "1804",
        "5610",
    }


@pytest.mark.time_machine("2027-06-02T10:00+02:00", tick=False)
def test_bulk_ready_names_those_who_get_mail(
    browser: Client, intake: Intake, administrator: User, three: list[Application]
) -> None:
    good = ApplicationFactory(
        intake=intake,
        lead=municipality("4601"),
        state=State.IN_REVIEW,
        complete=True,
        formal_checked_at=intake.closes_at,
        coordinator=UserFactory(name="Berit Koordinator", email="berit@example.no"),
    )
    good.members.update(basis="qualified")
    asked = {"deed": "ready", "chosen": [good.reference, three[1].reference]}
    preview = browser.get(BULK, asked)
    assert f"Berit Koordinator, berit@example.no: a letter about {good.reference}" in " ".join(
        preview.content.decode().split()
    )
    assert [plan.obstacle for plan in preview.context["refused"]] == ["The formal check is not done."]
    done = browser.post(BULK, asked, follow=True)
    assert [str(message) for message in done.context["messages"]] == [
        "1 application was changed.",
        f"{three[1].reference} was not changed: The formal check is not done.",
    ]
    assert [letter.to_email for letter in Message.objects.all()] == ["berit@example.no"]


@pytest.mark.parametrize("deed", ["review", "check", "ready"])
@pytest.mark.time_machine("2027-06-02T10:00+02:00", tick=False)
def test_the_preview_tells_what_should_be_looked_at_first(browser: Client, intake: Intake, deed: str) -> None:
    Intake.objects.update(state=IntakeState.CLOSED)
    doubtful, sound = (
        ApplicationFactory(intake=intake, lead=municipality(code), state=State.IN_REVIEW, complete=True)
        for code in ("4601", "1804")
    )
    sound.guarantees.update(approver_email="direktor@bodo.kommune.no")
    doubtful.guarantees.update(content_digest="other")
    for each in (doubtful, sound):
        each.members.update(basis="qualified")
    if deed == "check":
        doubtful.members.update(sector="culture")
    state = State.SUBMITTED if deed == "review" else State.IN_REVIEW
    formal = {"ready": intake.closes_at}.get(deed)
    Application.objects.filter(guarantees__isnull=False).update(state=state, formal_checked_at=formal)
    response = browser.get(BULK, {"deed": deed, "chosen": [doubtful.reference, sound.reference]})
    assert response.context["changed"] == [doubtful, sound]
    shown = [(plan.application, plan.concerns) for plan in response.context["doubtful"]]
    concerns = [
        "The content has been changed after the municipal director gave the guarantee.",
        "The request for the guarantee was sent to direktor@example.no. The domain does not show that the"
        " address belongs to Bergen: make sure who answers there.",
    ]
    faults = ["The team comes from 1 sector."]
    expected = {"check": [(doubtful, [*faults, *concerns])], "ready": [(doubtful, concerns)]}
    assert shown == expected.get(deed, [])
    assert ("1 of them should be looked at first" in response.content.decode()) is (deed != "review")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_preview_asks_as_much_for_three_as_for_one(
    browser: Client,
    three: list[Application],
    rows: int,
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    chosen = [each.reference for each in three][:rows]
    for each in three:
        domain = min(domains_of(each.lead))
        GuaranteeFactory(application=each, approver_email=f"direktor@{domain}", content_digest="other")
    Application.objects.update(state=State.IN_REVIEW, formal_checked_at="2027-06-02T10:00Z")
    with django_assert_num_queries(14):
        browser.get(BULK, {"deed": "ready", "chosen": chosen})


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"deed": "invented", "chosen": "IS-2027H-0001"}, "Choose what to do with the applications."),
        ({"deed": "review"}, "Choose at least one application."),
        ({"deed": "review", "chosen": "IS-other"}, "Choose at least one application."),
    ],
)
def test_a_slip_leads_back_to_the_list(
    browser: Client, three: list[Application], asked: dict[str, str], message: str
) -> None:
    response = browser.get(BULK, asked, follow=True)
    assert response.redirect_chain == [(LIST, 302)]
    assert [str(each) for each in response.context["messages"]] == [message]
