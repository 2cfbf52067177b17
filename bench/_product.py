"""The product on a throwaway database, and a stop-watch that sets a page against a bare one.

A bare page runs through the same middleware and the same server code, and does nothing but the one thing that
the page is about; so the ratio says what the rest costs, and holds on any machine. A framed page is the bare
one within base.html, the frame of every page (header, menu, languages, footer), for the same person; so the
second ratio says what the page itself costs, without what it shares with all the others.
"""

import atexit
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innoskole.settings")
os.environ |= {
    "ENV_FILE": os.devnull,
    "VAR_DIR": tempfile.mkdtemp(prefix="innoskole-bench-"),
    "LOG_LEVEL": "ERROR",
}
atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

SECONDS = 1.0
FRAME = '{%% extends "base.html" %%}{%% block content %%}%s{%% endblock %%}'


class Bare:
    """A page that shows one thing: `content` is a template's text; `load` names what it loads."""

    def __init__(self, content: str, load: str = "") -> None:
        loads = f"{{% load {load} %}}" if load else ""
        self.bare = engines["django"].from_string(loads + content)
        self.framed = engines["django"].from_string(FRAME % (loads + content))

    def response(self, request: HttpRequest, context: dict[str, Any], *, framed: bool) -> HttpResponse:
        return HttpResponse(self.framed.render(context, request) if framed else self.bare.render(context))


def start(urls: str, size: str) -> None:
    """A fresh test database with the register; `urls` mounts the bare page beside the product.

    size: what the second column counts.
    """
    settings.ROOT_URLCONF = urls
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    # Not Django's test environment: it would copy the context of every template that is rendered.
    connection.creation.create_test_db(verbosity=0)
    call_command("import_register", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115
    print(f"{connection.display_name}, one process, one thread; times are medians")
    print(f"{'page':44} {size:>7} {'queries':>7} {'ms':>7} {'1/s':>7} {'of bare':>7} {'framed':>7}")


def end() -> None:
    connection.creation.destroy_test_db(str(connection.settings_dict["NAME"]), verbosity=0)


def compare(label: str, size: int, client: Client, path: str, bare: str) -> None:
    """One line: the page's time, and its rate as a share of the bare and the framed page's, in turns.

    bare: the address of the bare page; the framed one stands below it.
    """
    page_ms, bare_ms, framed_ms = in_turns(*(partial(get, client, p) for p in (path, bare, f"{bare}framed/")))
    with CaptureQueriesContext(connection) as queries:
        get(client, path)
    print(
        f"{label:44} {size:7} {len(queries):7} {page_ms:7.1f} {1000 / page_ms:7.0f}"
        f" {bare_ms / page_ms:7.0%} {framed_ms / page_ms:7.0%}"
    )


def get(client: Client, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, f"{path}: {response.status_code}"
    return response


def in_turns(*deeds: Callable[[], Any]) -> list[float]:
    """The median time of each deed in milliseconds; taking turns shares the machine's noise out evenly."""
    times: list[list[float]] = [[] for _ in deeds]
    for deed in deeds:
        deed()
    until = time.perf_counter() + SECONDS * len(deeds)
    while time.perf_counter() < until:
        for taken, deed in zip(times, deeds, strict=True):
            started = time.perf_counter()
            deed()
            taken.append(time.perf_counter() - started)
    return [statistics.median(taken) * 1000 for taken in times]
