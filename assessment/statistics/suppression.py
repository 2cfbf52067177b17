"""Which figures of a table are withheld, so that nobody can be picked out of it. Plain arithmetic.

A figure of 1 up to `smallest` - 1 people is withheld. Margins would give it back by subtraction, so others are
withheld with it (complementary suppression). The table is a circulation: each figure is the flow of one arc,
and at each node what comes in equals what goes out, which is all that the margins say. What a reader can work
out of a withheld figure is then exactly how far its flow can go up and down while the published ones stand
still: all whole numbers between the two, and no other.

Source of the method: L. H. Cox, «Network models for complementary cell suppression», JASA 90 (1995).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

Key = Hashable


@dataclass(frozen=True)
class Figure:
    """A figure of the table as an arc from one node to another. value: people, at least 0."""

    key: Key
    tail: Hashable
    head: Hashable
    value: int


class Unbalanced(ValueError):
    """The margins do not add up, or a figure is negative: there is no such table."""


@dataclass(frozen=True)
class Step:
    """A way to move a figure: up along its arc, or down against it, by at most `room` (None: any number)."""

    figure: Figure
    to: Hashable
    is_up: bool

    @property
    def room(self) -> int | None:
        return None if self.is_up else self.figure.value


def withheld(figures: Sequence[Figure], smallest: int) -> frozenset[Key]:
    """The keys of the figures that are not shown.

    Each small figure is put on a round trip of withheld figures along which `smallest` people can be moved,
    so that it might as well be `smallest` more than it is; of the round trips the one that costs the fewest
    people shown. So every withheld figure has another value that fits all that is published, and no small
    one is known to be small. Raises Unbalanced.
    """
    _check(figures)
    hidden = {figure.key for figure in figures if 0 < figure.value < smallest}
    for figure in sorted((one for one in figures if one.key in hidden), key=lambda one: -one.value):
        hidden |= _round_trip(figures, figure, hidden, smallest)
    return frozenset(hidden)


def bounds(figures: Sequence[Figure], hidden: Collection[Key], key: Key) -> tuple[int, int | None]:
    """The lowest and the highest value of a figure that fit all that is published (None: no limit).

    This is what the most patient reader learns; every whole number between fits as well.
    """
    figure = next(one for one in figures if one.key == key)
    if key not in hidden:
        return figure.value, figure.value
    free = [one for one in figures if one.key in hidden and one.key != key]
    up = _most(free, figure.head, figure.tail, None)
    down = _most(free, figure.tail, figure.head, figure.value)
    assert down is not None
    return figure.value - down, None if up is None else figure.value + up


def _check(figures: Sequence[Figure]) -> None:
    balance: dict[Hashable, int] = {}
    for figure in figures:
        if figure.value < 0:
            raise Unbalanced(f"{figure.key!r} is negative.")
        balance[figure.tail] = balance.get(figure.tail, 0) - figure.value
        balance[figure.head] = balance.get(figure.head, 0) + figure.value
    for node, rest in balance.items():
        if rest:
            raise Unbalanced(f"{rest:+d} at {node!r}.")
    if len({figure.key for figure in figures}) != len(figures):
        raise Unbalanced("Two figures have one key.")


def _steps(figures: Sequence[Figure]) -> dict[Hashable, list[Step]]:
    found: dict[Hashable, list[Step]] = {}
    for figure in figures:
        found.setdefault(figure.tail, []).append(Step(figure, figure.head, is_up=True))
        found.setdefault(figure.head, []).append(Step(figure, figure.tail, is_up=False))
    return found


def _round_trip(
    figures: Sequence[Figure], figure: Figure, hidden: Collection[Key], amount: int
) -> frozenset[Key]:
    """The figures on the cheapest way back from the head of a figure to its tail that lets `amount` pass.

    A figure that is withheld already costs nothing, another one its people and one more (Dijkstra). There is
    always a way: along the arcs alone, since each lies on a circle.
    """
    steps = _steps([one for one in figures if one.key != figure.key])
    best: dict[Hashable, int] = {figure.head: 0}
    came: dict[Hashable, tuple[Hashable, Key]] = {}
    queue: list[tuple[int, int, Hashable]] = [(0, 0, figure.head)]
    turn = 0
    while queue:
        cost, _turn, node = heappop(queue)
        if node == figure.tail:
            break
        if cost > best[node]:
            continue
        for step in steps.get(node, ()):
            if step.room is not None and step.room < amount:
                continue
            total = cost + (0 if step.figure.key in hidden else step.figure.value + 1)
            if step.to not in best or total < best[step.to]:
                best[step.to], came[step.to] = total, (node, step.figure.key)
                turn += 1
                heappush(queue, (total, turn, step.to))
    return frozenset(_keys_back(came, figure))


def _keys_back(came: Mapping[Hashable, tuple[Hashable, Key]], figure: Figure) -> Iterator[Key]:
    node = figure.tail
    while node != figure.head:
        node, key = came[node]
        yield key


def _most(free: Sequence[Figure], source: Hashable, sink: Hashable, limit: int | None) -> int | None:
    """How much can be moved from one node to another through the free figures; None: any amount.

    limit: no more is asked for. Shortest ways first (Edmonds and Karp).
    """
    if limit is None and _way(_steps(free), source, sink, {}, only_up=True) is not None:
        return None
    moved: dict[Key, int] = {}
    steps = _steps(free)
    total = 0
    while limit is None or total < limit:
        way = _way(steps, source, sink, moved, only_up=False)
        if way is None:
            break
        rooms = [_room(step, moved) for step in way]
        finite = [room for room in rooms if room is not None]
        amount = min([*finite, *([limit - total] if limit is not None else [])])
        for step in way:
            moved[step.figure.key] = moved.get(step.figure.key, 0) + (amount if step.is_up else -amount)
        total += amount
    return total


def _room(step: Step, moved: Mapping[Key, int]) -> int | None:
    return None if step.room is None else step.room + moved.get(step.figure.key, 0)


def _way(
    steps: Mapping[Hashable, Sequence[Step]],
    source: Hashable,
    sink: Hashable,
    moved: Mapping[Key, int],
    *,
    only_up: bool,
) -> list[Step] | None:
    """A shortest way with room left, or None."""
    came: dict[Hashable, tuple[Hashable, Step] | None] = {source: None}
    queue = deque([source])
    while queue:
        node = queue.popleft()
        if node == sink:
            way: list[Step] = []
            while (before := came[node]) is not None:
                node, step = before
                way.append(step)
            return way[::-1]
        for step in steps.get(node, ()):
            room = _room(step, moved)
            usable = step.is_up if only_up else room is None or room > 0
            if usable and step.to not in came:
                came[step.to] = (node, step)
                queue.append(step.to)
    return None
