from __future__ import annotations

import pytest

from tests.notifications import mail_server


@pytest.fixture
def server(settings) -> mail_server.Server:
    """A mail server that answers as the test tells it to, and remembers what it took."""
    settings.EMAIL_BACKEND = "tests.notifications.mail_server.Backend"
    mail_server.now_playing = mail_server.Server()
    return mail_server.now_playing
