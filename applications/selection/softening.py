"""When the quotas cannot all be kept: the cheapest deviation, and exactly the tables that achieve it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from .feasibility import feasibility, keeps, no_draw_needed, normalise
from .flow import PricedArc, cheapest_flow
from .leximin import Chances, leximin
from .model import Cell, Group, Input, Lock
from .reasons import Dimension, Note, Warn

# What may be given up, cheapest first: a seat above a maximum, a seat below a minimum, a size class that is
# not represented, a region that is not represented.
ABOVE_MAXIMUM = 1
BELOW_MINIMUM = 10
WITHOUT_ANY: Mapping[Dimension, int] = {"size": 100, "region": 1000}


@dataclass(frozen=True, slots=True)
class Softened:
    """The quotas after the cheapest deviation.

    input: with the new bounds. locked: cells that have the same number of seats in every cheapest table.
    cost: of the deviation (0 when the quotas could be kept). notes: every change of a bound and every lock.
    warnings: groups whose chance became 0 or 1.
    """

    input: Input
    locked: tuple[Lock, ...]
    cost: int
    notes: tuple[Note, ...]
    warnings: tuple[Warn, ...]


def group_deviation(dimension: Dimension, group: Group, seats: int) -> int:
    """What it costs that a group gets this many seats."""
    if seats > group.max:
        return (seats - group.max) * ABOVE_MAXIMUM
    missing = group.min - seats
    if missing <= 0:
        return 0
    return missing * BELOW_MINIMUM + (WITHOUT_ANY[dimension] - BELOW_MINIMUM if not seats else 0)


def deviation(given: Input, seats: Mapping[Cell, int], locked: Iterable[Lock] = ()) -> int:
    """What a table of seats costs: over regions, sizes and locked cells (groups of a fixed number)."""
    cost = 0
    for group in given.regions:
        cost += group_deviation("region", group, sum(n for cell, n in seats.items() if cell[0] == group.code))
    for group in given.sizes:
        cost += group_deviation("size", group, sum(n for cell, n in seats.items() if cell[1] == group.code))
    for lock in locked:
        difference = seats.get(lock.cell, 0) - lock.places
        cost += difference * ABOVE_MAXIMUM if difference > 0 else -difference * BELOW_MINIMUM
    return cost


def soften(given: Input) -> Softened:
    """Replace the quotas by the cheapest deviation from them; the very same quotas when they can be kept.

    Minimums above the number of applicants are lowered first, free of cost. The new bounds and locks describe
    exactly the cheapest tables: each arc of a min-cost flow is empty, full or free in all of them by the sign
    of its reduced cost.
    """
    lowered, notes = normalise(given)
    if no_draw_needed(lowered) or feasibility(lowered) is None:
        return Softened(lowered, (), 0, notes, certain_outcomes(lowered, leximin(lowered)[0]))
    counts = lowered.cells()
    region_nodes = {group.code: number for number, group in enumerate(lowered.regions, 2)}
    size_nodes = {group.code: number for number, group in enumerate(lowered.sizes, 2 + len(region_nodes))}
    pieces = [
        _pieces(0, region_nodes[group.code], "region", group, lowered.places) for group in lowered.regions
    ]
    pieces += [_pieces(size_nodes[group.code], 1, "size", group, lowered.places) for group in lowered.sizes]
    cells = [(region_nodes[region], size_nodes[size], count, 0) for (region, size), count in counts.items()]
    nodes = 2 + len(region_nodes) + len(size_nodes)
    cheapest = cheapest_flow(nodes, [*chain.from_iterable(pieces), *cells], 0, 1, lowered.places)
    reduced = iter(cheapest.reduced)
    ranges = [_range(group_pieces, reduced) for group_pieces in pieces]
    locked = tuple(
        Lock(*cell, 0 if price > 0 else count)
        for (cell, count), price in zip(counts.items(), reduced, strict=True)
        if price
    )
    softened = _nearest(lowered, ranges, locked)
    # The flow takes off what it fills from the cost of no seat at all.
    cost = cheapest.cost + deviation(lowered, {})
    notes += _changes(lowered, softened, locked)
    chances, _ = leximin(softened, locked)
    return Softened(softened, locked, cost, notes, certain_outcomes(softened, chances))


def _pieces(tail: int, head: int, dimension: Dimension, group: Group, places: int) -> list[PricedArc]:
    """Four parallel arcs: the first seat, the rest of the minimum, up to the maximum, above it."""
    first = min(group.min, 1)
    return [
        (tail, head, first, -WITHOUT_ANY[dimension]),
        (tail, head, group.min - first, -BELOW_MINIMUM),
        (tail, head, group.max - group.min, 0),
        (tail, head, places, ABOVE_MAXIMUM),
    ]


def _range(pieces: list[PricedArc], reduced: Iterator[int]) -> tuple[int, int]:
    """Fewest and most seats of a group in a cheapest table: its full pieces, and those not empty."""
    priced = [(capacity, next(reduced)) for _, _, capacity, _ in pieces]
    full = sum(seats for seats, price in priced if price < 0)
    return full, full + sum(seats for seats, price in priced if price == 0)


def _with_ranges(given: Input, ranges: list[tuple[int, int]]) -> Input:
    groups = [
        replace(group, min=least, max=most)
        for group, (least, most) in zip((*given.regions, *given.sizes), ranges, strict=True)
    ]
    split = len(given.regions)
    return replace(given, regions=tuple(groups[:split]), sizes=tuple(groups[split:]))


def _nearest(before: Input, ranges: list[tuple[int, int]], locked: tuple[Lock, ...]) -> Input:
    """The bounds nearest to those before that still describe exactly the cheapest tables.

    Any bounds do that lie between what a group gets in the cheapest tables and its range by the reduced
    costs, so no quota is changed more than it must.
    """

    def can_get(index: int, least: int, most: int) -> bool:
        return keeps(_with_ranges(before, [*ranges[:index], (least, most), *ranges[index + 1 :]]), locked)

    nearest = []
    for index, group in enumerate((*before.regions, *before.sizes)):
        fewest, most = ranges[index]
        low, high = max(group.min, fewest), min(group.max, most)
        while low > fewest and can_get(index, fewest, low - 1):
            low -= 1
        while high < most and can_get(index, high + 1, most):
            high += 1
        nearest.append((min(low, most), max(high, fewest)))
    return _with_ranges(before, nearest)


def _changes(before: Input, after: Input, locked: tuple[Lock, ...]) -> tuple[Note, ...]:
    notes = []
    for position, groups in enumerate(((before.regions, after.regions), (before.sizes, after.sizes))):
        for old, new in zip(*groups, strict=True):
            if old != new:
                region, size = ("", old.name) if position else (old.name, "")
                notes.append(Note("bounds_softened", region, size, (old.min, old.max), (new.min, new.max)))
    names = _names(before)
    for lock in locked:
        region, size = names[0][lock.region], names[1][lock.size]
        count = before.cells()[lock.cell]
        notes.append(Note("cell_locked", region, size, was=(0, count), now=(lock.places, lock.places)))
    return tuple(notes)


def _names(given: Input) -> tuple[dict[str, str], dict[str, str]]:
    regions = {group.code: group.name for group in given.regions}
    return regions, {group.code: group.name for group in given.sizes}


def certain_outcomes(given: Input, chances: Chances) -> tuple[Warn, ...]:
    """Warn of every region, size class or, in neither, cell where all have chance 0 or all have chance 1.

    No warnings when no draw is needed.
    """
    if no_draw_needed(given):
        return ()
    warnings: list[Warn] = []
    names = _names(given)
    outcomes: tuple[tuple[int, Literal["chance_zero", "chance_one"]], ...] = (
        (0, "chance_zero"),
        (1, "chance_one"),
    )
    for value, kind in outcomes:
        certain = {cell for cell, chance in chances.items() if chance == value}
        covered = set[Cell]()
        for position, groups in enumerate((given.regions, given.sizes)):
            for group in groups:
                members = {cell for cell in chances if cell[position] == group.code}
                if members and members <= certain:
                    warnings.append(Warn(kind, *(("", group.name) if position else (group.name, ""))))
                    covered |= members
        for cell in chances:
            if cell in certain - covered:
                warnings.append(Warn(kind, names[0][cell[0]], names[1][cell[1]]))
    return tuple(warnings)
