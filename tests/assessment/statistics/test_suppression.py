"""Nobody can work out a figure that is withheld: vectors, every small table, and tables of any shape."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.statistics.suppression import Figure, Print, Unbalanced, Unprotected, bounds, withheld
from assessment.statistics.tables import STAGES, Funnel, Grades, figures_of, funnel, grades, reached


def cross(table: list[list[int]]) -> list[Figure]:
    """A table with both margins and the sum of all: keys are (row, column), None for a margin."""
    rows, columns = range(len(table)), range(len(table[0]))
    inner = [Figure((r, c), ("row", r), ("column", c), table[r][c]) for r in rows for c in columns]
    row_sums = [Figure((r, None), "left", ("row", r), sum(table[r])) for r in rows]
    column_sums = [Figure((None, c), ("column", c), "top", sum(row[c] for row in table)) for c in columns]
    return [*inner, *row_sums, *column_sums, Figure((None, None), "top", "left", sum(map(sum, table)))]


def values(figures: list[Figure]) -> dict:
    return {figure.key: figure.value for figure in figures}


# --- Vectors ----------------------------------------------------------------------------------------


def test_nothing_is_withheld_where_nothing_is_small():
    assert withheld(cross([[5, 9], [0, 7]]), 5) == frozenset()


def test_a_small_figure_takes_three_others_with_it_so_that_no_margin_gives_it_back():
    figures = cross([[3, 20, 0], [30, 6, 8], [9, 40, 50]])
    hidden = withheld(figures, 5)
    assert hidden == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert {key: bounds(figures, hidden, key) for key in sorted(hidden)} == {
        (0, 0): (0, 23),
        (0, 1): (0, 23),
        (1, 0): (10, 33),
        (1, 1): (3, 26),
    }


def test_where_a_row_is_small_its_margin_goes_too():
    figures = cross([[2, 0], [30, 40]])
    hidden = withheld(figures, 5)
    assert {(0, 0), (0, None)} <= hidden
    assert bounds(figures, hidden, (0, None))[0] == 0


def test_a_table_of_few_people_is_withheld_to_the_last_figure_but_the_empty_ones_that_tell_nothing():
    figures = cross([[1, 1], [1, 0]])
    hidden = withheld(figures, 5)
    assert {figure.key for figure in figures if figure.value} <= hidden
    assert bounds(figures, hidden, (None, None)) == (0, None)


def test_a_table_that_does_not_add_up_is_refused():
    with pytest.raises(Unbalanced):
        withheld([Figure("a", 1, 2, 3), Figure("b", 2, 1, 4)], 5)
    with pytest.raises(Unbalanced):
        withheld([Figure("a", 1, 2, -3), Figure("b", 2, 1, -3)], 5)
    with pytest.raises(Unbalanced):
        withheld([Figure("a", 1, 2, 3), Figure("a", 2, 1, 3)], 5)


def test_one_group_cannot_be_hidden_behind_the_figures_of_all():
    with pytest.raises(Unprotected):
        withheld([Figure("a", 1, 2, 3), Figure("all", 2, 1, 3, Print.ALWAYS)], 5)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        (
            {"A": 6, "B": 12, "C": 20, "D": 8, "E": 5, "F": 0},
            Grades(51, {"A": 6, "B": 12, "C": 20, "D": 8, "E": 5, "F": 0}),
        ),
        # One alone would be what is left of the sum.
        (
            {"A": 6, "B": 12, "C": 20, "D": 8, "E": 5, "F": 2},
            Grades(53, {"A": 6, "B": 12, "C": 20, "D": 8, "E": None, "F": None}),
        ),
        (
            {"A": 4, "B": 12, "C": 20, "D": 8, "E": 3, "F": 0},
            Grades(47, {"A": None, "B": 12, "C": 20, "D": None, "E": None, "F": 0}),
        ),
        # Three people: not even how many they were.
        (
            {"A": 0, "B": 1, "C": 2, "D": 0, "E": 0, "F": 0},
            Grades(None, {"A": 0, "B": None, "C": None, "D": 0, "E": 0, "F": 0}),
        ),
        (dict.fromkeys("ABCDEF", 0), Grades(0, dict.fromkeys("ABCDEF", 0))),
    ],
)
def test_grades(counts, shown):
    assert grades(counts, 5) == shown


def test_a_funnel_shows_everybody_and_the_groups_that_are_large_enough():
    ends = {
        "region": {"N": [10, 6, 0, 0, 12], "S": [8, 9, 0, 0, 20], "W": [7, 5, 0, 0, 9]},
        "size": {"S": [25, 20, 0, 0, 41], "L": [0, 0, 0, 0, 0]},
    }
    assert funnel(ends, 5) == Funnel(
        (86, 61, 41, 41, 41),
        {
            "region": {"N": (28, 18, 12, 12, 12), "S": (37, 29, 20, 20, 20), "W": (21, 14, 9, 9, 9)},
            "size": {"S": (86, 61, 41, 41, 41), "L": (0, 0, 0, 0, 0)},
        },
    )


def test_one_who_fell_away_is_not_found_by_subtraction():
    ends = {"region": {"N": [10, 6, 0, 1, 12], "S": [8, 9, 0, 0, 20], "W": [7, 5, 0, 0, 9]}}
    assert funnel(ends, 5) == Funnel(
        (87, 62, 42, 42, 41),
        {
            "region": {
                "N": (29, 19, 13, 13, None),
                "S": (37, 29, 20, 20, 20),
                "W": (21, 14, 9, 9, None),
            }
        },
    )


def test_a_cohort_of_few_shows_nothing():
    ends = {"region": {"N": [10, 6, 0, 0, 2], "S": [8, 9, 0, 0, 1]}}
    nothing = (None,) * 5
    assert funnel(ends, 5) == Funnel(nothing, {"region": {"N": nothing, "S": nothing}})


def test_groupings_of_different_people_are_refused():
    with pytest.raises(ValueError, match="same people"):
        funnel({"region": {"N": [1, 0, 0, 0, 0]}, "size": {"S": [2, 0, 0, 0, 0]}}, 5)


# --- What a reader can work out, by trying every table ----------------------------------------------


def fitting(table: list[list[int]], hidden: set) -> list[dict]:
    """Every table that agrees with what is published; the sum of all is."""
    total, cells = sum(map(sum, table)), [(r, c) for r in range(len(table)) for c in range(len(table[0]))]
    known = {figure.key: figure.value for figure in cross(table) if figure.key not in hidden}
    choices = [range(total + 1) if cell in hidden else (known[cell],) for cell in cells]
    found = []
    for flat in product(*choices):
        if sum(flat) != total:
            continue
        columns = len(table[0])
        candidate = values(cross([list(flat[at : at + columns]) for at in range(0, len(flat), columns)]))
        if all(candidate[key] == value for key, value in known.items()):
            found.append(candidate)
    return found


small_tables = st.sampled_from([(1, 3), (2, 2), (3, 2)]).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(0, 2), min_size=shape[1], max_size=shape[1]),
        min_size=shape[0],
        max_size=shape[0],
    ).filter(lambda table: sum(map(sum, table)) <= 5)
)


@settings(max_examples=40, deadline=None)
@given(small_tables, st.data())
def test_what_a_reader_can_work_out_is_what_trying_all_tables_shows(table, data):
    figures = cross(table)
    keys = [figure.key for figure in figures if figure.key != (None, None)]
    hidden = data.draw(st.sets(st.sampled_from(keys), min_size=1))
    fits = fitting(table, hidden)
    for key in keys:
        possible = sorted({one[key] for one in fits})
        low, high = bounds(figures, hidden, key)
        assert possible == list(range(low, high + 1))


# --- Tables of any size ------------------------------------------------------------------------------

tables = st.tuples(st.integers(1, 5), st.integers(2, 5)).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(0, 30), min_size=shape[1], max_size=shape[1]),
        min_size=shape[0],
        max_size=shape[0],
    )
)


@settings(max_examples=150, deadline=None)
@given(tables, st.integers(2, 6))
def test_no_withheld_figure_follows_from_the_margins(table, smallest):
    figures = cross(table)
    hidden = withheld(figures, smallest)
    for figure in figures:
        low, high = bounds(figures, hidden, figure.key)
        if 0 < figure.value < smallest:
            assert figure.key in hidden
            assert low == 0
            assert high is None or high >= smallest
        if figure.key in hidden:
            assert high is None or low < high


people_ends = st.lists(st.integers(0, 12), min_size=len(STAGES), max_size=len(STAGES))


@settings(max_examples=150, deadline=None)
@given(st.lists(people_ends, min_size=2, max_size=6), st.integers(2, 5))
def test_of_no_group_a_small_stage_or_a_few_who_fell_away_can_be_worked_out(rows, smallest):
    groups = {str(number): ends for number, ends in enumerate(rows)}
    everybody = reached([sum(ends[stage] for ends in rows) for stage in range(len(STAGES))])
    shown = funnel({"group": groups}, smallest)
    if any(0 < number < smallest for number in everybody):
        assert set(shown.everybody) == {None}
        return
    assert shown.everybody == everybody
    printed = shown.groups["group"]
    # What is printed is true, and no stage and no step of it is small.
    for code, stages in printed.items():
        truth = reached(groups[code])
        assert all(number in (None, right) for number, right in zip(stages, truth, strict=True))
        assert not any(number and number < smallest for number in stages)
        for before, after in pairwise(stages):
            if before is not None and after is not None:
                assert not 0 < before - after < smallest
    # A reader who knows only what is printed, and the figures of everybody.
    figures = list(figures_of(groups))
    unknown = {figure.key for figure in figures if figure.key[1] == "ended" and figure.key[0] is not None} | {
        (code, "reached", stage)
        for code, stages in printed.items()
        for stage, number in enumerate(stages)
        if number is None
    }
    for figure in figures:
        code, kind, _stage = figure.key
        low, high = bounds(figures, unknown, figure.key)
        if code is not None and 0 < figure.value < smallest:
            assert low == 0
        if kind == "reached" and figure.key in unknown:
            assert high is None or low < high


@settings(max_examples=100, deadline=None)
@given(st.fixed_dictionaries({mark: st.integers(0, 20) for mark in "ABCDEF"}), st.integers(2, 6))
def test_no_withheld_grade_follows_from_the_others(counts, smallest):
    shown = grades(counts, smallest)
    hidden = [mark for mark, number in shown.marks.items() if number is None]
    assert {mark for mark, number in counts.items() if 0 < number < smallest} <= set(hidden)
    if shown.candidates is None:
        return
    left = shown.candidates - sum(number or 0 for number in shown.marks.values())
    assert not hidden or (len(hidden) > 1 and left >= smallest)
