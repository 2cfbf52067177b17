"""How many tasks wait in the broker."""

import logging

import redis
from celery import current_app
from django.conf import settings

logger = logging.getLogger(__name__)
BROKER_SECONDS = 2


def depth() -> int | None:
    """Tasks that no worker has taken; None if the broker does not answer."""
    name = current_app.conf.task_default_queue
    if not settings.REDIS_URL:
        # The broker of a demo: a file for each task.
        return sum(1 for _file in settings.BROKER_FOLDER.glob(f"*.{name}.msg"))
    timeouts = {"socket_connect_timeout": BROKER_SECONDS, "socket_timeout": BROKER_SECONDS}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **timeouts) as client:
            return int(client.llen(name))
    except redis.RedisError as error:
        logger.error("The broker does not answer: %s", error)
        return None
