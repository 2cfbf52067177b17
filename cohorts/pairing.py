"""Which team gives feedback to which: plain arithmetic, no Django, no clock, no chance.

A round is a set of arrows between teams. Each team gives `gives` times and gets as many, never to or from
itself, and never twice to the same one in a round. So over the year whoever takes part in a round gives and
gets alike, whichever teams come and go between rounds.

Among all such sets we take one that repeats least: the arrows that have been drawn most often before are
fewest, then those drawn once less often, and so on. Two facts make that useful:

- There always is such a set for 1 ≤ gives < n: let each team give to the `gives` next ones in a circle.
- No arrow is repeated before it must be. If the same n teams have each given and got r times without a
  repeat, the arrows that are left, seen as edges between n givers and n receivers, are n-1-r at each of them.
  A regular bipartite graph has a perfect matching (König 1916), and taking it out leaves a regular graph, so
  `gives` of them can be found as long as r + gives ≤ n-1.

How: a cheapest flow from givers to receivers, by successive shortest paths (Bellman-Ford, since an arrow that
is taken back has a negative price). An arrow's price is base^times, where base is more than the number of
arrows in a round: any number of cheaper arrows is cheaper than one dearer, which is the order above. Only
among sets of the same price counts the distance in the circle, which makes the answer depend on `turn`.
Every flow on the way is a cheapest one of its size (Ahuja, Magnanti and Orlin 1993, section 9.7).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

Arrow = tuple[int, int]
"""Giver and receiver, by the keys of their teams."""


def pair(teams: Sequence[int], history: Iterable[Arrow], *, gives: int = 1, turn: int = 0) -> list[Arrow]:
    """The arrows of the next round, in the order of `teams`, then of the receivers.

    teams: keys of at least two teams, each once. history: every arrow of earlier rounds, as often as it was
    drawn; those of teams that have left do no harm. gives: how many each team gives, from 1 to one less than
    there are teams. turn: another one asks for another answer that repeats as little, where there is one.

    Raises ValueError when the teams are not fit for a round. The same arguments give the same answer.
    """
    count = len(teams)
    if len(set(teams)) < count:
        raise ValueError("A team stands twice in the list.")
    if not 1 <= gives < count:
        raise ValueError(f"{count} teams cannot each give to {gives} others.")
    place = {team: number for number, team in enumerate(teams)}
    drawn = Counter((place[a], place[b]) for a, b in history if a in place and b in place)
    chosen = _cheapest(count, gives, _prices(count, gives, turn, drawn))
    return [(teams[giver], teams[receiver]) for giver, receiver in sorted(chosen)]


def _prices(count: int, gives: int, turn: int, drawn: Mapping[Arrow, int]) -> dict[Arrow, int]:
    """The price of each arrow between places in the list."""
    base = count * gives + 1
    above_all_distances = count * gives * count
    step = 1 + turn % (count - 1)
    return {
        (giver, receiver): base ** drawn[giver, receiver] * above_all_distances
        + (receiver - giver - step) % count
        for giver in range(count)
        for receiver in range(count)
        if giver != receiver
    }


def _cheapest(count: int, gives: int, prices: Mapping[Arrow, int]) -> set[Arrow]:
    """A cheapest set of arrows in which each gives and gets `gives` times."""
    chosen: set[Arrow] = set()
    given, got = [0] * count, [0] * count
    for _each in range(count * gives):
        path = _cheapest_path(count, prices, chosen, given, got, gives)
        given[path[0]] += 1
        got[path[-1]] += 1
        for number, (before, after) in enumerate(pairwise(path)):
            if number % 2 == 0:
                chosen.add((before, after))
            else:  # an arrow that somebody else takes over is walked backwards
                chosen.remove((after, before))
    return chosen


def _cheapest_path(
    count: int,
    prices: Mapping[Arrow, int],
    chosen: set[Arrow],
    given: Sequence[int],
    got: Sequence[int],
    gives: int,
) -> list[int]:
    """Places of a giver, a receiver, … and a receiver, from one who has to give to one who has to get.

    Forward along arrows that are free, backward along those that are chosen.
    """
    to_giver: list[int | None] = [0 if given[giver] < gives else None for giver in range(count)]
    to_receiver: list[int | None] = [None] * count
    before_giver: list[int | None] = [None] * count
    before_receiver: list[int] = [0] * count
    is_new = True
    while is_new:
        is_new = False
        for (giver, receiver), price in prices.items():
            at_giver, at_receiver = to_giver[giver], to_receiver[receiver]
            if (giver, receiver) in chosen:
                if at_receiver is not None and (at_giver is None or at_receiver - price < at_giver):
                    to_giver[giver], before_giver[giver], is_new = at_receiver - price, receiver, True
            elif at_giver is not None and (at_receiver is None or at_giver + price < at_receiver):
                to_receiver[receiver], before_receiver[receiver], is_new = at_giver + price, giver, True
    ends = [
        (cost, receiver)
        for receiver, cost in enumerate(to_receiver)
        if cost is not None and got[receiver] < gives
    ]
    path = [min(ends)[1]]
    while True:
        giver = before_receiver[path[-1]]
        path.append(giver)
        back = before_giver[giver]
        if back is None:
            return path[::-1]
        path.append(back)


# --- What somebody has changed by hand ------------------------------------------------------------------


class Wrong(Enum):
    """What an arrow or a team can be at fault with."""

    ITSELF = "itself"
    TWICE = "twice"
    GIVES = "gives"
    GETS = "gets"


@dataclass(frozen=True)
class Fault:
    """team: whose fault it is. number: how often it gives to the same one, gives or gets."""

    wrong: Wrong
    team: int
    number: int


def faults(arrows: Iterable[Arrow], teams: Sequence[int], *, gives: int = 1) -> list[Fault]:
    """Why arrows that a person has drawn are no round of these teams; empty when they are one.

    Repeats of earlier rounds are no fault: a person may have a reason for one.
    """
    drawn = Counter(arrows)
    given: Counter[int] = Counter()
    got: Counter[int] = Counter()
    found: list[Fault] = []
    for (giver, receiver), times in drawn.items():
        given[giver] += times
        got[receiver] += times
        if giver == receiver:
            found.append(Fault(Wrong.ITSELF, giver, times))
        elif times > 1:
            found.append(Fault(Wrong.TWICE, giver, times))
    for team in dict.fromkeys([*teams, *given, *got]):
        wanted = gives if team in teams else 0
        if given[team] != wanted:
            found.append(Fault(Wrong.GIVES, team, given[team]))
        if got[team] != wanted:
            found.append(Fault(Wrong.GETS, team, got[team]))
    return found
