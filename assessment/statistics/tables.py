"""The tables of a cohort with their small figures left out: how far people came, and how they were graded.

A figure is a number of people, or None where it is withheld.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assessment.statistics.suppression import Figure, Print, withheld

# Each is reached by some of those who reached the one before.
STAGES = ("applied", "eligible", "admitted", "enrolled", "completed")
Shown = tuple[int | None, ...]
NOTHING: Shown = (None,) * len(STAGES)


@dataclass(frozen=True)
class Funnel:
    """How many reached each of STAGES: of everybody, and of each group of each grouping."""

    everybody: Shown
    groups: Mapping[str, Mapping[str, Shown]]


def reached(ends: Sequence[int]) -> tuple[int, ...]:
    """How many reached each stage, from how many came no further than each."""
    return tuple(sum(ends[stage:]) for stage in range(len(STAGES)))


def funnel(groupings: Mapping[str, Mapping[str, Sequence[int]]], smallest: int) -> Funnel:
    """The funnel as it may be shown.

    groupings: grouping → group → how many came no further than each of STAGES; each grouping has everybody
    once. The figures of everybody are shown as they are, unless they are small: then nothing is. In groups
    also those who fell away between two stages are protected, though they are not shown.
    """
    totals = {
        tuple(sum(ends[stage] for ends in groups.values()) for stage in range(len(STAGES)))
        for groups in groupings.values()
    }
    if len(totals) != 1:
        raise ValueError("The groupings are not of the same people.")
    everybody = reached(totals.pop())
    if any(0 < number < smallest for number in everybody):
        hidden_groups = {name: dict.fromkeys(groups, NOTHING) for name, groups in groupings.items()}
        return Funnel(NOTHING, hidden_groups)
    return Funnel(everybody, {name: _by_group(groups, smallest) for name, groups in groupings.items()})


def _by_group(groups: Mapping[str, Sequence[int]], smallest: int) -> dict[str, Shown]:
    hidden = withheld(list(figures_of(groups)), smallest)
    return {
        code: tuple(
            None if (code, "reached", stage) in hidden else number
            for stage, number in enumerate(reached(ends))
        )
        for code, ends in groups.items()
    }


def figures_of(groups: Mapping[str, Sequence[int]]) -> Iterator[Figure]:
    """A grouping as a circulation: everybody → group → stage after stage → out at a stage → everybody.

    Keys: (code, "reached", stage) and (code, "ended", stage); (None, "ended", stage) is of everybody.
    """
    last = len(STAGES) - 1
    for code, ends in groups.items():
        before: object = "everybody"
        for stage, number in enumerate(reached(ends)):
            # Who reaches the last stage ends there.
            node: object = ("end", stage) if stage == last else (code, stage)
            yield Figure((code, "reached", stage), before, node, number)
            if stage != last:
                yield Figure((code, "ended", stage), node, ("end", stage), ends[stage], Print.NEVER)
            before = node
    for stage in range(len(STAGES)):
        total = sum(ends[stage] for ends in groups.values())
        yield Figure((None, "ended", stage), ("end", stage), "everybody", total, Print.ALWAYS)


@dataclass(frozen=True)
class Grades:
    """candidates: how many were graded. marks: mark → how many got it."""

    candidates: int | None
    marks: Mapping[str, int | None]


def grades(counts: Mapping[str, int], smallest: int) -> Grades:
    """The distribution as it may be shown. counts: every mark of the scale → how many got it."""
    total = sum(counts.values())
    hidden = withheld(
        [
            *(Figure(mark, "candidates", "marks", number) for mark, number in counts.items()),
            Figure(None, "marks", "candidates", total),
        ],
        smallest,
    )
    return Grades(
        None if None in hidden else total,
        {mark: None if mark in hidden else number for mark, number in counts.items()},
    )
