"""One application per municipality and intake; whoever comes second is led to the one that exists."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from applications.actions.drafts import spender, start_application, take_over
from applications.actions.people import claim_municipality
from applications.models import ApplicantMunicipality, Application, Intake, MunicipalityRole, Season
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import Affiliation
from tests.factories import (
    NOW,
    AffiliationFactory,
    ApplicationFactory,
    IntakeFactory,
    PartnerFactory,
    UserFactory,
    municipality,
    person_for,
)

pytestmark = pytest.mark.django_db


def start(browser, intake, name):
    return browser.post(
        reverse("applications:start", args=[intake.slug]), {"municipality": name}, follow=True
    )


def test_the_first_gets_a_draft(intake, coordinator):
    started = start_application(intake, municipality("1804"), by=coordinator, now=NOW)
    application = started.application
    assert started.is_new
    assert (application.reference, application.state, application.coordinator, application.lead.code) == (
        "IS-2027H-0001",
        "draft",
        coordinator,
        "1804",
    )
    parts = application.municipalities.values_list("municipality__code", "role", "state", "spends")
    assert list(parts) == [("1804", MunicipalityRole.LEAD, "confirmed", True)]
    assert [event.verb for event in audit.history(application)] == ["started the application"]


def test_references_are_numbered_within_the_intake(intake, coordinator):
    spring = IntakeFactory(slug="spring-2028", season=Season.SPRING, year=2028)
    fjaler = person_for("4646", "Frida Fjaler", "frida@fjaler.kommune.no")
    references = [
        start_application(where, municipality(code), by=who, now=NOW).application.reference
        for where, code, who in [
            (intake, "1804", coordinator),
            (intake, "4646", fjaler),
            (spring, "4646", fjaler),
        ]
    ]
    assert references == ["IS-2027H-0001", "IS-2027H-0002", "IS-2028V-0001"]


def test_a_colleague_is_given_the_draft_that_exists(intake, draft, colleague):
    started = start_application(intake, draft.lead, by=colleague, now=NOW)
    assert (started.application, started.is_new) == (draft, False)
    assert Application.objects.count() == 1
    assert Intake.objects.get().last_number == 0


def test_a_confirmed_partner_is_led_to_the_application_it_is_part_of(intake, draft):
    PartnerFactory(application=draft, municipality=municipality("4646"), confirmed=True)
    frida = person_for("4646", "Frida Fjaler", "frida@fjaler.kommune.no")
    assert start_application(intake, municipality("4646"), by=frida, now=NOW).application == draft


def test_a_partner_that_has_only_been_asked_may_start_its_own(intake, draft):
    PartnerFactory(application=draft, municipality=municipality("4646"))
    frida = person_for("4646", "Frida Fjaler", "frida@fjaler.kommune.no")
    assert start_application(intake, municipality("4646"), by=frida, now=NOW).is_new


@pytest.mark.parametrize("state", ["withdrawn", "not_submitted"])
def test_a_withdrawn_application_gives_the_right_back(intake, coordinator, state):
    ApplicationFactory(intake=intake, coordinator=coordinator, state=state)
    assert start_application(intake, municipality("1804"), by=coordinator, now=NOW).is_new


def test_the_database_itself_refuses_a_second_one(intake, draft):
    with pytest.raises(IntegrityError), transaction.atomic():
        ApplicationFactory(intake=intake, reference="IS-2027H-0099", lead=draft.lead)
    assert Application.objects.count() == 1


def test_the_last_second_is_in_time_and_the_next_is_not(intake, coordinator, last_second):
    assert start_application(intake, municipality("1804"), by=coordinator, now=last_second).is_new


def test_too_late(intake, coordinator, too_late):
    with pytest.raises(Refused, match="does not accept applications now"):
        start_application(intake, municipality("1804"), by=coordinator, now=too_late)
    assert not Application.objects.exists()


@pytest.mark.parametrize("state", ["planned", "closed", "locked", "published"])
def test_only_an_open_intake_accepts(coordinator, state):
    intake = IntakeFactory(state=state)
    with pytest.raises(Refused):
        start_application(intake, municipality("1804"), by=coordinator, now=NOW)


def test_nobody_starts_for_a_municipality_that_they_do_not_claim(intake, coordinator):
    with pytest.raises(Refused, match="has not approved that you act for Fjaler"):
        start_application(intake, municipality("4646"), by=coordinator, now=NOW)
    AffiliationFactory(user=coordinator, municipality=municipality("4646"), rejected=True)
    with pytest.raises(Refused, match="has not approved that you act for Fjaler"):
        start_application(intake, municipality("4646"), by=coordinator, now=NOW)


def test_a_municipality_must_exist_on_the_intakes_date(coordinator):
    intake = IntakeFactory(register_on=date(2010, 1, 1))
    with pytest.raises(Refused, match="Bodø is not among the municipalities of this intake"):
        start_application(intake, municipality("1804"), by=coordinator, now=NOW)


# --- The page ---------------------------------------------------------------------------------------


def test_the_page_starts_the_draft_and_says_so(now, intake, coordinator, log_in):
    answer = start(log_in(coordinator), intake, "Bodø")
    application = Application.objects.get()
    assert answer.redirect_chain == [(application.get_absolute_url(), 302)]
    assert "It is a draft until you send it in." in answer.content.decode()


def test_an_unproven_person_may_draft_and_waits_for_the_school(now, intake, log_in):
    municipality("4646")
    newcomer = UserFactory(name="Nina Ny", email="nina@example.no")
    answer = start(log_in(newcomer), intake, "Fjaler")
    assert spender(intake, municipality("4646")).coordinator == newcomer
    assert Affiliation.objects.get(user=newcomer).state == "pending"
    assert "The school must confirm who you are" in answer.content.decode()


def test_a_colleague_may_go_on_and_is_told_who_began(now, intake, draft, colleague, log_in):
    answer = start(log_in(colleague), intake, "1804")
    assert answer.redirect_chain == [(draft.get_absolute_url(), 302)]
    assert "Kari Koordinator has started the application of Bodø" in answer.content.decode()


def test_an_unproven_second_comer_is_told_kindly(now, intake, draft, log_in):
    newcomer = UserFactory(name="Nina Ny", email="nina@example.no")
    answer = start(log_in(newcomer), intake, "Bodø")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Bodø has an application in this intake already. Kari Koordinator has started it." in page
    assert "will ask Kari Koordinator" in page
    assert draft.reference not in page
    assert log_in(newcomer).get(draft.get_absolute_url()).status_code == 404


def test_a_closed_intake_says_when_it_was_open(intake, coordinator, log_in, too_late):
    page = log_in(coordinator).get(reverse("applications:start", args=[intake.slug])).content.decode()
    assert "Monday 1 March 2027 at 09:00" in page
    assert "Tuesday 1 June 2027 at 15:00" in page


def test_a_planned_intake_is_nobodys_business(now, coordinator, log_in):
    hidden = IntakeFactory(slug="hidden", state="planned")
    assert log_in(coordinator).get(reverse("applications:start", args=[hidden.slug])).status_code == 404


def test_a_rejected_person_is_refused_with_a_sentence(now, intake, log_in):
    nina = UserFactory(email="nina@example.no")
    AffiliationFactory(user=nina, municipality=municipality("4646"), rejected=True)
    answer = start(log_in(nina), intake, "Fjaler")
    assert "has not approved that you act for Fjaler" in answer.content.decode()
    assert "<title>Error: Apply for a place" in answer.content.decode()
    assert not Application.objects.exists()


def test_claiming_twice_asks_once(intake, outsider):
    first = claim_municipality(outsider, municipality("1804"), now=NOW)
    second = claim_municipality(outsider, municipality("1804"), now=NOW)
    assert (first, first.state) == (second, "pending")


# --- The contact person -----------------------------------------------------------------------------


def test_a_proven_colleague_takes_over(draft, colleague):
    take_over(draft, by=colleague, now=NOW)
    draft.refresh_from_db()
    assert draft.coordinator == colleague
    assert [event.verb for event in audit.history(draft)] == ["became the contact person"]


def test_an_unproven_person_does_not_take_over(intake):
    nina = UserFactory(email="nina@example.no")
    AffiliationFactory(user=nina, pending=True)
    other = ApplicationFactory(intake=intake)
    with pytest.raises(Refused):
        take_over(other, by=nina, now=NOW)


# --- Two hundred at once ----------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_200_at_once_leave_one_application():
    intake = IntakeFactory()
    lead = municipality("1804")
    people = [person_for("1804", f"Person {n}", f"person{n}@bodo.kommune.no") for n in range(20)]

    def attempt(number: int) -> tuple[str, bool]:
        try:
            started = start_application(intake, lead, by=people[number % 20], now=NOW)
            return started.application.reference, started.is_new
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        outcomes = Counter(pool.map(attempt, range(200)))
    assert outcomes == {("IS-2027H-0001", True): 1, ("IS-2027H-0001", False): 199}
    assert Application.objects.count() == ApplicantMunicipality.objects.count() == 1
    assert Intake.objects.get().last_number == 1
