"""What every test stands on: services found or skipped, an empty cache, and the cast."""

import gc
from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from tests import cache
from tests.deadlines.factories import lay_down_rules_of_today
from tests.emptying import delete_instead_of_truncate
from tests.migrating import make_tables_at_once

pytest_plugins = ["tests.skips", "tests.cast"]

make_tables_at_once()


def pytest_collection_finish() -> None:
    """What has been imported by now stays: it is not searched for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.start_a_new_test()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """PostgreSQL drops no database that somebody is connected to: a request that a browser has left half-way
    is shown out first."""
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock():
            delete_instead_of_truncate(connection)
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def _rules_of_deadlines(request: pytest.FixtureRequest) -> None:
    """A test with real transactions leaves all tables empty for those that follow, also of what the
    migrations had put there."""
    marker = request.node.get_closest_marker("django_db")
    asked = {"db", "transactional_db", "live_server"} & set(request.fixturenames)
    if not marker and not asked:
        return
    real = (marker and marker.kwargs.get("transaction")) or asked - {"db"}
    request.getfixturevalue("transactional_db" if real else "db")
    lay_down_rules_of_today()
