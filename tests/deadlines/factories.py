"""Rules of deadlines for tests, beside those that the migration lays down."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import Any

from innoskole.deadlines.models import DeadlineRule, Kind, Unit

MIGRATIONS = ("0002_rules_of_today", "0003_answer_to_an_appeal", "0004_explanation_given")
RULES_OF_TODAY: list[dict[str, Any]] = [
    fields for name in MIGRATIONS for fields in import_module(f"innoskole.deadlines.migrations.{name}").RULES
]


def rule(**fields: Any) -> DeadlineRule:
    """A version valid from 2026: three weeks to appeal against an admission decision, unless told."""
    values = {
        "kind": Kind.ADMISSION_APPEAL,
        "amount": 3,
        "unit": Unit.WEEKS,
        "valid_from_on": date(2026, 1, 1),
        "legal_source": "§ 29",
    }
    return DeadlineRule.objects.create(**values | fields)


def lay_down_rules_of_today() -> None:
    """For a test behind one that has emptied all tables, also of what the migrations had put there."""
    if not DeadlineRule.objects.exists():
        DeadlineRule.objects.bulk_create([DeadlineRule(**fields) for fields in RULES_OF_TODAY])
