"""Looks at every page that opens to somebody, as the table of doors has them.

In bokmål in all that a page must hold, on a screen and at 320 px. The other languages change nothing but the
words: they are looked at where words are most cramped, one of the two for each page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from playwright.sync_api import Error, Page, ViewportSize

from innoskole.accounts.models import User
from tests.e2e import quality
from tests.e2e.conftest import DESKTOP
from tests.test_doors import DOORS, Door
from tests.world import World

# Of a page that has been opened: its HTML, and the sizes of the files that other pages have loaded already.
Look = Callable[[Page, bytes, dict[str, int]], None]


@dataclass(frozen=True)
class Round:
    """Pages in one language and the window that they are opened in, and what is looked at in each."""

    language: str
    size: ViewportSize
    look: Look
    doors: Sequence[Door]


def doors_of(role: str, *, but_not_of: Sequence[str] = ()) -> list[Door]:
    """The doors that open to the role, and not to others whose pages are looked at already."""
    return [
        door
        for door in DOORS
        if "GET" in door.methods
        and not door.name.startswith("health_")
        and door.answers[role] == "200"
        and not any(door.answers[other] == "200" for other in but_not_of)
    ]


def whole(doors: Sequence[Door]) -> list[Round]:
    """Each page in bokmål, and once more in nynorsk or English by turns; at a glance where else it stands."""
    pages = list({door.name: door for door in reversed(doors)}.values())
    return [
        Round("nb", DESKTOP, look_at_all, pages),
        *glance([door for door in doors if door not in pages]),
        Round("nn", quality.NARROWEST, look_at_words, pages[::2]),
        Round("en", quality.NARROWEST, look_at_words, pages[1::2]),
    ]


def glance(doors: Sequence[Door]) -> list[Round]:
    """In bokmål where words are most cramped."""
    return [Round("nb", quality.NARROWEST, look_at_words, doors)]


def faults(page: Page, server: str, world: World, rounds: Sequence[Round]) -> str:
    """What is wrong with the pages behind the doors, a line each; empty when all is well."""
    found: list[str] = []
    for each in rounds:
        User.objects.update(language=each.language)
        chosen = {"name": settings.LANGUAGE_COOKIE_NAME, "value": each.language, "url": server}
        page.context.add_cookies([chosen])
        page.set_viewport_size(each.size)
        known: dict[str, int] = {}
        for door in each.doors:
            html = open_page(page, door.url(world))
            if html is None:
                continue
            try:
                spoken = page.evaluate("document.documentElement.lang")
                assert spoken == (_own_language(door) or each.language)
                quality.assert_headed(page)
                each.look(page, html, known)
            except AssertionError as fault:
                found.append(f"{door}: {fault}")
                page.set_viewport_size(each.size)
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
    page.set_viewport_size(quality.NARROWEST)
    quality.assert_accessible(page)
    quality.assert_fits(page)
    page.evaluate("document.documentElement.hidden = true")  # nothing is laid out anew for the next page
    page.set_viewport_size(DESKTOP)


def look_at_words(page: Page, html: bytes, known: dict[str, int]) -> None:
    quality.assert_accessible(page)
    quality.assert_fits(page)
