"""The audit: written in the transaction of the deed, read on the page of the object."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_noop

from innoskole.accounts.models import AuditEvent, AuditEventQuerySet, User

SYSTEM = gettext_noop("The system")

Changes = Mapping[str, tuple[Any, Any]]


def _plain(value: Any) -> Any:
    """A value as JSON that a person can read: objects by their name, moments and days in ISO form."""
    match value:
        case None | bool() | int() | float():
            return value
        case datetime() | date():
            return value.isoformat()
        case list() | tuple() | set():
            return [_plain(item) for item in value]
        case _:
            return str(value)


def record(
    obj: Model,
    verb: str,
    *,
    by: User | None,
    now: datetime,
    changes: Changes | None = None,
    reason: str = "",
    by_label: str = "",
) -> AuditEvent:
    """Write down a deed; call it in the transaction of the deed.

    verb: an English clause marked with gettext_noop; the reader sees it translated.
    by: the person; None for the system, or for somebody without an account who is named in by_label.
    changes: field name (or a label marked with gettext_noop, or a day in ISO form) → (old, new); equal
    values are left out.
    """
    return AuditEvent.objects.create(
        obj=obj,
        verb=verb,
        by=by,
        by_label=by_label or (str(by) if by else SYSTEM),
        occurred_at=now,
        changes={
            name: [_plain(old), _plain(new)] for name, (old, new) in (changes or {}).items() if old != new
        },
        reason=reason,
    )


def history(obj: Model) -> AuditEventQuerySet:
    """What has happened to an object, the newest first."""
    return AuditEvent.objects.about(obj)
