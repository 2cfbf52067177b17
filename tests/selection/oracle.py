"""Leximin the slow way, for small rounds: an exact linear program over whole panels, no network anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from applications.selection import Input

Row = list[Fraction]


def maximise(
    objective: Sequence[int], rows: Sequence[Sequence[Fraction | int]], right: Sequence[Fraction | int]
):
    """The greatest objective·x with rows·x = right, x >= 0, by the two-phase simplex method (Bland's rule).

    All numbers are exact. Returns (value, x); AssertionError when there is no solution.
    """
    columns, height = len(objective), len(rows)
    tableau: list[Row] = []
    for index, (row, value) in enumerate(zip(rows, right, strict=True)):
        sign = -1 if value < 0 else 1
        artificial = [Fraction(int(index == other)) for other in range(height)]
        tableau.append([Fraction(sign * each) for each in row] + artificial + [Fraction(sign * value)])
    basis = list(range(columns, columns + height))
    gains = [sum((row[column] for row in tableau), Fraction(0)) for column in range(columns)]
    gains += [Fraction(0)] * height + [sum((row[-1] for row in tableau), Fraction(0))]
    _pivot_until_best(tableau, basis, gains, columns + height)
    assert gains[-1] == 0, "no solution"
    for index, column in enumerate(basis):
        if column >= columns:
            entering = next((other for other in range(columns) if tableau[index][other]), None)
            if entering is not None:
                _pivot(tableau, basis, gains, index, entering)
    gains = [Fraction(each) for each in objective] + [Fraction(0)] * (height + 1)
    for index, column in enumerate(basis):
        if column < columns and gains[column]:
            factor = gains[column]
            gains = [gain - factor * value for gain, value in zip(gains, tableau[index], strict=True)]
    _pivot_until_best(tableau, basis, gains, columns)
    solution = [Fraction(0)] * columns
    for index, column in enumerate(basis):
        if column < columns:
            solution[column] = tableau[index][-1]
    return -gains[-1], solution


def _pivot_until_best(tableau: list[Row], basis: list[int], gains: Row, columns: int) -> None:
    while True:
        entering = next((column for column in range(columns) if gains[column] > 0), None)
        if entering is None:
            return
        ratios = [
            (row[-1] / row[entering], basis[i], i) for i, row in enumerate(tableau) if row[entering] > 0
        ]
        assert ratios, "unbounded"
        _pivot(tableau, basis, gains, min(ratios)[2], entering)


def _pivot(tableau: list[Row], basis: list[int], gains: Row, leaving: int, entering: int) -> None:
    divisor = tableau[leaving][entering]
    pivot = tableau[leaving] = [value / divisor for value in tableau[leaving]]
    for row in (*(row for index, row in enumerate(tableau) if index != leaving), gains):
        factor = row[entering]
        if factor:
            for column, value in enumerate(pivot):
                if value:
                    row[column] -= factor * value
    basis[leaving] = entering


def panels(given: Input) -> list[frozenset[str]]:
    """Every set of `places` applicants that keeps every quota."""
    found = []
    for chosen in combinations(given.applicants, given.places):
        regions = [applicant.region for applicant in chosen]
        sizes = [applicant.size for applicant in chosen]
        if all(group.min <= regions.count(group.code) <= group.max for group in given.regions) and all(
            group.min <= sizes.count(group.code) <= group.max for group in given.sizes
        ):
            found.append(frozenset(applicant.id for applicant in chosen))
    return found


def leximin_over(vectors: list[tuple[Fraction, ...]]) -> tuple[Fraction, ...]:
    """The leximin average: maximise the least entry, fix the entries that cannot be more, repeat."""
    vectors = sorted(set(vectors))
    entries = range(len(vectors[0]))
    fixed: dict[int, Fraction] = {}
    while len(fixed) < len(entries):
        free = [entry for entry in entries if entry not in fixed]
        least, average = _best_least(vectors, fixed, free)
        at_least = {entry for entry in free if average[entry] == least}
        for entry in sorted(at_least):
            if entry in fixed:
                continue
            if _greatest(vectors, fixed, [each for each in free if each not in fixed], least, entry) == least:
                fixed[entry] = least
    return tuple(fixed[entry] for entry in entries)


def _constraints(vectors, fixed: dict[int, Fraction], free: list[int]):
    """Rows over (weights, surplus per free entry): weights add up to 1, fixed entries have their value."""
    rows = [[1] * len(vectors) + [0] * len(free)]
    right: list[Fraction | int] = [1]
    for entry, value in fixed.items():
        rows.append([vector[entry] for vector in vectors] + [0] * len(free))
        right.append(value)
    return rows, right


def _best_least(vectors, fixed: dict[int, Fraction], free: list[int]):
    rows, right = _constraints(vectors, fixed, free)
    rows = [[*row, 0] for row in rows]
    for index, entry in enumerate(free):
        surplus = [-int(index == other) for other in range(len(free))]
        rows.append([vector[entry] for vector in vectors] + surplus + [-1])
        right.append(0)
    value, solution = maximise([0] * (len(vectors) + len(free)) + [1], rows, right)
    weights = solution[: len(vectors)]
    average = [
        sum((weight * vector[entry] for weight, vector in zip(weights, vectors, strict=True)), Fraction(0))
        for entry in range(len(vectors[0]))
    ]
    return value, average


def _greatest(vectors, fixed: dict[int, Fraction], free: list[int], least: Fraction, wanted: int) -> Fraction:
    rows, right = _constraints(vectors, fixed, free)
    for index, entry in enumerate(free):
        surplus = [-int(index == other) for other in range(len(free))]
        rows.append([vector[entry] for vector in vectors] + surplus)
        right.append(least)
    objective = [0] * len(vectors) + [int(entry == wanted) for entry in free]
    return least + maximise(objective, rows, right)[0]


def chances_by_cell(given: Input, found: list[frozenset[str]]) -> dict[tuple[str, str], Fraction]:
    """Leximin over the given panels, where applicants of one cell share their chance."""
    counts = given.cells()
    cell_of = {applicant.id: applicant.cell for applicant in given.applicants}
    vectors = []
    for panel in found:
        seats = [cell_of[each] for each in panel]
        vectors.append(tuple(Fraction(seats.count(cell), count) for cell, count in counts.items()))
    return dict(zip(counts, leximin_over(vectors), strict=True))


def chances_by_applicant(given: Input, found: list[frozenset[str]]) -> dict[str, Fraction]:
    """Leximin over the given panels, with nothing assumed about who is alike."""
    ids = [applicant.id for applicant in given.applicants]
    vectors = [tuple(Fraction(int(each in panel)) for each in ids) for panel in found]
    return dict(zip(ids, leximin_over(vectors), strict=True))
