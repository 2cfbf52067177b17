"""The deadlines of an exam as literal dates and clock times, by the rules as they stand.

The periods for an appeal, with what stops them, stand in redress/test_periods.py.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from assessment.models.exam.progress import graded_by
from assessment.models.exam.registration import deregisters_until
from assessment.models.exam.rights import rights
from innoskole.deadlines.models import Kind
from innoskole.deadlines.rules import deadline, deadline_at
from tests.assessment.exam.factories import ExamFactory, GradeFactory
from tests.factories import NOW, OSLO

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("exam", "last_moment"),
    [
        (date(2024, 12, 20), datetime(2025, 1, 17, 22, 59, tzinfo=UTC)),  # studentombudet's vector
        (date(2027, 12, 17), datetime(2028, 1, 11, 22, 59, tzinfo=UTC)),  # 24 and 31 December left out
        (date(2027, 3, 19), datetime(2027, 4, 14, 21, 59, tzinfo=UTC)),  # Easter, and summer time begins
        (date(2027, 4, 28), datetime(2027, 5, 21, 21, 59, tzinfo=UTC)),  # Ascension Day and 17 May
        (date(2027, 5, 15), datetime(2027, 6, 7, 21, 59, tzinfo=UTC)),  # a Saturday, and 17 May
    ],
)
def test_grading_takes_fifteen_working_days_from_the_last_day_of_orals(exam, last_moment):
    held = ExamFactory.build(cohort=None, oral_from_on=exam, oral_to_on=exam)
    assert graded_by(held) == last_moment


@pytest.mark.parametrize(
    ("told_at", "last_day", "oral_until"),
    [
        (
            datetime(2027, 5, 10, 9, tzinfo=OSLO),
            date(2027, 5, 18),  # 17 May
            datetime(2027, 5, 10, 21, 59, tzinfo=UTC),
        ),
        (
            datetime(2027, 3, 22, 9, tzinfo=OSLO),
            date(2027, 3, 30),  # Easter Monday
            datetime(2027, 3, 22, 22, 59, tzinfo=UTC),
        ),
        (
            datetime(2027, 12, 18, 23, 59, tzinfo=OSLO),  # a Saturday: Christmas Day, then a Sunday
            date(2027, 12, 27),
            datetime(2027, 12, 18, 22, 59, tzinfo=UTC),
        ),
    ],
)
def test_an_explanation_is_asked_for_within_a_week_and_of_the_oral_at_once(told_at, last_day, oral_until):
    found = rights(GradeFactory(published_at=told_at).candidate)
    assert (found.request_until, found.oral_until) == (deadline_at(last_day), oral_until)


@pytest.mark.parametrize(
    ("paper_due", "last_day"),
    [
        (date(2027, 5, 31), date(2027, 5, 17)),  # a holiday does not move it
        (date(2027, 4, 11), date(2027, 3, 28)),  # Easter Sunday, on which summer time begins
        (date(2028, 1, 7), date(2027, 12, 24)),
    ],
)
def test_one_withdraws_until_fourteen_days_before(paper_due, last_day):
    exam = ExamFactory.build(cohort=None, paper_due_at=datetime(*paper_due.timetuple()[:3], 12, tzinfo=OSLO))
    assert deregisters_until(exam) == deadline_at(last_day)


def test_each_rule_of_an_exam_stands_with_its_source():
    kinds = (
        Kind.GRADING,
        Kind.EXPLANATION_REQUEST,
        Kind.EXPLANATION_GIVEN,
        Kind.GRADE_APPEAL,
        Kind.EXAM_WITHDRAWAL,
    )
    assert all(deadline(kind, NOW).rule.legal_source for kind in kinds)
