"""The fairest chances that the quotas allow, as exact fractions, with a proof that needs no solver.

Leximin: the worst-off applicant has the greatest chance any lottery over tables within the quotas can give,
then the second worst-off, and so on. Applicants in the same cell have the same chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from .feasibility import feasibility, no_draw_needed
from .model import Cell, Group, Input, Lock
from .network import SeatNetwork
from .reasons import InputError, InvalidProof, NotFeasible


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the proof: with all earlier cells fixed, and every other cell at `chance` or more, as much
    must come into the nodes `cut` (sorted) as can leave them, so `cells` (in order) have exactly `chance`.

    An empty cut says that all cells that are left have chance 1.
    """

    chance: Fraction
    cut: tuple[str, ...]
    cells: tuple[Cell, ...]


Chances = dict[Cell, Fraction]
Proof = tuple[Step, ...]


def leximin(given: Input, locked: Iterable[Lock] = ()) -> tuple[Chances, Proof]:
    """Chance per non-empty cell, in the order of `given.cells()`, and the proof (locked cells are not in it).

    Takes the bounds as they are. Raises NotFeasible when they cannot be kept. All chances are 1 when no draw
    is needed.
    Method: discrete Newton iteration on the chance, one circulation for every guess.
    """
    counts = given.cells()
    if no_draw_needed(given):
        return dict.fromkeys(counts, Fraction(1)), (Step(Fraction(1), (), tuple(counts)),)
    network = SeatNetwork(given)
    fixed = {lock.cell: Fraction(lock.places) for lock in locked}
    free = [cell for cell in counts if cell not in fixed]
    proof: list[Step] = []
    while free:
        chance, cut = _greatest_common_chance(network, counts, fixed, free)
        cells = [cell for cell in free if network.enters(cell, cut)] if cut else free
        fixed |= {cell: chance * counts[cell] for cell in cells}
        free = [cell for cell in free if cell not in fixed]
        proof.append(Step(chance, network.to_names(cut), tuple(cells)))
    return {cell: fixed[cell] / count for cell, count in counts.items()}, tuple(proof)


def _greatest_common_chance(
    network: SeatNetwork, counts: Mapping[Cell, int], fixed: Mapping[Cell, Fraction], free: list[Cell]
) -> tuple[Fraction, set[int]]:
    """The greatest chance all free cells can have at once, and the set of nodes that allows no more."""
    chance, cut = Fraction(1), set[int]()
    common = lcm(*(seats.denominator for seats in fixed.values()))
    while True:
        scale = lcm(common, chance.denominator)
        least = chance.numerator * (scale // chance.denominator)
        bounds = {cell: (least * counts[cell], scale * counts[cell]) for cell in free}
        for cell, seats in fixed.items():
            exactly = seats.numerator * (scale // seats.denominator)
            bounds[cell] = exactly, exactly
        _, violated = network.solve(bounds, scale)
        if not violated:
            return chance, cut
        cut = violated
        entering = sum(counts[cell] for cell in free if network.enters(cell, cut))
        room = _room(network, counts, fixed, free, cut)
        if not entering or room < 0:
            reason = feasibility(network.given)
            raise NotFeasible(reason) if reason else InputError("locks_collide")
        chance = room / entering


def _room(
    network: SeatNetwork,
    counts: Mapping[Cell, int],
    fixed: Mapping[Cell, Fraction],
    free: Iterable[Cell],
    cut: set[int],
) -> Fraction:
    """Capacity out of the cut - lower bounds into it that do not depend on the chance, in seats."""
    room = Fraction(network.slack_of_quotas(cut))
    room += sum(counts[cell] for cell in free if network.leaves(cell, cut))
    for cell, seats in fixed.items():
        if network.leaves(cell, cut):
            room += seats
        elif network.enters(cell, cut):
            room -= seats
    return room


def check_proof(given: Input, proof: Iterable[Step], locked: Iterable[Lock] = ()) -> Chances:
    """Chance per non-empty cell as the proof claims them, once every step holds; else InvalidProof.

    No solver: a step is right when its cut is tight (lower bounds in = capacity out), which forces the free
    cells that enter it to exactly its chance; chances never fall from one step to the next; and the end is
    within the quotas. Then no lottery is better for the worst-off, nor for the second worst-off, and so on.
    """
    counts = given.cells()
    network = SeatNetwork(given)
    fixed = {lock.cell: Fraction(lock.places) for lock in locked}
    free = [cell for cell in counts if cell not in fixed]
    before, number = Fraction(0), 0
    for number, step in enumerate(proof):
        if not before <= step.chance <= 1:
            raise InvalidProof(number, "sjansen er ikke mellom forrige sjanse og 1")
        if list(step.cut) != sorted(set(step.cut)) or not set(step.cut) <= set(network.names):
            raise InvalidProof(number, "snittet er ikke en sortert liste av noder")
        cut = network.to_nodes(step.cut)
        entering = [cell for cell in free if network.enters(cell, cut)] if cut else free
        if not entering or list(step.cells) != entering:
            raise InvalidProof(number, "gruppene er ikke de som snittet tvinger")
        if cut:
            tight = step.chance * sum(counts[cell] for cell in entering) == _room(
                network, counts, fixed, free, cut
            )
        else:
            tight = step.chance == 1
        if not tight:
            raise InvalidProof(number, "snittet er ikke stramt")
        fixed |= {cell: step.chance * counts[cell] for cell in entering}
        free = [cell for cell in free if cell not in fixed]
        before = step.chance
    if free:
        raise InvalidProof(number + 1, "noen grupper har ikke fått noen sjanse")
    if not no_draw_needed(given) and not _within_quotas(given, fixed):
        raise InvalidProof(number + 1, "sjansene holder ikke kvotene")
    return {cell: fixed[cell] / count for cell, count in counts.items()}


def _within_quotas(given: Input, seats: Mapping[Cell, Fraction]) -> bool:
    def between(position: int, groups: Iterable[Group]) -> bool:
        return all(
            group.min
            <= sum(part for cell, part in seats.items() if cell[position] == group.code)
            <= group.max
            for group in groups
        )

    return between(0, given.regions) and between(1, given.sizes) and sum(seats.values()) == given.places
