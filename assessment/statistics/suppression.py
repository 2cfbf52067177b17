"""Which figures of a table are withheld, so that nobody can be picked out of it. Plain arithmetic.

A figure of 1 up to `smallest` - 1 people is withheld. Margins would give it back by subtraction, so others
are withheld with it (complementary suppression). The table is a circulation: each figure is the flow of one
arc, and at each node what comes in equals what goes out, which is all that the margins say. What a reader can
work out of a withheld figure is then exactly how far its flow can go up and down while the published ones
stand still: all whole numbers between the two, and no other.

Source of the method: L. H. Cox, «Network models for complementary cell suppression», JASA 90 (1995).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from heapq import heappop, heappush

Key = Hashable


class Print(Enum):
    """Whether a figure is printed: unless it must be withheld; whatever happens, as the figures of all are;
    or never, because it only follows from others (who dropped out between two stages)."""

    UNLESS_WITHHELD = 1
    ALWAYS = 2
    NEVER = 3


@dataclass(frozen=True)
class Figure:
    """A figure of the table as an arc from one node to another. value: people, at least 0."""

    key: Key
    tail: Hashable
    head: Hashable
    value: int
    printed: Print = Print.UNLESS_WITHHELD


class Unbalanced(ValueError):
    """The margins do not add up, or a figure is negative: there is no such table."""


class Unprotected(ValueError):
    """A small figure follows from those that are always printed."""


@dataclass(frozen=True)
class Step:
    """A way to move a figure: up along its arc, or down against it."""

    figure: Figure
    to: Hashable
    is_up: bool

    def room(self, moved: Mapping[Key, int]) -> int | None:
        """By how much, after what has been moved already (None: any number)."""
        return None if self.is_up else self.figure.value + moved.get(self.figure.key, 0)


Steps = Mapping[Hashable, Sequence[Step]]


def withheld(figures: Sequence[Figure], smallest: int) -> frozenset[Key]:
    """The keys of the figures that are not printed.

    For each small figure others are withheld, so that all its people could be elsewhere, and so that it could
    have `smallest` more: nobody can tell that it is not 0, nor that it is small. Of the ways to do so the
    cheapest are taken, by the people in what is printed. Where there are no `smallest` more, because the
    figures of all are too small, the first must do. Raises Unbalanced, and Unprotected where there is one
    group only.
    """
    _check(figures)
    hidden = {one.key for one in figures if one.printed == Print.NEVER}
    small = [one for one in figures if 0 < one.value < smallest and one.printed != Print.ALWAYS]
    hidden |= {one.key for one in small}
    for figure in sorted(small, key=lambda one: -one.value):
        others = [one for one in figures if one.key != figure.key and one.printed != Print.ALWAYS]
        more, taken = _move(others, figure.head, figure.tail, smallest, hidden)
        if more == smallest:
            hidden |= taken
        away, taken = _move(others, figure.tail, figure.head, figure.value, hidden)
        if away != figure.value:
            raise Unprotected(f"{figure.key!r} follows from what is always printed.")
        hidden |= taken
    return frozenset(hidden)


def bounds(figures: Sequence[Figure], hidden: Collection[Key], key: Key) -> tuple[int, int | None]:
    """The lowest and the highest value of a figure that fit all that is published (None: no limit).

    This is what the most patient reader learns; every whole number between fits as well.
    """
    figure = next(one for one in figures if one.key == key)
    if key not in hidden:
        return figure.value, figure.value
    free = [one for one in figures if one.key in hidden and one.key != key]
    down, _keys = _move(free, figure.tail, figure.head, figure.value, hidden)
    rising = {node: [step for step in steps if step.is_up] for node, steps in _steps(free).items()}
    if _cheapest(rising, figure.head, figure.tail, {}, hidden) is not None:
        return figure.value - down, None
    up, _keys = _move(free, figure.head, figure.tail, sum(one.value for one in free), hidden)
    return figure.value - down, figure.value + up


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


def _steps(figures: Sequence[Figure]) -> Steps:
    found: dict[Hashable, list[Step]] = {}
    for figure in figures:
        found.setdefault(figure.tail, []).append(Step(figure, figure.head, is_up=True))
        found.setdefault(figure.head, []).append(Step(figure, figure.tail, is_up=False))
    return found


def _move(
    figures: Sequence[Figure], source: Hashable, sink: Hashable, amount: int, hidden: Collection[Key]
) -> tuple[int, set[Key]]:
    """How many of `amount` people can be moved through the figures, and the keys of those on the way."""
    steps, moved, taken, total = _steps(figures), dict[Key, int](), set[Key](), 0
    while total < amount:
        way = _cheapest(steps, source, sink, moved, taken | set(hidden))
        if way is None:
            break
        rooms = [step.room(moved) for step in way]
        number = min([amount - total, *(room for room in rooms if room is not None)])
        for step in way:
            moved[step.figure.key] = moved.get(step.figure.key, 0) + (number if step.is_up else -number)
            taken.add(step.figure.key)
        total += number
    return total, taken


def _cheapest(
    steps: Steps, source: Hashable, sink: Hashable, moved: Mapping[Key, int], hidden: Collection[Key]
) -> list[Step] | None:
    """The way with room that withholds the fewest people more, each figure costing one besides (Dijkstra)."""
    best: dict[Hashable, int] = {source: 0}
    came: dict[Hashable, tuple[Hashable, Step]] = {}
    queue: list[tuple[int, int, Hashable]] = [(0, 0, source)]
    turn = 0
    while queue:
        cost, _turn, node = heappop(queue)
        if node == sink:
            return list(_back(came, source, sink))
        if cost > best[node]:
            continue
        for step in steps.get(node, ()):
            if step.room(moved) == 0:
                continue
            total = cost + (0 if step.figure.key in hidden else step.figure.value + 1)
            if step.to not in best or total < best[step.to]:
                best[step.to], came[step.to] = total, (node, step)
                turn += 1
                heappush(queue, (total, turn, step.to))
    return None


def _back(came: Mapping[Hashable, tuple[Hashable, Step]], source: Hashable, sink: Hashable) -> Iterator[Step]:
    node = sink
    while node != source:
        node, step = came[node]
        yield step
