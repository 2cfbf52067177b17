"""What has happened to many rows of one kind, for the page on which they stand together."""

from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from innoskole.accounts.models import AuditEvent
from innoskole.accounts.templatetags.audit import Line, line


def lines_about(model: type[Model], keys: Iterable[int]) -> list[Line]:
    """The newest first. One query."""
    events = AuditEvent.objects.filter(
        content_type=ContentType.objects.get_for_model(model), object_id__in=[str(key) for key in keys]
    )
    return [line(event, model) for event in events.order_by("-occurred_at", "-pk")]
