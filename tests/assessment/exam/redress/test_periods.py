"""The clock of the periods after a grade, as literal dates."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from assessment.models.exam.periods import Clock, Pause, run
from innoskole.deadlines.models import DeadlineRule, Unit
from innoskole.deadlines.rules import Deadline, by_rule

THREE_WEEKS = DeadlineRule(kind="grade_appeal", amount=3, unit=Unit.WEEKS, skips=[], legal_source="§")
reckon = partial(by_rule, THREE_WEEKS)


def until(told_on: date, *pauses: Pause) -> date | None:
    return run(reckon, told_on, pauses).until_on


# --- Without a pause ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told_on", "last_day"),
    [
        (date(2017, 12, 5), date(2017, 12, 27)),  # 26 December is a holiday: studentombudet's vector
        (date(2027, 6, 1), date(2027, 6, 22)),
        (date(2027, 6, 5), date(2027, 6, 28)),  # told on a Saturday: ends on a Saturday, moves to Monday
        (date(2027, 3, 4), date(2027, 3, 30)),  # Maundy Thursday to Easter Monday are free days
        (date(2027, 4, 26), date(2027, 5, 18)),  # Whit Monday and 17 May on the same day
        (date(2026, 12, 3), date(2026, 12, 24)),  # Christmas Eve is an ordinary day here
        (date(2026, 12, 4), date(2026, 12, 28)),  # Christmas Day, then a weekend
    ],
)
def test_three_weeks_from_the_day_on_which_the_grade_was_told(told_on, last_day):
    assert until(told_on) == last_day


# --- Asked, paused, given, a new start ------------------------------------------------------------------


def test_the_clock_stands_still_while_an_explanation_waits():
    clock = run(reckon, date(2027, 6, 1), [Pause(date(2027, 6, 7))])
    assert (clock.until_on, clock.still_since) == (None, date(2027, 6, 7))
    assert [clock.has_run_out(day) for day in (date(2027, 6, 23), date(2029, 1, 1))] == [False, False]


@pytest.mark.parametrize(
    ("asked_on", "given_on", "last_day"),
    [
        (date(2027, 6, 2), date(2027, 6, 2), date(2027, 6, 23)),  # given on the same day
        (date(2027, 6, 7), date(2027, 6, 18), date(2027, 7, 9)),
        (date(2027, 6, 7), date(2027, 6, 20), date(2027, 7, 12)),  # given on a Sunday
        (date(2027, 6, 8), date(2027, 12, 3), date(2027, 12, 24)),  # half a year late: still three weeks
        (date(2027, 6, 8), date(2027, 12, 4), date(2027, 12, 27)),  # Christmas Day on a Saturday
    ],
)
def test_three_whole_weeks_run_from_the_day_on_which_the_explanation_was_given(asked_on, given_on, last_day):
    assert until(date(2027, 6, 1), Pause(asked_on, given_on, answered=True)) == last_day


def test_the_last_day_is_a_whole_day():
    clock = run(reckon, date(2027, 6, 1), [])
    assert [clock.has_run_out(date(2027, 6, day)) for day in (22, 23)] == [False, True]


def test_days_that_it_stood_still_are_added_where_the_request_was_withdrawn():
    assert until(date(2027, 6, 1), Pause(date(2027, 6, 7), date(2027, 6, 11))) == date(2027, 6, 28)
    clock = run(reckon, date(2027, 6, 1), [Pause(date(2027, 6, 7), date(2027, 6, 11))])
    # 22 June and four days is a Saturday.
    assert clock == Clock(
        Deadline(date(2027, 6, 28), THREE_WEEKS, date(2027, 6, 1), moved_from=date(2027, 6, 26)), lent=4
    )


def test_withdrawn_on_the_day_on_which_it_was_asked_for_changes_nothing():
    assert until(date(2027, 6, 1), Pause(date(2027, 6, 7), date(2027, 6, 7))) == date(2027, 6, 22)


# --- Several pauses -------------------------------------------------------------------------------------


def test_what_was_answered_last_decides():
    explanation = Pause(date(2027, 6, 4), date(2027, 6, 14), answered=True)
    fault = Pause(date(2027, 6, 16), date(2027, 6, 30), answered=True)
    assert until(date(2027, 6, 1), explanation, fault) == date(2027, 7, 21)
    assert until(date(2027, 6, 1), fault, explanation) == date(2027, 7, 21)


def test_one_answered_within_another_does_not_shorten_the_period():
    fault = Pause(date(2027, 6, 2), date(2027, 6, 30), answered=True)
    explanation = Pause(date(2027, 6, 4), date(2027, 6, 14), answered=True)
    assert until(date(2027, 6, 1), fault, explanation) == date(2027, 7, 21)


def test_one_answered_while_another_waits_leaves_the_clock_still():
    explanation = Pause(date(2027, 6, 4), date(2027, 6, 14), answered=True)
    clock = run(reckon, date(2027, 6, 1), [explanation, Pause(date(2027, 6, 8))])
    assert (clock.until_on, clock.still_since) == (None, date(2027, 6, 8))


def test_pauses_at_the_same_time_are_counted_once():
    one, other = Pause(date(2027, 6, 2), date(2027, 6, 9)), Pause(date(2027, 6, 7), date(2027, 6, 11))
    assert run(reckon, date(2027, 6, 1), [one, other]).lent == 9
    assert until(date(2027, 6, 1), one, other) == date(2027, 7, 1)


def test_what_is_withdrawn_before_an_answer_is_covered_by_the_new_start():
    withdrawn = Pause(date(2027, 6, 2), date(2027, 6, 9))
    given = Pause(date(2027, 6, 3), date(2027, 6, 14), answered=True)
    assert until(date(2027, 6, 1), withdrawn, given) == date(2027, 7, 5)


def test_what_comes_after_the_last_day_revives_nothing():
    late = Pause(date(2027, 6, 23), date(2027, 7, 1), answered=True)
    assert until(date(2027, 6, 1), late) == date(2027, 6, 22)
    assert until(date(2027, 6, 1), Pause(date(2027, 6, 23))) == date(2027, 6, 22)


def test_what_comes_on_the_last_day_comes_in_time():
    assert until(date(2027, 6, 1), Pause(date(2027, 6, 22), date(2027, 7, 1), answered=True)) == date(
        2027, 7, 22
    )


def test_the_rule_of_the_day_on_which_the_period_begins_anew():
    four_weeks = DeadlineRule(kind="grade_appeal", amount=4, unit=Unit.WEEKS, skips=[], legal_source="§")

    def by_day(day: date) -> Deadline:
        return by_rule(THREE_WEEKS if day < date(2027, 6, 10) else four_weeks, day)

    given = Pause(date(2027, 6, 4), date(2027, 6, 14), answered=True)
    assert run(by_day, date(2027, 6, 1), [given]).until_on == date(2027, 7, 12)
    assert run(by_day, date(2027, 6, 1), []).until_on == date(2027, 6, 22)
