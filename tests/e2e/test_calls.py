"""The internal call: colleagues sign up, the coordinator chooses team and reserve, everybody is told.

Source: seed B, «åpen invitasjonsprosess, der nærmere 10 ansatte meldte sin interesse».
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from applications.models import Application, Interest, TeamMember
from applications.states import Participation
from innoskole.municipalities.models import LanguageForm
from tests.applications.calls.factories import InternalCallFactory
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.letters import link_in
from tests.e2e.person import Person
from tests.factories import ApplicationFactory

BACHELOR = "Three years or more of higher education (bachelor's degree or equivalent)"
COLLEAGUES = [
    ("Hanne Prøve", "hanne@bodo.example.no", "Health and care"),
    ("Oddvar Prøve", "oddvar@bodo.example.no", "Upbringing and school"),
    ("Kristin Prøve", "kristin@bodo.example.no", "Culture, library and leisure"),
    ("Rune Prøve", "rune@bodo.example.no", "Technical services and property"),
    ("Nils Prøve", "nils@bodo.example.no", "Health and care"),
]

pytestmark = pytest.mark.usefixtures("now")


@pytest.mark.parametrize(
    "browser_options",
    [{"viewport": DESKTOP}, {"viewport": PHONE}, {"viewport": DESKTOP, "javascript": False}],
    ids=["desktop", "phone", "without scripts"],
)
def test_from_the_call_to_a_chosen_team(
    browser_options, intake, coordinator, enter: Callable[..., Person], post
) -> None:
    application = ApplicationFactory(
        intake=intake,
        coordinator=coordinator,
        problem_title="Fewer drop-outs",
        problem_sectors=["health_care", "upbringing"],
    )
    kari = enter(coordinator, **browser_options)
    link = publish(kari, application)

    for name, email, sector in COLLEAGUES:
        colleague = enter(**browser_options)
        sign_up(colleague, link, name, email, sector)
    withdraw(colleague, link_in(post("nils@bodo.example.no")))

    choose(kari, application)
    assert "You answered the call in Bodø and have been chosen" in post("hanne@bodo.example.no").body
    assert "named as a reserve" in post("kristin@bodo.example.no").body
    assert "is deleted on 2 June 2027." in post("rune@bodo.example.no").body
    people = {member.name: member.participation for member in TeamMember.everyone.all()}
    assert people == {
        "Hanne Prøve": Participation.NOMINATED,
        "Oddvar Prøve": Participation.NOMINATED,
        "Kristin Prøve": Participation.RESERVE,
    }
    kari.opens(f"/applications/{application.reference}/team/")
    kari.sees("Hanne Prøve", "Oddvar Prøve", "People: 2 of 3–4. Sectors: 2 of at least 2.")


def publish(kari: Person, application: Application) -> str:
    kari.opens(f"/applications/{application.reference}/team/")
    kari.follows("Ask colleagues who want to take part")
    kari.is_at("Ask your colleagues")
    kari.sees("We send no e-mail to anybody when you open the page")
    kari.writes({"Deadline for signing up": "2027-05-17T12:00"})
    kari.presses("Open the page for colleagues")
    kari.sees("Colleagues can sign up until Monday 17 May 2027 at 12:00", "Nobody has signed up yet")
    return kari.page.get_by_label("The link for your colleagues").input_value()


def sign_up(colleague: Person, link: str, name: str, email: str, sector: str) -> None:
    colleague.opens(link)
    colleague.is_at("Would you like to take part for Bodø?")
    colleague.sees("The problem that the team will work on is: Fewer drop-outs.")
    colleague.writes({"Name": name, "E-mail": email, "Position": "Adviser", "Unit": "The unit"})
    colleague.selects("Sector", sector)
    colleague.chooses("Key function", BACHELOR)
    colleague.writes({"Years of relevant work experience": "6"})
    colleague.presses("Sign up")
    colleague.is_at("Thank you for answering")


def withdraw(colleague: Person, link: str) -> None:
    colleague.opens(link)
    colleague.sees("Nils Prøve", "You have not had an answer yet")
    colleague.presses("Withdraw and delete what is stored about me")
    colleague.is_at("Nothing is stored about you")
    assert not Interest.objects.filter(email="nils@bodo.example.no").exists()


def choose(kari: Person, application: Application) -> None:
    kari.opens(f"/applications/{application.reference}/call/")
    kari.sees("4 people are on the list")
    chosen = kari.page.locator("#chosen-team")
    kari.sees("nobody in the team comes from: Health and care; Upbringing and school.", within=chosen)
    for name, choice in (
        ("Hanne Prøve", "In the team"),
        ("Oddvar Prøve", "In the team"),
        ("Kristin Prøve", "Reserve"),
        ("Rune Prøve", "Not chosen"),
    ):
        kari.selects(f"Choice for {name}", choice)
    if not kari.scripts:
        kari.presses("Show the team with these choices")
    # With scripts the page has followed the choices by itself.
    kari.sees("The team lacks 1 person.", "1 reserve: Kristin Prøve", within=chosen)
    expect(chosen.get_by_text("nobody in the team comes from")).to_have_count(0)
    kari.presses("See who gets which e-mail")
    kari.is_at("Who gets which e-mail")
    kari.sees("Hanne Prøve, hanne@bodo.example.no", "It names nobody else.")
    kari.presses("Choose, and send 4 e-mails")
    kari.sees("The choices are made. 4 people get an e-mail.")


def test_a_colleague_reads_the_page_in_nynorsk_on_a_phone(
    intake, coordinator, enter: Callable[..., Person], no_overflow
) -> None:
    """The municipality has decided for nynorsk; who has chosen no language gets it (språklova § 15)."""
    application = ApplicationFactory(intake=intake, coordinator=coordinator)
    application.lead.language_form = LanguageForm.NYNORSK
    application.lead.save()
    call = InternalCallFactory(application=application, text="Kjære kollegaer\n\nKven vil vere med?")
    anna = enter(language="nn", viewport=PHONE)
    anna.opens(f"/call/{call.token}/")
    expect(anna.page.locator("html")).to_have_attribute("lang", "nn")
    anna.is_at("Vil du vere med for Bodø?")
    anna.sees(
        "Kven vil vere med?", "Det er ikkje bindande å melde interesse", "måndag 17. mai 2027 kl. 10.00"
    )
    anna.presses("Meld interesse")
    anna.sees("For å gå vidare må du rette opp desse feila")
    answers = {
        "name": "Åse Prøve",
        "email": "ase@bodo.example.no",
        "position": "Lærar",
        "unit": "Ungdomsskulen",
        "experience_years": "9",
    }
    for name, answer in answers.items():
        anna.page.locator(f"[name={name}]").fill(answer)
    anna.page.locator("select").select_option("upbringing")
    anna.page.locator("[name=role_type][value=key_function]").check()
    anna.page.locator("[name=education][value=three_years]").check()
    anna.presses("Meld interesse")
    anna.is_at("Takk for svaret")
    no_overflow(anna.page)
    assert Interest.objects.get().name == "Åse Prøve"
