"""What the year holds besides its requirements: speakers, the study tour, supervision, feedback, projects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from cohorts.models import Cohort, Participant, Slot, Team
from innoskole.accounts.models import User
from tests.cohorts.factories import (
    CohortFactory,
    InstructorFactory,
    ParticipantFactory,
    SessionFactory,
    TeamFactory,
)
from tests.e2e.cohort.year import COHORT, COURSE, Year
from tests.e2e.letters import link_in
from tests.e2e.person import Person
from tests.factories import NOW, AffiliationFactory, UserFactory, municipality

SPEAKER = "gro.gjest@example.no"
TEAMS = {"1804": ("Bodil Prøve", "Bjørn Prøve"), "4646": ("Frida Prøve", "Frode Prøve")}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def cohort(live_server, administrator, instructor) -> Cohort:
    """Bodø and Fjaler with two people each; a session in a week, and a study tour in two months."""
    cohort = CohortFactory()
    InstructorFactory(cohort=cohort, user=instructor)
    SessionFactory(cohort=cohort, number=1)
    tour_on = NOW.date() + timedelta(days=60)
    SessionFactory(
        cohort=cohort, number=6, starts_on=tour_on, days=3, is_study_tour=True, title_nb="Studietur"
    )
    for number, (code, names) in enumerate(TEAMS.items(), start=1):
        team = TeamFactory(cohort=cohort, number=number, lead=municipality(code), people=0)
        for name in names:
            email = f"{name.split()[0].lower()}@example.no".replace("ø", "o")
            ParticipantFactory(team=team, user=UserFactory(name=name, email=email))
    return cohort


@pytest.fixture
def year(cohort, enter, log_in, clock, request) -> Year:
    """Walked in bokmål, or in the language that the test asks for."""
    language = getattr(request, "param", "nb")
    User.objects.update(language=language)
    return Year(language, enter, log_in, clock)


def user(name: str) -> User:
    return User.objects.get(name=name)


def team(name: str) -> Team:
    return Participant.objects.with_names().get(member__name=name).team


def names_whom_to_call(year: Year, person: Person) -> None:
    """Fields of whoever comes along, whose labels say so."""
    whom = year.say("Whom shall we call if something happens to you?")
    person.page.get_by_label(whom).fill("Bestemor Prøve")
    person.page.get_by_label(year.say("Their telephone number")).fill("75 00 00 00")


def test_a_speaker_says_yes_and_everybody_goes_on_tour(year, administrator, post) -> None:
    say, label = year.say, year.label
    anna = year.comes(administrator)
    anna.opens(f"{COHORT}speakers/")
    anna.follows(say("Invite a speaker"))
    anna.selects(say("When"), year.weekday(NOW.date() + timedelta(days=7)))
    anna.writes(
        {
            label("title of the contribution"): "Slik fikk vi elevene med",
            label("name"): "Gro Gjest",
            label("e-mail"): SPEAKER,
            say("Answer by"): "2027-05-06",
            say("Material by"): "2027-05-09",
        }
    )
    anna.presses(say("Send the invitation"))
    gro = year.guest(phone=True, javascript=False)
    gro.opens(link_in(post(SPEAKER)))
    gro.writes({say("A word with your answer"): "Jeg trenger en projektor."})
    gro.presses(say("Yes, I come"))
    gro.sees(say("You have said yes"))
    gro.writes(
        {
            say("A few lines about you"): "Rektor i en oppdiktet kommune.",
            say("Or a link to the material"): "https://example.no/lysark",
        }
    )
    gro.presses(say("Save"))
    anna.opens(f"{COHORT}speakers/")
    anna.follows("Gro Gjest")
    anna.sees("Jeg trenger en projektor.", "https://example.no/lysark")
    year.at(2027, 5, 12, 10)
    anna = year.comes(administrator)
    anna.opens(f"{COHORT}speakers/")
    anna.follows("Gro Gjest")
    anna.follows(say("Thank the speaker"))
    anna.presses(say("Send the letter of thanks"))
    assert "Gro Gjest" in post(SPEAKER).body

    anna.follows(say("Study tour"))
    anna.goes_by(anna.main.locator(f"a[href$='{COHORT}study-tour/settings/']"))
    anna.writes({label("destination"): "Aarhus", say("Sign-up closes"): "2027-06-01T15:00"})
    anna.selects(say("Session"), "6. Studietur")
    anna.presses(say("Save"))
    anna.follows(say("Open the sign-up"))
    anna.presses(say("Open the sign-up and tell everybody"))
    bodil, frida = year.comes(user("Bodil Prøve"), phone=True), year.comes(user("Frida Prøve"))
    bodil.opens(f"{COURSE}study-tour/")
    bodil.follows(say("Answer"))
    bodil.chooses(say("Yes, I come"), say("A double room together with a person whom I name"))
    bodil.page.get_by_label(say("With whom?")).select_option(label="Frida Prøve, Fjaler")
    names_whom_to_call(year, bodil)
    bodil.presses(say("Save your answer"))
    frida.opens(f"{COURSE}study-tour/sign-up/")
    frida.chooses(say("Yes, I come"), say("A bed in a double room, with anybody"))
    names_whom_to_call(year, frida)
    frida.presses(say("Save your answer"))
    frida.presses(say("Share with %(asker)s", asker="Bodil Prøve"))
    frida.sees(say("Your answer is saved, and the other person gets an e-mail."))
    anna.opens(f"{COHORT}study-tour/rooms/")
    anna.writes({say("Name"): "Dobbeltrom"})
    anna.presses(say("Add"))
    anna.follows(say("See a proposal"))
    anna.presses(say("Share out the beds like this"))
    anna.follows(say("Show everybody their room"))
    anna.presses(say("Show the rooms and tell everybody"))
    bodil.opens(f"{COURSE}study-tour/")
    bodil.sees(say("Together with %(person)s, %(team)s", person="Frida Prøve", team="Fjaler"))
    assert "Aarhus" in post("bodil@example.no").body


@pytest.mark.parametrize("year", ["nn"], indirect=True)
def test_supervision_is_booked_and_teams_help_each_other(year, instructor) -> None:
    say = year.say
    ivar, bodil = year.comes(instructor), year.comes(user("Bodil Prøve"), phone=True)
    ivar.opens(f"{COHORT}supervision/slots/")
    ivar.follows(say("Publish slots"))
    ivar.writes({say("Date"): "2027-05-05", say("Where"): "Rom 2"})
    ivar.presses(say("Publish"))
    bodil.opens(f"/teams/{team('Bodil Prøve').reference}/supervision/")
    bodil.goes_by(bodil.main.locator("tbody th a").first)
    bodil.writes({say("What you want to talk about"): "Kven vi har gløymt"})
    bodil.presses(say("Book"))
    bodil.sees("Kven vi har gløymt")
    frida = year.comes(user("Frida Prøve"))
    frida.opens(f"/teams/{team('Frida Prøve').reference}/supervision/")
    assert frida.main.locator("tbody th a").count() == Slot.objects.count() - 1

    year.at(2027, 5, 5, 12)
    ivar = year.comes(instructor)
    ivar.opens(f"/teams/{team('Bodil Prøve').reference}/supervision/")
    ivar.follows(say("Write what was agreed"), within=ivar.main.locator(".ds-card"))
    ivar.chooses("Bodil Prøve", of=say("Who came"))
    ivar.writes(
        {
            say("What was discussed"): "Kartet over interessentane.",
            say("Next step"): "Snakk med elevrådet.",
            say("By when"): "2027-05-20",
        }
    )
    ivar.presses(say("Save"))
    ivar.follows(say("Notes of the staff"))
    ivar.writes({say("Note"): "Laget treng hjelp med tala."})
    ivar.goes_by(ivar.main.locator("form button[type=submit]").first)
    ivar.sees("Laget treng hjelp med tala.")
    bodil = year.comes(user("Bodil Prøve"), phone=True)
    bodil.opens(f"/teams/{team('Bodil Prøve').reference}/supervision/")
    bodil.sees("Snakk med elevrådet.")
    bodil.does_not_see("Laget treng hjelp med tala.")
    bodil.presses(say("The next step is done"))

    ivar.opens(f"{COHORT}contributions/")
    ivar.follows(say("Plan a round"))
    ivar.writes({say("Title"): "Fyrste runde"})
    ivar.presses(say("Make the pairing"))
    ivar.follows(say("Open the round"))
    ivar.writes({say("Deadline"): "2027-05-25T15:00"})
    ivar.presses(say("Open and send e-mails"))
    bodil.opens(f"/teams/{team('Bodil Prøve').reference}/contributions/")
    bodil.follows("Fjaler")
    bodil.writes(
        {
            say("Strengths: what is good, and why"): "De har høyrt på elevane.",
            say("Ideas: what they could try"): "Spør foreldra òg.",
        }
    )
    bodil.presses(say("Give the feedback"))
    frida = year.comes(user("Frida Prøve"))
    frida.opens(f"/teams/{team('Frida Prøve').reference}/contributions/")
    frida.sees("De har høyrt på elevane.")
    frida.chooses(say("This was useful to us"))
    frida.goes_by(frida.main.locator("article form button"))
    year.at(2027, 5, 26, 10)
    ivar = year.comes(instructor)
    ivar.opens(f"{COHORT}contributions/")
    gaps = ivar.main.locator("table").nth(1).locator("tbody th").all_inner_texts()
    assert sorted(gaps) == ["Bjørn Prøve", "Frida Prøve", "Frode Prøve"]


def test_a_project_is_worked_on_and_becomes_public_by_two_consents(year, administrator) -> None:
    say, label = year.say, year.label
    bodo = team("Bodil Prøve")
    room = f"/teams/{bodo.reference}/"
    coordinator = bodo.application.coordinator
    AffiliationFactory(user=coordinator, municipality=bodo.application.lead)
    bodil = year.comes(user("Bodil Prøve"), phone=True)
    bodil.opens(f"{room}project/")
    bodil.follows(say("Change the problem statement"))
    bodil.writes({label("problem statement"): "Hvordan kan flere unge fullføre skolen?"})
    bodil.goes_by(bodil.main.locator("form button[type=submit]").first)
    bodil.follows(say("Add a stakeholder"))
    bodil.writes({label("group or organisation"): "Elevrådet"})
    bodil.goes_by(bodil.main.locator("form button[type=submit]").first)
    bodil.sees("Hvordan kan flere unge fullføre skolen?", "Elevrådet")

    bodil.opens(f"{room}public-page/")
    bodil.follows(say("Write the page"))
    bodil.writes({label("what came out of it"): "Et fast møtested etter skoletid."})
    bodil.presses(say("Save"))
    for name in ("Bodil Prøve", "Bjørn Prøve"):
        member = year.comes(user(name), phone=True)
        member.opens(f"{room}public-page/")
        member.follows(say("Agree that the page is public"))
        member.presses(say("I agree"))
    page = f"/projects/{bodo.project.library_entry.reference}/"
    reader = year.guest()
    assert reader.page.goto(page).status == 404
    kari = year.comes(coordinator)
    kari.opens("/home/")
    kari.goes_by(kari.main.locator(f"a[href='{page}municipality/']"))
    kari.follows(say("Agree for the municipality"))
    kari.presses(say("The municipality agrees"))
    reader.opens("/library/")
    reader.writes({say("Words"): "MØTESTED"})
    reader.presses(say("Show"))
    reader.goes_by(reader.main.locator(f"a[href='{page}']"))
    reader.sees("Et fast møtested etter skoletid.")
    kari.opens(f"{page}municipality/")
    kari.follows(say("Say no for the municipality"))
    kari.presses(say("The municipality says no"))
    assert reader.page.goto(page).status == 404


def test_an_employer_sees_those_who_have_agreed(year) -> None:
    say = year.say
    bodo = team("Bodil Prøve")
    coordinator = bodo.application.coordinator
    AffiliationFactory(user=coordinator, municipality=bodo.application.lead)
    bodil, kari = year.comes(user("Bodil Prøve"), phone=True), year.comes(coordinator)
    bodil.opens(COURSE)
    bodil.follows(say("My employer"))
    bodil.presses(say("I agree"))
    kari.opens("/home/")
    kari.follows("Bodø")
    cards = kari.main.locator(".consent h2")
    assert cards.all_inner_texts() == ["Bodil Prøve"]
    kari.sees(
        year.say_of_many(
            "%(n)s participant has not agreed to be shown here.",
            "%(n)s participants have not agreed to be shown here.",
            1,
        )
    )
    bodil.opens(f"{COURSE}employer/")
    bodil.main.locator("summary").click()
    bodil.sees(coordinator.name)
    bodil.presses(say("Withdraw it"))
    kari.opens(f"/employer/{bodo.reference}/")
    assert cards.count() == 0
