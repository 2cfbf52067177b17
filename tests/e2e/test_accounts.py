"""People: registration, every way to log in, the second factor, language, roles, and the mail that left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import expect

from innoskole.accounts.models import Affiliation, User
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.letters import code_in
from tests.e2e.person import Person
from tests.factories import NOW, AffiliationFactory, UserFactory, municipality

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def register(person: Person, email: str, post, *, password: str = "") -> None:
    """From the front page to one's own page."""
    person.opens("/")
    person.follows("Log in")
    person.follows("Register as a new user")
    person.writes({"E-mail address": email, "Your name": "Kari Ny", "Municipality": "Bodø"})
    person.selects("Language of pages and e-mails", "English")
    person.writes({"Password": password})
    person.presses("Register")
    person.is_at("Confirm your address")
    person.writes({"Code from the e-mail": code_in(post(email))})
    person.presses("Confirm")
    person.is_at("What waits for you")


@pytest.mark.parametrize(
    "browser_options",
    [{"viewport": DESKTOP}, {"viewport": PHONE}, {"javascript": False}],
    ids=["desktop", "phone", "without scripts"],
)
def test_registering_with_the_municipality_s_own_address(browser_options, intake, enter, post) -> None:
    municipality("1804")
    kari = enter(**browser_options)
    register(kari, "Kari.Ny@bodo.kommune.no", post)
    affiliation = Affiliation.objects.get()
    assert (affiliation.user.email, affiliation.municipality.name, affiliation.state) == (
        "kari.ny@bodo.kommune.no",
        "Bodø",
        Affiliation.State.PROVEN,
    )


def test_another_address_waits_until_the_school_approves(intake, administrator, enter, post) -> None:
    municipality("1804")
    kari, anna = enter(), enter(administrator)
    register(kari, "kari@example.no", post)
    kari.opens("/intakes/autumn-2027/apply/")
    kari.presses("Start the application")
    kari.sees("The school must confirm who you are")
    anna.opens("/people/claims/")
    anna.follows("Kari Ny")
    anna.presses("Do not approve")
    anna.sees("To continue, you must correct the following errors")
    anna.presses("Approve")
    anna.sees("The decision is made, and Kari Ny is told.", "Nobody waits")
    assert "Bodø" in post("kari@example.no").body
    kari.page.reload()
    kari.does_not_see("The school must confirm who you are")


def test_registering_twice_tells_nobody_who_is_registered(coordinator, enter, post) -> None:
    somebody = enter()
    somebody.opens("/accounts/signup/")
    somebody.writes({"E-mail address": coordinator.email, "Your name": "Somebody", "Municipality": "Bodø"})
    somebody.presses("Register")
    somebody.is_at("Confirm your address")
    assert "already" in post(coordinator.email).body


def test_an_unfilled_registration_names_its_faults(enter) -> None:
    municipality("1804")
    somebody = enter(viewport=PHONE)
    somebody.opens("/accounts/signup/")
    somebody.writes({"Municipality": "Atlantis"})
    somebody.presses("Register")
    assert somebody.page.title().startswith("Error: ")
    expect(somebody.page.locator(".ds-error-summary")).to_be_focused()
    expect(somebody.page.locator(".ds-error-summary a")).to_have_count(3)


@pytest.fixture
def with_password(coordinator) -> User:
    coordinator.set_password(PASSWORD)
    coordinator.save()
    return coordinator


def test_log_in_by_password_and_out(with_password, enter) -> None:
    kari = enter()
    kari.opens("/home/")
    kari.is_at("Log in")
    kari.writes({"E-mail address": with_password.email, "Password": "something else"})
    kari.presses("Log in")
    kari.sees("To continue, you must correct the following errors")
    kari.writes({"E-mail address": with_password.email, "Password": PASSWORD})
    kari.presses("Log in")
    kari.is_at("What waits for you")
    kari.page.get_by_role("button", name="Kari Koordinator").click()
    kari.arrives()
    kari.presses("Log out")
    kari.opens("/home/")
    kari.is_at("Log in")


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "without scripts"])
def test_log_in_by_code(javascript, coordinator, enter, post) -> None:
    kari = enter(javascript=javascript)
    kari.opens("/accounts/login/?next=/me/")
    kari.follows("Get a one-time code by e-mail instead of using a password")
    kari.writes({"E-mail address": coordinator.email.upper()})
    kari.presses("Send the code")
    kari.writes({"Code from the e-mail": "WRONG1"})
    kari.presses("Continue")
    kari.sees("To continue, you must correct the following errors")
    kari.writes({"Code from the e-mail": code_in(post(coordinator.email))})
    kari.presses("Continue")
    kari.is_at("My profile")


def test_a_forgotten_password(with_password, enter, post) -> None:
    kari = enter()
    kari.opens("/accounts/login/")
    kari.follows("I have forgotten my password")
    kari.writes({"E-mail address": with_password.email})
    kari.presses("Send the code")
    kari.writes({"Code from the e-mail": code_in(post(with_password.email))})
    kari.presses("Continue")
    kari.writes({"New password": "another horse battery staple"})
    kari.presses("Save the password")
    with_password.refresh_from_db()
    assert with_password.check_password("another horse battery staple")


def test_an_administrator_sets_up_a_second_factor_and_uses_it(
    administrator, settings, enter, post, clock
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    anna = enter()
    by_code(anna, administrator.email, post)
    anna.is_at("Set up an authenticator app")
    secret = anna.main.locator("code").inner_text()
    anna.writes({"Code from the app": code_of_the_app(secret)})
    anna.presses("Turn it on")
    anna.is_at("Recovery codes")
    anna.follows("I have kept the codes")
    anna.is_at("What waits for you")
    anna.page.get_by_role("button", name="Anna Administrator").click()
    anna.presses("Log out")
    clock.shift(60)
    by_code(anna, administrator.email, post)
    anna.is_at("Type your second factor")
    anna.writes({"Code from the app": code_of_the_app(secret)})
    anna.presses("Log in")
    anna.opens("/people/")
    anna.is_at("People")


def by_code(person: Person, email: str, post) -> None:
    person.opens("/accounts/login/code/")
    person.writes({"E-mail address": email})
    person.presses("Send the code")
    person.writes({"Code from the e-mail": code_in(post(email))})
    person.presses("Continue")


def code_of_the_app(secret: str) -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_chosen_language_follows(viewport, coordinator, enter, log_in) -> None:
    person = enter(viewport=viewport, language="nb")
    html = person.page.locator("html")
    person.opens("/")
    expect(html).to_have_attribute("lang", "nb")
    for name, code in (("Nynorsk", "nn"), ("English", "en")):
        person.page.locator("button[popovertarget=languages]").click()
        person.arrives()
        person.presses(name)
        expect(html).to_have_attribute("lang", code)
    person.is_at("Solve a real problem together")
    log_in(person.page, coordinator)
    person.opens("/home/")
    person.page.locator("button[popovertarget=languages]").click()
    person.presses("Bokmål")
    expect(html).to_have_attribute("lang", "nb")
    coordinator.refresh_from_db()
    assert coordinator.language == "nb"


def test_one_s_own_profile(coordinator, enter) -> None:
    kari = enter(coordinator)
    kari.opens("/me/")
    kari.writes({"Your name": "Kari Nygård"})
    kari.selects("Language of pages and e-mails", "English")
    kari.presses("Save")
    kari.sees("Your profile has been saved.")
    kari.follows("Set a password")
    coordinator.refresh_from_db()
    assert coordinator.name == "Kari Nygård"


def test_an_instructor_is_added_and_given_the_role(administrator, enter) -> None:
    anna = enter(administrator)
    anna.opens("/people/")
    anna.follows("Add a person")
    anna.writes({"E-mail address": "ivar@skole.example.no", "Name": "Ivar Instruktør"})
    anna.presses("Add the person")
    anna.sees("The person has been added.")
    change = anna.main.locator("details").filter(has_text="Give the role “Instructor”")
    change.locator("summary").click()
    anna.arrives()
    change.get_by_label("Reason").fill("Teaches from the autumn.")
    anna.presses("Give the role “Instructor”", within=change)
    anna.sees("The change has been made.")
    assert User.objects.get(email="ivar@skole.example.no").is_instructor
    anna.main.locator("details.history summary").click()
    anna.sees("Reason: Teaches from the autumn.")
    anna.opens("/people/")
    anna.writes({"Name or e-mail address": "ivar"})
    anna.presses("Show")
    expect(anna.main.locator("tbody tr")).to_have_count(1)


def test_a_mail_domain_is_added_and_removed(administrator, enter) -> None:
    municipality("1818")
    anna = enter(administrator, viewport=PHONE)
    anna.opens("/mail-domains/")
    anna.writes({"Mail domain": "heroy-no.kommune.no", "Municipality": "Herøy (Nordland)"})
    anna.presses("Add the domain")
    anna.sees("heroy-no.kommune.no")
    anna.follows("Remove heroy-no.kommune.no")
    anna.writes({"Reason": "The domain is sold."})
    anna.presses("Remove the domain")
    anna.sees("No exceptions yet")


def test_the_mail_that_left_is_found_again(intake, administrator, enter, post) -> None:
    stranger = UserFactory(name="Frem Med", email="frem@example.no")
    AffiliationFactory(user=stranger, municipality=municipality("1804"), pending=True)
    anna = enter(administrator)
    anna.opens("/people/claims/")
    anna.follows("Frem Med")
    anna.presses("Approve")
    anna.opens("/mail/")
    anna.page.locator("form.filters input:not([type=hidden])").first.fill("frem@example.no")
    anna.presses("Show")
    expect(anna.main.locator("tbody tr")).to_have_count(1)
    anna.goes_by(anna.main.locator("tbody a"))
    anna.sees("frem@example.no", "Sent")
    anna.sees(post("frem@example.no").subject)


def test_a_closed_door_says_so(coordinator, enter) -> None:
    kari = enter(coordinator)
    for path, status in (("/people/", 403), ("/admin/intakes/", 403), ("/applications/NONE/", 404)):
        answer = kari.opens(path)
        assert (path, answer.status) == (path, status)
