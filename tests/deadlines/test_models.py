"""What a rule may be, and that it stays what it was."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from innoskole.accounts.models import Unchangeable
from innoskole.deadlines.models import DeadlineRule, Kind, Unit, by_kind, days_of_the_year
from tests.deadlines.factories import RULES_OF_TODAY, lay_down_rules_of_today, rule

pytestmark = pytest.mark.django_db


def test_the_migration_lays_down_the_rules_of_today():
    fields = ("kind", "amount", "unit", "skips", "moves_to_working_day", "valid_from_on")
    assert list(DeadlineRule.objects.order_by("pk").values_list(*fields)) == [
        ("admission_appeal", 3, "weeks", [], True, date(1970, 1, 1)),
        ("grading", 15, "working_days", ["12-24", "12-31"], True, date(2024, 8, 1)),
        ("explanation_request", 1, "weeks", [], True, date(2024, 8, 1)),
        ("grade_appeal", 3, "weeks", [], True, date(2024, 8, 1)),
        ("exam_withdrawal", 14, "days", [], False, date(2024, 8, 1)),
        ("appeal_answer", 4, "weeks", [], True, date(1970, 1, 1)),
        ("explanation_given", 2, "weeks", [], True, date(2024, 8, 1)),
    ]
    for each in DeadlineRule.objects.all():
        each.full_clean()


def test_the_rules_of_today_are_laid_down_once():
    before = list(DeadlineRule.objects.values())
    lay_down_rules_of_today()
    assert list(DeadlineRule.objects.values()) == before
    DeadlineRule.objects.all()._raw_delete("default")
    lay_down_rules_of_today()
    assert list(DeadlineRule.objects.order_by("pk").values_list("kind", flat=True)) == [
        fields["kind"] for fields in RULES_OF_TODAY
    ]


def test_a_rule_is_never_changed_nor_deleted():
    old = DeadlineRule.objects.get(kind="grading")
    old.amount = 20
    for deed in (old.save, old.delete, DeadlineRule.objects.all().delete):
        with pytest.raises(Unchangeable):
            deed()
    with pytest.raises(Unchangeable):
        DeadlineRule.objects.filter(kind="grading").update(amount=20)
    with pytest.raises(Unchangeable), transaction.atomic():
        DeadlineRule.objects.bulk_update([old], ["amount"])
    assert DeadlineRule.objects.get(kind="grading").amount == 15


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"amount": 0}, "deadline_rule_amount_in_range"),
        ({"amount": 367}, "deadline_rule_amount_in_range"),
        ({"kind": "holiday"}, "deadline_rule_kind_is_known"),
        ({"unit": "months"}, "deadline_rule_unit_is_known"),
        ({"skips": ["12-24"]}, "deadline_rule_skips_working_days"),
        ({"valid_from_on": date(1970, 1, 1)}, "deadline_rule_once_a_day|UNIQUE constraint failed"),
    ],
)
def test_the_database_refuses(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        rule(**fields)


def test_the_longest_rule_and_one_that_leaves_out_days_are_kept():
    assert rule(amount=366).amount == 366
    some = rule(kind=Kind.GRADING, unit=Unit.WORKING_DAYS, skips=["12-24"])
    assert DeadlineRule.objects.get(pk=some.pk).skips == ["12-24"]


@pytest.mark.parametrize("value", [[], ["12-24", "12-31"], ["02-29"], [f"01-{d:02}" for d in range(1, 11)]])
def test_days_of_the_year(value):
    days_of_the_year(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (["24.12"], "Write days of the year, such as 24.12."),
        (["13-01"], "Write days of the year, such as 24.12."),
        (["02-30"], "Write days of the year, such as 24.12."),
        (["W01-1"], "Write each day of the year once."),
        ([7], "Write days of the year, such as 24.12."),
        (None, "Write days of the year, such as 24.12."),
        ({"12-24": 1}, "Write each day of the year once."),
        (["12-24", "12-24"], "Write each day of the year once."),
        ([f"01-{d:02}" for d in range(1, 12)], "At most 10 days of the year can be left out."),
    ],
)
def test_what_is_no_days_of_the_year(value, message):
    with translation.override("en"), pytest.raises(ValidationError) as error:
        days_of_the_year(value)
    assert error.value.messages == [message]


def test_the_version_of_a_day_is_the_latest_that_has_begun(django_assert_num_queries):
    old = DeadlineRule.objects.get(kind="admission_appeal")
    new = rule(valid_from_on=date(2026, 1, 1))
    newest = rule(valid_from_on=date(2027, 1, 1))
    days = [date(1969, 12, 31), date(1970, 1, 1), date(2025, 12, 31), date(2026, 1, 1), date(2027, 1, 1)]
    with django_assert_num_queries(len(days)):
        found = [DeadlineRule.objects.valid_on(Kind.ADMISSION_APPEAL, day) for day in days]
    assert found == [None, old, old, new, newest]


def test_versions_are_found_by_kind_also_where_there_are_none():
    old = DeadlineRule.objects.get(kind="admission_appeal")
    new = rule()
    admission = DeadlineRule.objects.filter(kind="admission_appeal").newest_first()
    assert by_kind(admission) == {
        Kind.ADMISSION_APPEAL: [new, old],
        Kind.APPEAL_ANSWER: [],
        Kind.GRADING: [],
        Kind.EXPLANATION_REQUEST: [],
        Kind.EXPLANATION_GIVEN: [],
        Kind.GRADE_APPEAL: [],
        Kind.EXAM_WITHDRAWAL: [],
    }
    with translation.override("en"):
        assert str(new) == "Appeal against an admission decision (2026-01-01)"
