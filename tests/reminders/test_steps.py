"""When a reminder is due: examples of the calendar, and what holds for every rule and day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innoskole.deadlines.reckoning import is_working_day
from innoskole.reminders.steps import (
    Rule,
    is_quiet,
    last_due,
    opens_again,
    opens_at,
    quiet_ends,
    reminded_on,
    waits_until,
)
from innoskole.ui import formats
from tests.factories import OSLO

DAY = timedelta(days=1)
ANY_DAY = Rule(on_working_days=False)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OSLO)


# --- Examples ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "step", "on"),
    [
        ("2027-06-10", -7, "2027-06-03"),
        ("2027-06-10", -2, "2027-06-08"),
        ("2027-06-15", -2, "2027-06-14"),  # a Sunday moves on to Monday
        ("2027-06-14", -2, "2027-06-11"),  # Monday is the deadline itself, so Friday
        ("2027-06-10", 3, "2027-06-14"),  # after the deadline always onwards
        ("2027-04-01", -7, "2027-03-30"),  # Maundy Thursday: the next working day is Tuesday
        ("2027-03-31", -2, "2027-03-30"),  # Easter Monday
        ("2027-03-30", -2, "2027-03-24"),  # the whole Easter lies between
        ("2027-05-18", -1, "2027-05-14"),  # 17 May is the second day of Pentecost too
        ("2027-12-27", -2, "2027-12-24"),  # Christmas Day on a Saturday
    ],
)
def test_the_day_of_a_step(due, step, on):
    assert reminded_on(date.fromisoformat(due), step, Rule()) == date.fromisoformat(on)


def test_days_are_counted_as_they_stand_when_free_days_do_not_matter():
    assert reminded_on(date(2027, 3, 30), -2, ANY_DAY) == date(2027, 3, 28)


@pytest.mark.parametrize(
    ("rule", "steps"),
    [
        (Rule(), [-2, -7]),
        (Rule(before=(1, 14, 3)), [-1, -3, -14]),
        (Rule(before=(), every=5, most=3), [15, 10, 5]),
        (Rule(before=(2,), every=3, most=2), [6, 3, -2]),
        (Rule(before=(2,), every=0, most=2), [-2]),
    ],
)
def test_the_nearest_step_comes_first(rule, steps):
    assert rule.steps == steps


@pytest.mark.parametrize(
    ("due", "step", "opens"),
    [
        ("2027-10-31", -2, "2027-10-29T08:00+02:00"),  # summer time ends on the day of the deadline
        ("2027-10-31", 1, "2027-11-01T08:00+01:00"),
        ("2027-11-02", -2, "2027-11-01T08:00+01:00"),
        ("2027-03-29", -1, "2027-03-24T08:00+01:00"),
    ],
)
def test_the_hour_is_norwegian_on_both_sides_of_the_change_of_time(due, step, opens):
    assert opens_at(date.fromisoformat(due), step, Rule()) == datetime.fromisoformat(opens)


def test_the_hour_that_comes_twice_opens_once():
    """On 31 October 2027 it is 02:30 twice; the window opens at the first 02:00."""
    rule = Rule(hour=2, quiet_from=0, quiet_until=0, on_working_days=False)
    opens = opens_at(date(2027, 11, 1), -1, rule).astimezone(UTC)
    assert opens == datetime(2027, 10, 31, 0, 0, tzinfo=UTC)
    before, first, again = (opens + timedelta(minutes=minutes) for minutes in (-1, 30, 90))
    assert [formats.local(each).hour for each in (before, first, again)] == [1, 2, 2]
    assert [last_due(-1, rule, each) for each in (before, first, again)] == [
        date(2027, 10, 31),
        date(2027, 11, 1),
        date(2027, 11, 1),
    ]


@pytest.mark.parametrize(
    ("quiet", "hours"),
    [
        ((20, 7), [20, 21, 22, 23, 0, 1, 2, 3, 4, 5, 6]),
        ((12, 14), [12, 13]),
        ((9, 9), []),
    ],
)
def test_quiet_hours(quiet, hours):
    rule = Rule(quiet_from=quiet[0], quiet_until=quiet[1])
    found = {hour for hour in range(24) if is_quiet(rule, datetime(2027, 6, 10, hour, 59, tzinfo=OSLO))}
    assert found == set(hours)


@pytest.mark.parametrize(
    ("rule", "now", "until"),
    [
        (Rule(), "2027-06-10T12:00", None),
        (Rule(), "2027-06-10T20:00", "2027-06-11T07:00"),
        (Rule(), "2027-06-11T06:59", "2027-06-11T07:00"),
        (Rule(), "2027-06-12T12:00", "2027-06-14T08:00"),  # a Saturday
        (Rule(), "2027-06-12T21:00", "2027-06-13T07:00"),  # its night ends first
        (Rule(), "2027-03-25T12:00", "2027-03-30T08:00"),  # Easter, and the change to summer time
        (ANY_DAY, "2027-06-12T12:00", None),
        (Rule(hour=22), "2027-06-12T12:00", "2027-06-15T07:00"),  # Monday at 22 is quiet
    ],
)
def test_what_can_wait_is_held_back_for_the_night_and_free_days(rule, now, until):
    assert waits_until(rule, moment(now)) == (until and moment(until))


@pytest.mark.parametrize(
    ("now", "again"),
    [
        ("2027-06-10T12:00", "2027-06-11T08:00"),
        ("2027-06-11T12:00", "2027-06-14T08:00"),
        ("2027-03-24T12:00", "2027-03-30T08:00"),
    ],
)
def test_what_waits_for_tomorrow_leaves_on_the_next_working_day(now, again):
    assert opens_again(Rule(), moment(now)) == moment(again)


# --- What always holds ------------------------------------------------------------------------------

days = st.dates(date(2026, 1, 1), date(2030, 12, 31))
moments = st.integers(0, 5 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
steps = st.integers(-90, 90).filter(bool)
hours = st.integers(0, 23)
rules = st.builds(Rule, hour=hours, quiet_from=hours, quiet_until=hours, on_working_days=st.booleans())


@given(days, days, steps, rules)
def test_a_later_deadline_is_never_reminded_of_earlier(one, other, step, rule):
    first, second = sorted([one, other])
    assert reminded_on(first, step, rule) <= reminded_on(second, step, rule)


@given(days, steps, rules)
def test_a_reminder_keeps_to_its_side_of_the_deadline(due, step, rule):
    on = reminded_on(due, step, rule)
    assert on < due if step < 0 else on > due
    assert is_working_day(on) or not rule.on_working_days
    assert abs(on - (due + step * DAY)) <= timedelta(days=6)


@given(moments, steps, rules)
def test_the_last_deadline_of_an_open_window_is_the_inverse_of_its_opening(now, step, rule):
    last = last_due(step, rule, now)
    assert opens_at(last, step, rule) <= now < opens_at(last + DAY, step, rule)


@given(moments, rules)
def test_quiet_hours_end_within_a_day_and_not_before_they_are_over(now, rule):
    if is_quiet(rule, now):
        ends = quiet_ends(rule, now)
        assert now < ends <= now + timedelta(hours=25)
        assert not is_quiet(rule, ends)
        assert is_quiet(rule, ends - timedelta(minutes=1))


@given(moments, rules)
def test_what_is_held_back_leaves_at_an_hour_that_is_not_quiet(now, rule):
    until = waits_until(rule, now)
    if until:
        assert now < until
        assert not is_quiet(rule, until)
    else:
        assert not is_quiet(rule, now)
        assert is_working_day(formats.local(now).date()) or not rule.on_working_days
    assert opens_again(rule, now) > now
