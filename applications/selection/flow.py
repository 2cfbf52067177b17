"""Whole-number network flow: circulations with lower bounds, Hoffman's violated set, cheapest flows.

The networks here have some twenty nodes, so plain lists beat anything cleverer. All numbers are `int`
of any size: callers scale fractions by their common denominator first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Arc = tuple[int, int, int, int]
"""(from node, to node, lower bound, capacity), lower bound <= capacity."""

PricedArc = tuple[int, int, int, int]
"""(from node, to node, capacity, cost per unit)."""


def circulation(nodes: int, arcs: Sequence[Arc]) -> tuple[list[int], set[int]]:
    """Find a flow within the bounds of every arc that is conserved in every node 0 … nodes-1.

    Returns (flow per arc, empty set), or, when there is none, ([], A) where A is the smallest set of nodes
    with the largest violation of Hoffman's condition: lower bounds into A - capacity out of A > 0.
    Method: every arc carries its lower bound, and a maximum flow (Dinic's) takes surpluses to deficits.
    """
    source, sink = nodes, nodes + 1
    heads: list[int] = []
    room: list[int] = []
    leaving: list[list[int]] = [[] for _ in range(nodes + 2)]
    surplus = [0] * nodes

    def connect(tail: int, head: int, capacity: int) -> None:
        leaving[tail].append(len(heads))
        leaving[head].append(len(heads) + 1)
        heads.extend((head, tail))
        room.extend((capacity, 0))

    for tail, head, lower, capacity in arcs:
        connect(tail, head, capacity - lower)
        surplus[head] += lower
        surplus[tail] -= lower
    wanted = 0
    for node, amount in enumerate(surplus):
        if amount > 0:
            connect(source, node, amount)
            wanted += amount
        elif amount < 0:
            connect(node, sink, -amount)

    while wanted:
        level = _levels(source, heads, room, leaving)
        if level[sink] < 0:
            return [], {node for node in range(nodes) if level[node] >= 0}
        wanted -= _blocking_flow(source, sink, heads, room, leaving, level)
    return [lower + room[2 * index + 1] for index, (_, _, lower, _) in enumerate(arcs)], set()


def _levels(source: int, heads: list[int], room: list[int], leaving: list[list[int]]) -> list[int]:
    """Distance of every node from the source in the residual network; -1 where it cannot be reached."""
    level = [-1] * len(leaving)
    level[source] = 0
    queue = [source]
    for node in queue:
        for arc in leaving[node]:
            head = heads[arc]
            if room[arc] and level[head] < 0:
                level[head] = level[node] + 1
                queue.append(head)
    return level


def _blocking_flow(
    source: int, sink: int, heads: list[int], room: list[int], leaving: list[list[int]], level: list[int]
) -> int:
    """Saturate every shortest path; returns the flow that was sent."""
    sent = 0
    untried = [0] * len(leaving)
    path: list[int] = []
    node = source
    while True:
        if node == sink:
            amount = min([room[arc] for arc in path])
            sent += amount
            first_full = -1
            for position, arc in enumerate(path):
                room[arc] -= amount
                room[arc ^ 1] += amount
                if first_full < 0 and not room[arc]:
                    first_full = position
            node = heads[path[first_full] ^ 1]
            del path[first_full:]
        arcs, position, below = leaving[node], untried[node], level[node] + 1
        while position < len(arcs):
            arc = arcs[position]
            if room[arc] and level[heads[arc]] == below:
                break
            position += 1
        untried[node] = position
        if position < len(arcs):
            path.append(arc)
            node = heads[arc]
        elif node == source:
            return sent
        else:
            node = heads[path.pop() ^ 1]
            untried[node] += 1


@dataclass(frozen=True, slots=True)
class CheapestFlow:
    """A flow of least cost and node potentials that prove it.

    cost: of the flow. reduced: per arc, cost + potential(from) - potential(to). An arc with reduced cost > 0
    is empty in *every* cheapest flow, one with reduced cost < 0 is full in every one, and every flow of the
    same value that respects this is cheapest (complementary slackness).
    """

    cost: int
    reduced: list[int]


def cheapest_flow(nodes: int, arcs: Sequence[PricedArc], source: int, sink: int, amount: int) -> CheapestFlow:
    """Send `amount` units from source to sink at the least cost. Costs may be negative, cycles of them not.

    Method: successive shortest paths (Bellman-Ford). Raises ValueError when the amount does not fit.
    """
    residual = [(tail, head, price, index) for index, (tail, head, _, price) in enumerate(arcs)]
    residual += [(head, tail, -price, ~index) for tail, head, price, index in residual]
    flow = [0] * len(arcs)

    def room(index: int) -> int:
        return arcs[index][2] - flow[index] if index >= 0 else flow[~index]

    def distances(start: list[int | None]) -> tuple[list[int | None], list[int]]:
        distance, by = start, [0] * nodes
        changed = True
        while changed:
            changed = False
            for position, (tail, head, price, index) in enumerate(residual):
                so_far, before = distance[tail], distance[head]
                if so_far is not None and room(index) and (before is None or so_far + price < before):
                    distance[head], by[head], changed = so_far + price, position, True
        return distance, by

    left = amount
    while left:
        distance, by = distances([0 if node == source else None for node in range(nodes)])
        if distance[sink] is None:
            raise ValueError("the amount does not fit")
        path, node = [], sink
        while node != source:
            tail, _, _, index = residual[by[node]]
            path.append(index)
            node = tail
        step = min(left, *(room(index) for index in path))
        for index in path:
            if index >= 0:
                flow[index] += step
            else:
                flow[~index] -= step
        left -= step

    potential, _ = distances([0] * nodes)
    reduced = [price + (potential[tail] or 0) - (potential[head] or 0) for tail, head, _, price in arcs]
    return CheapestFlow(sum(units * arc[3] for units, arc in zip(flow, arcs, strict=True)), reduced)
