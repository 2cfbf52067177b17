"""The coordinator's way from an open intake to the receipt, in a browser; no step needs a script."""

from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from applications import tokens
from applications.models import Application, Intake
from tests.applications.coordinator.test_team import PDF
from tests.e2e.conftest import DESKTOP, PHONE
from tests.factories import (
    ApplicationFactory,
    IntakeFactory,
    municipality,
    person_for,
)

pytestmark = pytest.mark.django_db(transaction=True)
VIEWPORTS = {"desktop": DESKTOP, "phone": PHONE}
PEOPLE = [("Solveig Prøve", "health_care"), ("Tor Prøve", "culture"), ("Unn Prøve", "culture")]


@pytest.fixture
def kari(now):
    IntakeFactory()
    municipality("5057")
    return person_for("1804", "Kari Koordinator", "kari@bodo.kommune.no")


def press(page, action: str) -> None:
    page.locator(f'button[name="action"][value="{action}"]').click()


def path(page) -> str:
    return urlsplit(page.url).path


@pytest.mark.parametrize("width", VIEWPORTS)
def test_from_the_intake_to_the_receipt_without_scripts(kari, new_page, log_in, width):
    page = new_page(javascript=False, viewport=VIEWPORTS[width])
    log_in(page, kari)
    page.goto("/intakes/autumn-2027/apply/")
    expect(page.locator('[name="municipality"]')).to_have_value("Bodø")
    page.locator("main form").get_by_role("button").click()
    application = Application.objects.get()
    base = application.get_absolute_url()
    assert path(page) == base

    page.goto(f"{base}step/municipality/")
    page.fill('[name="contact_phone"]', "75 00 00 00")
    press(page, "next")
    assert path(page) == f"{base}team/"

    for number, (name, sector) in enumerate(PEOPLE):
        page.goto(f"{base}team/add/")
        page.fill('[name="name"]', name)
        page.fill('[name="email"]', f"person{number}@example.no")
        page.fill('[name="position"]', "Rådgiver")
        page.fill('[name="unit"]', "Biblioteket")
        page.select_option('[name="sector"]', sector)
        page.check('[name="role_type"][value="key_function"]')
        page.check('[name="education"][value="three_years"]')
        page.fill('[name="experience_years"]', "5")
        page.set_input_files(
            '[name="documents"]', {"name": "vitnemål.pdf", "mimeType": "application/pdf", "buffer": PDF}
        )
        press(page, "next")
        assert path(page) == f"{base}team/"

    page.goto(f"{base}step/problem/")
    press(page, "next")  # nothing filled in: said in the summary and at the field, in the title too
    expect(page).to_have_title("Error: Problem statement – Innoskole")
    page.locator('.ds-error-summary a[href="#id_problem_title"]').click()
    page.fill('[name="problem_title"]', "Færre som faller fra")
    page.fill('[name="problem_statement"]', "Hva kan kommunen gjøre?")
    press(page, "next")
    assert path(page) == f"{base}step/anchoring/"

    page.fill('[name="plan_title"]', "Kommuneplanens samfunnsdel")
    page.fill('[name="plan_year"]', "2026")
    page.fill('[name="political_body"]', "Formannskapet")
    page.check('[name="political_outcome"][value="planned"]')
    press(page, "next")
    page.check('[name="problem_sectors"][value="culture"]')
    press(page, "next")
    assert path(page) == f"{base}step/guarantee/"

    page.fill('[name="approver_name"]', "Dag Direktør")
    page.fill('[name="approver_title"]', "Kommunedirektør")
    page.fill('[name="approver_email"]', "dag@bodo.kommune.no")
    press(page, "next")
    page.goto(f"{base}check/")
    page.locator("main form").get_by_role("button").click()
    assert Application.objects.get().state == "awaiting_approval"

    approver = new_page(javascript=False, viewport=VIEWPORTS[width])
    approver.goto(urlsplit(tokens.guarantee_url(application.current_guarantee())).path)
    approver.fill('[name="name"]', "Dag Direktør")
    approver.locator('button[name="answer"][value="yes"]').click()

    page.goto(f"{base}receipt/")
    expect(page.locator(".reference")).to_have_text("IS-2027H-0001")
    assert Application.objects.get().state == "submitted"
    assert application.submissions.count() == 1


def test_what_is_typed_is_saved_by_itself(kari, page, log_in):
    application = ApplicationFactory(intake=Intake.objects.get(), coordinator=kari)
    log_in(page, kari)
    address = reverse("applications:step", args=[application.reference, "problem"])
    page.goto(address)
    page.fill('[name="problem_title"]', "Halvferdig")
    expect(page.locator("[data-autosave-status]")).to_have_text("Saved at 10:00")
    page.goto(address)
    expect(page.locator('[name="problem_title"]')).to_have_value("Halvferdig")
