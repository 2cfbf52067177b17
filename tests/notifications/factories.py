from __future__ import annotations

from typing import Any

from innoskole.notifications import outbox
from innoskole.notifications.models import Message
from tests.factories import NOW


def post(key: str = "a", **changes: Any) -> Message:
    """A letter in the outbox, written from one of the product's own templates."""
    return outbox.post(
        **{
            "key": key,
            "kind": "trial",
            "to": "kari@example.no",
            "template": "not_registered",
            "context": {"signup_url": "https://innoskole.example.no/accounts/signup/"},
            "language": "en",
            "now": NOW,
            **changes,
        }
    )


def message(key: str = "a", **fields: Any) -> Message:
    """A letter in any state."""
    found = post(key)
    Message.objects.filter(pk=found.pk).update(**fields)
    found.refresh_from_db()
    return found
