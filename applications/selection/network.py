"""The seats as a network: SOURCE → region → size → SINK → SOURCE, one arc for every quota and every cell.

Feasible tables of seats are exactly the whole-number circulations, and quotas over two partitions form an
integral polytope, so an expectation within the bounds is always a lottery over such tables (Budish, Che,
Kojima and Milgrom 2013, «Designing random allocation mechanisms»).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .flow import Arc, circulation
from .model import Cell, Input

SOURCE, SINK = "SOURCE", "SINK"
Bounds = Mapping[Cell, tuple[int, int]]
"""(lower bound, capacity) per non-empty cell, in seats times the scale."""


class SeatNetwork:
    """The network of one input. Nodes are numbered SOURCE, SINK, regions, sizes."""

    def __init__(self, given: Input) -> None:
        self.given = given
        self.names = [
            SOURCE,
            SINK,
            *(f"R:{group.code}" for group in given.regions),
            *(f"S:{group.code}" for group in given.sizes),
        ]
        self._region = {group.code: number for number, group in enumerate(given.regions, 2)}
        self._size = {group.code: number for number, group in enumerate(given.sizes, 2 + len(given.regions))}
        self.groups: list[Arc] = [
            *((0, self._region[group.code], group.min, group.max) for group in given.regions),
            *((self._size[group.code], 1, group.min, group.max) for group in given.sizes),
            (1, 0, given.places, given.places),
        ]

    def solve(self, bounds: Bounds, scale: int = 1) -> tuple[dict[Cell, int], set[int]]:
        """Seats (times scale) per cell and no nodes, or no seats and the most violated set of nodes.

        The quotas are multiplied by `scale` here; the bounds of the cells already are.
        """
        arcs = [(self._region[cell[0]], self._size[cell[1]], *bound) for cell, bound in bounds.items()]
        arcs += [(tail, head, lower * scale, capacity * scale) for tail, head, lower, capacity in self.groups]
        flow, violated = circulation(len(self.names), arcs)
        return dict(zip(bounds, flow, strict=False)), violated

    def enters(self, cell: Cell, nodes: set[int]) -> bool:
        return self._region[cell[0]] not in nodes and self._size[cell[1]] in nodes

    def leaves(self, cell: Cell, nodes: set[int]) -> bool:
        return self._region[cell[0]] in nodes and self._size[cell[1]] not in nodes

    def slack_of_quotas(self, nodes: set[int]) -> int:
        """Capacity of the quotas out of the nodes - lower bounds of the quotas into them, in seats."""
        slack = 0
        for tail, head, lower, capacity in self.groups:
            if tail in nodes and head not in nodes:
                slack += capacity
            elif head in nodes and tail not in nodes:
                slack -= lower
        return slack

    def to_names(self, nodes: Iterable[int]) -> tuple[str, ...]:
        return tuple(sorted(self.names[node] for node in nodes))

    def to_nodes(self, names: Iterable[str]) -> set[int]:
        """Raises ValueError for a name that is no node."""
        return {self.names.index(name) for name in names}
