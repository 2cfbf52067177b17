"""One application's page for the school: evidence, deeds with their consequences, assessments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applications.actions import review
from applications.forms.administrator import InformationRequestForm
from applications.models import Application, Intake, TeamMember
from applications.models.content import guaranteed_digest
from applications.states import GuaranteeState, IntakeState, State
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.factories import ApplicationFactory, IntakeFactory, TeamMemberFactory, municipality

REFERENCE = "IS-2027H-0001"


@pytest.fixture
def browser(now: datetime, administrator: User, log_in: Callable[[User], Client]) -> Client:
    return log_in(administrator)


@pytest.fixture
def second_browser(now: datetime, second_administrator: User, log_in: Callable[[User], Client]) -> Client:
    return log_in(second_administrator)


@pytest.fixture
def application(now: datetime, db: None) -> Application:
    """Submitted to an intake that closed an hour ago."""
    intake = IntakeFactory(state=IntakeState.CLOSED, closes_at=now - timedelta(hours=1))
    return ApplicationFactory(intake=intake, complete=True, state=State.SUBMITTED, reference=REFERENCE)


@pytest.fixture
def in_review(application: Application, administrator: User, now: datetime) -> Application:
    review.take_into_review(application, by=administrator, now=now)
    return application


def case(name: str = "case", *args: object) -> str:
    return reverse(f"applications:{name}", args=[REFERENCE, *args])


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def state() -> str:
    return Application.objects.get().state


def offered(response: Any) -> tuple[list[str], list[str]]:
    return (
        [key for key, _deed in response.context["plain_deeds"]],
        [key for key, _deed in response.context["form_deeds"]],
    )


@pytest.mark.parametrize(
    ("at", "plain", "with_form"),
    [
        (State.DRAFT, [], ["withdraw"]),
        (State.SUBMITTED, ["review"], ["withdraw"]),
        (State.IN_REVIEW, ["check"], ["request", "reject", "withdraw"]),
        (State.INFORMATION_REQUESTED, [], ["recall", "reject", "withdraw"]),
        (State.READY, [], ["return", "withdraw"]),
        (State.REJECTED, [], []),
        (State.NOT_SUBMITTED, [], []),
    ],
)
def test_only_what_is_possible_is_offered(
    browser: Client, application: Application, at: str, plain: list[str], with_form: list[str]
) -> None:
    Application.objects.update(state=at)
    assert offered(browser.get(case())) == (plain, with_form)


def test_after_the_freeze_nobody_is_taken_back(browser: Client, application: Application) -> None:
    Application.objects.update(state=State.READY)
    Intake.objects.update(state=IntakeState.LOCKED)
    assert offered(browser.get(case())) == ([], ["withdraw"])


def test_the_page_shows_the_evidence(browser: Client, in_review: Application) -> None:
    in_review.guarantees.update(content_digest=guaranteed_digest(in_review))
    in_review.problem_sectors = ["upbringing"]
    in_review.save()
    response = browser.get(case())
    shown = text(response)
    assert (response.context["met"], len(response.context["conditions"])) == (5, 7)
    assert "The formal check is not done." in shown
    assert "Given by Direktør Prøve, Municipal director." in shown
    assert "Fewer drop-outs from upper secondary school" in shown
    assert "nobody in the team comes from: Upbringing and school. This does not keep the application" in shown
    assert "keep you from applying" not in shown
    assert "The content has been changed after the municipal director gave the guarantee." in shown
    assert "Met, should be looked at" in shown
    assert "No documents have been uploaded." in shown
    in_review.guarantees.update(state=GuaranteeState.REFUSED)
    assert "The content has been changed after" not in text(browser.get(case()))


@pytest.mark.parametrize("people", [1, 4])
def test_the_page_asks_as_much_for_four_people_as_for_one(
    browser: Client, in_review: Application, people: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    in_review.members.all().delete()
    for _number in range(people):
        TeamMemberFactory(application=in_review)
    with django_assert_num_queries(15):
        browser.get(case())


def test_from_submitted_to_ready_by_the_buttons(browser: Client, application: Application) -> None:
    browser.post(case("case_plain", "review"))
    browser.post(case("case_plain", "check"))
    for member in application.members.all():
        browser.post(case("assess", member.pk), {"outcome": "qualified", "reason": "Bachelor."})
    assert offered(browser.get(case()))[0] == ["ready"]
    response = browser.post(case("case_plain", "ready"), follow=True)
    assert "ready for selection, and the coordinator is told" in text(response)
    assert (state(), [letter.kind for letter in Message.objects.all()]) == (
        State.READY,
        ["ready_for_selection"],
    )


def test_a_button_too_late_explains_itself(browser: Client, application: Application) -> None:
    response = browser.post(case("case_plain", "ready"), follow=True)
    assert "This cannot be done now: the state is «Submitted»." in text(response)
    assert state() == State.SUBMITTED


@pytest.mark.parametrize("name", ["case_plain", "case_form"])
def test_there_is_no_other_deed(browser: Client, application: Application, name: str) -> None:
    assert browser.post(case(name, "publish")).status_code == 404


def test_what_the_formal_check_would_pass_over_is_said_beside_the_button(
    browser: Client, in_review: Application
) -> None:
    warning = "Look at this before you pass the formal check"
    assert warning not in text(browser.get(case()))
    in_review.members.first().delete()
    in_review.members.update(sector="culture")
    shown = text(browser.get(case()))
    assert f"{warning}</h3> <p>The team has 2 persons. The team comes from 1 sector.</p>" in shown
    browser.post(case("case_plain", "check"))
    assert warning not in text(browser.get(case()))
    assert offered(browser.get(case())) == ([], ["request", "uncheck", "reject", "withdraw"])
    done = browser.post(case("case_form", "uncheck"), {"reason": "A person is missing."}, follow=True)
    assert "The formal check is undone." in text(done)
    assert (offered(done)[0], Message.objects.count()) == (["check"], 0)


def test_deeds_are_not_done_by_a_link(browser: Client, application: Application) -> None:
    assert browser.get(case("case_plain", "review")).status_code == 405
    assert state() == State.SUBMITTED


# --- Deeds with a form ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked_on", "due_on"),
    [("2027-05-03", "2027-05-10"), ("2027-05-08", "2027-05-18"), ("2027-03-19", "2027-03-30")],
    ids=["working day", "Constitution Day after a Saturday", "Good Friday"],
)
def test_the_suggested_deadline_is_a_working_day(asked_on: str, due_on: str) -> None:
    form = InformationRequestForm(now=datetime.fromisoformat(f"{asked_on}T09:00:00+02:00"))
    assert form["due_at"].initial.isoformat()[:16] == f"{due_on}T15:00"


def test_ask_for_information(browser: Client, in_review: Application, now: datetime) -> None:
    shown = browser.get(case("case_form", "request"))
    assert "The coordinator gets a letter with your text, the parts and the deadline." in text(shown)
    assert shown.context["form"]["due_at"].initial.isoformat() == "2027-05-10T15:00:00+02:00"
    data = {"question": "Who leads?", "parts": ["team"], "due_at": "2027-05-10T15:00"}
    response = browser.post(case("case_form", "request"), data)
    assert response.headers["Location"] == case()
    request = in_review.information_requests.get()
    assert (request.question, request.parts, state()) == ("Who leads?", ["team"], State.INFORMATION_REQUESTED)
    page = text(browser.get(case()))
    assert "Who leads?" in page
    assert "Not answered yet." in page


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (
            {"question": "Who?", "parts": ["team"], "due_at": "2027-05-03T10:00"},
            {"due_at": ["The deadline for the answer must be in the future."]},
        ),
        (
            {"question": "Who?", "parts": ["invented"], "due_at": "2027-05-10T15:00"},
            {"parts": ["Select a valid choice. invented is not one of the available choices."]},
        ),
    ],
)
def test_a_faulty_request(
    browser: Client, in_review: Application, data: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    response = browser.post(case("case_form", "request"), data)
    assert response.context["form"].errors == errors
    assert (state(), Message.objects.count()) == (State.IN_REVIEW, 0)


@pytest.mark.parametrize(
    ("deed", "at", "after"),
    [
        ("withdraw", State.IN_REVIEW, State.WITHDRAWN),
        ("return", State.READY, State.IN_REVIEW),
    ],
)
def test_deeds_with_a_reason(browser: Client, in_review: Application, deed: str, at: str, after: str) -> None:
    Application.objects.update(state=at)
    empty = browser.post(case("case_form", deed), {"reason": ""})
    assert "Fill in “Reason”." in text(empty)
    assert state() == at
    browser.post(case("case_form", deed), {"reason": "Two persons have left."})
    application = Application.objects.get()
    assert (application.state, application.state_reason) == (after, "Two persons have left.")
    assert Message.objects.exists()
    assert "Two persons have left." in text(browser.get(case()))


def test_a_rejection_waits_for_another_person(browser: Client, in_review: Application) -> None:
    assert "Nobody gets mail." in text(browser.get(case("case_form", "reject")))
    response = browser.post(case("case_form", "reject"), {"reason": "Two persons have left."}, follow=True)
    assert "The rejection is prepared. Another person must approve it." in response.content.decode()
    assert 'id="decisions-caption"' in text(response)
    assert (state(), Message.objects.count()) == (State.IN_REVIEW, 0)


def test_a_form_that_comes_too_late(browser: Client, in_review: Application) -> None:
    Application.objects.update(state=State.REJECTED)
    shown = text(browser.get(case("case_form", "reject")))
    assert "This cannot be done now: the state is «Rejected on formal grounds»." in shown
    assert "Prepare the rejection" not in shown
    refused = browser.post(case("case_form", "reject"), {"reason": "Again."})
    assert "This cannot be done now" in text(refused)
    assert Message.objects.count() == 0


# --- Persons ----------------------------------------------------------------------------------------


@pytest.fixture
def clerk(in_review: Application) -> TeamMember:
    return TeamMemberFactory(
        application=in_review, name="Karl Prøve", education="one_or_two", experience_years=4
    )


def test_the_rule_and_its_consequences_are_explained(browser: Client, clerk: TeamMember) -> None:
    response = browser.get(case("assess", clerk.pk))
    shown = text(response)
    assert "the school assesses the person individually" in shown
    assert "Takes part in everything, cannot sit the exam" in shown
    assert response.context["form"]["outcome"].value() is None
    qualified = clerk.application.members.first()
    assert browser.get(case("assess", qualified.pk)).context["form"]["outcome"].value() == "qualified"


def test_a_second_person_approves(browser: Client, second_browser: Client, clerk: TeamMember) -> None:
    data = {"outcome": "individually_qualified", "reason": "Courses and four years."}
    response = browser.post(case("assess", clerk.pk), data, follow=True)
    assert "waits for the approval of a second person" in text(response)
    own = text(browser.get(case("assess", clerk.pk)))
    assert "Approve the decision</button>" not in own
    assert "It waits until another administrator has approved it." in own
    approve = case("assessment_approve", clerk.pk, 1)
    assert "You made this decision yourself" in text(browser.post(approve, follow=True))
    assert "Approve the decision</button>" in text(second_browser.get(case("assess", clerk.pk)))
    second_browser.post(approve)
    clerk.refresh_from_db()
    assert clerk.basis == "individually_qualified"


def test_set_aside(browser: Client, second_browser: Client, clerk: TeamMember) -> None:
    browser.post(case("assess", clerk.pk), {"outcome": "individually_qualified", "reason": "Courses."})
    discard = case("assessment_discard", clerk.pk, 1)
    assert "Fill in “Reason”." in text(second_browser.post(discard, {"discard-reason": ""}))
    second_browser.post(discard, {"discard-reason": "Too short."})
    assert clerk.assessments.get().discarded_at is not None
    assert browser.get(case("assess", clerk.pk)).context["form"] is not None


def test_changed_information_is_pointed_out(browser: Client, in_review: Application) -> None:
    member = in_review.members.first()
    browser.post(case("assess", member.pk), {"outcome": "qualified", "reason": "Bachelor."})
    in_review.members.filter(pk=member.pk).update(name="Another Prøve")
    assert "has changed since the decision: assess the person again" in text(browser.get(case()))
    assert "Assess the person again on what it says now" in text(browser.get(case("assess", member.pk)))


def test_what_has_changed_under_the_decision_is_read_again(browser: Client, clerk: TeamMember) -> None:
    data = {"outcome": "course_participant", "reason": "Too short."}
    seen = browser.get(case("assess", clerk.pk)).context["seen"]
    TeamMember.objects.filter(pk=clerk.pk).update(experience_years=9)
    shown = browser.post(case("assess", clerk.pk), {**data, "seen": seen})
    assert "has changed since you opened this page. Read it again." in text(shown)
    assert (clerk.assessments.count(), shown.context["seen"] != seen) == (0, True)
    assert f'name="seen" value="{shown.context["seen"]}"' in text(shown)
    browser.post(case("assess", clerk.pk), {**data, "seen": shown.context["seen"]})
    assert clerk.assessments.get().content_digest == shown.context["seen"]


def test_a_proposal_on_something_else_cannot_be_approved(
    browser: Client, second_browser: Client, clerk: TeamMember
) -> None:
    browser.post(case("assess", clerk.pk), {"outcome": "individually_qualified", "reason": "Courses."})
    TeamMember.objects.filter(pk=clerk.pk).update(email="another@example.no")
    shown = text(second_browser.get(case("assess", clerk.pk)))
    assert "Set it aside, and assess the person again." in shown
    assert "It cannot be approved: it was made on something else" in shown
    assert "Approve the decision</button>" not in shown
    refused = second_browser.post(case("assessment_approve", clerk.pk, 1), follow=True)
    assert "has changed since this decision was made" in text(refused)
    assert clerk.assessments.pending().count() == 1


def test_a_person_belongs_to_an_application(browser: Client, application: Application) -> None:
    other = TeamMemberFactory(
        application=ApplicationFactory(intake=application.intake, lead=municipality("4646"))
    )
    assert browser.get(case("assess", other.pk)).status_code == 404


def test_outside_the_review_there_is_no_form(browser: Client, application: Application) -> None:
    member = application.members.first()
    assert browser.get(case("assess", member.pk)).context["form"] is None
    refused = browser.post(case("assess", member.pk), {"outcome": "qualified", "reason": "Bachelor."})
    assert refused.status_code == 200
    assert member.assessments.count() == 0


@pytest.mark.parametrize(
    ("address", "doubted"),
    [("direktor@bodo.kommune.no", False), ("direktor@example.no", True)],
)
def test_an_approvers_address_that_proves_nothing_is_pointed_out(
    browser: Client, application: Application, address: str, doubted: bool
) -> None:
    application.guarantees.update(approver_email=address)
    shown = text(browser.get(case()))
    doubt = f"The request for the guarantee was sent to {address}. The domain does not show"
    assert (doubt in shown, "Met, should be looked at" in shown) == (doubted, doubted)
