"""Partner municipalities are asked by mail, confirm, and so spend their one application."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from applications import tokens
from applications.actions.partners import (
    answer_as_partner,
    ask_partner,
    ask_partner_again,
    may_answer,
    remove_partner,
)
from applications.models import ApplicantMunicipality
from applications.models.completeness import lacks
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.applications.coordinator.conftest import reread
from tests.factories import (
    NOW,
    AffiliationFactory,
    ApplicationFactory,
    PartnerFactory,
    UserFactory,
    municipality,
    person_for,
)

pytestmark = pytest.mark.django_db

CONTACT = "ordforer@orland.kommune.no"


@pytest.fixture
def asked(draft, coordinator):
    """Ørland, asked at an address that proves it."""
    return ask_partner(draft, municipality("5057"), CONTACT, by=coordinator, now=NOW)


def answer(part, takes_part, by=None, now=NOW, name="Olga Ordfører"):
    return answer_as_partner(part, takes_part=takes_part, name=name, by=by, now=now)


def letters() -> list[tuple[str, str, str]]:
    return list(Message.objects.order_by("pk").values_list("kind", "to_email", "language"))


def row(part):
    return ApplicantMunicipality.objects.filter(pk=part.pk).values_list("state", "spends").first()


# --- Asking -----------------------------------------------------------------------------------------


def test_nobody_asks_a_partner_unproven(intake):
    newcomer = UserFactory()
    AffiliationFactory(user=newcomer, municipality=municipality("4646"), pending=True)
    application = ApplicationFactory(intake=intake, coordinator=newcomer, lead=municipality("4646"))
    with pytest.raises(Refused, match="The school must confirm that you act for Fjaler"):
        ask_partner(application, municipality("5057"), CONTACT, by=newcomer, now=NOW)
    part = PartnerFactory(application=application, municipality=municipality("5057"))
    with pytest.raises(Refused, match="The school must confirm that you act for Fjaler"):
        ask_partner_again(part, CONTACT, by=newcomer, now=NOW)
    assert Message.objects.count() == 0


def test_asking_sends_a_link_in_the_municipalitys_language(draft, coordinator):
    part = ask_partner(draft, municipality("4646"), "Post@Fjaler.kommune.no", by=coordinator, now=NOW)
    assert row(part) == ("asked", False)
    assert letters() == [("partner_request", "post@fjaler.kommune.no", "nn")]
    assert tokens.partner_url(part) in Message.objects.get().body_text
    event = audit.history(draft).get()
    assert (event.verb, event.changes) == (
        "asked a municipality to take part",
        {"Partner municipality": [None, "Fjaler"], "E-mail": [None, "post@fjaler.kommune.no"]},
    )


def test_a_neutral_municipality_is_written_to_in_the_coordinators_language(draft, coordinator):
    ask_partner(draft, municipality("5058"), "post@afjord.kommune.no", by=coordinator, now=NOW)
    assert letters() == [("partner_request", "post@afjord.kommune.no", "en")]


def test_a_double_click_asks_once(draft, coordinator, asked):
    again = ask_partner(draft, municipality("5057"), CONTACT, by=coordinator, now=NOW)
    assert again == asked
    assert len(letters()) == 1


def test_who_cannot_be_asked(draft, coordinator, asked, intake):
    other = ApplicationFactory(intake=intake, lead=municipality("4646"), reference="IS-2027H-0007")
    PartnerFactory(application=other, municipality=municipality("5607"), confirmed=True)
    refusals = {
        "1804": "Bodø is the lead municipality.",
        "5057": "Ørland has been asked already.",
        "4646": "Fjaler has an application of its own in this intake (IS-2027H-0007). It must withdraw"
        " that one before it can take part in another.",
        "5607": "Vadsø takes part in the application of Fjaler (IS-2027H-0007) in this intake.",
    }
    for code, sentence in refusals.items():
        with pytest.raises(Refused) as refusal:
            ask_partner(draft, municipality(code), "x@example.no", by=coordinator, now=NOW)
        assert str(refusal.value) == sentence
    assert draft.municipalities.count() == 2


def test_asking_again_makes_the_old_link_void(draft, coordinator, asked):
    old = tokens.partner_url(asked).rpartition("/partner/")[2].strip("/")
    later = NOW + timedelta(days=1)
    ask_partner_again(asked, "post@orland.kommune.no", by=coordinator, now=later)
    new = tokens.partner_url(ApplicantMunicipality.objects.get(pk=asked.pk))
    assert tokens.partner_of(old) is None
    assert tokens.partner_of(new.rpartition("/partner/")[2].strip("/")) == asked
    assert [letter[1] for letter in letters()] == [CONTACT, "post@orland.kommune.no"]


def test_requests_that_are_overtaken_do_not_leave(draft, coordinator, asked):
    ask_partner_again(asked, CONTACT, by=coordinator, now=NOW + timedelta(hours=1))
    remove_partner(asked, by=coordinator, now=NOW + timedelta(hours=2))
    assert list(Message.objects.order_by("pk").values_list("kind", "state")) == [
        ("partner_request", "void"),
        ("partner_request", "void"),
        ("partner_released", "queued"),
    ]


def test_a_decliner_may_be_asked_again(draft, coordinator, asked):
    answer(asked, takes_part=False)
    ask_partner_again(asked, CONTACT, by=coordinator, now=NOW + timedelta(hours=1))
    assert row(asked) == ("asked", False)


def test_a_confirmed_one_is_not_asked_again(draft, coordinator, asked):
    answer(asked, takes_part=True)
    with pytest.raises(Refused, match="has confirmed already"):
        ask_partner_again(asked, CONTACT, by=coordinator, now=NOW)


@pytest.mark.parametrize(("takes_part", "is_told"), [(None, True), (True, True), (False, False)])
def test_removing_frees_the_municipality_and_tells_it(draft, coordinator, asked, takes_part, is_told):
    if takes_part is not None:
        answer(asked, takes_part=takes_part)
    Message.objects.all().delete()
    remove_partner(asked, by=coordinator, now=NOW)
    assert [part.role for part in draft.municipalities.all()] == ["lead"]
    assert letters() == ([("partner_released", CONTACT, "nb")] if is_told else [])


# --- Answering --------------------------------------------------------------------------------------


def test_confirming_spends_the_right(draft, coordinator, asked):
    answer(asked, takes_part=True)
    assert row(asked) == ("confirmed", True)
    event = audit.history(draft).first()
    assert (event.by, event.by_label, event.verb) == (
        None,
        f"Olga Ordfører, Ørland ({CONTACT})",
        "confirmed that the municipality takes part",
    )
    assert letters()[-1] == ("partner_answered", coordinator.email, "en")


def test_declining(draft, coordinator, asked):
    answer(asked, takes_part=False)
    assert row(asked) == ("declined", False)
    assert lacks(reread(draft))[0].text == "Ørland does not take part. Remove it, or ask it again."


def test_the_same_click_twice_is_one_answer(draft, asked):
    answer(asked, takes_part=True)
    answer(asked, takes_part=True)
    assert len(letters()) == 2
    assert row(asked) == ("confirmed", True)


def test_a_yes_may_be_taken_back_while_it_is_a_draft(draft, asked):
    answer(asked, takes_part=True)
    answer(asked, takes_part=False, now=NOW + timedelta(hours=1))
    assert row(asked) == ("declined", False)


def test_a_no_is_not_turned_into_a_yes(asked):
    answer(asked, takes_part=False)
    with pytest.raises(Refused, match="Ørland has declined"):
        answer(asked, takes_part=True)


def test_one_application_per_municipality_counts_partners(draft, asked, intake):
    own = ApplicationFactory(intake=intake, lead=municipality("5057"), reference="IS-2027H-0009")
    with pytest.raises(Refused, match=r"application of its own in this intake \(IS-2027H-0009\)"):
        answer(asked, takes_part=True)
    assert row(asked) == ("asked", False)
    assert len(letters()) == 1
    own.municipalities.update(spends=False)
    answer(asked, takes_part=True)
    assert row(asked) == ("confirmed", True)


def test_the_database_itself_refuses_two_confirmations(draft, asked, intake):
    other = ApplicationFactory(intake=intake, lead=municipality("4646"))
    answer(asked, takes_part=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        PartnerFactory(application=other, confirmed=True)


@pytest.mark.parametrize("state", ["awaiting_approval", "submitted", "in_review", "withdrawn"])
def test_no_answer_after_the_draft(intake, coordinator, state):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state=state)
    part = PartnerFactory(application=application)
    with pytest.raises(Refused, match="Ask Kari Koordinator"):
        answer(part, takes_part=True)
    assert row(part) == ("asked", False)


def test_the_last_second(draft, asked, last_second):
    answer(asked, takes_part=True, now=last_second)
    assert row(asked) == ("confirmed", True)


def test_too_late(draft, asked, too_late):
    with pytest.raises(Refused):
        answer(asked, takes_part=True, now=too_late)
    assert row(asked) == ("asked", False)


# --- Who speaks for the municipality (docs/decisions/0050) -------------------------------------------


def test_an_address_that_proves_nothing_needs_a_proven_person(draft, coordinator):
    part = ask_partner(draft, municipality("5057"), "someone@example.no", by=coordinator, now=NOW)
    stranger = UserFactory()
    olga = person_for("5057", "Olga Ørland", "olga@orland.kommune.no")
    assert [may_answer(part, who) for who in (None, stranger, olga)] == [False, False, True]
    with pytest.raises(Refused, match="Log in as somebody who acts for Ørland"):
        answer(part, takes_part=True)
    answer(part, takes_part=True, by=olga)
    assert row(part) == ("confirmed", True)
    assert audit.history(draft).first().by == olga


def test_a_shared_domain_proves_neither_of_two(draft, coordinator):
    municipality("1515")
    part = ask_partner(draft, municipality("1818"), "post@heroy.kommune.no", by=coordinator, now=NOW)
    assert may_answer(part, None) is False


# --- The pages --------------------------------------------------------------------------------------


def link(part) -> str:
    return tokens.partner_url(part).removeprefix("http://127.0.0.1:8000")


def in_english() -> Client:
    """Whoever holds the link, without an account, reading English."""
    browser = Client()
    browser.cookies["django_language"] = "en"
    return browser


def test_opening_the_link_answers_nothing(now, asked):
    page = in_english().get(link(asked))
    assert page.status_code == 200
    assert "spends its one application" in page.content.decode()
    assert row(asked) == ("asked", False)


def test_the_page_speaks_the_municipalitys_language(now, draft, coordinator):
    part = ask_partner(draft, municipality("4646"), "post@fjaler.kommune.no", by=coordinator, now=NOW)
    page = Client().get(link(part)).content.decode()
    assert '<html lang="nn">' in page
    chosen = Client()
    chosen.cookies["django_language"] = "en"
    assert '<html lang="en">' in chosen.get(link(part)).content.decode()


def test_answering_yes_by_the_link(now, asked):
    browser = in_english()
    page = browser.post(link(asked), {"name": "Olga Ordfører", "answer": "yes"}).content.decode()
    assert "Ørland takes part" in page
    assert "Olga Ordfører answered Monday 3 May 2027 at 10:00." in page
    assert row(asked) == ("confirmed", True)


def test_answering_no_by_the_link(now, asked):
    page = in_english().post(link(asked), {"name": "Olga", "answer": "no"}).content.decode()
    assert "Ørland does not take part" in page
    assert row(asked) == ("declined", False)


def test_a_name_is_needed(now, asked):
    page = in_english().post(link(asked), {"name": "", "answer": "yes"}).content.decode()
    assert "<title>Error: Does Ørland take part?" in page
    assert row(asked) == ("asked", False)


def test_the_link_of_an_unproven_address_asks_to_log_in(now, draft, coordinator):
    part = ask_partner(draft, municipality("5057"), "someone@example.no", by=coordinator, now=NOW)
    browser = in_english()
    page = browser.get(link(part)).content.decode()
    assert "Show that you act for Ørland" in page
    assert re.search(r'href="/accounts/login/\?next=/partner/', page)
    browser.post(link(part), {"name": "X", "answer": "yes"})
    assert row(part) == ("asked", False)


@pytest.mark.parametrize("token", ["nonsense", "eyJwYXJ0IjoxfQ:1abcde:xyz"])
def test_a_broken_link_says_so(now, token):
    answered = in_english().get(reverse("applications:partner_answer", args=[token]))
    assert answered.status_code == 404
    assert "This link does not work" in answered.content.decode()


def test_a_link_of_another_kind_does_not_open_this_page(now, complete):
    guarantee = tokens.guarantee_url(complete.current_guarantee()).rpartition("/guarantee/")[2].strip("/")
    assert in_english().get(reverse("applications:partner_answer", args=[guarantee])).status_code == 404


def test_the_coordinators_pages(now, draft, coordinator, log_in):
    browser, ref = log_in(coordinator), draft.reference
    municipality("5057")
    step = reverse("applications:step", args=[ref, "municipality"])
    added = browser.post(
        reverse("applications:partner_add", args=[ref]),
        {"municipality": "Ørland", "email": CONTACT},
        follow=True,
    )
    assert added.redirect_chain == [(step, 302)]
    assert f"The question is on its way to {CONTACT}." in added.content.decode()
    part = draft.municipalities.get(role="partner")
    again = reverse("applications:partner_again", args=[ref, part.pk])
    assert browser.post(again, {"email": "new@orland.kommune.no"}).url == step
    remove = reverse("applications:partner_remove", args=[ref, part.pk])
    assert "We tell new@orland.kommune.no by e-mail." in browser.get(remove).content.decode()
    assert browser.post(remove).url == step
    assert draft.municipalities.count() == 1


def test_the_page_explains_a_refusal(now, draft, coordinator, log_in):
    address = reverse("applications:partner_add", args=[draft.reference])
    page = (
        log_in(coordinator).post(address, {"municipality": "Bodø", "email": "a@example.no"}).content.decode()
    )
    assert "Bodø is the lead municipality." in page


@pytest.mark.parametrize("data", [{"name": "X"}, {"name": "X", "answer": "perhaps"}])
def test_an_answer_that_is_neither_answers_nothing(now, asked, data):
    page = in_english().post(link(asked), data).content.decode()
    assert "Choose one of the two answers." in page
    assert row(asked) == ("asked", False)
