"""What a test needs beside Python is found or the test is skipped; REQUIRE_SERVICES=1 forbids every skip."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.services import chromium

REQUIRE_SERVICES = os.environ.get("REQUIRE_SERVICES") == "1"


def pytest_report_header() -> list[str]:
    return [
        f"database: {settings.DATABASES['default']['ENGINE'].rpartition('.')[2]}",
        f"redis: {'yes' if settings.REDIS_URL else 'no'}",
        f"browser: {chromium() or 'none found'}",
    ]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    on_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    missing = {
        "postgres": None if on_postgres else "needs PostgreSQL: run «make test», or set DATABASE_URL",
        "redis": None if settings.REDIS_URL else "needs Redis: run «make test», or set REDIS_URL",
        "e2e": None if chromium() else "needs a Chromium on PATH, or named in CHROMIUM",
    }
    for item in items:
        for marker, reason in missing.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    return _no_skip_when_required((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    return _no_skip_when_required((yield))


def _no_skip_when_required(report: pytest.TestReport | pytest.CollectReport):
    """REQUIRE_SERVICES=1 makes every skip a failure that repeats the reason."""
    if REQUIRE_SERVICES and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: skipped, and REQUIRE_SERVICES=1 forbids it. {reason}"
    return report
