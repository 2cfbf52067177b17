"""Every page of the coordinator's slice can be read, by those who may and by nobody else."""

import pytest
from django.urls import reverse

from tests.factories import ApplicationFactory, PartnerFactory

pytestmark = pytest.mark.django_db

PAGES = ["tasks", "team", "member_add", "partner_add", "check", "withdraw"]
PARTS = ["municipality", "problem", "anchoring", "composition", "guarantee"]


def addresses(application) -> list[str]:
    ref = application.reference
    partner = PartnerFactory(application=application)
    member = application.members.first()
    return [
        *(reverse(f"applications:{name}", args=[ref]) for name in PAGES),
        *(reverse("applications:step", args=[ref, part]) for part in PARTS),
        reverse("applications:partner_again", args=[ref, partner.pk]),
        reverse("applications:partner_remove", args=[ref, partner.pk]),
        reverse("applications:member", args=[ref, member.pk]),
        reverse("applications:member_remove", args=[ref, member.pk]),
    ]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_page_of_a_draft(now, intake, coordinator, log_in, language):
    coordinator.language = language
    coordinator.save()
    application = ApplicationFactory(intake=intake, coordinator=coordinator, complete=True)
    browser = log_in(coordinator)
    urls = addresses(application)
    assert {url: browser.get(url).status_code for url in urls} == dict.fromkeys(urls, 200)
    for url in (reverse("applications:start", args=[intake.slug]), reverse("applications:mine")):
        assert browser.get(url).status_code == 200
