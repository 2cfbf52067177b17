"""The scripts in a real browser: a draft saves itself, and a double click sends once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import path
from playwright.sync_api import Page, expect

from tests.ui import urls

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db(transaction=True)]

FORM = """{% extends "base.html" %}{% load static %}
{% block title %}Draft{% endblock %}
{% block scripts %}<script src="{% static 'autosave.js' %}" defer></script>{% endblock %}
{% block content %}
<h1>Draft</h1>
<form method="post" action="/send/" data-autosave-url="/autosave/">
  {% csrf_token %}
  <input type="hidden" name="version" value="1">
  <label>Problem <input name="problem" value="Old"></label>
  {% include "_components/autosave.html" %}
  <button type="submit">Send</button>
</form>
{% endblock %}"""

saved: list[tuple[str, str]] = []
answers: list[int] = []
sent: list[str] = []


@login_not_required
def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(FORM).render({}, request))


@login_not_required
def autosave(request: HttpRequest) -> HttpResponse:
    status = answers.pop(0) if answers else 200
    if status == 409:
        return JsonResponse({"label": "A colleague has changed this."}, status=409)
    if status != 200:
        return HttpResponse(status=status)
    saved.append((request.POST["problem"], request.POST["version"]))
    at = datetime(2027, 6, 1, 12, 3, tzinfo=UTC)
    return JsonResponse({"saved_at": at.isoformat(), "version": len(saved) + 1})


@login_not_required
def send(request: HttpRequest) -> HttpResponse:
    sent.append(request.POST["problem"])
    return HttpResponse(status=204)  # the browser stays on the page, where a second click is possible


urlpatterns = [path("form/", form), path("autosave/", autosave), path("send/", send), *urls.urlpatterns]


@pytest.fixture(autouse=True)
def _forget() -> None:
    for log in (saved, answers, sent):
        log.clear()


def test_a_draft_saves_itself_and_says_when(page: Page) -> None:
    page.goto("/form/")
    problem, status = page.get_by_label("Problem"), page.locator("[data-autosave-status]")
    problem.fill("New")
    expect(status).to_contain_text("14.03")
    problem.fill("Newer")
    problem.blur()
    expect(page.locator("[name=version]")).to_have_value("3")
    assert saved == [("New", "1"), ("Newer", "2")]


def test_a_failed_save_keeps_the_text_and_tries_again(page: Page, problems: list[str]) -> None:
    answers.append(503)
    page.goto("/form/")
    page.get_by_label("Problem").fill("New")
    status = page.locator("[data-autosave-status]")
    expect(status).to_have_attribute("data-state", "failed")
    expect(status).to_have_attribute("data-state", "saved")
    assert saved == [("New", "1")]
    assert [problem.split()[0] for problem in problems] == ["503"]
    problems.clear()


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (409, "A colleague has changed this."),
        (401, "Du er logget ut. Trykk «Send», logg inn, og finn igjen teksten."),
    ],
)
def test_a_refusal_is_shown_and_not_repeated(page: Page, problems: list[str], status: int, told: str) -> None:
    answers.append(status)
    page.goto("/form/")
    page.get_by_label("Problem").fill("New")
    expect(page.locator("[data-autosave-status]")).to_have_text(told)
    page.wait_for_timeout(4500)
    assert saved == []
    problems.clear()


def test_a_double_click_sends_once(page: Page) -> None:
    page.goto("/form/")
    with page.expect_response("**/send/"):
        page.get_by_role("button", name="Send").dblclick()
    page.wait_for_timeout(300)
    assert sent == ["Old"]


def test_menus_open_without_script(new_page: Callable[..., Page]) -> None:
    phone: Any = new_page(viewport={"width": 390, "height": 844}, javascript=False)
    phone.goto("/form/")
    menu = phone.locator("#menu")
    expect(menu).to_be_hidden()
    phone.locator("[popovertarget=menu]").click()
    expect(menu).to_be_visible()
    phone.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    phone.locator("[popovertarget=languages]").click()
    expect(phone.locator("#languages button")).to_have_text(["Bokmål", "Nynorsk", "English"])


def test_who_asks_for_less_motion_sees_every_change_at_once(page: Page) -> None:
    page.goto("/form/")
    before, after = page.get_by_role("button", name="Send").evaluate("""(button) => {
      button.className = "ds-button";
      button.disabled = true;
      const before = Number(getComputedStyle(button).opacity);
      button.disabled = false;
      return [before, Number(getComputedStyle(button).opacity)];
    }""")
    assert before < 1
    assert after == 1
