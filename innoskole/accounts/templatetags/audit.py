"""`{% load audit %}{% history application %}`: what has happened to an object, on its own page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateField, DateTimeField, Model
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from innoskole.accounts import audit
from innoskole.accounts.models import AuditEvent
from innoskole.ui import formats

register = template.Library()


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Line:
    """An event as its reader sees it."""

    occurred_at: datetime
    who: str
    what: str
    changes: list[Change]
    reason: str


@register.inclusion_tag("_components/history.html")
def history(obj: Model, level: int = 2) -> dict[str, Any]:
    """The history of an object, folded; level: of its heading. One query."""
    return {"lines": [line(event, type(obj)) for event in audit.history(obj)], "level": level}


def line(event: AuditEvent, model: type[Model]) -> Line:
    """An event in the reader's language."""
    return Line(
        occurred_at=event.occurred_at,
        who=_(event.by_label),
        what=_(event.verb),
        changes=[_change(model, name, old, new) for name, (old, new) in event.changes.items()],
        reason=event.reason,
    )


def _change(model: type[Model], name: str, old: Any, new: Any) -> Change:
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        day = parse_date(name)
        field, label = None, formats.day(day) if day else _(name)
    else:
        label = str(getattr(field, "verbose_name", name))
    return Change(label[:1].upper() + label[1:], _readable(field, old), _readable(field, new))


def _readable(field: Any, value: Any) -> str:
    choices = dict(getattr(field, "flatchoices", ()))
    moment = parse_datetime(value) if isinstance(field, DateTimeField) and value else None
    day = parse_date(value) if isinstance(field, DateField) and value and not moment else None
    match value:
        case None | "" | []:
            return "–"
        case str() if value in choices:
            return str(choices[value])
        case bool():
            return _("Yes") if value else _("No")
        case list():
            return ", ".join(_readable(field, item) for item in value)
        case _ if moment:
            return formats.moment(moment, "short")
        case _ if day:
            return formats.day(day)
        case str():
            return _(value)  # labels are stored in the source language; what people typed stays as it is
        case _:
            return str(value)
