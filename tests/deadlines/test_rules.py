"""Which rule a deadline follows, when it is due and how that is explained."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from innoskole.deadlines import rules
from innoskole.deadlines.models import COUNTED_FROM, DeadlineRule, Kind, Unit
from innoskole.deadlines.rules import Deadline, NoRule, by_rule, deadline, deadline_at, explain
from tests.deadlines.factories import rule
from tests.factories import OSLO

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


# --- The vectors, with the rules that the migration lays down -----------------------------------------


def test_a_decision_notified_on_5_december_2017_can_be_appealed_until_27_december():
    due = deadline(Kind.ADMISSION_APPEAL, date(2017, 12, 5))
    assert due == Deadline(
        day=date(2017, 12, 27),
        rule=DeadlineRule.objects.get(kind="admission_appeal"),
        start=date(2017, 12, 5),
        moved_from=date(2017, 12, 26),
    )
    assert explain(due) == (
        "3 weeks from 5 December 2017 is 26 December 2017, a public holiday, so the deadline moves to "
        "27 December 2017 (forvaltningsloven §§ 29, 30; domstolloven §§ 148, 149)."
    )


def test_an_appeal_received_on_4_may_2027_is_answered_by_1_june():
    due = deadline(Kind.APPEAL_ANSWER, date(2027, 5, 4))
    assert (due.day, explain(due)) == (
        date(2027, 6, 1),
        "4 weeks from 4 May 2027 is 1 June 2027 (forvaltningsloven §§ 11 a, 33; domstolloven §§ 148, 149).",
    )


def test_an_exam_on_20_december_2024_is_graded_by_17_january_2025():
    due = deadline("grading", date(2024, 12, 20))
    assert (due.day, due.moved_from) == (date(2025, 1, 17), None)
    assert explain(due) == (
        "15 working days from 20 December 2024, not counting 24 December and 31 December, is "
        "17 January 2025 (universitets- og høyskoleloven, LOV-2024-03-08-9)."
    )


def test_a_grade_can_be_asked_about_for_a_week_and_appealed_for_three():
    published = date(2027, 12, 22)
    found = [deadline(kind, published) for kind in (Kind.EXPLANATION_REQUEST, Kind.GRADE_APPEAL)]
    assert [(due.day, due.moved_from) for due in found] == [
        (date(2027, 12, 29), None),
        (date(2028, 1, 12), None),
    ]
    assert explain(found[0]) == (
        "1 week from 22 December 2027 is 29 December 2027 "
        "(universitets- og høyskoleloven, LOV-2024-03-08-9; domstolloven §§ 148, 149)."
    )


def test_one_withdraws_from_an_exam_two_weeks_before_even_on_a_sunday():
    due = deadline(Kind.EXAM_WITHDRAWAL, date(2027, 6, 6))
    assert (due.day, due.moved_from) == (date(2027, 5, 23), None)
    assert explain(due) == (
        "14 days before 6 June 2027 is 23 May 2027 "
        "(Forskrift om opptak, studier og eksamen ved Høgskolen i Innlandet §§ 6-5, 6-6)."
    )


# --- Which version --------------------------------------------------------------------------------------


def test_the_rule_is_the_one_valid_on_the_first_day(django_assert_num_queries):
    old = DeadlineRule.objects.get(kind="admission_appeal")
    new = rule(kind=Kind.ADMISSION_APPEAL, amount=4, valid_from_on=date(2028, 1, 1))
    rule(kind=Kind.GRADE_APPEAL, amount=9, valid_from_on=date(2027, 12, 31))
    with django_assert_num_queries(3):
        found = [
            deadline(Kind.ADMISSION_APPEAL, date(2027, 12, 31)),
            deadline(Kind.ADMISSION_APPEAL, date(2028, 1, 1)),
            deadline(Kind.ADMISSION_APPEAL, date(2028, 1, 3), on=date(2027, 12, 31)),
        ]
    assert [(due.rule, due.day) for due in found] == [
        (old, date(2028, 1, 21)),
        (new, date(2028, 1, 31)),  # 29 January is a Saturday
        (old, date(2028, 1, 24)),
    ]


def test_a_moment_counts_from_its_day_in_norway():
    late = datetime(2027, 6, 7, 22, 30, tzinfo=UTC)  # half past midnight on the 8th
    due = deadline(Kind.ADMISSION_APPEAL, late)
    assert (due.start, due.day) == (date(2027, 6, 8), date(2027, 6, 29))
    assert type(due.day) is date


def test_before_the_first_version_there_is_no_deadline():
    with pytest.raises(NoRule) as refusal:
        deadline(Kind.GRADING, date(2024, 7, 31))
    assert str(refusal.value) == "There is no rule for the deadline “Grading of an exam” on 31 July 2024."
    assert deadline(Kind.GRADING, date(2024, 7, 31), on=date(2024, 8, 1)).day == date(2024, 8, 21)


def test_a_kind_that_nobody_knows_is_a_fault_in_the_program():
    with pytest.raises(ValueError, match="is not a valid Kind"):
        deadline("holiday", date(2027, 5, 3))


def test_every_kind_has_a_rule_and_says_from_when_it_counts():
    assert set(COUNTED_FROM) == set(Kind)
    assert {deadline(kind, date(2027, 5, 3)).rule.kind for kind in Kind} == set(Kind)


# --- The moment -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (date(2017, 12, 27), datetime(2017, 12, 27, 22, 59, tzinfo=UTC)),
        (date(2027, 3, 27), datetime(2027, 3, 27, 22, 59, tzinfo=UTC)),  # the night after, clocks go forward
        (date(2027, 3, 28), datetime(2027, 3, 28, 21, 59, tzinfo=UTC)),
        (date(2027, 10, 30), datetime(2027, 10, 30, 21, 59, tzinfo=UTC)),  # the night after, they go back
        (date(2027, 10, 31), datetime(2027, 10, 31, 22, 59, tzinfo=UTC)),
    ],
)
def test_a_deadline_is_one_minute_to_midnight_in_norway_summer_and_winter(day, moment):
    assert deadline_at(day) == deadline_at(day, OSLO) == moment
    assert deadline_at(day).isoformat()[11:16] == "23:59"


def test_another_zone_can_be_asked_for():
    assert deadline_at(date(2027, 5, 3), UTC) == datetime(2027, 5, 3, 23, 59, tzinfo=UTC)


# --- In words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        (
            date(2027, 5, 8),
            "1 week from 8 May 2027 is 15 May 2027, a Saturday, so the deadline moves to 18 May 2027 (§ 1).",
        ),
        (
            date(2027, 5, 2),
            "1 week from 2 May 2027 is 9 May 2027, a Sunday, so the deadline moves to 10 May 2027 (§ 1).",
        ),
        (
            date(2027, 4, 24),  # a holiday that is a Saturday too
            "1 week from 24 April 2027 is 1 May 2027, a public holiday, "
            "so the deadline moves to 3 May 2027 (§ 1).",
        ),
        (date(2027, 5, 3), "1 week from 3 May 2027 is 10 May 2027 (§ 1)."),
    ],
)
def test_a_moved_deadline_says_why(start, sentence):
    assert explain(by_rule(rule(amount=1, legal_source="§ 1"), start)) == sentence


def test_periods_before_a_day_are_explained_as_such():
    back = {"kind": Kind.EXAM_WITHDRAWAL, "legal_source": "§ 1"}
    exam = date(2027, 6, 6)  # a Sunday
    weeks = rule(**back, amount=2, unit=Unit.WEEKS, valid_from_on=date(2026, 1, 1))
    days = rule(**back, amount=1, unit=Unit.WORKING_DAYS, skips=["06-04"], valid_from_on=date(2026, 1, 2))
    assert [explain(by_rule(each, exam)) for each in (weeks, days)] == [
        "2 weeks before 6 June 2027 is 23 May 2027, a Sunday, so the deadline moves to 24 May 2027 (§ 1).",
        "1 working day before 6 June 2027, not counting 4 June, is 3 June 2027 (§ 1).",
    ]


def test_three_days_left_out_are_listed():
    some = DeadlineRule(skips=["05-18", "12-24", "02-29"])
    assert rules.skipped(some) == "18 May, 24 December and 29 February"
    assert rules.skipped(DeadlineRule()) == ""
