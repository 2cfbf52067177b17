"""Every address of the coordinator's slice × everybody who might try it."""

from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from applications.actions.people import reject_affiliation
from applications.actions.team import add_document
from applications.models import Application
from applications.permissions import may_edit, may_read_documents, may_submit, may_withdraw
from applications.tokens import guarantee_url, partner_url
from applications.uploads import inspect
from applications.urls import coordinator as urls
from tests.applications.coordinator.test_team import file
from tests.factories import (
    NOW,
    AffiliationFactory,
    ApplicationFactory,
    PartnerFactory,
    UserFactory,
    municipality,
    person_for,
)

pytestmark = pytest.mark.django_db

EVERYBODY = ("anonymous", "coordinator", "colleague", "partner", "outsider", "instructor", "administrator")
# Statuses in the order of EVERYBODY. 404: for them it does not exist. 302 of anonymous: to the log-in page.
EDITORS = (302, 200, 200, 404, 404, 404, 404)
READERS = (302, 200, 200, 200, 404, 404, 200)
PAGES = {
    "mine": (302, 200, 200, 200, 200, 200, 200),
    "start": (302, 200, 200, 200, 200, 200, 200),
    "tasks": READERS,
    "step": EDITORS,
    "team": EDITORS,
    "member_add": EDITORS,
    "member": EDITORS,
    "member_remove": EDITORS,
    "document": (302, 200, 200, 404, 404, 404, 200),
    "document_remove": EDITORS,
    "partner_add": EDITORS,
    "partner_again": EDITORS,
    "partner_remove": EDITORS,
    "check": EDITORS,
    "withdraw": EDITORS,
    # A draft has no receipt, nothing to reopen and no question: those who may are sent to the task list.
    "receipt": (302, 302, 302, 302, 404, 404, 302),
    "receipt_json": (302, 404, 404, 404, 404, 404, 404),
    "receipt_pdf": (302, 404, 404, 404, 404, 404, 404),
    "reopen": (302, 302, 302, 404, 404, 404, 404),
    "information": (302, 302, 302, 404, 404, 404, 404),
    # Only by post.
    "take_over": (302, 405, 405, 405, 405, 405, 405),
    "autosave": (302, 405, 405, 405, 405, 405, 405),
    "discard": (302, 405, 405, 405, 405, 405, 405),
    # For everybody with a link that works; these do not.
    "partner_answer": (404,) * 7,
    "guarantee_answer": (404,) * 7,
    "affiliations": (302, 403, 403, 403, 403, 403, 200),
    "claim": (302, 403, 403, 403, 403, 403, 200),
}


@pytest.fixture
def arguments(complete, coordinator, settings, tmp_path) -> dict[str, list]:
    """What stands in each address, of one draft with everything in it."""
    settings.MEDIA_ROOT = tmp_path
    partner = PartnerFactory(application=complete, confirmed=True)
    member = complete.members.first()
    document = add_document(member, inspect(file()), by=coordinator, now=NOW)
    claim = AffiliationFactory(user=UserFactory(), municipality=municipality("4646"), pending=True)
    ref = complete.reference
    found = {name: [ref] for name in PAGES}
    return found | {
        "mine": [],
        "start": [complete.intake.slug],
        "step": [ref, "problem"],
        "autosave": [ref, "problem"],
        "discard": [ref, "problem"],
        "member": [ref, member.pk],
        "member_remove": [ref, member.pk],
        "document": [ref, document.pk],
        "document_remove": [ref, document.pk],
        "partner_again": [ref, partner.pk],
        "partner_remove": [ref, partner.pk],
        "partner_answer": ["token"],
        "guarantee_answer": ["token"],
        "affiliations": [],
        "claim": [claim.pk],
    }


@pytest.fixture
def browsers(coordinator, colleague, outsider, instructor, administrator, log_in) -> dict[str, Client]:
    partner = person_for("5057", "Olga Ørland", "olga@orland.kommune.no")
    people = (coordinator, colleague, partner, outsider, instructor, administrator)
    return {"anonymous": Client(), **dict(zip(EVERYBODY[1:], map(log_in, people), strict=True))}


def test_the_table_names_every_address():
    assert {pattern.name for pattern in urls.urlpatterns} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_reading(now, arguments, browsers, name):
    address = reverse(f"applications:{name}", args=arguments[name])
    statuses = []
    for browser in browsers.values():
        answer = browser.get(address)
        if answer.streaming:
            b"".join(answer.streaming_content)
        statuses.append(answer.status_code)
    assert tuple(statuses) == PAGES[name]


DEEDS = [name for name, statuses in PAGES.items() if statuses == EDITORS] + [
    "take_over",
    "autosave",
    "discard",
    "reopen",
]


@pytest.mark.parametrize("name", DEEDS)
@pytest.mark.parametrize("who", ["anonymous", "partner", "outsider", "instructor", "administrator"])
def test_posting_changes_nothing(now, complete, arguments, browsers, name, who):
    before = Application.objects.values().get()
    parts = (complete.members.count(), complete.municipalities.count())
    answer = browsers[who].post(reverse(f"applications:{name}", args=arguments[name]), {"reason": "x"})
    assert answer.status_code == (302 if who == "anonymous" else 404)
    assert Application.objects.values().get() == before
    assert (complete.members.count(), complete.municipalities.count()) == parts
    assert not complete.step_drafts.exists()


def test_predicates(intake, coordinator, colleague, outsider, administrator):
    nina = UserFactory()
    AffiliationFactory(user=nina, pending=True)
    application = ApplicationFactory(intake=intake, coordinator=nina)
    people = (nina, colleague, outsider, administrator)
    assert [may_edit(person, application) for person in people] == [True, True, False, False]
    assert [may_submit(person, application) for person in people] == [False, True, False, False]
    assert [may_withdraw(person, application) for person in people] == [True, True, False, False]
    assert may_read_documents.__doc__


def test_a_former_coordinator_without_proof_sees_nothing(now, intake, colleague, log_in):
    nina = UserFactory()
    AffiliationFactory(user=nina, pending=True)
    application = ApplicationFactory(intake=intake, coordinator=nina)
    browser = log_in(nina)
    assert browser.get(application.get_absolute_url()).status_code == 200
    log_in(colleague).post(reverse("applications:take_over", args=[application.reference]))
    assert browser.get(application.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(("state", "status"), [("asked", 404), ("confirmed", 200), ("declined", 404)])
def test_a_partner_sees_the_application_while_it_takes_part(now, complete, log_in, state, status):
    PartnerFactory(application=complete, state=state)
    browser = log_in(person_for("5057", "Olga Ørland", "olga@orland.kommune.no"))
    assert browser.get(complete.get_absolute_url()).status_code == status


def test_whom_the_school_rejects_no_longer_sees_the_draft(now, intake, administrator, log_in):
    nina = UserFactory()
    claim = AffiliationFactory(user=nina, pending=True)
    application = ApplicationFactory(intake=intake, coordinator=nina)
    assert may_edit(nina, application)
    reject_affiliation(claim, by=administrator, now=NOW, reason="Not employed there.")
    assert not may_edit(nina, application)
    assert log_in(nina).get(application.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("url_of", [partner_url, guarantee_url])
def test_an_empty_answer_is_an_error_in_the_form(now, complete, url_of):
    asked = PartnerFactory(application=complete) if url_of is partner_url else complete.guarantees.get()
    page = Client().post(urlsplit(url_of(asked)).path)
    assert page.status_code == 200
    assert page.context["form"].errors
