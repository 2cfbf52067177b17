"""Can the quotas be kept at all? If not: which ones collide, and by how much."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .model import Group, Input, Lock
from .network import SeatNetwork
from .reasons import Dimension, Infeasible, NoDraw, Note


def no_draw_needed(given: Input) -> NoDraw | None:
    """Everybody is admitted when there are no more applicants than places, whatever the quotas say."""
    if len(given.applicants) <= given.places:
        return NoDraw(applicants=len(given.applicants), places=given.places)
    return None


def normalise(given: Input) -> tuple[Input, tuple[Note, ...]]:
    """Lower every minimum above the number of applicants to that number, with a note for each."""
    notes: list[Note] = []

    def lowered(groups: tuple[Group, ...], dimension: Dimension) -> tuple[Group, ...]:
        members = [getattr(applicant, dimension) for applicant in given.applicants]
        result = []
        for group in groups:
            count = members.count(group.code)
            if group.min > count:
                names = {dimension: group.name}
                notes.append(
                    Note("minimum_lowered", was=(group.min, group.max), now=(count, group.max), **names)
                )
                group = replace(group, min=count)
            result.append(group)
        return tuple(result)

    result = replace(given, regions=lowered(given.regions, "region"), sizes=lowered(given.sizes, "size"))
    return result, tuple(notes)


def feasibility(given: Input) -> Infeasible | None:
    """None when some table of seats keeps every quota, else the reason with the largest gap.

    The bounds are taken as they are: call `normalise` first. Nothing is in the way when no draw is needed.
    """
    if no_draw_needed(given):
        return None
    limited = _with_real_limits(given)
    violated = _violated_nodes(limited, ())
    return _reason(limited, SeatNetwork(limited), violated) if violated else None


def _with_real_limits(given: Input) -> Input:
    """A maximum of all places or more limits nothing, and must not be blamed where the places are too few."""

    def real(groups: tuple[Group, ...]) -> tuple[Group, ...]:
        return tuple(
            replace(group, max=max(group.max, len(given.applicants))) if group.max >= given.places else group
            for group in groups
        )

    return replace(given, regions=real(given.regions), sizes=real(given.sizes))


def keeps(given: Input, locked: Iterable[Lock]) -> bool:
    """Whether some table of seats keeps every quota and every lock."""
    return not _violated_nodes(given, locked)


def _violated_nodes(given: Input, locked: Iterable[Lock]) -> set[int]:
    bounds = {cell: (0, count) for cell, count in given.cells().items()}
    bounds |= {lock.cell: (lock.places, lock.places) for lock in locked}
    return SeatNetwork(given).solve(bounds)[1]


def _reason(given: Input, network: SeatNetwork, violated: set[int]) -> Infeasible:
    """Put the violated set into words: the four cases are whether SOURCE and SINK are in it."""
    source_inside, sink_inside = 0 in violated, 1 in violated
    names = network.to_names(violated)
    regions_in = [group for group in given.regions if f"R:{group.code}" in names]
    regions_out = [group for group in given.regions if f"R:{group.code}" not in names]
    sizes_in = [group for group in given.sizes if f"S:{group.code}" in names]
    sizes_out = [group for group in given.sizes if f"S:{group.code}" not in names]
    overlap = sum(count for cell, count in given.cells().items() if network.leaves(cell, violated))
    if source_inside and sink_inside:
        needs, has = _minimums(sizes_out), _maximums(regions_out) + overlap
        return Infeasible("sizes_exceed_regions", _names(regions_out), _needy(sizes_out), needs, has)
    if source_inside:
        has = _maximums(regions_out) + _maximums(sizes_in) + overlap
        return Infeasible("maximums_below_places", _names(regions_out), _names(sizes_in), given.places, has)
    if sink_inside:
        # An applicant can serve a region and a size class at once, but only where there is one.
        needs = _minimums(regions_in) + _minimums(sizes_out) - overlap
        return Infeasible(
            "minimums_exceed_places", _needy(regions_in), _needy(sizes_out), needs, given.places
        )
    needs, has = _minimums(regions_in), _maximums(sizes_in) + overlap
    return Infeasible("regions_exceed_sizes", _needy(regions_in), _names(sizes_in), needs, has)


def _minimums(groups: list[Group]) -> int:
    return sum(group.min for group in groups)


def _maximums(groups: list[Group]) -> int:
    return sum(group.max for group in groups)


def _names(groups: list[Group]) -> tuple[str, ...]:
    return tuple(group.name for group in groups)


def _needy(groups: list[Group]) -> tuple[str, ...]:
    return tuple(group.name for group in groups if group.min)
