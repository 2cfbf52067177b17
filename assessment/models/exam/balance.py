"""Who could grade what, as even as it can be: plain arithmetic on keys, without the database."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """A paper that lacks examiners.

    lacks: how many. held: those who are appointed already. eligible: those who may be, in no order.
    """

    paper: int
    lacks: int
    held: frozenset[int]
    eligible: frozenset[int]

    @property
    def free(self) -> frozenset[int]:
        return self.eligible - self.held


def balance(
    asked: Sequence[Asked], examiners: Sequence[int], load: Mapping[int, int]
) -> dict[int, list[int]]:
    """Key of each paper → the examiners proposed for it, as many as can be had, each of them once.

    examiners: all, in the order that settles ties. load: how many papers each grades already. When it is
    done, nobody has two papers more than somebody to whom one could be handed on, also through others (an
    augmenting path), and so no distribution is more even.
    """
    order = {examiner: place for place, examiner in enumerate(examiners)}
    loads = {examiner: load.get(examiner, 0) for examiner in examiners}
    given: dict[int, list[int]] = {}
    for each in sorted(asked, key=lambda paper: (len(paper.free), paper.paper)):
        free = each.free & loads.keys()
        chosen = sorted(free, key=lambda examiner: (loads[examiner], order[examiner]))[: each.lacks]
        given[each.paper] = chosen
        for examiner in chosen:
            loads[examiner] += 1
    free_for = {each.paper: each.free & loads.keys() for each in asked}
    while chain := _relief(given, free_for, loads, order):
        for paper, giver, taker in chain:
            given[paper][given[paper].index(giver)] = taker
        loads[chain[0][1]] -= 1
        loads[chain[-1][2]] += 1
    return {paper: sorted(chosen, key=order.__getitem__) for paper, chosen in given.items()}


Step = tuple[int, int, int]  # the paper, who gives it away, who takes it


def _relief(
    given: Mapping[int, Collection[int]],
    free_for: Mapping[int, Collection[int]],
    loads: Mapping[int, int],
    order: Mapping[int, int],
) -> list[Step]:
    """A chain of papers handed on, from somebody to one who has at least two fewer; empty if none is."""
    for giver in sorted(loads, key=lambda examiner: (-loads[examiner], order[examiner])):
        came: dict[int, Step | None] = {giver: None}
        waiting = deque([giver])
        while waiting:
            current = waiting.popleft()
            if loads[current] <= loads[giver] - 2:
                return list(_back(current, came))[::-1]
            for paper, chosen in given.items():
                if current not in chosen:
                    continue
                for taker in sorted(set(free_for[paper]) - set(chosen), key=order.__getitem__):
                    if taker not in came:
                        came[taker] = (paper, current, taker)
                        waiting.append(taker)
    return []


def _back(last: int, came: Mapping[int, Step | None]) -> Iterator[Step]:
    step = came[last]
    while step is not None:
        yield step
        step = came[step[1]]
