"""Days as the law counts them, against vectors and against each other."""

from __future__ import annotations

import ast
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innoskole.deadlines import reckoning
from innoskole.deadlines.reckoning import (
    days_after,
    is_public_holiday,
    is_working_day,
    next_working_day,
    public_holidays,
    weeks_after,
    working_days_after,
)

CHRISTMAS = ("12-24", "12-31")  # left out when exams are graded
DAYS = st.dates(date(1970, 1, 1), date(2090, 12, 31))
LENGTHS = st.integers(1, 60)
EXCLUDED = st.sampled_from([(), CHRISTMAS])


def test_it_stands_on_nothing_of_ours_nor_on_django():
    tree = ast.parse(Path(reckoning.__file__).read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"collections.abc", "datetime", "functools", "holidays"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]


# --- Vectors ----------------------------------------------------------------------------------------


def test_three_weeks_from_5_december_2017_end_on_27_december():
    end = weeks_after(date(2017, 12, 5), 3)
    assert (end, next_working_day(end)) == (date(2017, 12, 26), date(2017, 12, 27))


def test_an_exam_on_20_december_2024_is_graded_by_17_january_2025():
    assert working_days_after(date(2024, 12, 20), 15, excluded=CHRISTMAS) == date(2025, 1, 17)
    assert working_days_after(date(2024, 12, 20), 15) == date(2025, 1, 15)


def test_the_days_of_a_year_on_which_norway_rests():
    assert sorted(public_holidays(2027)) == [
        date(2027, 1, 1),
        date(2027, 3, 25),  # Maundy Thursday
        date(2027, 3, 26),
        date(2027, 3, 28),
        date(2027, 3, 29),
        date(2027, 5, 1),
        date(2027, 5, 6),  # Ascension Day
        date(2027, 5, 16),
        date(2027, 5, 17),  # Whit Monday and Constitution Day
        date(2027, 12, 25),
        date(2027, 12, 26),
    ]


@pytest.mark.parametrize(
    ("easter_sunday", "ascension", "whit_monday"),
    [
        (date(2008, 3, 23), date(2008, 5, 1), date(2008, 5, 12)),  # nearly as early as it can be
        (date(2011, 4, 24), date(2011, 6, 2), date(2011, 6, 13)),  # nearly as late
        (date(2024, 3, 31), date(2024, 5, 9), date(2024, 5, 20)),  # summer time begins
        (date(2026, 4, 5), date(2026, 5, 14), date(2026, 5, 25)),
        (date(2038, 4, 25), date(2038, 6, 3), date(2038, 6, 14)),  # the latest there is
    ],
)
def test_easter_moves_and_takes_ascension_and_whitsun_along(easter_sunday, ascension, whit_monday):
    around = [easter_sunday + timedelta(days=n) for n in range(-4, 3)]  # Wednesday to Tuesday
    assert [is_working_day(day) for day in around] == [True, False, False, False, False, False, True]
    assert [is_public_holiday(day) for day in around] == [False, True, True, False, True, True, False]
    assert {next_working_day(day) for day in around[1:]} == {easter_sunday + timedelta(days=2)}
    assert working_days_after(around[0], 1) == easter_sunday + timedelta(days=2)
    assert is_public_holiday(ascension)
    assert is_public_holiday(whit_monday)


@pytest.mark.parametrize(
    ("day", "moved"),
    [
        (date(2026, 5, 1), date(2026, 5, 4)),  # Friday: over the weekend
        (date(2025, 5, 1), date(2025, 5, 2)),
        (date(2027, 5, 1), date(2027, 5, 3)),  # Saturday: not made up for
        (date(2024, 5, 17), date(2024, 5, 21)),  # Friday, then Whitsun
        (date(2026, 5, 17), date(2026, 5, 18)),  # Sunday
        (date(2027, 5, 17), date(2027, 5, 18)),
        (date(2027, 5, 18), date(2027, 5, 18)),
        (date(2027, 1, 1), date(2027, 1, 4)),
        (date(2024, 12, 24), date(2024, 12, 24)),  # Christmas Eve is a working day to the law
        (date(2027, 12, 31), date(2027, 12, 31)),
        (date(2027, 12, 25), date(2027, 12, 27)),
    ],
)
def test_a_last_day_moves_to_the_next_working_day(day, moved):
    assert next_working_day(day) == moved


def test_weeks_and_days_go_on_over_new_year_and_a_leap_day():
    assert weeks_after(date(2026, 12, 16), 3) == date(2027, 1, 6)
    assert weeks_after(date(2028, 2, 15), 2) == date(2028, 2, 29)
    assert days_after(date(2028, 2, 28), 2) == date(2028, 3, 1)
    assert days_after(date(2027, 1, 10), -14) == date(2026, 12, 27)


def test_working_days_are_counted_backwards_as_well():
    assert working_days_after(date(2025, 1, 17), -15, excluded=CHRISTMAS) == date(2024, 12, 20)
    assert working_days_after(date(2027, 3, 30), -1) == date(2027, 3, 24)  # before Easter


def test_a_period_of_no_working_day_and_a_year_without_known_holidays_are_refused():
    with pytest.raises(ValueError, match="at least one day"):
        working_days_after(date(2027, 5, 3), 0)
    for year in (1900, 2101):
        with pytest.raises(ValueError, match=f"No public holidays are known for {year}"):
            public_holidays(year)


# --- Properties -------------------------------------------------------------------------------------


@given(DAYS, LENGTHS, EXCLUDED)
def test_n_working_days_lie_after_the_start_up_to_the_end_which_is_one(start, n, excluded):
    end = working_days_after(start, n, excluded=excluded)
    days = [start + timedelta(days=d) for d in range(1, (end - start).days + 1)]
    assert sum(is_working_day(day, excluded=excluded) for day in days) == n
    assert is_working_day(end, excluded=excluded)


@given(DAYS, DAYS, LENGTHS, EXCLUDED)
def test_who_starts_later_is_never_due_earlier(one, other, n, excluded):
    early, late = sorted([one, other])
    assert working_days_after(early, n, excluded=excluded) <= working_days_after(late, n, excluded=excluded)
    assert next_working_day(weeks_after(early, n)) <= next_working_day(weeks_after(late, n))


@given(DAYS, LENGTHS, LENGTHS, EXCLUDED)
def test_two_periods_one_after_the_other_are_as_long_as_both(start, n, m, excluded):
    assert working_days_after(
        working_days_after(start, n, excluded=excluded), m, excluded=excluded
    ) == working_days_after(start, n + m, excluded=excluded)


@given(DAYS, LENGTHS)
def test_a_week_keeps_its_day_and_moves_only_past_days_of_rest(start, n):
    end = weeks_after(start, n)
    assert ((end - start).days, end.weekday()) == (7 * n, start.weekday())
    moved = next_working_day(end)
    assert is_working_day(moved)
    passed = [end + timedelta(days=d) for d in range((moved - end).days)]
    assert not any(map(is_working_day, passed))
    assert len(passed) <= 5  # Maundy Thursday to Easter Monday


@given(DAYS, LENGTHS, EXCLUDED)
def test_counting_back_undoes_counting_on_from_a_working_day(start, n, excluded):
    end = working_days_after(start, n, excluded=excluded)
    back = working_days_after(end, -n, excluded=excluded)
    if is_working_day(start, excluded=excluded):
        assert back == start
    else:
        assert back < start


@given(DAYS)
def test_a_working_day_is_the_opposite_of_rest(day):
    rests = day.weekday() in (5, 6) or day in public_holidays(day.year)
    assert is_working_day(day) is not rests
    assert not is_working_day(day, excluded=[f"{day:%m-%d}"])
