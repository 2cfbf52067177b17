"""The judge of plans: what is an error, what is worth a second look, and what is said of it."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cohorts.models.plan import (
    Finding,
    Norm,
    PlannedDay,
    PlannedItem,
    PlannedSession,
    Weight,
    findings,
    shift,
    usual_lengths,
)

TITLES = ("Creativity", "Design", "Municipalities", "Leadership", "Spreading", "Tour")
LENGTHS = (2, 2, 2, 2, 3, 3)
FIRST = date(2027, 9, 14)  # a Tuesday
PROGRAMME = Norm()
SMALL = Norm(sessions=1, days=2, days_min=2, days_max=3)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def planned(number: int = 1, *days: date, tour: bool = False, title: str = "Design") -> PlannedSession:
    return PlannedSession(number, title, tuple(PlannedDay(day) for day in days), tour)


def run(first: date, length: int) -> list[date]:
    return [first + timedelta(days=n) for n in range(length)]


def good() -> list[PlannedSession]:
    """Six sessions of 14 days, five weeks apart, the last one a tour."""
    return [
        planned(n + 1, *run(FIRST + timedelta(weeks=5 * n), LENGTHS[n]), tour=n == 5, title=TITLES[n])
        for n in range(6)
    ]


def said(plan, norm=PROGRAMME, busy=None) -> list[tuple[str, str]]:
    return [(finding.weight.value, finding.text) for finding in findings(plan, norm, busy)]


def test_the_plan_of_the_programme_page_is_in_order():
    assert findings(good(), Norm()) == []


def test_a_plan_without_sessions():
    assert said([]) == [("error", "The plan has no sessions yet. Make those of the programme, or add one.")]


def test_too_few_sessions_and_days():
    assert said([*good()[:4], good()[5]]) == [
        (
            "error",
            "The plan has 5 sessions, and the cohort is to have 6. Add or remove sessions, or change the"
            " number in the cohort's settings.",
        ),
        (
            "error",
            "The sessions have 11 days in all, and the cohort is to have 14. Add or remove days, or change"
            " the number in the cohort's settings.",
        ),
    ]


def test_a_session_without_days_and_one_that_is_too_short():
    norm = Norm(sessions=2, days=1, days_min=2, days_max=3)
    assert said([planned(1), planned(2, FIRST, tour=True, title="Tour")], norm) == [
        ("error", "Session 1. Design has no days yet. Say when it is held."),
        ("error", "Session 2. Tour lasts 1 day. A session has 2 to 3 days."),
    ]


def test_days_apart_are_a_warning():
    plan = [planned(1, FIRST, FIRST + timedelta(days=2), tour=True)]
    assert findings(plan, SMALL) == [
        Finding(
            Weight.WARNING,
            "The days of session 1. Design do not follow upon each other. Check the dates.",
            1,
        )
    ]


def test_sessions_on_the_same_day_and_out_of_order():
    norm = Norm(sessions=3, days=6)
    day = timedelta(days=1)
    plan = [
        planned(1, FIRST, FIRST + day, title="One"),
        planned(2, FIRST + day, FIRST + 2 * day, title="Two"),
        planned(3, FIRST - 8 * day, FIRST - 7 * day, title="Tour", tour=True),
    ]
    assert said(plan, norm) == [
        (
            "error",
            "Sessions 1. One and 2. Two are both held on 15 September 2027. Move one of them.",
        ),
        (
            "error",
            "Session 3. Tour begins before session 1. One is over. Move one of them, or change their order.",
        ),
        (
            "error",
            "Session 3. Tour begins before session 2. Two is over. Move one of them, or change their order.",
        ),
    ]


def test_no_tour_a_second_tour_and_a_tour_that_is_not_last():
    days = [run(FIRST + timedelta(weeks=n), 2) for n in range(2)]
    norm = Norm(sessions=2, days=4)
    first, second = planned(1, *days[0], title="A"), planned(2, *days[1], title="B")
    tour, also = planned(1, *days[0], title="A", tour=True), planned(2, *days[1], title="B", tour=True)
    assert said([first, second], norm) == [
        ("warning", "No session is the study tour. Tick it off on the session that is the tour.")
    ]
    assert said([tour, also], norm) == [
        ("error", "Session 2. B is a second study tour. Only one session can be the tour.")
    ]
    assert said([tour, second], norm) == [
        ("warning", "The study tour, session 1. A, is not the last session. Check their order.")
    ]


@pytest.mark.parametrize(
    ("first", "texts"),
    [
        (  # Constitution Day, a Monday
            date(2027, 5, 17),
            ["Monday 17 May 2027, in session 1. Design, is a public holiday."],
        ),
        (
            date(2027, 9, 17),
            ["Saturday 18 September 2027, in session 1. Design, is in a weekend."],
        ),
    ],
)
def test_holidays_and_weekends(first, texts):
    plan = [planned(1, *run(first, 2), tour=True)]
    assert said(plan, SMALL) == [("warning", text) for text in texts]


def item(title: str, starts: int, ends: int, room: str = "") -> PlannedItem:
    return PlannedItem(title, time(starts), time(ends), room)


def test_items_outside_the_day_and_at_the_same_time():
    items = (
        item("Early", 8, 10),
        item("Late", 15, 17),
        item("Group A", 10, 12, "Aud 1"),
        item("Group B", 10, 12, "Aud 2"),
        item("Crash", 11, 13, "Aud 2"),
        item("After", 13, 14, "Aud 2"),
    )
    plan = [
        PlannedSession(
            1, "Tour", (PlannedDay(FIRST, items=items), PlannedDay(FIRST + timedelta(days=1))), True
        )
    ]
    assert said(plan, SMALL) == [
        ("warning", "“Early” on 14 September 2027 is outside the hours of the day, 09:00–16:00."),
        ("warning", "“Late” on 14 September 2027 is outside the hours of the day, 09:00–16:00."),
        (
            "warning",
            "“Group B” and “Crash” on 14 September 2027 are at the same time. Move one of them, or give them"
            " different rooms.",
        ),
    ]


def test_an_instructor_who_teaches_elsewhere():
    plan = [planned(1, *run(FIRST, 2), tour=True)]
    assert said(plan, SMALL, {FIRST: [("Ivar", "spring 2027")]}) == [
        ("warning", "Ivar has a session of another cohort, spring 2027, on Tuesday 14 September 2027.")
    ]


@pytest.mark.parametrize(
    ("norm", "expected"),
    [
        (Norm(), [2, 2, 2, 2, 3, 3]),
        (Norm(sessions=5, days=14), [2, 3, 3, 3, 3]),
        (Norm(sessions=3, days=14, days_min=2, days_max=3), [3, 3, 3]),
        (Norm(sessions=0, days=14), []),
    ],
)
def test_days_are_spread_as_evenly_as_can_be(norm, expected):
    assert usual_lengths(norm) == expected


@given(st.dates(date(2000, 1, 1), date(2080, 1, 1)))
def test_a_moved_plan_keeps_its_weekdays_gaps_and_begins_in_the_chosen_week(chosen):
    before = good()
    by = shift(before, chosen)
    after = [session.moved(by) for session in before]
    days = [day.held_on for session in before for day in session.days]
    moved = [day.held_on for session in after for day in session.days]
    assert [day.weekday() for day in moved] == [day.weekday() for day in days]
    assert [later - moved[0] for later in moved] == [later - days[0] for later in days]
    assert moved[0].isocalendar()[:2] == chosen.isocalendar()[:2]


@given(st.permutations(range(6)), st.integers(0, 5))
def test_only_one_order_of_the_sessions_is_without_errors(order, gone):
    days = [session.days for session in good()]
    plan = [PlannedSession(n + 1, "T", days[place], is_study_tour=n == 5) for n, place in enumerate(order)]
    errors = [finding for finding in findings(plan, Norm()) if finding.weight == Weight.ERROR]
    assert (errors == []) == (list(order) == sorted(order))
    left = [session for session in good() if session.number != gone + 1]
    assert any(finding.weight == Weight.ERROR for finding in findings(left, Norm()))
