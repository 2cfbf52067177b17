"""The lottery itself: a few tables of seats, each within every quota, with a whole number of lots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from .flow import Arc, circulation
from .leximin import Chances
from .model import Cell, Input


@dataclass(frozen=True, slots=True)
class Table:
    """`lots` of the ballot's total say: these seats. `places` has a row per region and a number per size."""

    lots: int
    places: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Ballot:
    """The tables in the order in which they were found, heaviest first; their lots add up to `total`."""

    total: int
    tables: tuple[Table, ...]


def make_ballot(given: Input, chances: Chances) -> Ballot:
    """Write the expected seats as a lottery over whole tables.

    Method: take the table between floor and ceiling of what is left, in cells, rows and columns, that can
    carry the greatest weight (binary search, one circulation per guess), and peel it off. Every peel makes at
    least one more number whole, so there are no more tables than cells, rows and columns together.
    """
    counts = given.cells()
    total = lcm(*((chance * counts[cell]).denominator for cell, chance in chances.items()))
    seats = {cell: int(chance * counts[cell] * total) for cell, chance in chances.items()}
    left, found = total, dict[tuple[tuple[int, ...], ...], int]()
    while left:
        weight, table = _heaviest_table(given, seats, left)
        for cell, number in table.items():
            seats[cell] -= weight * number
        left -= weight
        places = tuple(
            tuple(table.get((region.code, size.code), 0) for size in given.sizes) for region in given.regions
        )
        found[places] = found.get(places, 0) + weight
    common = gcd(total, *found.values())
    return Ballot(total // common, tuple(Table(lots // common, places) for places, lots in found.items()))


def _heaviest_table(given: Input, seats: Mapping[Cell, int], left: int) -> tuple[int, dict[Cell, int]]:
    """The greatest weight, and a table that can be taken so often out of `seats` (seats times `left`)."""
    regions = {group.code: number for number, group in enumerate(given.regions, 2)}
    sizes = {group.code: number for number, group in enumerate(given.sizes, 2 + len(regions))}
    amounts = [(regions[region], sizes[size], amount) for (region, size), amount in seats.items()]
    for codes, position in ((regions, 0), (sizes, 1)):
        for code, node in codes.items():
            amount = sum(part for cell, part in seats.items() if cell[position] == code)
            amounts.append((0, node, amount) if position == 0 else (node, 1, amount))
    parts = [(tail, head, *divmod(amount, left)) for tail, head, amount in amounts]

    def table(weight: int) -> list[int]:
        arcs: list[Arc] = [(1, 0, given.places, given.places)]
        for tail, head, floor, part in parts:
            # Rounding down uses room above what is left, rounding up room below: no more than there is.
            if part == 0:
                arcs.append((tail, head, floor, floor))
            else:
                down, up = weight <= left - part, weight <= part
                if not down and not up:
                    return []
                arcs.append((tail, head, floor if down else floor + 1, floor + 1 if up else floor))
        flow, _ = circulation(2 + len(regions) + len(sizes), arcs)
        return flow[1:]

    weights = sorted(
        {left, *(part for *_, part in parts if part), *(left - part for *_, part in parts if part)}
    )
    lowest, highest, best = 0, len(weights) - 1, list[int]()
    while lowest <= highest:
        middle = (lowest + highest) // 2
        if flow := table(weights[middle]):
            lowest, best = middle + 1, flow
        else:
            highest = middle - 1
    return weights[highest], dict(zip(seats, best, strict=False))


def expected_seats(ballot: Ballot, given: Input) -> dict[Cell, Fraction]:
    """Average seats per cell over the ballot, for the cells with applicants."""
    rows = {group.code: number for number, group in enumerate(given.regions)}
    columns = {group.code: number for number, group in enumerate(given.sizes)}
    return {
        cell: Fraction(
            sum(table.lots * table.places[rows[cell[0]]][columns[cell[1]]] for table in ballot.tables),
            ballot.total,
        )
        for cell in given.cells()
    }
