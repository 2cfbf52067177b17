"""A real browser in front of the real server: pages, people to log in as, and what every page must hold."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Response, ViewportSize, sync_playwright

from tests.services import chromium

# Playwright keeps an event loop in the test's thread, which Django would take for an asynchronous program.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
NARROWEST: ViewportSize = {"width": 320, "height": 640}
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def problems() -> list[str]:
    """What went wrong in this test's pages; empty at its end. A test may clear what it provoked."""
    return []


@pytest.fixture
def new_page(browser: Browser, live_server: Any, problems: list[str]) -> Iterator[Callable[..., Page]]:
    """Opens a page of its own context: new_page(viewport=PHONE, javascript=False, language="nn")."""
    contexts: list[BrowserContext] = []

    def open_page(
        *, viewport: ViewportSize = DESKTOP, javascript: bool = True, language: str = "nb", **options: Any
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=viewport,
            java_script_enabled=javascript,
            locale={"en": "en-GB"}.get(language, f"{language}-NO"),
            timezone_id="Europe/Oslo",
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        _watch(page, problems)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A desktop page, nobody logged in, bokmål."""
    return new_page()


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    """A phone's page, nobody logged in, bokmål."""
    return new_page(viewport=PHONE)


@pytest.fixture
def log_in(live_server: Any) -> Callable[[Page, Any], None]:
    """Puts a session into the page's context: faster than the form, which few tests are about."""

    def put(page: Page, user: Any) -> None:
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )

    return put


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Asserts that axe-core finds nothing against WCAG 2.0–2.2 A and AA or best practice."""
    source = (settings.NODE_MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    options = json.dumps({"runOnly": AXE_RULES, "resultTypes": ["violations"]})

    def assert_accessible(page: Page) -> None:
        # Evaluated by the debugger, which the page's content security policy does not concern.
        if not page.evaluate("typeof axe === 'object'"):
            page.evaluate(source)
        rules = page.evaluate(f"async () => (await axe.run(document, {options})).violations")
        found = [f"{rule['id']}: {node['html'][:200]}" for rule in rules for node in rule["nodes"]]
        assert found == [], "\n".join([page.url, *found])

    return assert_accessible


@pytest.fixture(scope="session")
def no_overflow() -> Callable[..., None]:
    """Asserts that nothing sticks out to the right: here, at 320 px, and with WCAG 1.4.12's text spacing."""

    def assert_fits(page: Page) -> None:
        before = page.viewport_size
        _assert_nothing_sticks_out(page)
        page.set_viewport_size(NARROWEST)
        _assert_nothing_sticks_out(page)
        page.evaluate(_SPACE_OUT)
        _assert_nothing_sticks_out(page)
        page.evaluate("document.adoptedStyleSheets = []")
        page.set_viewport_size(before)

    return assert_fits


# Style sheets made by script are outside the content security policy; a <style> element would be refused.
_SPACE_OUT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""

_STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const contains = (e) => ["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(e).overflowX);
  const scrolls = (e) => e && e !== document.documentElement && (contains(e) || scrolls(e.parentElement));
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > width + 0.5 && !scrolls(e.parentElement))
    .map((e) => e.outerHTML.slice(0, 120)).concat([`${document.documentElement.scrollWidth} px`]);
}"""


def _assert_nothing_sticks_out(page: Page) -> None:
    found = page.evaluate(_STICKING_OUT)
    assert found == [], "\n".join([f"{page.url} at {page.viewport_size['width']} px", *found])


def _watch(page: Page, problems: list[str]) -> None:
    """Notes errors in the console (violations of the policy among them), in scripts, and of the server."""

    def answered(response: Response) -> None:
        # A page may refuse on purpose; what a page loads may not be missing, and the server may never break.
        document = response.request.resource_type == "document"
        if response.status >= (500 if document else 400):
            problems.append(f"{response.status} {response.url}")

    def said(message: Any) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            problems.append(f"{page.url}: {message.text}")

    page.on("response", answered)
    page.on("console", said)
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
