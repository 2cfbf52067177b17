"""What the orchestrator asks: alive, and ready with database, broker and migrations."""

from pathlib import Path

import pytest
from django.conf import settings as product
from django.db import DatabaseError, connection
from django.test import Client

from innoskole import health


@pytest.fixture(autouse=True)
def _broker_folder(settings, tmp_path: Path) -> None:
    """The folder that the demo makes; with Redis it is not looked at."""
    settings.BROKER_FOLDER = tmp_path


def ready(client: Client) -> tuple[int, dict]:
    response = client.get("/health/ready/")
    return response.status_code, response.json()


def test_live_asks_nothing_of_the_database(client: Client) -> None:
    response = client.get("/health/live/")
    assert (response.status_code, response.content, response["Content-Type"]) == (200, b"ok", "text/plain")
    assert "no-store" in response["Cache-Control"]
    assert client.post("/health/live/").status_code == 405


def test_ready_when_all_is_well(client: Client, db) -> None:
    assert ready(client) == (200, {"database": "ok", "broker": "ok", "migrations": "ok"})


def test_not_ready_without_a_broker_folder(client: Client, db, settings, tmp_path: Path) -> None:
    settings.REDIS_URL = ""
    settings.BROKER_FOLDER = tmp_path / "gone"
    assert ready(client) == (503, {"database": "ok", "broker": "failing", "migrations": "ok"})


def test_not_ready_when_redis_does_not_answer(client: Client, db, settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert ready(client) == (503, {"database": "ok", "broker": "failing", "migrations": "ok"})


def test_not_ready_while_a_migration_waits(client: Client, db) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    assert ready(client) == (503, {"database": "ok", "broker": "ok", "migrations": "failing"})


def test_not_ready_when_the_database_is_gone(client: Client, db, monkeypatch) -> None:
    def refuse() -> None:
        raise DatabaseError("password=hunter2 refused")

    monkeypatch.setitem(health.CHECKS, "database", refuse)
    response = client.get("/health/ready/")
    assert (response.status_code, response.json()) == (
        503,
        {"database": "failing", "broker": "ok", "migrations": "ok"},
    )


@pytest.mark.redis
def test_ready_pings_the_redis_that_is_there(client: Client, db) -> None:
    assert product.REDIS_URL
    assert ready(client) == (200, {"database": "ok", "broker": "ok", "migrations": "ok"})
