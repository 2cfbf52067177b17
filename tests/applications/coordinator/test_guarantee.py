"""The approver's guarantee: asked by link, given with name, time and text, and followed by submission."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from applications import tokens
from applications.actions.guarantees import answer_guarantee, ask_guarantee
from applications.actions.submission import submit
from applications.models import Guarantee, Part, Submission
from applications.models.content import content_digest, guaranteed_digest, version_of
from applications.models.promises import guarantee_text
from applications.states import State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import Affiliation
from innoskole.notifications.models import Message
from tests.applications.coordinator.conftest import reread
from tests.factories import (
    NOW,
    AffiliationFactory,
    ApplicationFactory,
    GuaranteeFactory,
    TeamMemberFactory,
    UserFactory,
    municipality,
)

pytestmark = pytest.mark.django_db

APPROVER = {"name": "Dag Direktør", "title": "Municipal director", "email": "dag@bodo.kommune.no"}


@pytest.fixture
def unanswered(complete):
    """A draft that lacks nothing but the guarantee, which has been asked for."""
    complete.guarantees.all().delete()
    GuaranteeFactory(application=complete, asked=True, asked_by=complete.coordinator)
    return complete


def ask(application, by, **changes):
    details = {**APPROVER, "version": version_of(reread(application), Part.GUARANTEE), **changes}
    return ask_guarantee(application, by=by, now=NOW, **details)


def answer(application, given=True, **changes):
    guarantee = application.guarantees.exclude(state="replaced").get()
    details = {
        "given": given,
        "name": "Dag Direktør",
        "text": guarantee_text(application),
        "comment": "",
        "seen": content_digest(reread(application)),
        "now": NOW,
    }
    return answer_guarantee(guarantee, **{**details, **changes})


def states(application) -> tuple[str, list[str]]:
    guarantees = application.guarantees.order_by("pk").values_list("state", flat=True)
    return reread(application).state, list(guarantees)


# --- Asking -----------------------------------------------------------------------------------------


def test_asking_mails_a_link_in_the_municipalitys_language(intake, coordinator):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, lead=municipality("4646"))
    AffiliationFactory(user=coordinator, municipality=municipality("4646"))
    guarantee = ask(application, coordinator)
    letter = Message.objects.get()
    assert (letter.kind, letter.to_email, letter.language) == ("guarantee_request", APPROVER["email"], "nn")
    assert tokens.guarantee_url(guarantee) in letter.body_text
    assert audit.history(application).get().changes == {
        "Approver": [None, "Dag Direktør"],
        "Title": [None, "Municipal director"],
        "E-mail": [None, "dag@bodo.kommune.no"],
    }


def test_nobody_asks_for_a_municipality_unproven(intake):
    """Who may draft but not send in makes no letter go out in the municipality's name either."""
    newcomer = UserFactory()
    AffiliationFactory(user=newcomer, municipality=municipality("4646"), pending=True)
    application = ApplicationFactory(intake=intake, coordinator=newcomer, lead=municipality("4646"))
    with pytest.raises(Refused, match="The school must confirm that you act for Fjaler"):
        ask(application, newcomer)
    assert (Guarantee.objects.count(), Message.objects.count()) == (0, 0)


def test_a_double_click_sends_one_letter(draft, coordinator):
    version = version_of(draft, Part.GUARANTEE)
    ask(draft, coordinator, version=version)
    with pytest.raises(Refused, match="has just been asked for"):
        ask(draft, coordinator, version=version)
    assert Message.objects.count() == Guarantee.objects.count() == 1


def test_asking_again_replaces_even_a_given_one(complete, coordinator):
    ask(complete, coordinator)
    assert states(complete) == ("draft", ["replaced", "asked"])


@pytest.mark.parametrize("state", ["awaiting_approval", "submitted", "in_review", "withdrawn"])
def test_only_while_it_is_a_draft(intake, coordinator, state):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state=state)
    with pytest.raises(Refused):
        ask(application, coordinator)
    assert not Guarantee.objects.exists()


# --- Answering --------------------------------------------------------------------------------------


def test_giving_it_records_who_when_and_what(unanswered, coordinator):
    given = answer(unanswered, comment="Good luck.")
    stored = Guarantee.objects.get()
    assert (
        stored.state,
        stored.answered_name,
        stored.answered_at,
        stored.comment,
        stored.content_digest,
        stored.text,
    ) == (
        "given",
        "Dag Direktør",
        NOW,
        "Good luck.",
        guaranteed_digest(reread(unanswered)),
        "Bodø guarantees that at least 3 and at most 4 people, from at least 2 different sectors, take part"
        " in the innovation school of Autumn 2027, and that they are given the time that the sessions and"
        " the work between them require.",
    )
    assert given == stored
    event = audit.history(unanswered).first()
    assert (event.verb, event.by, event.by_label, event.reason) == (
        "gave the guarantee",
        None,
        "Dag Direktør, Municipal director (direktor@example.no)",
        "Good luck.",
    )
    assert list(Message.objects.values_list("kind", "to_email")) == [
        ("guarantee_answered", coordinator.email)
    ]


def test_a_draft_stays_a_draft(unanswered):
    answer(unanswered)
    assert states(unanswered) == ("draft", ["given"])
    assert not Submission.objects.exists()


def test_one_that_waits_is_sent_in(unanswered, coordinator):
    submit(unanswered, seen=content_digest(reread(unanswered)), by=coordinator, now=NOW)
    assert states(unanswered) == ("awaiting_approval", ["asked"])
    assert not Submission.objects.exists()
    answer(unanswered)
    assert states(unanswered) == ("submitted", ["given"])
    submission = Submission.objects.get()
    assert (submission.submitted_by, submission.submitted_at, submission.number) == (coordinator, NOW, 1)
    assert list(Message.objects.order_by("pk").values_list("kind", flat=True)) == [
        "receipt",
        "guarantee_answered",
    ]


def test_a_refusal_makes_it_a_draft_again(unanswered, coordinator):
    submit(unanswered, seen=content_digest(reread(unanswered)), by=coordinator, now=NOW)
    answer(unanswered, given=False, comment="Not this year.")
    assert states(unanswered) == ("draft", ["refused"])
    assert not Submission.objects.exists()
    letter = Message.objects.get()
    assert "is a draft and not sent in" in letter.body_text
    assert "Not this year." in letter.body_text


def test_a_submitter_who_is_no_longer_proven_does_not_send_in(unanswered, coordinator):
    submit(unanswered, seen=content_digest(reread(unanswered)), by=coordinator, now=NOW)
    Affiliation.objects.update(state="rejected", proof="")
    answer(unanswered)
    assert states(unanswered) == ("draft", ["given"])


def test_the_same_click_twice(unanswered):
    answer(unanswered)
    answer(unanswered)
    assert Message.objects.count() == 1


def test_a_given_guarantee_is_not_refused_afterwards(unanswered):
    answer(unanswered)
    with pytest.raises(Refused):
        answer(unanswered, given=False)
    assert states(unanswered) == ("draft", ["given"])


def test_a_replaced_request_is_not_answered(unanswered, coordinator):
    old = Guarantee.objects.get()
    ask(unanswered, coordinator)
    with pytest.raises(Refused, match="A newer request has replaced this one"):
        answer_guarantee(old, given=True, name="X", text="", comment="", seen="", now=NOW)
    assert states(unanswered) == ("draft", ["replaced", "asked"])


def test_nobody_agrees_to_something_they_have_not_seen(unanswered):
    seen = content_digest(reread(unanswered))
    TeamMemberFactory(application=unanswered)
    with pytest.raises(Refused, match="has been changed since you opened this page"):
        answer(unanswered, seen=seen)
    assert states(unanswered) == ("draft", ["asked"])


@pytest.mark.parametrize("state", ["withdrawn", "not_submitted", "submitted", "in_review"])
def test_no_answer_where_none_counts(intake, coordinator, state):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state=state)
    GuaranteeFactory(application=application, asked=True)
    with pytest.raises(Refused, match="The deadline for the answer has passed"):
        answer(application)


def test_the_last_second(unanswered, coordinator, last_second):
    submit(unanswered, seen=content_digest(reread(unanswered)), by=coordinator, now=last_second)
    answer(unanswered, now=last_second)
    assert states(unanswered) == ("submitted", ["given"])


def test_too_late(unanswered, coordinator, too_late):
    type(unanswered).objects.update(state=State.AWAITING_APPROVAL, submitted_by=coordinator)
    with pytest.raises(Refused, match="The deadline for the answer has passed"):
        answer(unanswered, now=too_late)
    assert states(unanswered) == ("awaiting_approval", ["asked"])


# --- The pages --------------------------------------------------------------------------------------


def english() -> Client:
    browser = Client()
    browser.cookies["django_language"] = "en"
    return browser


def link(application) -> str:
    guarantee = application.guarantees.order_by("-pk").first()
    return tokens.guarantee_url(guarantee).removeprefix("http://127.0.0.1:8000")


def test_the_page_shows_the_application_and_the_words(now, unanswered, intake):
    page = english().get(link(unanswered)).content.decode()
    assert "Bodø guarantees that at least 3 and at most 4 people" in page
    assert "Fewer drop-outs from upper secondary school" in page
    assert "Deltaker Prøve 1" in page
    assert "Tuesday 1 June 2027 at 15:00" in page
    assert states(unanswered) == ("draft", ["asked"])


def test_answering_on_the_page(now, unanswered):
    browser = english()
    seen = re.search(r'name="seen" value="(\w+)"', browser.get(link(unanswered)).content.decode())[1]
    page = browser.post(
        link(unanswered), {"seen": seen, "name": "Dag Direktør", "comment": "", "answer": "yes"}
    ).content.decode()
    assert "Thank you: the guarantee is given" in page
    assert "Yes, I give the guarantee" not in page
    assert states(unanswered) == ("draft", ["given"])


def test_a_page_that_is_out_of_date_is_shown_again_with_what_is_new(now, unanswered):
    browser = english()
    seen = re.search(r'name="seen" value="(\w+)"', browser.get(link(unanswered)).content.decode())[1]
    TeamMemberFactory(application=unanswered, name="Ny Deltaker")
    page = browser.post(
        link(unanswered), {"seen": seen, "name": "Dag D.", "comment": "Fine.", "answer": "yes"}
    ).content.decode()
    assert "has been changed since you opened this page" in page
    assert "Ny Deltaker" in page
    assert 'value="Dag D."' in page
    fresh = re.search(r'name="seen" value="(\w+)"', page)[1]
    browser.post(link(unanswered), {"seen": fresh, "name": "Dag D.", "comment": "", "answer": "yes"})
    assert states(unanswered) == ("draft", ["given"])


def test_a_closed_page_offers_no_answer(unanswered, too_late):
    page = english().get(link(unanswered)).content.decode()
    assert "It is no longer possible to answer here" in page
    assert "Yes, I give the guarantee" not in page


def test_a_replaced_link_says_so(now, unanswered, coordinator):
    old = link(unanswered)
    ask(unanswered, coordinator)
    page = english().get(old).content.decode()
    assert "A newer request has replaced this one" in page
    assert "Deltaker Prøve 1" not in page


def test_the_coordinator_asks_on_the_step(now, complete, coordinator, log_in):
    complete.guarantees.all().delete()
    address = reverse("applications:step", args=[complete.reference, "guarantee"])
    browser = log_in(coordinator)
    version = re.search(r'name="version" value="(\w+)"', browser.get(address).content.decode())[1]
    answered = browser.post(
        address,
        {
            "approver_name": "Dag Direktør",
            "approver_title": "Municipal director",
            "approver_email": "dag@bodo.kommune.no",
            "version": version,
            "action": "next",
        },
        follow=True,
    )
    page = answered.content.decode()
    assert answered.redirect_chain == [(address, 302)]
    assert "The request for the guarantee is on its way to dag@bodo.kommune.no." in page
    assert "Dag Direktør (dag@bodo.kommune.no) was asked Monday 3 May 2027 at 10:00." in page
    assert states(complete) == ("draft", ["asked"])
