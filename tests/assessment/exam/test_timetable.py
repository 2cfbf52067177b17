"""Nobody and no room is in two places, and as many are placed as can be."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations, product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.timetable import Group, Hour, Place, hours, plan

OSLO = ZoneInfo("Europe/Oslo")
MONDAY = datetime(2027, 6, 7, 7, 0, tzinfo=UTC)


def hour(number: int, minutes: int = 60) -> Hour:
    """The n-th hour of a morning without pauses."""
    starts = MONDAY + timedelta(minutes=60 * number)
    return Hour(starts, starts + timedelta(minutes=minutes))


def group(key: int, *who) -> Group:
    return Group(key, frozenset({("group", key), *who}))


people = st.frozensets(st.sampled_from("abcd"), min_size=1, max_size=2)
groups_of = st.lists(people, min_size=1, max_size=5).map(
    lambda found: [group(key, *who) for key, who in enumerate(found)]
)
rooms_of = st.integers(1, 2).map(lambda count: [f"Room {n}" for n in range(count)])
hours_of = st.integers(0, 4).map(lambda count: [hour(n) for n in range(count)])
taken_of = st.lists(
    st.builds(
        lambda who, at, room, length: Place(
            Group(-1, who),
            Hour(MONDAY + timedelta(minutes=30 * at), MONDAY + timedelta(minutes=30 * at + length)),
            room,
        ),
        people,
        st.integers(0, 7),
        st.sampled_from(["Room 0", "Room 1", "Elsewhere"]),
        st.sampled_from([15, 45, 90]),
    ),
    max_size=3,
)


@settings(max_examples=150, deadline=None)
@given(groups_of, hours_of, rooms_of, taken_of)
def test_no_two_collide_and_nobody_is_lost(groups, hours_, rooms, taken):
    made = plan(groups, hours=hours_, rooms=rooms, taken=taken)
    places = [*made.placed]
    assert not [pair for pair in combinations(places, 2) if pair[0].collides(pair[1])]
    assert not [(one, fixed) for one in places for fixed in taken if one.collides(fixed)]
    assert sorted([p.group.key for p in places] + [g.key for g in made.left]) == [g.key for g in groups]
    assert {p.hour for p in places} <= set(hours_)
    assert {p.room for p in places} <= set(rooms)
    assert made == plan(groups, hours=hours_, rooms=rooms, taken=taken)


@settings(max_examples=60, deadline=None)
@given(groups_of.filter(lambda found: len(found) <= 4), hours_of, rooms_of, taken_of)
def test_as_many_are_placed_as_can_be(groups, hours_, rooms, taken):
    cells = [None, *product(hours_, rooms)]
    most = 0
    for choice in product(cells, repeat=len(groups)):
        places = [Place(g, *cell) for g, cell in zip(groups, choice, strict=True) if cell]
        if len(places) > most and not any(
            one.collides(other) for one, other in [*combinations(places, 2), *product(places, taken)]
        ):
            most = len(places)
    assert len(plan(groups, hours=hours_, rooms=rooms, taken=taken).placed) == most


def test_twenty_groups_with_six_examiners_find_a_place_in_two_rooms():
    examiners = "abcdef"
    groups = [group(key, examiners[key % 6], examiners[(key + 1 + key // 6) % 6]) for key in range(20)]
    made = plan(groups, hours=[hour(n) for n in range(12)], rooms=["A", "B"])
    assert made.left == ()


def test_a_plan_is_read_in_the_order_of_time_and_rooms():
    groups = [group(1, "a"), group(2, "a"), group(3, "b")]
    made = plan(groups, hours=[hour(1), hour(0)], rooms=["B", "A"])
    assert [(p.group.key, p.hour, p.room) for p in made.placed] == [
        (1, hour(0), "B"),
        (3, hour(0), "A"),
        (2, hour(1), "B"),
    ]


def test_one_that_ends_when_the_other_begins_shares_no_time():
    assert plan(
        [group(1, "a")], hours=[hour(1)], rooms=["A"], taken=[Place(group(9, "a"), hour(0), "A")]
    ).placed == (Place(group(1, "a"), hour(1), "A"),)


def test_leaving_one_out_can_place_two():
    """The one with both examiners would take the only hour from the two others."""
    groups = [group(1, "a", "b"), group(2, "a"), group(3, "b")]
    made = plan(groups, hours=[hour(0)], rooms=["A", "B"])
    assert ([p.group.key for p in made.placed], [g.key for g in made.left]) == ([2, 3], [1])


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": [hour(0), Hour(hour(0).starts + timedelta(minutes=30), hour(1).ends)]},
        {"rooms": ["A", "A"]},
        {"groups": [group(1), group(1)]},
    ],
)
def test_a_plan_refuses_what_is_no_timetable(wrong):
    given_ = {"groups": [group(1)], "hours": [hour(0)], "rooms": ["A"], **wrong}
    with pytest.raises(ValueError, match=r"twice|share time"):
        plan(given_.pop("groups"), **given_)


# --- The hours of a day -------------------------------------------------------------------------------


def clocks(found):
    return [f"{h.starts.astimezone(OSLO):%d %H:%M}-{h.ends.astimezone(OSLO):%H:%M}" for h in found]


def test_hours_keep_out_of_the_lunch_and_end_in_time():
    found = hours(
        [date(2027, 6, 7)],
        first=time(9),
        last=time(14, 30),
        minutes=45,
        pause=15,
        lunch=(time(11, 30), time(12, 15)),
        zone=OSLO,
    )
    assert clocks(found) == [
        "07 09:00-09:45",
        "07 10:00-10:45",
        "07 12:15-13:00",
        "07 13:15-14:00",
    ]


def test_hours_without_a_lunch_over_two_days():
    found = hours(
        [date(2027, 6, 7), date(2027, 6, 8)],
        first=time(9),
        last=time(11),
        minutes=60,
        pause=0,
        lunch=None,
        zone=OSLO,
    )
    assert clocks(found) == ["07 09:00-10:00", "07 10:00-11:00", "08 09:00-10:00", "08 10:00-11:00"]


@settings(max_examples=100, deadline=None)
@given(
    st.integers(7, 12),
    st.integers(8, 18),
    st.integers(10, 120),
    st.integers(0, 30),
    st.sampled_from([None, (time(11), time(12)), (time(8), time(17))]),
)
def test_hours_share_no_time_with_each_other_or_the_lunch(first, last, minutes, pause, lunch):
    day = date(2027, 3, 28)  # the clock is put forward
    found = hours(
        [day], first=time(first), last=time(last), minutes=minutes, pause=pause, lunch=lunch, zone=OSLO
    )
    assert not [pair for pair in combinations(found, 2) if pair[0].meets(pair[1])]
    assert all(h.ends - h.starts == timedelta(minutes=minutes) for h in found)
    assert all(h.ends <= datetime.combine(day, time(last), OSLO) for h in found)
    if lunch:
        rest = Hour(*(datetime.combine(day, each, OSLO) for each in lunch))
        assert not any(h.meets(rest) for h in found)


@pytest.mark.parametrize(("minutes", "pause"), [(0, 5), (45, -1)])
def test_hours_refuse_what_takes_no_time(minutes, pause):
    with pytest.raises(ValueError, match="takes time"):
        hours(
            [date(2027, 6, 7)],
            first=time(9),
            last=time(12),
            minutes=minutes,
            pause=pause,
            lunch=None,
            zone=OSLO,
        )


def test_an_hour_ends_after_it_begins():
    with pytest.raises(ValueError, match="ends after"):
        Hour(MONDAY, MONDAY)
