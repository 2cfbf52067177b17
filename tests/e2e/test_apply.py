"""A coordinator applies, from the front page to the receipt: on a desktop, a phone, and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from applications.models import Application
from applications.states import State
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.letters import link_in
from tests.e2e.person import Person

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
TEAM = [
    ("Solveig Prøve", "solveig@example.no", "Health and care"),
    ("Trond Prøve", "trond@example.no", "Culture, library and leisure"),
    ("Unni Prøve", "unni@example.no", "Political leadership"),
]
BACHELOR = "Three years or more of higher education (bachelor's degree or equivalent)"

pytestmark = pytest.mark.usefixtures("now")


@pytest.mark.parametrize(
    "browser_options",
    [{"viewport": DESKTOP}, {"viewport": PHONE}, {"viewport": DESKTOP, "javascript": False}],
    ids=["desktop", "phone", "without scripts"],
)
def test_from_an_open_intake_to_the_receipt(
    browser_options, intake, coordinator, enter: Callable[..., Person], post
) -> None:
    kari = enter(coordinator, **browser_options)
    start(kari)
    reference = kari.page.url.rstrip("/").rpartition("/")[2]
    describe_the_municipality(kari)
    gather_the_team(kari)
    describe_the_problem(kari)
    anchor_it(kari)
    compose(kari)
    ask_for_the_guarantee(kari)

    director = enter(**browser_options)
    director.opens(link_in(post("direktor@bodo.kommune.no")))
    director.sees("Bodø guarantees that at least 3 and at most 4 people", "Fewer drop-outs")
    director.presses("Yes, I give the guarantee")
    director.is_at("Thank you: the guarantee is given")

    kari.opens(f"/applications/{reference}/")
    kari.sees("6 of 7 tasks are done", "Ready to be sent in")
    kari.follows("Check the answers and send in")
    kari.sees("What can we do about it?", "Home care")
    kari.presses("Send in the application")
    kari.is_at("The application is sent in")
    kari.sees(reference, "We received the application of Bodø Monday 3 May 2027 at 10:00.")
    receipt = kari.downloads("Download the receipt (PDF)")
    assert receipt.suggested_filename == f"{reference}.pdf"
    assert receipt.path().read_bytes().startswith(b"%PDF-1.7")
    letter = post(coordinator.email)
    assert reference in letter.body

    application = Application.objects.get(reference=reference)
    assert application.state == State.SUBMITTED
    assert application.current_submission().digest in kari.main.inner_text()
    assert [member.documents.count() for member in application.members.all()] == [1, 0, 0]


def start(kari: Person) -> None:
    kari.opens("/")
    kari.follows("Read about the intake")
    kari.follows("Apply for your municipality")
    expect(kari.field("Municipality")).to_have_value("Bodø")
    kari.presses("Start the application")
    kari.is_at("The application of Bodø")
    kari.sees("The application is a draft. It is not sent in", "1 of 7 tasks are done")


def describe_the_municipality(kari: Person) -> None:
    kari.follows("Municipality and partners")
    kari.writes({"Contact phone": "75 00 00 00"})
    kari.presses("Next step")


def gather_the_team(kari: Person) -> None:
    kari.is_at("The team")
    for name, email, sector in TEAM:
        kari.follows("Add a person")
        kari.writes({"Name": name, "E-mail": email, "Position": "Nurse", "Unit": "Home care"})
        kari.selects("Sector", sector)
        kari.chooses("Key function", BACHELOR)
        kari.writes({"Years of relevant work experience": "6"})
        if name == TEAM[0][0]:
            file = {"name": "diploma.pdf", "mimeType": "application/pdf", "buffer": PDF}
            kari.field("Documents").set_input_files(file)
        kari.presses("Save the person")
        kari.sees(f"{name} is saved.")
    kari.sees(
        "diploma.pdf",
        "People: 3 of 3–4. Sectors: 3 of at least 2.",
        "The team fulfils the rules of the intake.",
    )
    kari.follows("Next step")


def describe_the_problem(kari: Person) -> None:
    kari.writes({"Working title": "Fewer drop-outs", "Problem statement": "What can we do about it?"})
    kari.presses("Next step")


def anchor_it(kari: Person) -> None:
    kari.writes(
        {
            "Plan": "The municipal plan",
            "Year of the plan": "2026",
            "Page in the plan": "45",
            "Political body": "The executive committee",
        }
    )
    kari.chooses("Will be put before the political body")
    kari.presses("Next step")


def compose(kari: Person) -> None:
    kari.chooses("Health and care", "Upbringing and school (nobody in the team)")
    kari.writes({"How the team will involve the missing sectors": "The schools take part in every workshop."})
    kari.presses("Next step")


def ask_for_the_guarantee(kari: Person) -> None:
    kari.writes(
        {
            "Name of the approver": "Direktør Prøve",
            "Title": "Municipal director",
            "E-mail of the approver": "direktor@bodo.kommune.no",
        }
    )
    kari.presses("Send the request")
    kari.sees("The request for the guarantee is on its way to direktor@bodo.kommune.no.")
