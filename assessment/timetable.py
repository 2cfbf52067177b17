"""When and where the groups are heard: plain arithmetic, no Django, no clock, no chance.

Each group needs one hour, one room and everybody in its `who`: its examiners, and the group itself. Of two
that share time none shares a room or anybody. What is fixed already stays where it is.

How: the hours share no time with each other, so at one hour all free rooms are alike, and a plan is a choice
of an hour for each group. We take the group with the fewest hours left first, try its hours in order, and go
back when that leads nowhere (dynamic search rearrangement, Bitner and Reingold 1975). To find the most groups
that can be placed is as hard as colouring a graph (Welsh and Powell 1967), so the search ends after `LONGEST`
steps with the best that it has seen. For a cohort's twenty groups the first way down nearly always does.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

LONGEST = 4_000


@dataclass(frozen=True, order=True)
class Hour:
    """From one moment until another, both aware; it shares no time with one that begins when it ends."""

    starts: datetime
    ends: datetime

    def __post_init__(self) -> None:
        if self.starts >= self.ends:
            raise ValueError("An hour ends after it begins.")

    def meets(self, other: "Hour") -> bool:
        return self.starts < other.ends and other.starts < self.ends


@dataclass(frozen=True)
class Group:
    """Who is to be heard. key: of the paper; who: everybody who must be there."""

    key: int
    who: frozenset[Hashable]


@dataclass(frozen=True)
class Place:
    """A group that has its hour and its room."""

    group: Group
    hour: Hour
    room: str

    def collides(self, other: "Place") -> bool:
        """Whether the two share time, and a room or somebody."""
        shared = self.room == other.room or not self.group.who.isdisjoint(other.group.who)
        return shared and self.hour.meets(other.hour)


@dataclass(frozen=True)
class Plan:
    """placed: in the order of time, then of rooms. left: those for whom nothing was found."""

    placed: tuple[Place, ...]
    left: tuple[Group, ...]


def hours(
    days: Iterable[date],
    *,
    first: time,
    last: time,
    minutes: int,
    pause: int,
    lunch: tuple[time, time] | None,
    zone: tzinfo,
) -> list[Hour]:
    """The hours of some days, from `first`, none ending after `last`, with a pause after each, in UTC.

    An hour that would meet the lunch begins when the lunch is over.
    """
    length, step = timedelta(minutes=minutes), timedelta(minutes=minutes + pause)
    if length <= timedelta(0) or pause < 0:
        raise ValueError("An oral takes time, and a pause cannot be negative.")
    found = []
    for day in days:
        starts, end = datetime.combine(day, first, zone), datetime.combine(day, last, zone)
        rest = [datetime.combine(day, each, zone) for each in lunch] if lunch else None
        while starts + length <= end:
            if rest and starts < rest[1] and rest[0] < starts + length:
                starts = rest[1]
                rest = None
                continue
            found.append(Hour(starts.astimezone(UTC), (starts + length).astimezone(UTC)))
            starts += step
    return found


def plan(
    groups: Sequence[Group], *, hours: Sequence[Hour], rooms: Sequence[str], taken: Iterable[Place] = ()
) -> Plan:
    """An hour and a room for as many groups as the search finds; the same arguments give the same plan.

    taken: what is fixed already, also of other exams. Earlier hours and rooms come first.
    Raises ValueError when hours share time with each other, or a room or a group stands twice.
    """
    ordered = sorted(hours)
    if any(one.meets(next_) for one, next_ in pairwise(ordered)):
        raise ValueError("Two hours share time.")
    if len(set(rooms)) < len(rooms) or len({group.key for group in groups}) < len(groups):
        raise ValueError("A room or a group stands twice.")
    search = _Search(groups, ordered, rooms, list(taken))
    search.go({})
    chosen = search.best
    placed, used = [], {hour: list(search.rooms[hour]) for hour in ordered}
    for group in groups:
        if group.key in chosen:
            hour = chosen[group.key]
            placed.append(Place(group, hour, used[hour].pop(0)))
    placed.sort(key=lambda place: (place.hour, rooms.index(place.room)))
    return Plan(tuple(placed), tuple(group for group in groups if group.key not in chosen))


class _Search:
    """best: key of the group → its hour, the most that have been placed so far."""

    def __init__(
        self, groups: Sequence[Group], hours: Sequence[Hour], rooms: Sequence[str], taken: Sequence[Place]
    ) -> None:
        self.groups = {group.key: group for group in groups}
        self.hours = hours
        met = {hour: [place for place in taken if place.hour.meets(hour)] for hour in hours}
        self.rooms = {
            hour: [room for room in rooms if room not in {place.room for place in met[hour]}]
            for hour in hours
        }
        self.busy = {hour: frozenset[Hashable]().union(*(p.group.who for p in met[hour])) for hour in hours}
        self.best: dict[int, Hour] = {}
        self.steps = 0

    def go(self, chosen: Mapping[int, Hour], left_out: frozenset[int] = frozenset()) -> bool:
        """Place those who are neither chosen nor left out. Returns whether the search is over."""
        self.steps += 1
        if len(chosen) > len(self.best):
            self.best = dict(chosen)
        if len(self.best) == len(self.groups) or self.steps >= LONGEST:
            return True
        waiting = [key for key in self.groups if key not in chosen and key not in left_out]
        choices = {key: self._choices(key, chosen) for key in waiting}
        hopeless = frozenset(key for key in waiting if not choices[key])
        waiting = [key for key in waiting if key not in hopeless]
        if len(chosen) + len(waiting) <= len(self.best):
            return False
        key = min(waiting, key=lambda key: len(choices[key]))
        left_out |= hopeless
        return any(self.go({**chosen, key: hour}, left_out) for hour in choices[key]) or self.go(
            chosen, left_out | {key}
        )

    def _choices(self, key: int, chosen: Mapping[int, Hour]) -> list[Hour]:
        """The hours that the group can still have, in order."""
        who = self.groups[key].who
        found = []
        for hour in self.hours:
            there = [self.groups[other].who for other, at in chosen.items() if at == hour]
            if len(there) < len(self.rooms[hour]) and who.isdisjoint(self.busy[hour].union(*there)):
                found.append(hour)
        return found
