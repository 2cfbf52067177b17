"""One application, one valid receipt; reopened until the deadline; withdrawn with a reason."""

import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from page import validate_pdf_bytes

from applications.actions.drafts import start_application
from applications.actions.submission import reopen, submit, withdraw
from applications.models import Application, Part, Submission
from applications.models.completeness import lacks
from applications.models.content import PARTS, content_digest, guaranteed_digest
from applications.models.summary import Section, receipt_sections, sections
from applications.states import State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from innoskole.ui import formats
from tests.applications.coordinator.conftest import reread
from tests.factories import (
    NOW,
    AffiliationFactory,
    ApplicationFactory,
    GuaranteeFactory,
    IntakeFactory,
    PartnerFactory,
    UserFactory,
    municipality,
    person_for,
)

pytestmark = pytest.mark.django_db


def send(application, by, now=NOW):
    return submit(application, seen=content_digest(reread(application)), by=by, now=now)


def state(application) -> str:
    return reread(application).state


def receipts(application) -> list[tuple[int, bool]]:
    """(number, is valid) of each receipt."""
    rows = application.submissions.order_by("number").values_list("number", "voided_at")
    return [(number, voided_at is None) for number, voided_at in rows]


def letters() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("pk").values_list("kind", "to_email"))


@pytest.fixture
def sent(complete, coordinator):
    send(complete, coordinator)
    return reread(complete)


# --- Sending in -------------------------------------------------------------------------------------


def test_sending_in_writes_state_receipt_audit_and_letter(complete, coordinator):
    send(complete, coordinator)
    application = reread(complete)
    assert (application.state, application.submitted_at, application.submitted_by) == (
        "submitted",
        NOW,
        coordinator,
    )
    submission = application.submissions.get()
    assert (submission.number, submission.submitted_at, submission.submitted_by, submission.voided_at) == (
        1,
        NOW,
        coordinator,
        None,
    )
    assert audit.history(application).first().verb == "sent in the application"
    assert letters() == [("receipt", "kari@bodo.kommune.no")]
    assert submission.digest in Message.objects.get().body_text


def test_the_receipt_holds_what_was_sent_in(sent):
    submission = sent.submissions.get()
    content = json.loads(submission.content)
    assert submission.digest == sha256(submission.content.encode()).hexdigest()
    assert content["reference"] == "IS-2027H-1001"
    assert [person["name"] for person in content["team"]] == [
        "Deltaker Prøve 1",
        "Deltaker Prøve 2",
        "Deltaker Prøve 3",
    ]
    assert content["political_decided_on"] == "2027-04-20"
    assert content["guarantee"]["answered_name"] == "Direktør Prøve"
    assert submission.content == json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def test_a_colleague_sends_in_and_both_get_the_receipt(complete, colleague):
    send(complete, colleague)
    assert letters() == [("receipt", "kari@bodo.kommune.no"), ("receipt", "kare@bodo.kommune.no")]


def test_a_second_click_changes_nothing(sent, coordinator, colleague):
    assert send(sent, coordinator).state == send(sent, colleague).state == "submitted"
    assert receipts(sent) == [(1, True)]
    assert letters() == [("receipt", "kari@bodo.kommune.no")]


def test_an_unproven_person_does_not_send_in(intake):
    nina = UserFactory(email="nina@example.no")
    AffiliationFactory(user=nina, pending=True)
    application = ApplicationFactory(intake=intake, coordinator=nina, complete=True)
    with pytest.raises(Refused, match="The school must confirm that you act for Bodø"):
        send(application, nina)
    assert (state(application), receipts(application), letters()) == ("draft", [], [])


def test_nothing_is_sent_in_unseen(complete, coordinator):
    seen = content_digest(reread(complete))
    Application.objects.update(problem_title="Changed by a colleague")
    with pytest.raises(Refused, match="Somebody has changed the application since you opened"):
        submit(complete, seen=seen, by=coordinator, now=NOW)
    assert state(complete) == "draft"


def test_an_incomplete_one_is_refused(draft, coordinator):
    with pytest.raises(Refused, match="Something is still missing"):
        send(draft, coordinator)
    assert (state(draft), receipts(draft)) == ("draft", [])


def test_the_last_second(complete, coordinator, last_second):
    send(complete, coordinator, now=last_second)
    assert state(complete) == "submitted"


def test_too_late(complete, coordinator, too_late):
    with pytest.raises(Refused, match="The deadline has passed"):
        send(complete, coordinator, now=too_late)
    assert (state(complete), receipts(complete)) == ("draft", [])


def test_the_database_itself_refuses_two_valid_receipts(sent, coordinator):
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.create(
            application=sent, number=2, submitted_at=NOW, submitted_by=coordinator, content="", digest=""
        )


# --- What is missing --------------------------------------------------------------------------------


def missing(application) -> list[tuple[str, str]]:
    return [(lack.part, lack.text) for lack in lacks(reread(application))]


def test_an_empty_draft_lacks_everything(draft):
    assert missing(draft) == [
        (Part.TEAM, "The team lacks 3 people."),
        (Part.TEAM, "The team must come from at least 2 different sectors."),
        (Part.PROBLEM, "Fill in “Working title”."),
        (Part.PROBLEM, "Fill in “Problem statement”."),
        (Part.ANCHORING, "Fill in “Plan”."),
        (Part.ANCHORING, "Fill in “Year of the plan”."),
        (Part.ANCHORING, "Fill in “Political body”."),
        (Part.ANCHORING, "Fill in “Treatment in the political body”."),
        (Part.COMPOSITION, "Choose the sectors that the problem touches."),
        (Part.GUARANTEE, "Ask the municipal director for the guarantee."),
    ]


def test_a_complete_one_lacks_nothing(complete):
    assert missing(complete) == []


def test_a_partner_must_have_answered_yes(complete):
    partner = PartnerFactory(application=complete)
    assert missing(complete) == [(Part.MUNICIPALITY, "Ørland has not yet answered whether it takes part.")]
    complete.municipalities.filter(pk=partner.pk).update(state="declined")
    assert missing(complete) == [
        (Part.MUNICIPALITY, "Ørland does not take part. Remove it, or ask it again.")
    ]


def test_the_team_keeps_the_intakes_rules(intake, complete):
    complete.members.update(sector="culture")
    assert missing(complete) == [(Part.TEAM, "The team must come from at least 2 different sectors.")]
    intake.team_max, intake.team_min, intake.sectors_min = 2, 1, 1
    intake.save()
    assert missing(complete) == [(Part.TEAM, "The team may have at most 2 people.")]


def test_a_decided_case_needs_number_and_date(complete):
    Application.objects.update(political_case_number="", political_decided_on=None)
    assert missing(complete) == [
        (Part.ANCHORING, "Fill in “Case number”."),
        (Part.ANCHORING, "Fill in “Date of the meeting”."),
    ]
    Application.objects.update(political_outcome="planned")
    assert missing(complete) == []


def test_a_refused_guarantee_is_missing_and_an_asked_one_is_not(complete):
    complete.guarantees.update(state="refused")
    assert missing(complete) == [
        (Part.GUARANTEE, "Direktør Prøve has not given the guarantee. Talk together, and ask again.")
    ]
    complete.guarantees.update(state="asked")
    assert missing(complete) == []


# --- Reopening --------------------------------------------------------------------------------------


def test_reopening_makes_the_receipt_void(sent, coordinator):
    later = NOW + timedelta(days=1)
    reopen(sent, by=coordinator, now=later)
    application = reread(sent)
    assert (application.state, application.submitted_at, application.submitted_by) == ("draft", None, None)
    assert receipts(sent) == [(1, False)]
    assert letters()[-1] == ("reopened", "kari@bodo.kommune.no")
    assert audit.history(sent).first().verb == "reopened the application; the receipt is void"


def test_sending_in_again_gives_a_new_receipt(sent, coordinator):
    reopen(sent, by=coordinator, now=NOW + timedelta(hours=1))
    send(sent, coordinator, now=NOW + timedelta(hours=2))
    assert receipts(sent) == [(1, False), (2, True)]
    assert [kind for kind, _to in letters()] == ["receipt", "reopened", "receipt"]


def test_reopening_twice_changes_nothing_more(sent, coordinator):
    reopen(sent, by=coordinator, now=NOW)
    reopen(sent, by=coordinator, now=NOW)
    assert [kind for kind, _to in letters()] == ["receipt", "reopened"]


def test_one_that_waits_for_the_guarantee_is_taken_back(complete, coordinator):
    complete.guarantees.update(state="asked")
    send(complete, coordinator)
    assert state(complete) == "awaiting_approval"
    reopen(complete, by=coordinator, now=NOW)
    assert (state(complete), letters()) == ("draft", [])


def test_reopening_in_the_last_second(sent, coordinator, last_second):
    reopen(sent, by=coordinator, now=last_second)
    assert state(sent) == "draft"


def test_reopening_too_late(sent, coordinator, too_late):
    with pytest.raises(Refused, match="The deadline has passed"):
        reopen(sent, by=coordinator, now=too_late)
    assert (state(sent), receipts(sent)) == ("submitted", [(1, True)])


@pytest.mark.parametrize("origin", ["in_review", "ready", "withdrawn", "rejected"])
def test_what_the_school_works_on_is_not_reopened(intake, coordinator, origin):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state=origin)
    with pytest.raises(Refused, match="This cannot be done now"):
        reopen(application, by=coordinator, now=NOW)
    assert state(application) == origin


def test_an_outsider_does_not_reopen(sent, outsider):
    with pytest.raises(Refused):
        reopen(sent, by=outsider, now=NOW)
    assert state(sent) == "submitted"


# --- Withdrawing ------------------------------------------------------------------------------------


def test_withdrawing_frees_every_municipality_and_tells_them(sent, coordinator, intake):
    PartnerFactory(application=sent, confirmed=True)
    Message.objects.all().delete()
    withdraw(sent, by=coordinator, now=NOW, reason="We cannot spare the people.")
    application = reread(sent)
    assert (application.state, application.state_reason) == ("withdrawn", "We cannot spare the people.")
    assert list(application.municipalities.values_list("spends", flat=True)) == [False, False]
    assert letters() == [
        ("partner_released", "partner@orland.kommune.no"),
        ("withdrawn", "kari@bodo.kommune.no"),
    ]
    assert audit.history(sent).first().reason == "We cannot spare the people."
    assert start_application(intake, municipality("1804"), by=coordinator, now=NOW).is_new


@pytest.mark.parametrize("origin", ["draft", "awaiting_approval", "submitted", "in_review", "ready"])
def test_from_where_one_can_withdraw(intake, coordinator, origin):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state=origin)
    withdraw(application, by=coordinator, now=NOW, reason="A reason.")
    assert state(application) == "withdrawn"


@pytest.mark.parametrize("origin", ["declined", "rejected", "not_submitted", "withdrawn"])
def test_from_where_one_cannot(intake, coordinator, origin):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state=origin)
    with pytest.raises(Refused):
        withdraw(application, by=coordinator, now=NOW, reason="A reason.")
    assert state(application) == origin


def test_withdrawing_needs_a_reason_and_the_right(sent, coordinator, outsider):
    with pytest.raises(Refused, match="State the reason"):
        withdraw(sent, by=coordinator, now=NOW, reason="  ")
    with pytest.raises(Refused, match="The school must confirm"):
        withdraw(sent, by=outsider, now=NOW, reason="A reason.")
    assert state(sent) == "submitted"


def test_an_unproven_coordinator_withdraws_only_a_draft_never_sent_in(intake, coordinator):
    nina = UserFactory(email="nina@example.no")
    AffiliationFactory(user=nina, municipality=municipality("4646"), pending=True)
    own = ApplicationFactory(intake=intake, coordinator=nina, lead=municipality("4646"))
    withdraw(own, by=nina, now=NOW, reason="A mistake.")
    assert state(own) == "withdrawn"


def test_the_school_withdraws_on_behalf(sent, administrator):
    withdraw(sent, by=administrator, now=NOW, reason="Asked by telephone.")
    assert letters()[-2:] == [
        ("withdrawn", "kari@bodo.kommune.no"),
        ("withdrawn", "anna@skole.example.no"),
    ]


def test_what_is_overtaken_and_has_not_left_is_cancelled(sent, coordinator):
    reopen(sent, by=coordinator, now=NOW)
    assert list(Message.objects.order_by("pk").values_list("kind", "state")) == [
        ("receipt", "void"),
        ("reopened", "queued"),
    ]


def test_what_has_left_is_left_alone(sent, coordinator):
    Message.objects.update(state="sent", sent_at=NOW)
    reopen(sent, by=coordinator, now=NOW)
    assert list(Message.objects.order_by("pk").values_list("kind", "state")) == [
        ("receipt", "sent"),
        ("reopened", "queued"),
    ]


# --- The pages --------------------------------------------------------------------------------------


def url(application, name):
    return reverse(f"applications:{name}", args=[application.reference])


def test_check_submit_receipt(now, complete, coordinator, log_in):
    browser = log_in(coordinator)
    page = browser.get(url(complete, "check")).content.decode()
    assert "This is missing before you can send in" not in page
    assert "Change “Problem statement”" in page
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    answer = browser.post(url(complete, "check"), {"seen": seen}, follow=True)
    receipt = answer.content.decode()
    assert answer.redirect_chain == [(url(complete, "receipt"), 302)]
    assert "We received the application of Bodø Monday 3 May 2027 at 10:00." in receipt
    assert '<strong class="reference">IS-2027H-1001</strong>' in receipt
    assert complete.submissions.get().digest in receipt
    again = browser.post(url(complete, "check"), {"seen": seen}, follow=True)
    assert again.redirect_chain == [(url(complete, "receipt"), 302)]
    assert receipts(complete) == [(1, True)]


def test_what_is_missing_stands_first_with_links(now, draft, coordinator, log_in):
    browser = log_in(coordinator)
    expected = [
        f'<a class="ds-link" href="{url(draft, "team")}">The team lacks 3 people.</a>',
        f'<a class="ds-link" href="{reverse("applications:step", args=[draft.reference, "problem"])}">'
        "Fill in “Working title”.</a>",
    ]
    page = browser.get(url(draft, "check")).content.decode()
    assert [line for line in expected if line not in page] == []
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    refused = browser.post(url(draft, "check"), {"seen": seen}).content.decode()
    assert "<title>Error: Check the answers before you send in" in refused
    assert "Something is still missing in the application." in refused
    assert [line for line in expected if line not in refused] == []


def test_sending_in_without_the_guarantee_says_that_it_waits(now, complete, coordinator, log_in):
    complete.guarantees.all().delete()
    GuaranteeFactory(application=complete, asked=True)
    browser = log_in(coordinator)
    check = browser.get(url(complete, "check")).content.decode()
    assert "When you send in, you confirm that the answers are right." in check
    assert "Direktør Prøve has not given the guarantee yet." in check
    seen = re.search(r'name="seen" value="(\w+)"', check)[1]
    page = browser.post(url(complete, "check"), {"seen": seen}, follow=True).content.decode()
    assert "The application waits for the guarantee" in page
    assert "Direktør Prøve (direktor@example.no) gives the guarantee" in page
    assert "Tuesday 1 June 2027 at 15:00" in page


def test_a_change_since_the_guarantee_is_told_before_sending_in(now, complete, coordinator, log_in):
    complete.guarantees.update(content_digest=guaranteed_digest(reread(complete)))
    browser = log_in(coordinator)
    told = "Something has been changed since the guarantee was given"
    assert told not in browser.get(url(complete, "check")).content.decode()
    complete.problem_title = "Another problem"
    complete.save()
    page = browser.get(url(complete, "check")).content.decode()
    assert told in page
    step = reverse("applications:step", args=[complete.reference, Part.GUARANTEE])
    assert f'href="{step}">Ask again if the change matters to the guarantee</a>' in page
    assert "When you send in, you confirm that the answers are right." in page


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_receipt_as_pdf(now, sent, coordinator, log_in, language):
    coordinator.language = language
    coordinator.save()
    sent.submissions.update(submitted_at=NOW.replace(microsecond=123_456))
    answer = log_in(coordinator).get(url(sent, "receipt_pdf"))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="IS-2027H-1001.pdf"'
    assert answer.content.startswith(b"%PDF-")
    assert f"/Lang({language}-NO)".encode() in answer.content.replace(b" ", b"")
    for profile in ("ua1", "2a"):
        assert validate_pdf_bytes(answer.content, profile=profile).failures == []


def test_the_receipt_shows_what_was_sent_in(now, sent, coordinator, log_in):
    """Not what the application says today: the text behind the digest, the guarantee's words included."""
    before = {section.part: section for section in sections(sent)}
    said = receipt_sections(sent.current_submission().content)
    guarantee = sent.current_guarantee()
    assert before[Part.GUARANTEE].rows[-2:] == [
        ("Status", "Given"),
        ("Date given", formats.moment(guarantee.answered_at)),
    ]
    assert before[Part.COMPOSITION].rows[0] == (
        "Sectors that the problem touches",
        "Health and care; Culture, library and leisure",
    )
    assert said[:-1] == [before[section.part] for section in said[:-1]]
    assert said[-1] == Section(
        Part.GUARANTEE,
        "The guarantee",
        [
            ("Approver", guarantee.approver_name),
            ("Title", guarantee.approver_title),
            ("E-mail", guarantee.approver_email),
            ("Given by", guarantee.answered_name),
            ("Date given", formats.moment(guarantee.answered_at)),
            ("The text agreed to", guarantee.text),
        ],
    )
    sent.problem_title = "Something else"
    sent.save()
    sent.members.all().delete()
    assert receipt_sections(sent.current_submission().content) == said


def test_the_digest_is_that_of_the_file(now, sent, coordinator, log_in):
    browser = log_in(coordinator)
    answer = browser.get(url(sent, "receipt_json"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="IS-2027H-1001.json"'
    digest = sha256(answer.content).hexdigest()
    assert digest == sent.current_submission().digest
    assert digest in browser.get(url(sent, "receipt")).content.decode()
    assert answer.json()["team"][0]["name"] == sent.members.first().name


def test_a_void_receipt_is_no_receipt(now, sent, coordinator, log_in):
    reopen(sent, by=coordinator, now=now)
    browser = log_in(coordinator)
    answer = browser.get(url(sent, "receipt"), follow=True)
    assert answer.redirect_chain == [(sent.get_absolute_url(), 302)]
    assert "There is no valid receipt" in answer.content.decode()
    assert browser.get(url(sent, "receipt_pdf")).status_code == 404


def test_reopening_on_the_page(now, sent, coordinator, log_in):
    browser = log_in(coordinator)
    page = browser.get(url(sent, "reopen")).content.decode()
    assert "You must send it in again by Tuesday 1 June 2027 at 15:00." in page
    assert state(sent) == "submitted"
    assert browser.post(url(sent, "reopen")).url == sent.get_absolute_url()
    assert state(sent) == "draft"


def test_withdrawing_on_the_page(now, sent, coordinator, log_in):
    browser = log_in(coordinator)
    page = browser.get(url(sent, "withdraw")).content.decode()
    assert "Bodø does not take part in the selection. This cannot be undone." in page
    assert "Fill in “Reason”." in browser.post(url(sent, "withdraw"), {"reason": ""}).content.decode()
    assert browser.post(url(sent, "withdraw"), {"reason": "No."}).url == sent.get_absolute_url()
    assert state(sent) == "withdrawn"


def test_the_page_of_a_draft_says_that_it_is_not_sent_in(now, draft, coordinator, log_in):
    page = log_in(coordinator).get(draft.get_absolute_url()).content.decode()
    assert "The application is a draft. It is not sent in" in page
    assert "1 of 7 tasks are done" in page
    assert "Tuesday 1 June 2027 at 15:00" in page


UNSAVED = "Kåre Kollega has text in"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_tasks_take_a_constant_number_of_queries(
    now, intake, coordinator, colleague, log_in, rows, django_assert_num_queries
):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, team=rows)
    for code in ("5057", "5058", "4646")[:rows]:
        PartnerFactory(application=application, municipality=municipality(code))
    typed = {"problem_title": ["x"], "plan_title": ["x"], "mitigation": ["x"]}
    for step in ("problem", "anchoring", "composition")[:rows]:
        application.step_drafts.create(user=colleague, step=step, data=typed, saved_at=now)
    browser = log_in(coordinator)
    browser.get(application.get_absolute_url())  # the content type of the history is cached
    with django_assert_num_queries(15):
        page = browser.get(application.get_absolute_url()).content.decode()
    with django_assert_num_queries(11):
        check = browser.get(url(application, "check")).content.decode()
    assert page.count(UNSAVED) == check.count(UNSAVED) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_a_constant_number_of_queries(
    now, intake, coordinator, log_in, rows, django_assert_num_queries
):
    for number in range(rows):
        ApplicationFactory(
            intake=IntakeFactory(slug=f"intake-{number}", year=2030 + number), coordinator=coordinator
        )
    browser = log_in(coordinator)
    with django_assert_num_queries(3):
        page = browser.get(reverse("applications:mine")).content.decode()
    assert page.count("IS-2027H-") == rows * 2  # the link's address and its text


# --- Two hundred at once ----------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_200_at_once_leave_one_receipt():
    people = [person_for("1804", f"Person {n}", f"person{n}@bodo.kommune.no") for n in range(20)]
    application = ApplicationFactory(coordinator=people[0], complete=True)
    seen = content_digest(Application.objects.prefetch_related(*PARTS).get())

    def attempt(number: int) -> str:
        try:
            return submit(application, seen=seen, by=people[number % 20], now=NOW).state
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        outcomes = Counter(pool.map(attempt, range(200)))
    assert outcomes == {State.SUBMITTED: 200}
    assert receipts(application) == [(1, True)]
    assert audit.history(application).count() == 1
    assert {kind for kind, _to in letters()} == {"receipt"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_starting_and_submitting_at_once_leave_one_of_each():
    """The whole way, 200 times at the same time for one municipality: start, see what is there, send in."""
    intake = IntakeFactory()
    people = [person_for("1804", f"Person {n}", f"person{n}@bodo.kommune.no") for n in range(20)]
    ApplicationFactory(intake=intake, coordinator=people[0], complete=True)

    def attempt(number: int) -> tuple[bool, str]:
        try:
            started = start_application(intake, municipality("1804"), by=people[number % 20], now=NOW)
            seen = content_digest(Application.objects.prefetch_related(*PARTS).get(pk=started.application.pk))
            sent = submit(started.application, seen=seen, by=people[number % 20], now=NOW)
            return started.is_new, sent.state
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        outcomes = Counter(pool.map(attempt, range(200)))
    assert outcomes == {(False, State.SUBMITTED): 200}
    assert (Application.objects.count(), Submission.objects.count()) == (1, 1)
