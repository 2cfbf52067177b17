"""A real browser in front of the real server: pages, people to log in as, and what every page must hold."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Response, ViewportSize, sync_playwright

from innoskole.accounts.models import User
from tests.e2e import quality
from tests.e2e.person import Person
from tests.services import chromium

# Playwright keeps an event loop in the test's thread, which Django would take for an asynchronous program.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
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
    "--js-flags=--no-opt --no-maglev",  # a page lives too shortly for its scripts to be optimised
]


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
    return quality.assert_accessible


@pytest.fixture(scope="session")
def no_overflow() -> Callable[[Page], None]:
    return quality.assert_fits


@pytest.fixture
def enter(new_page: Callable[..., Page], log_in: Callable[[Page, User], None]) -> Callable[..., Person]:
    """A person with a browser of their own, logged in if they are somebody: enter(user, viewport=PHONE)."""

    def open_browser(user: User | None = None, *, language: str = "en", **options: Any) -> Person:
        page = new_page(language=language, **options)
        if user is not None:
            log_in(page, user)
        return Person(page, scripts=options.get("javascript", True))

    return open_browser


@pytest.fixture
def post() -> Callable[[str], EmailMessage]:
    """The last letter to an address, as it left the house."""

    def last(email: str) -> EmailMessage:
        letters = [letter for letter in mail.outbox if email.lower() in letter.to]
        assert letters, f"No letter to {email}, only to {[letter.to for letter in mail.outbox]}"
        return letters[-1]

    return last


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
