"""Is the process alive, and is it ready to serve? Public answers that name what fails and no more."""

import logging
import os
from collections.abc import Callable

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)
BROKER_SECONDS = 2


class NotReady(Exception):
    """A part that the product stands on is not usable yet."""


@login_not_required
@never_cache
@require_safe
def health_live(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers at all: restart it when this fails."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def health_ready(request: HttpRequest) -> JsonResponse:
    """200 when database, broker and migrations are as they must be, else 503: send no visitors here then."""
    parts = {name: _works(name, check) for name, check in CHECKS.items()}
    return JsonResponse(
        {name: "ok" if works else "failing" for name, works in parts.items()},
        status=200 if all(parts.values()) else 503,
    )


def _works(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except (NotReady, DatabaseError, redis.RedisError, OSError) as problem:
        logger.error("Not ready: %s: %s", name, problem)
        return False
    return True


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    if settings.REDIS_URL:
        timeouts = {"socket_connect_timeout": BROKER_SECONDS, "socket_timeout": BROKER_SECONDS}
        with redis.Redis.from_url(settings.REDIS_URL, **timeouts) as client:
            client.ping()
    elif not os.access(settings.BROKER_FOLDER, os.W_OK):
        raise NotReady("the broker's folder cannot be written to")


def _migrations() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady("migrations are waiting to be run")


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "broker": _broker,
    "migrations": _migrations,
}
