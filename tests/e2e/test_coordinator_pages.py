"""Every page of the coordinator: axe-core finds nothing and nothing sticks out, in any language or width."""

from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from applications import tokens
from applications.actions.drafts import keep_draft, save_part
from applications.actions.team import add_document
from applications.models import Intake, Part
from applications.models.content import version_of
from applications.uploads import inspect
from tests.applications.coordinator.test_team import file
from tests.e2e.conftest import DESKTOP, PHONE
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

pytestmark = pytest.mark.django_db(transaction=True)
VIEWPORTS = {"desktop": DESKTOP, "phone": PHONE}


@pytest.fixture
def kari(now):
    IntakeFactory()
    municipality("5057")
    return person_for("1804", "Kari Koordinator", "kari@bodo.kommune.no")


def press(page, action: str) -> None:
    page.locator(f'button[name="action"][value="{action}"]').click()


@pytest.fixture
def everything(kari, settings, tmp_path):
    """A draft with everything in it, and the address of every page that shows something of its own."""
    settings.MEDIA_ROOT = tmp_path
    intake = Intake.objects.get()
    draft = ApplicationFactory(intake=intake, coordinator=kari, complete=True, reference="IS-2027H-2001")
    sent = ApplicationFactory(
        intake=intake, coordinator=kari, lead=municipality("4646"), state="submitted", complete=True
    )
    sent.submissions.create(number=1, submitted_at=NOW, submitted_by=kari, content="{}", digest="a" * 64)
    asked = ApplicationFactory(
        intake=intake, coordinator=kari, lead=municipality("5058"), state="information_requested", team=1
    )
    asked.information_requests.create(
        question="Hvilket saksnummer?",
        parts=["anchoring", "team"],
        due_at=intake.closes_at,
        asked_by=kari,
        asked_at=NOW,
    )
    partner = PartnerFactory(application=draft)
    PartnerFactory(application=draft, municipality=municipality("5607"), confirmed=True)
    member = draft.members.first()
    document = add_document(member, inspect(file()), by=kari, now=NOW)
    keep_draft(draft, Part.PROBLEM, {"problem_title": ["Ny"]}, part=Part.PROBLEM, by=kari, now=NOW)
    base = draft.get_absolute_url()
    steps = [f"{base}step/{part}/" for part in ("municipality", "problem", "anchoring", "composition")]
    guarantee = draft.current_guarantee()
    return [
        *steps,
        *(base, "/applications/", "/intakes/autumn-2027/apply/", "/home/"),
        *(f"{base}step/guarantee/", f"{base}team/", f"{base}team/add/", f"{base}check/", f"{base}withdraw/"),
        *(f"{base}team/{member.pk}/", f"{base}team/{member.pk}/remove/"),
        f"{base}documents/{document.pk}/remove/",
        f"{base}partners/add/",
        *(f"{base}partners/{partner.pk}/ask/", f"{base}partners/{partner.pk}/remove/"),
        *(f"{sent.get_absolute_url()}{name}" for name in ("", "receipt/", "reopen/")),
        *(f"{asked.get_absolute_url()}{name}" for name in ("", "information/", "step/anchoring/")),
        urlsplit(tokens.partner_url(partner)).path,
        urlsplit(tokens.guarantee_url(guarantee)).path,
    ]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("width", VIEWPORTS)
def test_every_page_is_accessible_and_fits(
    kari, everything, new_page, log_in, axe, no_overflow, language, width
):
    kari.language = language
    kari.save()
    page = new_page(viewport=VIEWPORTS[width], language=language)
    log_in(page, kari)
    for address in everything:
        assert page.goto(address).status == 200, address
        axe(page)
        no_overflow(page)


@pytest.mark.parametrize("width", VIEWPORTS)
def test_errors_conflicts_and_claims_are_accessible(kari, new_page, log_in, axe, no_overflow, width):
    intake = Intake.objects.get()
    application = ApplicationFactory(intake=intake, coordinator=kari)
    kare = person_for("1804", "Kåre Kollega", "kare@bodo.kommune.no", language="nb")
    page = new_page(viewport=VIEWPORTS[width])
    log_in(page, kare)
    for step in ("problem", "anchoring", "composition", "guarantee"):
        page.goto(reverse("applications:step", args=[application.reference, step]))
        press(page, "next")
        expect(page.locator(".ds-error-summary")).to_be_focused()
        axe(page)
        no_overflow(page)
    page.goto(reverse("applications:member_add", args=[application.reference]))
    press(page, "next")
    axe(page)

    page.goto(reverse("applications:step", args=[application.reference, "problem"]))
    page.fill('[name="problem_title"]', "Min tittel")
    page.fill('[name="problem_statement"]', "Min problemstilling")
    save_part(
        application,
        Part.PROBLEM,
        {"problem_title": "Hennes", "problem_statement": "Hennes", "problem_reason": ""},
        version=version_of(application, Part.PROBLEM),
        by=kari,
        now=NOW,
    )
    press(page, "next")
    expect(page.locator("tbody tr")).to_have_count(2)
    axe(page)
    no_overflow(page)

    claim = AffiliationFactory(user=UserFactory(name="Nina Ny"), pending=True)
    anna = UserFactory(name="Anna Administrator", is_course_administrator=True, language="nb")
    log_in(page, anna)
    for address in ("/people/claims/", "/people/claims/?search=ingen", f"/people/claims/{claim.pk}/"):
        page.goto(address)
        axe(page)
        no_overflow(page)
