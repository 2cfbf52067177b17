"""Who gives to whom: whatever has been, a round is whole and repeats as little as it can."""

from __future__ import annotations

import ast
from collections import Counter
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts import pairing
from cohorts.pairing import Fault, Wrong, faults, pair


@st.composite
def situations(draw, most: int = 12, most_gives: int = 3):
    """Teams, a history of any arrows (also of teams that have left), how many each gives, and a turn."""
    teams = draw(st.lists(st.integers(1, 99), min_size=2, max_size=most, unique=True))
    anybody = st.sampled_from([*teams, 100, 101])
    arrows = st.tuples(anybody, anybody).filter(lambda arrow: arrow[0] != arrow[1])
    history = draw(st.lists(arrows, max_size=40))
    gives = draw(st.integers(1, min(most_gives, len(teams) - 1)))
    return teams, history, gives, draw(st.integers(0, 20))


def weight(arrows, history) -> list[int]:
    """How many arrows had been drawn how often before, the most often first; less is better."""
    before = Counter(history)
    times = Counter(before[arrow] for arrow in arrows)
    return [times[number] for number in range(max(before.values(), default=0), 0, -1)]


@given(situations())
@settings(deadline=None)
def test_each_gives_and_gets_as_often_as_asked_and_never_itself(situation):
    teams, history, gives, turn = situation
    arrows = pair(teams, history, gives=gives, turn=turn)
    assert Counter(giver for giver, _receiver in arrows) == dict.fromkeys(teams, gives)
    assert Counter(receiver for _giver, receiver in arrows) == dict.fromkeys(teams, gives)
    assert [arrow for arrow in arrows if arrow[0] == arrow[1]] == []
    assert len(set(arrows)) == len(arrows)
    assert faults(arrows, teams, gives=gives) == []
    assert arrows == pair(teams, history, gives=gives, turn=turn), "the same arguments, another answer"


@given(situations(most=6, most_gives=1))
@settings(deadline=None)
def test_no_round_repeats_less(situation):
    teams, history, _gives, turn = situation
    least = min(
        weight(list(zip(teams, receivers, strict=True)), history)
        for receivers in permutations(teams)
        if all(giver != receiver for giver, receiver in zip(teams, receivers, strict=True))
    )
    assert weight(pair(teams, history, turn=turn), history) == least


@given(st.integers(4, 5), st.data())
@settings(deadline=None, max_examples=30)
def test_no_round_in_which_each_gives_to_two_repeats_less(count, data):
    teams = list(range(count))
    arrow = st.tuples(st.sampled_from(teams), st.sampled_from(teams)).filter(lambda a: a[0] != a[1])
    history = data.draw(st.lists(arrow, max_size=20))
    derangements = [
        list(zip(teams, receivers, strict=True))
        for receivers in permutations(teams)
        if all(giver != receiver for giver, receiver in zip(teams, receivers, strict=True))
    ]
    # Every set in which each gives and gets twice is two sets in which each does so once (König).
    least = min(
        weight([*one, *other], history)
        for one in derangements
        for other in derangements
        if not set(one) & set(other)
    )
    assert weight(pair(teams, history, gives=2), history) == least


@given(st.integers(2, 9), st.integers(0, 5))
@settings(deadline=None)
def test_the_same_teams_meet_everybody_before_anybody_twice(count, turn):
    teams, history = list(range(count)), []
    for _round in range(count - 1):
        history += pair(teams, history, turn=turn)
    assert Counter(history) == {(a, b): 1 for a in teams for b in teams if a != b}
    again = pair(teams, history, turn=turn)
    assert weight(again, history) == [count]


@given(st.data())
@settings(deadline=None, max_examples=40)
def test_over_a_year_of_comings_and_goings_everybody_gives_as_much_as_they_get(data):
    everybody = list(range(8))
    history: list[tuple[int, int]] = []
    for _round in range(6):
        present = data.draw(st.lists(st.sampled_from(everybody), min_size=2, unique=True))
        history += pair(sorted(present), history)
    assert Counter(a for a, _b in history) == Counter(b for _a, b in history)


def test_another_turn_asks_for_another_answer():
    teams = [10, 20, 30, 40]
    assert [pair(teams, [], turn=turn) for turn in range(4)] == [
        [(10, 20), (20, 30), (30, 40), (40, 10)],
        [(10, 30), (20, 40), (30, 10), (40, 20)],
        [(10, 40), (20, 10), (30, 20), (40, 30)],
        [(10, 20), (20, 30), (30, 40), (40, 10)],
    ]


@pytest.mark.parametrize(
    ("teams", "gives", "says"),
    [
        ([], 1, "0 teams"),
        ([1], 1, "1 teams"),
        ([1, 2], 2, "2 teams cannot each give to 2 others"),
        ([1, 2, 3], 0, "3 teams cannot each give to 0 others"),
        ([1, 2, 1], 1, "stands twice"),
    ],
)
def test_teams_that_are_not_fit_for_a_round(teams, gives, says):
    with pytest.raises(ValueError, match=says):
        pair(teams, [], gives=gives)


@pytest.mark.parametrize(
    ("arrows", "found"),
    [
        ([(1, 2), (2, 3), (3, 1)], []),
        ([(1, 1), (2, 3), (3, 2)], [Fault(Wrong.ITSELF, 1, 1)]),
        ([(1, 2), (2, 3), (3, 2)], [Fault(Wrong.GETS, 1, 0), Fault(Wrong.GETS, 2, 2)]),
        (
            [(1, 2), (1, 2), (2, 3), (3, 1)],
            [Fault(Wrong.TWICE, 1, 2), Fault(Wrong.GIVES, 1, 2), Fault(Wrong.GETS, 2, 2)],
        ),
        (
            [(1, 2), (2, 3), (3, 9)],
            [Fault(Wrong.GETS, 1, 0), Fault(Wrong.GETS, 9, 1)],
        ),
    ],
)
def test_what_is_wrong_with_what_somebody_has_drawn_by_hand(arrows, found):
    assert faults(arrows, [1, 2, 3]) == found


def test_it_is_plain_arithmetic():
    tree = ast.parse(Path(pairing.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"collections", "collections.abc", "dataclasses", "enum", "itertools"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
