"""Law 7: closed by default. One table of every URL × every role × what the door answers.

A URL that is not in the table fails, and so does a line of the table that leads nowhere.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
import time_machine
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

import innoskole.urls
from innoskole.accounts.models import User
from tests.assessment.exam import secrets
from tests.factories import NOW
from tests.world import World

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once("every page that opens is opened on PostgreSQL by tests/e2e/test_pages_of_*.py"),
]

# --- The table: tests/doors/*.txt -------------------------------------------------------------------

# Who knocks, in the order of the columns:
ROLES = (
    "anonymous",
    "outsider",  # proven for Fjaler, and nothing to do with Bodø
    "unproven",  # asks to act for Bodø and Karasjok, and has been rejected for Vadsø
    "owner",  # proven for Bodø, and the contact person of its applications
    "colleague",  # proven for Bodø as well
    "partner",  # proven for Ørland, which Bodø has asked to take part in its applications
    "instructor",  # who teaches in no cohort
    "administrator",
    "student",  # of Bodø's team in the cohort that runs
    "teacher",  # an instructor of that cohort
)

# A cell is the status, or, of a redirect that asks who one is, where it leads:
REDIRECTS = {
    "in": "account_login",
    "pwd": "account_reauthenticate",  # the password once more, before something delicate
}

# The second column is what stands in the address: objects of tests.world by name, other words as they are.
# «both»: GET and POST answer the same; a POST carries no data.
FILES = sorted((Path(__file__).parent / "doors").glob("*.txt"))
TABLE = "\n".join(path.read_text(encoding="utf-8") for path in FILES)


@dataclass(frozen=True)
class Door:
    """A line of the table. address: the arguments of the URL; answers: role → cell."""

    name: str
    address: tuple[str, ...]
    methods: tuple[str, ...]
    answers: dict[str, str]

    def __str__(self) -> str:
        return " ".join((*self.methods, self.name, "/".join(self.address)))

    def url(self, world: World) -> str:
        return reverse(self.name, args=[world.objects.get(word, word) for word in self.address])


def doors() -> Iterator[Door]:
    for line in TABLE.splitlines():
        if line and not line.startswith("#"):
            name, address, method, *cells = line.split()
            yield Door(
                name,
                () if address == "-" else tuple(address.split("/")),
                ("GET", "POST") if method == "both" else (method,),
                dict(zip(ROLES, cells, strict=True)),
            )


DOORS = list(doors())
CLOSED_DOORS = [door for door in DOORS if door.answers["anonymous"] == "in" and "GET" in door.methods]


# --- Knocking ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker) -> Iterator[World]:
    """Built once: whatever a knock changes is undone."""
    with django_db_blocker.unblock(), transaction.atomic(), time_machine.travel(NOW, tick=False):
        yield World()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def browser() -> Client:
    """One for all: a new one looks up every static file."""
    return Client()


@pytest.fixture(autouse=True)
def _quiet_and_ready(caplog, settings, tmp_path: Path, monkeypatch) -> None:
    """Refusals are what we ask for: two of three answers, neither logged nor put on a page, which is tried in
    tests/ui/test_pages.py. And health_ready looks for the broker's folder."""
    caplog.set_level(logging.ERROR, "django.request")
    for status in (403, 404):
        monkeypatch.setattr(innoskole.urls, f"handler{status}", partial(refuse, status=status), raising=False)
    settings.BROKER_FOLDER = tmp_path


def refuse(request: HttpRequest, exception: Exception, *, status: int) -> HttpResponse:
    return HttpResponse(status=status)


@pytest.fixture
def knock(world: World, browser: Client):
    """`knock(role, method, door)`: the answer to one request, whose doings are undone."""

    def knocked(role: str, method: str, door: Door) -> HttpResponseBase:
        browser.cookies = SimpleCookie(world.cookies.get(role, {}))
        with transaction.atomic():
            response = browser.generic(method, door.url(world))
            response.getvalue()  # a streamed file is closed when it has been read
            transaction.set_rollback(True)
        return response

    return knocked


def cell(response: HttpResponseBase) -> str:
    destination = response.headers.get("Location", "").partition("?")[0]
    leads_to = {reverse(name): word for word, name in REDIRECTS.items()}
    return leads_to.get(destination, str(response.status_code))


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_every_door_answers_as_the_table_says(knock, door):
    with secrets.reading() as read:
        for method in door.methods:
            assert {role: cell(knock(role, method, door)) for role in ROLES} == door.answers, method
    assert not read or door.name in secrets.READERS, "It reads what is secret: test_leaks.py has to know it."


@pytest.mark.parametrize("role", ["instructor", "administrator"])
def test_no_closed_door_opens_to_a_role_without_its_second_factor(knock, settings, role):
    settings.REQUIRE_SECOND_FACTOR = True
    closed = [door for door in CLOSED_DOORS if not door.name.startswith(("account_", "mfa_"))]
    led_to = {str(door): knock(role, "GET", door).headers.get("Location") for door in closed}
    assert led_to == dict.fromkeys(led_to, reverse("mfa_activate_totp"))


def test_a_closed_account_is_nobody(world, knock):
    with transaction.atomic():
        User.objects.filter(pk=world.people["administrator"].pk).update(is_active=False)
        answers = {str(door): cell(knock("administrator", "GET", door)) for door in CLOSED_DOORS}
        transaction.set_rollback(True)
    assert answers == dict.fromkeys(answers, "in")


# --- The table is whole -----------------------------------------------------------------------------


def names(patterns, namespace: str = "") -> Iterator[str]:
    """The name of every URL; of one without a name its pattern, so that it cannot hide."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or pattern.pattern}"
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from names(pattern.url_patterns, inner)


def test_the_table_has_every_url_with_both_methods_and_no_other():
    known = list(names(get_resolver().url_patterns))
    assert len(known) == len(set(known)), "of two URLs with one name the table would know only one"
    asked = {(door.name, method) for door in DOORS for method in door.methods}
    assert asked == {(name, method) for name in known for method in ("GET", "POST")}


def test_the_table_asks_nothing_twice():
    asked = [f"{method} {door.name} {door.address}" for door in DOORS for method in door.methods]
    assert len(asked) == len(set(asked))
