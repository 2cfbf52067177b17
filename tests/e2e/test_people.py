"""The persons of a team: invited by mail, answering, leaving, replaced; the story of Bjugn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import expect

from applications.actions.participation import invite_due, invite_team
from applications.actions.releases import release_due
from applications.models import Application, Decision, Intake, TeamMember
from applications.states import Participation, State
from innoskole.accounts.models import User
from tests.applications.people.conftest import accepted, tell
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.letters import link_in
from tests.factories import NOW, ApplicationFactory, TeamMemberFactory, municipality

UNITS = {
    "Pia Prøve": ("PRO (Stranda)", "health_care"),
    "Per Prøve": ("Personalavdelingen", "administration"),
    "Kari Prøve": ("Kulturavdelingen (biblioteket)", "culture"),
    "Vara Prøve": ("Politisk ledelse v/ varaordfører", "political"),
    "Siste Prøve": ("Botngård skole", "upbringing"),
}
# What the pages say in the languages in which the story is walked.
WORDS = {
    "nb": {
        "name": "Navnet ditt",
        "correct": "Det som er skrevet om meg og utdanningen min, er riktig",
        "agree": "Jeg har lest teksten over og samtykker til den",
        "yes": "Ja, jeg deltar",
        "no": "Nei, jeg deltar ikke",
        "thanks": "Takk, du deltar",
        "out": "Du deltar ikke",
        "credits": "Du kan gå opp til eksamen og få 30 studiepoeng.",
        "holds": "Teamet oppfyller reglene for opptaket",
    },
    "nn": {
        "name": "Namnet ditt",
        "correct": "Det som er skrive om meg og utdanninga mi, er rett",
        "agree": "Eg har lese teksten over og samtykkjer til han",
        "yes": "Ja, eg deltek",
        "no": "Nei, eg deltek ikkje",
        "thanks": "Takk, du deltek",
        "out": "Du deltek ikkje",
        "credits": "Du kan gå opp til eksamen og få 30 studiepoeng.",
        "holds": "Teamet oppfyller reglane for opptaket",
    },
}


@pytest.fixture(autouse=True)
def clock(intake: Intake) -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def bjugn(intake: Intake, coordinator: User) -> Application:
    """Five persons from five units are offered a place, which the municipality has accepted."""
    intake.team_max = 5
    intake.save()
    application: Application = ApplicationFactory(
        intake=intake, coordinator=coordinator, state=State.ADMITTED, problem_title="Drop-out"
    )
    for name, (unit, sector) in UNITS.items():
        email = f"{name.split()[0].lower()}@example.no"
        tell(TeamMemberFactory(application=application, name=name, email=email, unit=unit, sector=sector))
    accepted(application)
    return application


@pytest.mark.parametrize(
    ("viewport", "language", "javascript"),
    [(DESKTOP, "nb", True), (PHONE, "nn", True), (PHONE, "nb", False)],
    ids=["desktop in bokmål", "phone in nynorsk", "phone without scripts"],
)
def test_five_are_offered_one_withdraws_and_four_remain(
    viewport, language, javascript, bjugn, coordinator, enter, post
) -> None:
    words = WORDS[language]
    Application.objects.update(lead=municipality("4646" if language == "nn" else "4212"))
    invite_team(bjugn, now=NOW)
    options = {"viewport": viewport, "javascript": javascript}
    for name in list(UNITS)[:4]:
        guest = enter(language=language, **options)
        guest.opens(link_in(post(f"{name.split()[0].lower()}@example.no")))
        assert guest.page.locator("html").get_attribute("lang") == language
        guest.sees(UNITS[name][0], words["credits"])
        guest.presses(words["yes"])  # a yes that lacks its parts is refused
        guest.writes({words["name"]: name})
        guest.chooses(words["correct"], words["agree"])
        guest.presses(words["yes"])
        guest.is_at(words["thanks"])
    bjugn.refresh_from_db()
    assert bjugn.state == State.ADMITTED
    last = enter(language=language, **options)
    last.opens(link_in(post("siste@example.no")))
    last.presses(words["no"])
    last.is_at(words["out"])
    bjugn.refresh_from_db()
    assert bjugn.state == State.ENROLLED
    User.objects.filter(pk=coordinator.pk).update(language=language)
    kari = enter(coordinator, language=language, **options)
    kari.opens(f"/applications/{bjugn.reference}/people/")
    kari.sees(words["holds"], "Siste Prøve")
    for name in list(UNITS)[:4]:
        assert "Siste Prøve" not in post(f"{name.split()[0].lower()}@example.no").body


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_one_withdraws_and_is_replaced_by_a_reserve(
    viewport, bjugn, coordinator, administrator, second_administrator, enter, post, clock
) -> None:
    Decision.objects.filter(member__name__in=list(UNITS)[3:]).delete()
    TeamMember.everyone.filter(name__in=list(UNITS)[3:]).delete()
    invite_team(bjugn, now=NOW)
    kari, anna = (enter(user, viewport=viewport) for user in (coordinator, administrator))
    page = f"/applications/{bjugn.reference}/people/"
    kari.opens(page)
    kari.follows("Name a reserve")
    kari.writes(
        {
            "Name": "Reserve Prøve",
            "E-mail": "reserve@example.no",
            "Position": "Teacher",
            "Unit": "Botngård skole",
            "Years of relevant work experience": "4",
        }
    )
    kari.selects("Sector", "Upbringing and school")
    kari.chooses("Manager", "Three years or more of higher education (bachelor's degree or equivalent)")
    kari.presses("Save the reserve")
    kari.sees("Reserve Prøve is named as a reserve.")
    kari.follows("Withdraw Kari Prøve")
    kari.sees("The team lacks 1 person.", "These reserves can take over: Reserve Prøve.")
    kari.writes({"Reason": "A new position."})
    kari.presses("Withdraw Kari Prøve")
    kari.sees("The team does not fulfil the rules of the intake")
    assert "A new position." in post("kari@example.no").body
    anna.opens("/home/")
    anna.follows("Teams that do not fulfil the rules: Autumn 2027")
    anna.follows("Bodø")
    kari.follows("Replace Kari Prøve")
    kari.chooses("Reserve Prøve, Botngård skole (Upbringing and school)")
    kari.presses("Replace Kari Prøve")
    kari.sees("Reserve Prøve takes over from Kari Prøve.", "The team fulfils the rules of the intake")
    expect(kari.row("A new position.")).to_have_count(0)

    anna.opens("/home/")
    anna.follows("Assess a new person in the team of Bodø: Reserve Prøve")
    anna.chooses("Qualified")
    anna.writes({"Reason": "A bachelor's degree."})
    anna.presses("Decide")
    anna.presses("Prepare the letter")
    anna.sees("The letter is prepared. It leaves when another administrator has approved it.")
    anna.follows("Open the decision")
    arne = enter(second_administrator, viewport=viewport)
    arne.opens("/home/")
    arne.follows("Approve a decision on Reserve Prøve: Admitted as a student")
    arne.follows("Approve the decision")
    arne.presses("Approve")
    later = NOW + timedelta(minutes=2)
    clock.move_to(later)
    assert (release_due(later), invite_due(later)) == (1, 1)

    guest = enter(viewport=viewport)
    guest.opens(link_in(post("reserve@example.no")))
    guest.sees("You may sit the exam, and can earn 30 credits.")
    guest.writes({"Your name": "Somebody Else"})
    guest.chooses(
        "What is written about me and my education is correct", "I have read the text above and agree to it"
    )
    guest.presses("Yes, I take part")
    guest.sees("Write your name as it stands above: Reserve Prøve.")
    guest.writes({"Your name": "Reserve Prøve"})
    guest.presses("Yes, I take part")
    guest.is_at("Thank you: you take part")
    reserve = TeamMember.objects.get(name="Reserve Prøve")
    assert (reserve.participation, reserve.user.email) == (Participation.CONFIRMED, "reserve@example.no")


def test_a_misclick_is_opened_again_and_the_person_finds_it_at_home(bjugn, coordinator, enter, post) -> None:
    invite_team(bjugn, now=NOW)
    guest, kari = enter(viewport=PHONE), enter(coordinator)
    guest.opens(link_in(post("pia@example.no")))
    guest.writes({"Reason": "Oops"})
    guest.presses("No, I do not take part")
    guest.is_at("You do not take part")
    kari.opens(f"/applications/{bjugn.reference}/people/")
    kari.sees("Reason: Oops")
    kari.follows("Let Pia Prøve back in")
    kari.presses("Open again")
    kari.sees("Pia Prøve is in the team again.")
    kari.follows("Send the invitation of Pia Prøve again")
    kari.presses("Send the invitation")
    guest.opens(link_in(post("pia@example.no")))
    guest.is_at("Your invitation to the innovation school")
