"""The product on a throwaway database, and a stop-watch that sets a page against a bare one.

A bare page runs through the same middleware and the same server code, and does nothing but the one thing that
the page is about; so the ratio says what the rest costs, and holds on any machine.
"""

import atexit
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
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
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

SECONDS = 1.0


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
    print(f"{'page':44} {size:>7} {'queries':>7} {'ms':>7} {'1/s':>7} {'of bare':>7}")


def end() -> None:
    connection.creation.destroy_test_db(str(connection.settings_dict["NAME"]), verbosity=0)


def compare(label: str, size: int, client: Client, path: str, bare: str) -> None:
    """One line: the page's time, and its rate as a share of the bare page's, measured in turns."""
    page_ms, bare_ms = in_turns(lambda: get(client, path), lambda: get(client, bare))
    with CaptureQueriesContext(connection) as queries:
        get(client, path)
    share = bare_ms / page_ms
    print(f"{label:44} {size:7} {len(queries):7} {page_ms:7.1f} {1000 / page_ms:7.0f} {share:6.0%}")


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
