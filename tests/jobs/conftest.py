"""Fixtures that others have: the mail server, and a worker with a queue of its own."""

from tests.notifications.conftest import server  # noqa: F401
from tests.test_broker import queue, start_worker  # noqa: F401
