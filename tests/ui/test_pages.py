"""The frame around every page, the pages about the site, and the pages that say what went wrong."""

import re
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from pytest_django.asserts import assertHTMLEqual

from innoskole.ui.context import Link, site
from innoskole.ui.templatetags.ui import breadcrumbs, icon

pytestmark = pytest.mark.urls("tests.ui.urls")

COORDINATOR = SimpleNamespace(
    is_authenticated=True,
    is_course_administrator=False,
    is_instructor=False,
    name="Kari <K>",
    email="kari@bodo.kommune.no",
)
INSTRUCTOR = SimpleNamespace(
    is_authenticated=True,
    is_course_administrator=False,
    is_instructor=True,
    name="Ivar",
    email="ivar@skole.example.no",
)
ADMINISTRATOR = SimpleNamespace(
    is_authenticated=True,
    is_course_administrator=True,
    is_instructor=False,
    name="",
    email="anna@skole.example.no",
)


def seen(user: object, path: str = "/") -> list[Link]:
    request = RequestFactory().get(path)
    request.user = user
    with translation.override("en"):
        return [Link(str(link.label), link.url, link.current) for link in site(request)["navigation"]]


def test_the_navigation_of_each_role() -> None:
    assert seen(AnonymousUser()) == [
        Link("Intakes", "/applications/intakes/", ""),
        Link("Municipalities", "/municipalities/list/", ""),
    ]
    assert seen(COORDINATOR, "/home/") == [
        Link("My page", "/home/", "page"),
        Link("Applications", "/applications/mine/", ""),
        Link("Intakes", "/applications/intakes/", ""),
        Link("Municipalities", "/municipalities/list/", ""),
    ]
    assert seen(INSTRUCTOR, "/assessment/queue/7/") == [
        Link("My page", "/home/", ""),
        Link("Applications", "/applications/mine/", ""),
        Link("Intakes", "/applications/intakes/", ""),
        Link("Cohorts", "/cohorts/cohorts/", ""),
        Link("To assess", "/assessment/queue/", "true"),
        Link("Municipalities", "/municipalities/list/", ""),
    ]
    assert seen(ADMINISTRATOR, "/accounts/people/7/") == [
        Link("My page", "/home/", ""),
        Link("Intakes", "/applications/admin_intakes/", ""),
        Link("Cohorts", "/cohorts/cohorts/", ""),
        Link("People", "/accounts/people/", "true"),
        Link("Mail", "/notifications/messages/", ""),
        Link("Reminders", "/reminders/ledger/", ""),
        Link("Deadlines", "/deadlines/rules/", ""),
        Link("Municipalities", "/municipalities/list/", ""),
    ]


def test_a_request_refused_before_its_user_is_known_has_no_navigation() -> None:
    assert site(RequestFactory().get("/"))["navigation"] == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/privacy/", "/accessibility/", "/cookies/"])
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_pages_about_the_site_are_open_to_all(client, path: str, language: str) -> None:
    client.cookies["django_language"] = language
    response = client.get(path)
    assert response.status_code == 200
    page = response.content.decode()
    assert f'<html lang="{language}">' in page
    assert page.count("<h1") == 1
    assert "innoskole@example.no" in page


def header(user: object) -> str:
    request = RequestFactory().get("/home/?page=2")
    request.user = user
    with translation.override("nn"):
        html = render_to_string("base.html", request=request)
    start, end = html.index('<div class="site-tools">'), html.index("</header>")
    return html[start:end].removesuffix("  </div>\n").strip()


def test_language_and_account_are_forms_that_work_without_script() -> None:
    html = header(COORDINATOR)
    assert '<input type="hidden" name="next" value="/home/?page=2">' in html
    assert re.findall(r'name="language"\s+value="(\w+)"\s+lang="(\w+)"', html) == [
        ("nb", "nb"),
        ("nn", "nn"),
        ("en", "en"),
    ]
    assert html.count('aria-current="true"') == 1
    assert html.index('value="nn"') < html.index('aria-current="true"') < html.index('value="en"')
    assert "Kari &lt;K&gt;" in html
    assert html.count('method="post"') == 2  # language, log out


def test_the_frame_survives_without_a_request() -> None:
    """The page for a broken server is rendered without context, perhaps without a database."""
    with translation.override("en"):
        html = render_to_string("500.html")
    assert "<h1" in html
    assert "site-tools" not in html
    assert "None" not in html


@pytest.mark.parametrize("template", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_each_error_page_has_one_heading_and_a_way_on(template: str) -> None:
    html = render_to_string(template, {"exception": "Only course administrators can open this page."})
    assert html.count("<h1") == 1
    assert 'href="/"' in html
    assert ("Only course administrators can open this page." in html) == (template == "403.html")


def test_breadcrumbs_lead_from_the_front_page_and_one_step_back() -> None:
    with translation.override("en"):
        html = render_to_string(
            "_components/breadcrumbs.html", breadcrumbs("Intakes", "/intakes/", "Autumn <2027>")
        )
    assertHTMLEqual(
        html,
        """
        <nav class="ds-breadcrumbs" aria-label="You are here">
          <a class="ds-link" href="/intakes/">Intakes</a>
          <ol>
            <li><a class="ds-link" href="/">Front page</a></li>
            <li><a class="ds-link" href="/intakes/">Intakes</a></li>
            <li><span aria-current="page">Autumn &lt;2027&gt;</span></li>
          </ol>
        </nav>
        """,
    )


def test_a_task_list_links_what_can_be_done_and_tells_the_rest() -> None:
    tasks = [
        {"title": "Team", "url": "/team/", "hint": "3–4 people", "status": "Begun", "color": "info"},
        {"title": "Plan", "url": "/plan/", "status": "Done", "is_done": True},
        {"title": "Send", "url": "", "status": "Cannot begin yet"},
    ]
    check = icon("check")
    assertHTMLEqual(
        render_to_string("_components/task_list.html", {"tasks": tasks, "id": "fill"}),
        f"""
        <ul class="task-list">
          <li class="task">
            <div class="task-name">
              <a class="ds-link task-link" href="/team/" aria-describedby="fill-1-status">Team</a>
              <p class="hint">3–4 people</p>
            </div>
            <div class="task-status" id="fill-1-status"><span class="ds-tag"
              data-color="info">Begun</span></div>
          </li>
          <li class="task">
            <div class="task-name">
              <a class="ds-link task-link" href="/plan/" aria-describedby="fill-2-status">Plan</a>
            </div>
            <div class="task-status" id="fill-2-status"><span class="done">{check}Done</span></div>
          </li>
          <li class="task">
            <div class="task-name"><span>Send</span></div>
            <div class="task-status" id="fill-3-status"><span>Cannot begin yet</span></div>
          </li>
        </ul>
        """,
    )


def test_a_summary_says_what_is_not_filled_in_and_keeps_a_zero() -> None:
    context = {
        "title": "Team",
        "rows": [("Name", "A\nB"), ("Phone", ""), ("Reserves", 0)],
        "change_url": "/team/",
        "change_label": "Change the team",
    }
    with translation.override("en"):
        html = render_to_string("_components/summary_list.html", context)
    assertHTMLEqual(
        html,
        """
        <div class="ds-card summary">
          <h2 class="ds-heading" data-size="xs">Team</h2>
          <dl class="summary-list">
            <div><dt>Name</dt><dd>A<br>B</dd></div>
            <div><dt>Phone</dt><dd><span class="hint">Not filled in</span></dd></div>
            <div><dt>Reserves</dt><dd>0</dd></div>
          </dl>
          <p><a class="ds-link" href="/team/">Change the team</a></p>
        </div>
        """,
    )
