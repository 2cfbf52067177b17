"""A request for information unlocks the named parts, until its own deadline; the answer locks them again."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from applications.actions import deadlines, review
from applications.actions.drafts import save_part
from applications.actions.guarantees import answer_guarantee, ask_guarantee
from applications.actions.information import answer_request
from applications.actions.partners import answer_as_partner, ask_partner
from applications.actions.submission import RENEWED, write_receipt
from applications.actions.team import add_member, remove_member
from applications.models import InformationRequest, Part, PoliticalOutcome
from applications.models.content import (
    FIELDS,
    content_digest,
    digest,
    open_parts,
    receipt_content,
    values_of,
    version_of,
)
from applications.states import IntakeState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.applications.coordinator.conftest import reread
from tests.factories import (
    ApplicationFactory,
    UserFactory,
    municipality,
)

pytestmark = pytest.mark.django_db

PERSON = {
    "name": "Solveig Prøve",
    "email": "solveig@example.no",
    "position": "Nurse",
    "unit": "Home care",
    "sector": "health_care",
    "role_type": "key_function",
    "education": "three_years",
    "education_details": "",
    "experience_years": 4,
    "experience_details": "",
}


@pytest.fixture
def later(intake):
    """Two weeks after the deadline, when the intake is closed and the school is at work."""
    intake.state = IntakeState.CLOSED
    intake.save()
    moment = intake.closes_at + timedelta(days=14)
    with time_machine.travel(moment, tick=False):
        yield moment


@pytest.fixture
def asked(later, intake, coordinator, administrator):
    """An application about which the school has asked for information on anchoring and team."""
    application = ApplicationFactory(
        intake=intake,
        coordinator=coordinator,
        reference="IS-2027H-1001",
        complete=True,
        state=State.INFORMATION_REQUESTED,
        submitted_at=intake.closes_at,
        submitted_by=coordinator,
    )
    application.submissions.create(
        number=1, submitted_at=intake.closes_at, submitted_by=coordinator, content="{}", digest="d"
    )
    request(application, later, administrator, "anchoring", "team")
    return application


def request(application, now, by, *parts):
    application.information_requests.all().delete()
    return InformationRequest.objects.create(
        application=application,
        question="Which case number?",
        parts=list(parts),
        due_at=now + timedelta(days=7),
        asked_by=by,
        asked_at=now,
    )


def plan(application):
    values = values_of(reread(application), FIELDS[Part.ANCHORING])
    return values | {"political_outcome": PoliticalOutcome.NOTED}


def change_plan(application, by, now):
    version = version_of(reread(application), Part.ANCHORING)
    save_part(application, Part.ANCHORING, plan(application), version=version, by=by, now=now)


def test_only_the_named_parts_are_open(asked, coordinator, later):
    assert open_parts(reread(asked), later) == {"anchoring", "team"}
    change_plan(asked, coordinator, later)
    add_member(asked, PERSON, by=coordinator, now=later)
    remove_member(asked.members.last(), by=coordinator, now=later)
    assert reread(asked).political_outcome == "noted"
    version = version_of(reread(asked), Part.PROBLEM)
    with pytest.raises(Refused, match="Only the parts that the school has asked about"):
        save_part(asked, Part.PROBLEM, {"problem_title": "x"}, version=version, by=coordinator, now=later)
    with pytest.raises(Refused, match="Only the parts that the school has asked about"):
        ask_partner(asked, municipality("5057"), "a@orland.kommune.no", by=coordinator, now=later)


def test_the_requests_own_deadline(asked, coordinator, later):
    due = later + timedelta(days=7)
    change_plan(asked, coordinator, due)
    with pytest.raises(Refused):
        add_member(asked, PERSON, by=coordinator, now=due + timedelta(seconds=1))
    with pytest.raises(Refused, match="The deadline for the answer has passed"):
        answer_request(asked, answer="Late.", by=coordinator, now=due + timedelta(seconds=1))
    answer_request(asked, answer="Just in time.", by=coordinator, now=due)
    assert reread(asked).state == "in_review"


def test_answering_locks_and_gives_a_new_receipt(asked, coordinator, later):
    change_plan(asked, coordinator, later)
    answer_request(asked, answer="Case 12/27.", by=coordinator, now=later)
    application = reread(asked)
    answered = application.information_requests.get()
    assert (application.state, answered.answer, answered.answered_by, answered.closed_at) == (
        "in_review",
        "Case 12/27.",
        coordinator,
        later,
    )
    assert open_parts(application, later) == frozenset()
    assert application.submitted_at == application.intake.closes_at
    receipts = application.submissions.order_by("number").values_list("number", "voided_at")
    assert list(receipts) == [(1, later), (2, None)]
    event = audit.history(application).first()
    assert (event.verb, event.reason) == ("answered the request for information", "Case 12/27.")
    letter = Message.objects.get(kind="receipt")
    assert "We have received the answer" in letter.body_text


@pytest.mark.parametrize("changed", [True, False])
@pytest.mark.parametrize("ending", ["closed", "recalled"])
def test_without_an_answer_the_receipt_still_matches(
    asked, coordinator, administrator, later, ending, changed
):
    sent = write_receipt(asked, submitter=coordinator, now=later)
    if changed:
        change_plan(asked, coordinator, later)
    after = later + timedelta(days=7, seconds=1)
    if ending == "closed":
        assert deadlines.sweep(after) == 1
    else:
        review.recall_request(asked, reason="Found it.", by=administrator, now=after)
    application = reread(asked)
    assert (application.state, open_parts(application, after)) == ("in_review", frozenset())
    valid = application.current_submission()
    assert valid.digest == digest(receipt_content(application))
    verbs = [event.verb for event in audit.history(application)]
    letters = Message.objects.filter(kind="receipt")
    if not changed:
        assert (valid, letters.count(), RENEWED in verbs) == (sent, 0, False)
        return
    assert (valid.number, valid.submitted_by, valid.submitted_at) == (3, coordinator, after)
    assert list(application.submissions.filter(voided_at=after)) == [sent]
    renewed = audit.history(application).get(verb=RENEWED)
    assert renewed.by == (administrator if ending == "recalled" else None)
    letter = letters.get()
    assert letter.to_user == coordinator
    assert "closed without an answer. What had been changed by then" in letter.body_text
    assert ("Sent in by:" in letter.body_text, valid.digest in letter.body_text) == (False, True)


def test_a_second_click_changes_nothing(asked, coordinator, later):
    answer_request(asked, answer="Case 12/27.", by=coordinator, now=later)
    answer_request(asked, answer="Case 12/27.", by=coordinator, now=later)
    assert asked.submissions.count() == 2


def test_refusals_change_nothing(asked, coordinator, later):
    stranger = UserFactory()
    with pytest.raises(Refused, match="Write an answer"):
        answer_request(asked, answer=" ", by=coordinator, now=later)
    with pytest.raises(Refused, match="The school must confirm"):
        answer_request(asked, answer="Yes.", by=stranger, now=later)
    asked.members.first().delete()
    with pytest.raises(Refused, match="The team lacks 1 person"):
        answer_request(asked, answer="Yes.", by=coordinator, now=later)
    assert (reread(asked).state, asked.submissions.count()) == ("information_requested", 1)


def test_where_nothing_is_asked(later, intake, coordinator):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state="submitted")
    with pytest.raises(Refused, match="The school does not wait for an answer"):
        answer_request(application, answer="Yes.", by=coordinator, now=later)


def test_a_new_guarantee_within_the_requests_deadline(asked, coordinator, administrator, later):
    request(asked, later, administrator, "guarantee")
    guarantee = ask_guarantee(
        asked,
        name="Dag",
        title="Director",
        email="dag@example.no",
        version=version_of(reread(asked), Part.GUARANTEE),
        by=coordinator,
        now=later,
    )
    with pytest.raises(Refused, match="The guarantee has not been given yet"):
        answer_request(asked, answer="Soon.", by=coordinator, now=later)
    answer_guarantee(
        guarantee,
        given=True,
        name="Dag",
        text="…",
        comment="",
        seen=content_digest(reread(asked)),
        now=later + timedelta(days=7),
    )
    answer_request(asked, answer="Here it is.", by=coordinator, now=later + timedelta(days=7))
    assert reread(asked).state == "in_review"


def test_a_new_partner_within_the_requests_deadline(asked, coordinator, administrator, later):
    request(asked, later, administrator, "municipality")
    part = ask_partner(asked, municipality("5057"), "a@orland.kommune.no", by=coordinator, now=later)
    with pytest.raises(Refused, match="Ørland has not yet answered"):
        answer_request(asked, answer="Soon.", by=coordinator, now=later)
    answer_as_partner(part, takes_part=True, name="Olga", by=None, now=later + timedelta(days=6))
    answer_request(asked, answer="Ørland is in.", by=coordinator, now=later + timedelta(days=7))
    assert reread(asked).state == "in_review"


# --- The pages --------------------------------------------------------------------------------------


def url(application, name, *args):
    return reverse(f"applications:{name}", args=[application.reference, *args])


def test_the_task_list_shows_what_is_open(asked, coordinator, log_in, later):
    page = log_in(coordinator).get(asked.get_absolute_url()).content.decode()
    assert "The school has asked for information" in page
    assert "Which case number?" in page
    assert "Tuesday 22 June 2027 at 15:00" in page
    assert url(asked, "step", "anchoring") in page
    assert url(asked, "team") in page
    assert url(asked, "step", "problem") not in page


def test_answering_on_the_page(asked, coordinator, log_in, later):
    browser = log_in(coordinator)
    page = browser.get(url(asked, "information")).content.decode()
    assert f'<a class="ds-link" href="{url(asked, "step", "anchoring")}">Anchoring</a>' in page
    answer = browser.post(url(asked, "information"), {"answer": "Case 12/27."}, follow=True)
    assert answer.redirect_chain == [(url(asked, "receipt"), 302)]
    page = answer.content.decode()
    assert "The school has received your answer." in page
    assert "You can reopen and change the application" not in page
    assert reread(asked).state == "in_review"


def test_a_part_that_is_saved_leads_back_to_the_answer(asked, coordinator, log_in, later):
    browser = log_in(coordinator)
    values = {**plan(asked), "political_decided_on": "2027-04-20"}
    version = version_of(reread(asked), Part.ANCHORING)
    answer = browser.post(url(asked, "step", "anchoring"), {**values, "version": version, "action": "next"})
    assert answer.url == url(asked, "information")
    assert reread(asked).political_outcome == "noted"


def test_a_part_that_is_not_asked_for_is_closed(asked, coordinator, log_in, later):
    answer = log_in(coordinator).get(url(asked, "step", "problem"), follow=True)
    assert answer.redirect_chain == [(asked.get_absolute_url(), 302)]
    assert "Only the parts that the school has asked about" in answer.content.decode()


def test_a_late_page_says_so(asked, coordinator, log_in, later):
    with time_machine.travel(later + timedelta(days=7, seconds=1), tick=False):
        page = log_in(coordinator).get(url(asked, "information")).content.decode()
    assert "The deadline for the answer has passed" in page
    assert "Send the answer" not in page
