"""Looks at every page that opens to somebody, as the table of doors has them.

In bokmål in all that a page must hold, on a screen and on a phone. The other languages change nothing but the
words: they are looked at where words are most cramped.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from playwright.sync_api import Error, Page

from innoskole.accounts.models import User
from tests.e2e import quality
from tests.e2e.conftest import DESKTOP, PHONE
from tests.test_doors import DOORS, Door
from tests.world import World


def doors_of(role: str, *, but_not_of: str = "") -> list[Door]:
    """The doors that open to the role, and not to another one whose pages are looked at already."""
    return [
        door
        for door in DOORS
        if "GET" in door.methods
        and not door.name.startswith("health_")
        and door.answers[role] == "200"
        and door.answers.get(but_not_of) != "200"
    ]


def faults(page: Page, server: str, world: World, doors: list[Door], languages: Sequence[str]) -> str:
    """What is wrong with the pages behind the doors, a line each; empty when all is well."""
    found: list[str] = []
    for language in languages:
        User.objects.update(language=language)
        chosen = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": server}
        page.context.add_cookies([chosen])
        look_at, size = (look_at_all, DESKTOP) if language == "nb" else (look_at_words, quality.NARROWEST)
        page.set_viewport_size(size)
        known: dict[str, int] = {}
        for door in doors:
            html = open_page(page, door.url(world))
            if html is None:
                continue
            try:
                assert page.evaluate("document.documentElement.lang") == (_own_language(door) or language)
                quality.assert_headed(page)
                look_at(page, html, known)
            except AssertionError as fault:
                found.append(f"{door}: {fault}")
                page.set_viewport_size(size)
    return "\n".join(found)


def _own_language(door: Door) -> str:
    """Of a page whose address says in which language it is, whatever the reader has chosen; else empty."""
    return door.address[-1] if door.name == "assessment:verify_in" else ""


def open_page(page: Page, url: str) -> bytes | None:
    """The HTML of the page that has been opened; None where there is a file instead."""
    try:
        answer = page.goto(url)
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        return None
    return answer.body() if answer.headers["content-type"].startswith("text/html") else None


def look_at_all(page: Page, html: bytes, known: dict[str, int]) -> None:
    quality.assert_still(page)
    everything, own = quality.weights(page, html, known)
    assert everything <= quality.LARGEST_PAGE, f"{everything} bytes"
    assert own <= quality.LARGEST_HTML, f"{own} bytes of HTML"
    quality.assert_accessible(page)
    page.set_viewport_size(PHONE)
    quality.assert_accessible(page)
    quality.assert_fits(page)
    page.evaluate("document.documentElement.replaceChildren()")  # nothing is laid out anew for the next page
    page.set_viewport_size(DESKTOP)


def look_at_words(page: Page, html: bytes, known: dict[str, int]) -> None:
    quality.assert_accessible(page)
    quality.assert_fits(page)
