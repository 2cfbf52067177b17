"""The rooms of a cohort, of a team and of a participant: each part of the year registers its pages here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from innoskole.accounts.models import User


class Room(Enum):
    """cohort: pages of the staff, by its slug. team: pages of the team and its staff, by its reference.
    course: a participant's own pages, by the cohort's slug."""

    COHORT = "cohort"
    TEAM = "team"
    COURSE = "course"


@dataclass(frozen=True, kw_only=True)
class Page:
    """order: in tens, the lowest first. shown: to whom, of those who may enter the room."""

    room: Room
    label: str | Promise
    url_name: str
    order: int
    shown: Callable[[User], bool] = lambda user: True


@dataclass(frozen=True)
class Tab:
    label: str | Promise
    url: str
    current: str


_pages: dict[str, Page] = {}


def register(*pages: Page) -> None:
    """Add pages to their rooms; call it from the app's ready(). Adding one twice does no harm."""
    for page in pages:
        _pages[page.url_name] = page


def tabs(room: Room, key: Any, user: User, path: str) -> Iterator[Tab]:
    """The pages of one room that a person sees, in order.

    current: "page", "true" on a page below it, or empty.
    """
    shown = [page for page in _pages.values() if page.room == room and page.shown(user)]
    urls = {page.url_name: reverse(page.url_name, args=[key]) for page in shown}
    below = max((url for url in urls.values() if path.startswith(url)), key=len, default="")
    for page in sorted(shown, key=lambda page: (page.order, page.url_name)):
        url = urls[page.url_name]
        yield Tab(page.label, url, "page" if path == url else "true" if url == below else "")
