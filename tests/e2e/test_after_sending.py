"""What a coordinator may do when the application is sent in, and what partners and the approver answer."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from applications.models import Application
from applications.states import GuaranteeState, PartnerState, State
from tests.e2e.conftest import PHONE
from tests.e2e.letters import link_in
from tests.factories import ApplicationFactory, GuaranteeFactory, UserFactory, municipality

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def complete(intake, coordinator) -> Application:
    return ApplicationFactory(intake=intake, coordinator=coordinator, complete=True)


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "without scripts"])
def test_sent_in_reopened_changed_and_sent_in_again(javascript, complete, coordinator, enter, post) -> None:
    kari = enter(coordinator, javascript=javascript)
    path = f"/applications/{complete.reference}/"
    kari.opens(f"{path}check/")
    kari.presses("Send in the application")
    kari.follows("Reopen and change")
    kari.presses("Reopen the application")
    kari.sees("The application is a draft again.", "The application is a draft. It is not sent in")
    assert "no longer valid" in post(coordinator.email).body
    kari.opens(f"{path}receipt/")
    kari.sees("There is no valid receipt: the application is not sent in.")
    kari.follows("Problem statement")
    kari.writes({"Working title": "A better title"})
    kari.presses("Next step")
    kari.opens(f"{path}check/")
    kari.sees("A better title")
    kari.presses("Send in the application")
    kari.is_at("The application is sent in")
    receipts = complete.submissions.order_by("number")
    assert [receipt.voided_at is None for receipt in receipts] == [False, True]


def test_withdrawn_with_a_reason(complete, coordinator, enter, post) -> None:
    kari = enter(coordinator, viewport=PHONE)
    kari.opens(f"/applications/{complete.reference}/")
    kari.follows("Withdraw the application")
    kari.presses("Withdraw the application")
    kari.sees("To continue, you must correct the following errors")
    kari.writes({"Reason": "The team cannot take part."})
    kari.presses("Withdraw the application")
    kari.sees("The application is withdrawn.", "Reason: The team cannot take part.")
    assert "The team cannot take part." in post(coordinator.email).body
    kari.follows("Start a new application")
    expect(kari.field("Municipality")).to_have_value("Bodø")
    kari.presses("Start the application")
    assert sorted(Application.objects.values_list("state", flat=True)) == [State.DRAFT, State.WITHDRAWN]


def test_it_is_received_when_the_guarantee_comes(intake, coordinator, enter, post) -> None:
    application = ApplicationFactory(intake=intake, coordinator=coordinator, complete=True, guarantee=False)
    kari, director = enter(coordinator), enter()
    path = f"/applications/{application.reference}/"
    kari.opens(f"{path}check/")
    kari.sees("This is missing before you can send in")
    kari.presses("Send in the application")
    assert kari.page.title().startswith("Error: ")
    kari.opens(f"{path}step/guarantee/")
    answers = {"Name of the approver": "Direktør Prøve", "Title": "Director"}
    kari.writes({**answers, "E-mail of the approver": "direktor@bodo.kommune.no"})
    kari.presses("Send the request")
    kari.opens(f"{path}check/")
    kari.presses("Send in the application")
    kari.sees("The application waits for the guarantee")
    director.opens(link_in(post("direktor@bodo.kommune.no")))
    director.presses("Yes, I give the guarantee")
    director.sees("The application is now sent in.")
    application.refresh_from_db()
    assert application.state == State.SUBMITTED


def test_the_guarantee_is_refused_and_asked_for_again(complete, coordinator, enter, post) -> None:
    complete.guarantees.all().delete()
    kari, director = enter(coordinator), enter(viewport=PHONE)
    path = f"/applications/{complete.reference}/step/guarantee/"
    answers = {"Name of the approver": "Direktør Prøve", "Title": "Director"}
    kari.opens(path)
    kari.writes({**answers, "E-mail of the approver": "direktor@bodo.kommune.no"})
    kari.presses("Send the request")
    old = link_in(post("direktor@bodo.kommune.no"))
    director.opens(old)
    director.writes({"Comment": "Not this year."})
    director.presses("No, I do not give it")
    director.is_at("The guarantee is not given")
    assert "Not this year." in post(coordinator.email).body
    kari.opens(path)
    kari.sees("Comment: Not this year.")
    kari.presses("Send the request")
    director.opens(old)
    director.sees("A newer request has replaced this one")
    director.opens(link_in(post("direktor@bodo.kommune.no")))
    director.presses("Yes, I give the guarantee")
    assert complete.guarantees.latest("pk").state == GuaranteeState.GIVEN


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "without scripts"])
def test_a_partner_confirms_by_the_mailed_link(javascript, intake, coordinator, enter, post) -> None:
    application = ApplicationFactory(intake=intake, coordinator=coordinator)
    municipality("5057")
    kari, ørland = enter(coordinator, javascript=javascript), enter(javascript=javascript)
    kari.opens(f"/applications/{application.reference}/step/municipality/")
    kari.follows("Ask a municipality to take part")
    email = "radmann@orland.kommune.no"
    kari.writes({"E-mail of the contact in the municipality": email, "Municipality": "Ørland"})
    kari.presses("Send the question")
    kari.sees("Waits for an answer")
    ørland.opens(link_in(post(email)))
    ørland.page.locator("main form input[name=name]").fill("Rådmann Prøve")
    ørland.goes_by(ørland.page.locator("main form button[value=yes]"))
    assert "Rådmann Prøve" in post(coordinator.email).body
    kari.opens(f"/applications/{application.reference}/step/municipality/")
    kari.sees("Confirmed")
    assert application.municipalities.get(municipality__code="5057").state == PartnerState.CONFIRMED


def test_a_partner_with_a_strange_address_must_show_who_they_are(
    intake, coordinator, enter, post, outsider
) -> None:
    application = ApplicationFactory(intake=intake, coordinator=coordinator)
    kari = enter(coordinator)
    kari.opens(f"/applications/{application.reference}/step/municipality/")
    kari.follows("Ask a municipality to take part")
    email = "somebody@example.no"
    kari.writes({"E-mail of the contact in the municipality": email, "Municipality": "Fjaler"})
    kari.presses("Send the question")
    stranger = enter()
    stranger.opens(link_in(post(email)))
    expect(stranger.page.locator("main form button[value=yes]")).to_have_count(0)
    unni = enter(outsider)
    unni.opens(link_in(post(email)))
    unni.presses("Yes, Fjaler takes part")
    unni.is_at("Fjaler takes part")


def test_a_link_that_is_none(enter) -> None:
    somebody = enter()
    for path in ("/partner/none/", "/guarantee/none/"):
        answer = somebody.opens(path)
        assert answer.status == 404


def test_the_second_visitor_is_led_to_the_application_that_exists(intake, coordinator, enter) -> None:
    ApplicationFactory(intake=intake, coordinator=coordinator)
    stranger = enter(UserFactory(name="Frem Med", email="frem@example.no"))
    stranger.opens("/intakes/autumn-2027/apply/")
    stranger.writes({"Municipality": "Bodø"})
    stranger.presses("Start the application")
    stranger.is_at("A colleague has started the application")
    stranger.sees("Kari Koordinator has started it.")
    assert Application.objects.count() == 1


def test_a_given_guarantee_is_shown_with_who_and_when(intake, coordinator, enter) -> None:
    application = ApplicationFactory(intake=intake, coordinator=coordinator)
    GuaranteeFactory(application=application, asked_by=coordinator)
    kari = enter(coordinator)
    kari.opens(f"/applications/{application.reference}/step/guarantee/")
    kari.sees("Direktør Prøve gave the guarantee Monday 3 May 2027 at 10:00.")
