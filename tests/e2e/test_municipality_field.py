"""The municipality field in a form of its own, with and without scripts."""

from datetime import date

import pytest
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from playwright.sync_api import expect

from innoskole.municipalities.forms import MunicipalityField
from innoskole.urls import urlpatterns as of_the_product
from tests.factories import municipality

TEMPLATE = """
{% extends "base.html" %}{% load crispy_forms_filters %}{% block title %}Field{% endblock %}
{% block content %}
  <h1 class="ds-heading">Field</h1>
  {% error_summary form %}
  <form method="post">{% csrf_token %}{{ form|crispy }}<button class="ds-button">Send</button></form>
  <p id="codes">{{ lead.code }} {{ partner.code }}</p>
{% endblock %}
"""


class TwoFields(forms.Form):
    lead = MunicipalityField(label="Lead", day=date(2027, 5, 3))
    partner = MunicipalityField(label="Partner", day=date(2027, 5, 3), required=False)


@login_not_required
def two_fields(request: HttpRequest) -> HttpResponse:
    form = TwoFields(request.POST or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    return HttpResponse(engines["django"].from_string(TEMPLATE).render({"form": form, **chosen}, request))


urlpatterns = [path("two-fields/", two_fields), *of_the_product]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def _some_municipalities(transactional_db):
    for code in ("1515", "1804", "1818", "5057", "5610"):
        municipality(code)


def test_choosing_by_keyboard(page, axe):
    page.goto("/two-fields/")
    axe(page)
    lead = page.locator("#id_lead")
    lead.press_sequentially("her", delay=20)
    expect(page.locator("u-option:visible")).to_have_text(["Herøy (Møre og Romsdal)", "Herøy (Nordland)"])
    lead.press("ArrowDown")
    lead.press("ArrowDown")
    lead.press("Enter")
    expect(lead).to_have_value("Herøy (Nordland)")
    page.locator("#id_partner").focus()
    expect(lead).not_to_have_attribute("role", "combobox")
    page.get_by_text("Send", exact=True).focus()
    expect(page.locator("#id_partner")).not_to_have_attribute("role", "combobox")
    axe(page)
    page.get_by_text("Send", exact=True).click()
    expect(page.locator("#codes")).to_have_text("1818")


def test_choosing_by_pointer_on_a_phone(phone, no_overflow):
    phone.goto("/two-fields/")
    phone.locator("#id_partner").press_sequentially("kárá", delay=20)
    phone.get_by_text("Karasjok (Finnmark)").click()
    expect(phone.locator("#id_partner")).to_have_value("Karasjok")
    no_overflow(phone)
    phone.locator("#id_lead").fill("bodø")
    phone.get_by_text("Send", exact=True).click()
    expect(phone.locator("#codes")).to_have_text("1804 5610")


def test_what_is_typed_stays_until_the_server_has_judged_it(page):
    page.goto("/two-fields/")
    for text in ("Atlantis", "Ørland"):
        page.locator("#id_lead").fill(text)
        page.locator("#id_partner").focus()
        page.wait_for_timeout(300)  # longer than the field waits for a word to be finished
        expect(page.locator("#id_lead")).to_have_value(text)
    page.locator("#id_partner").fill("Heroy")
    page.get_by_text("Send", exact=True).click()
    expect(page.locator("#id_lead")).to_have_value("Ørland")
    expect(page.locator("#id_partner")).to_have_value("Heroy")
    expect(page.locator("#id_partner_error")).to_contain_text("Herøy (Møre og Romsdal), Herøy (Nordland)")


def test_emptying_the_field(page):
    page.goto("/two-fields/")
    page.locator("#id_lead").press_sequentially("bod", delay=20)
    page.get_by_text("Bodø (Nordland)").click()
    page.locator("#id_lead").fill("")
    page.locator("#id_partner").focus()
    expect(page.locator("#id_lead")).to_have_value("")


def test_without_scripts(new_page):
    page = new_page(javascript=False)
    page.goto("/two-fields/")
    page.locator("#id_lead").fill("alesund")
    page.get_by_text("Send", exact=True).click()
    page.locator("#id_lead").fill("5057")
    page.locator("#id_partner").fill("bodø")
    page.get_by_text("Send", exact=True).click()
    expect(page.locator("#codes")).to_have_text("5057 1804")
