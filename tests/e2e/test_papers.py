"""The case paper from a draft to what the committee decided, in both forms, on a screen and on a phone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.utils.translation import gettext, override
from docx import Document
from page import validate_pdf_bytes
from playwright.sync_api import expect

from applications.models import Application, CasePaper
from applications.states import State
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.person import Person
from tests.factories import ApplicationFactory

pytestmark = pytest.mark.usefixtures("now")

WITHOUT = {"nb": "Saken legges frem uten innstilling.", "nn": "Saka blir lagd fram utan innstilling."}


@pytest.fixture
def application(intake, coordinator) -> Application:
    return ApplicationFactory(
        intake=intake,
        coordinator=coordinator,
        complete=True,
        political_body="Formannskapet",
        political_case_number="",
        political_decided_on=None,
        political_outcome="planned",
        problem_sectors=["upbringing"],
        mitigation="Skulane er med i ei referansegruppe.",
    )


@pytest.mark.parametrize(
    ("language", "viewport", "javascript"),
    [("nb", DESKTOP, True), ("nn", PHONE, True), ("nb", PHONE, False), ("nn", DESKTOP, False)],
    ids=["bokmål, screen", "nynorsk, phone", "bokmål, phone, without scripts", "nynorsk, without scripts"],
)
def test_from_the_proposal_to_the_outcome(
    language, viewport, javascript, application, coordinator, enter, tmp_path: Path
) -> None:
    def said(text: str) -> str:
        with override(language):
            return gettext(text)

    coordinator.language = language
    coordinator.save()
    application.lead.language_form = language
    application.lead.save()
    kari: Person = enter(coordinator, language=language, viewport=viewport, javascript=javascript)

    kari.opens(f"/applications/{application.reference}/")
    kari.follows(said("Case paper for the executive committee"))
    kari.is_at(said("Case paper"))
    kari.sees(said("Something is still missing in the paper"))
    background = kari.field(said("Background and content of the case"))
    assert application.problem_statement in background.input_value()
    assert background.get_attribute("lang") == language

    # One heading becomes the municipality's own; the others follow the application.
    health = kari.field(said("Public health assessment"))
    health.fill("Vi ventar ein god verknad.\n\n- For dei unge\n- For familiane")
    kari.presses(said("Save the case paper"))
    kari.sees(said("The case paper is saved."))
    kari.does_not_see(said("Something is still missing in the paper"))
    Application.objects.update(problem_statement="Ei anna problemstilling.")

    word = tmp_path / "paper.docx"
    kari.downloads(said("Word document (.docx)")).save_as(word)
    paragraphs = [(one.style.name, one.text) for one in Document(str(word)).paragraphs]
    assert ("Normal", "Ei anna problemstilling.") in paragraphs
    assert [text for style, text in paragraphs if style == "List Bullet"][-2:] == [
        "For dei unge",
        "For familiane",
    ]
    assert paragraphs[-1] == ("Normal", WITHOUT[language])
    pdf = tmp_path / "paper.pdf"
    kari.downloads(said("PDF")).save_as(pdf)
    assert validate_pdf_bytes(pdf.read_bytes(), profile="ua1").failures == []

    # The proposal comes back, and a recommendation is given.
    kari.opens(f"/applications/{application.reference}/paper/{language}/")
    again = said("Use the proposal for “%(heading)s” again") % {"heading": said("Public health assessment")}
    kari.page.get_by_label(again).check()
    kari.chooses(said("With the recommendation below"))
    kari.presses(said("Save the case paper"))
    stored = CasePaper.objects.get()
    assert (stored.language, stored.public_health, stored.recommends) == (language, "", True)

    # The body decides after the application is sent in.
    Application.objects.update(state=State.SUBMITTED)
    kari.opens(f"/applications/{application.reference}/paper/{language}/")
    kari.follows(said("Record the outcome"))
    kari.is_at(said("What did the political body decide?"))
    kari.chooses(said("Supported"))
    kari.presses(said("Record the outcome"))
    expect(kari.page.locator(".ds-error-summary li")).to_have_count(2)
    kari.page.locator("[name=political_case_number]").fill("12/27")
    kari.page.locator("[name=political_decided_on]").fill("2027-05-20")
    kari.presses(said("Record the outcome"))
    kari.sees(said("The outcome is recorded, and the school sees it."))
    kari.sees("12/27")
    application.refresh_from_db()
    assert (application.political_outcome, application.political_decided_on) == (
        "supported",
        date(2027, 5, 20),
    )


def test_two_colleagues_at_the_same_heading(application, coordinator, colleague, enter) -> None:
    kari, kåre = enter(coordinator), enter(colleague)
    for person in (kari, kåre):
        person.opens(f"/applications/{application.reference}/paper/nb/")
    kari.field("Summary").fill("Karis.")
    kari.presses("Save the case paper")
    kåre.field("Summary").fill("Kåres.")
    kåre.field("Assessment").fill("Også Kåres.")
    kåre.presses("Save the case paper")
    kåre.is_at("A colleague has changed the same")
    row = kåre.main.get_by_role("row").filter(has_text="Summary")
    expect(row.get_by_role("cell")).to_have_text(["Karis.", "Kåres."])
    kåre.presses("Keep what is saved")
    stored = CasePaper.objects.get()
    assert (stored.summary, stored.assessment) == ("Karis.", "Også Kåres.")


def test_the_school_reads_it(application, administrator, enter) -> None:
    ada = enter(administrator)
    ada.opens(f"/admin/applications/{application.reference}/")
    ada.follows("Case paper for the executive committee")
    ada.is_at("Case paper")
    ada.sees("Sakens bakgrunn og innhold", "Saken legges frem for formannskapet for tydelig forankring.")
    expect(ada.page.get_by_role("textbox")).to_have_count(0)
    ada.follows("Nynorsk")
    ada.sees("Saka blir lagd fram utan innstilling.")
