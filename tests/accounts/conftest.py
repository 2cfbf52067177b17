from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from innoskole.notifications.models import Message


@pytest.fixture
def code() -> Callable[[], str]:
    """`code()`: the code in the letter that was posted last."""

    def last() -> str:
        return re.search(r"^    (\S+)$", Message.objects.latest("pk").body_text, re.M)[1]

    return last


@pytest.fixture
def visitor() -> Client:
    """Somebody who is not logged in and reads English."""
    return Client(headers={"Accept-Language": "en"})
