"""Nothing that is typed is lost: two colleagues, an expired session, a failed request, a form with errors."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from applications.models import Application, StepDraft
from applications.states import State
from tests.e2e import quality
from tests.e2e.conftest import PHONE
from tests.e2e.person import Person
from tests.factories import ApplicationFactory, municipality

STATEMENT = "What can the municipality do to prevent drop-out?"

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def draft(intake, coordinator) -> Application:
    return ApplicationFactory(intake=intake, coordinator=coordinator)


def step(application: Application, part: str) -> str:
    return f"/applications/{application.reference}/step/{part}/"


@pytest.mark.parametrize(
    ("choice", "title"),
    [
        ("What you have written", "Kåre's title"),
        ("What is saved now", "Kari's title"),
        ("", "Kari's title"),
    ],
    ids=["mine", "theirs", "nothing of mine"],
)
def test_two_colleagues_change_the_same_part(choice, title, draft, coordinator, colleague, enter) -> None:
    kari, kåre = enter(coordinator), enter(colleague)
    for person in (kari, kåre):
        person.opens(step(draft, "problem"))
    kari.writes({"Working title": "Kari's title", "Problem statement": STATEMENT})
    kari.presses("Next step")
    kåre.writes({"Working title": "Kåre's title", "Problem statement": STATEMENT})
    kåre.presses("Next step")
    kåre.is_at("This part has been changed since you opened it")
    quality.assert_fits(kåre.page)
    title_of = kåre.main.get_by_role("group", name="Working title")
    expect(title_of.locator(".written")).to_have_text(["Kåre's title", "Kari's title"])
    kåre.sees("Kari Koordinator saved something Monday 3 May 2027 at 10:00")
    if choice:
        kåre.chooses(choice)
    kåre.presses("Save the choices" if choice else "Keep what is saved")
    draft.refresh_from_db()
    assert draft.problem_title == title


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "without scripts"])
def test_an_expired_session_keeps_what_was_typed(javascript, draft, coordinator, enter) -> None:
    coordinator.set_password("correct horse battery")
    coordinator.save()
    kari = enter(coordinator, javascript=javascript)
    kari.opens(step(draft, "problem"))
    kari.writes({"Working title": "Fewer drop-outs", "Problem statement": STATEMENT})
    kari.page.context.clear_cookies(name="sessionid")
    kari.presses("Next step")
    kari.sees("You had been logged out. Log in, and you will find what you had written.")
    kari.writes({"E-mail address": coordinator.email, "Password": "correct horse battery"})
    kari.presses("Log in")
    expect(kari.field("Working title")).to_have_value("Fewer drop-outs")
    expect(kari.field("Problem statement")).to_have_value(STATEMENT)
    kari.presses("Next step")
    kari.is_at("Anchoring")
    draft.refresh_from_db()
    assert draft.problem_statement == STATEMENT


def test_what_is_typed_is_saved_by_itself_with_a_visible_time(draft, coordinator, enter) -> None:
    kari = enter(coordinator)
    kari.opens(step(draft, "problem"))
    kari.field("Problem statement").press_sequentially("Why do they leave?")
    expect(kari.page.locator("[data-autosave-status]")).to_have_text(
        "Draft kept at 10:00. Press “Next step” to include it."
    )
    assert StepDraft.objects.get().data["problem_statement"] == ["Why do they leave?"]
    kari.opens(step(draft, "problem"))
    kari.sees("We have found what you typed earlier")
    expect(kari.field("Problem statement")).to_have_value("Why do they leave?")
    kari.opens(f"/applications/{draft.reference}/")
    kari.sees("Has text that is not included")
    kari.opens(step(draft, "problem"))
    kari.presses("Discard what I typed")
    expect(kari.field("Problem statement")).to_have_value("")


def test_a_failed_save_is_told_and_tried_again(draft, coordinator, enter, problems) -> None:
    kari = enter(coordinator)
    kari.opens(step(draft, "problem"))
    kari.page.route("**/autosave/", lambda route: route.abort())
    kari.field("Problem statement").press_sequentially("Why?")
    status = kari.page.locator("[data-autosave-status]")
    expect(status).to_have_text("Could not save just now. Your text is still here, and we keep trying.")
    kari.page.unroute("**/autosave/")
    expect(status).to_have_text("Draft kept at 10:00. Press “Next step” to include it.", timeout=15_000)


def test_errors_are_named_linked_and_the_same_in_both_places(draft, coordinator, enter) -> None:
    kari = enter(coordinator, viewport=PHONE)
    kari.opens(step(draft, "anchoring"))
    kari.writes({"Year of the plan": "2036"})
    kari.presses("Next step")
    assert kari.page.title().startswith("Error: ")
    summary = kari.page.locator(".ds-error-summary")
    expect(summary).to_be_focused()
    links = summary.get_by_role("link")
    expect(links).to_have_count(4)
    for link in links.all():
        control = kari.page.locator(link.get_attribute("href"))
        message = kari.page.locator(f"{re.sub('_0$', '', link.get_attribute('href'))}_error")
        assert link.inner_text().endswith(message.inner_text().strip())
        link.click()
        expect(control).to_be_focused()


@pytest.mark.parametrize("part", ["problem", "anchoring", "composition", "guarantee", "team"])
def test_a_step_with_errors_fits_the_narrowest_page(part, draft, coordinator, enter) -> None:
    kari = enter(coordinator, viewport=PHONE)
    kari.opens(f"/applications/{draft.reference}/team/add/" if part == "team" else step(draft, part))
    name = {"guarantee": "Send the request", "team": "Save the person"}.get(part, "Next step")
    kari.presses(name)
    expect(kari.page.locator(".ds-error-summary")).to_be_focused()
    quality.assert_fits(kari.page)


def test_a_long_address_fits_the_narrowest_page(draft, coordinator, enter) -> None:
    kari = enter(coordinator, viewport=PHONE, javascript=False)
    kari.opens(f"/applications/{draft.reference}/partners/add/")
    address = "kommunedirektoren@orland.kommune.example.no"
    name = municipality("5057").name
    kari.writes({"Municipality": name, "E-mail of the contact in the municipality": address})
    kari.presses("Send the question")
    kari.sees(f"The question is on its way to {address}.")
    quality.assert_fits(kari.page)


def test_a_step_is_left_and_found_again_though_it_is_not_finished(draft, coordinator, enter) -> None:
    kari = enter(coordinator)
    kari.opens(step(draft, "anchoring"))
    kari.writes({"Plan": "The municipal plan"})
    kari.presses("Save and continue later")
    kari.sees("What you wrote in “Anchoring” is kept. It is not yet a part of the application.")
    kari.follows("Anchoring")
    expect(kari.field("Plan")).to_have_value("The municipal plan")
    kari.presses("Previous step")
    kari.is_at("Problem statement")


def test_a_file_that_is_no_document_is_refused_and_a_person_removed(draft, coordinator, enter) -> None:
    kari = enter(coordinator)
    kari.opens(f"/applications/{draft.reference}/team/add/")
    write_person(kari)
    page = {"name": "diploma.pdf", "mimeType": "application/pdf", "buffer": b"<html></html>"}
    kari.field("Documents").set_input_files(page)
    kari.presses("Save the person")
    kari.sees("The file “diploma.pdf” is not a PDF, JPEG or PNG file.")
    expect(kari.field("Name")).to_have_value("Solveig Prøve")
    kari.presses("Save the person")
    kari.follows("Change Solveig Prøve")
    pdf = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
    kari.field("Documents").set_input_files(
        {"name": "diploma.pdf", "mimeType": "application/pdf", "buffer": pdf}
    )
    kari.presses("Save the person")
    assert kari.downloads("diploma.pdf").path().read_bytes() == pdf
    kari.follows("Change Solveig Prøve")
    kari.follows("Remove diploma.pdf")
    kari.presses("Remove the document")
    kari.sees("The document “diploma.pdf” is removed.")
    kari.opens(f"/applications/{draft.reference}/team/")
    kari.follows("Remove Solveig Prøve")
    kari.presses("Remove Solveig Prøve")
    kari.sees("Nobody is in the team yet")


def write_person(kari: Person) -> None:
    """A first person; the page counts at once."""
    kari.writes(
        {"Name": "Solveig Prøve", "E-mail": "solveig@example.no", "Position": "Nurse", "Unit": "Home care"}
    )
    kari.sees("People: 0 of 3–4. Sectors: 0 of at least 2.")
    kari.selects("Sector", "Health and care")
    kari.sees("People: 1 of 3–4. Sectors: 1 of at least 2.")
    kari.chooses("Manager", "One to two years of higher education")
    kari.writes({"Years of relevant work experience": "6"})


def test_a_colleague_becomes_the_contact_person(draft, colleague, enter) -> None:
    kåre = enter(colleague)
    kåre.opens("/intakes/autumn-2027/apply/")
    kåre.sees(f"Bodø, {draft.reference}")
    kåre.writes({"Municipality": "Bodø"})
    kåre.presses("Start the application")
    kåre.sees("Kari Koordinator has started the application of Bodø. You can go on with it here.")
    kåre.presses("Make me the contact person")
    kåre.sees("You are now the contact person of this application.")
    draft.refresh_from_db()
    assert draft.coordinator == colleague


def test_a_double_click_sends_in_once(intake, coordinator, enter, mailoutbox) -> None:
    application = ApplicationFactory(intake=intake, coordinator=coordinator, complete=True)
    kari = enter(coordinator)
    kari.opens(f"/applications/{application.reference}/check/")
    kari.page.get_by_role("button", name="Send in the application").dblclick()
    kari.is_at("The application is sent in")
    application.refresh_from_db()
    assert (application.state, application.submissions.count(), len(mailoutbox)) == (State.SUBMITTED, 1, 1)
