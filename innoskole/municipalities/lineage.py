"""What became of municipalities, and what they came from: walks along the changes, one query a step."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from innoskole.municipalities.models import Change, Municipality, Successor

WHOLE = Decimal(1)


@dataclass(frozen=True)
class _Place:
    """Where (a share of) one municipality has come to on the walk."""

    municipality: Municipality
    is_primary: bool
    share: Decimal | None


def successors(municipalities: Iterable[Municipality], day: date) -> dict[int, list[Successor]]:
    """Where each municipality's area is found on the day: {pk: successors, the primary one first}.

    A municipality that lives on the day succeeds itself. The latest change on record decides, so an area
    that followed one part of a later split is found there and nowhere else (Haram, not Ålesund).
    One query for each step of the longest walk. Raises ValueError for a day before a life began, and for
    a municipality that had ended without a recorded change.
    """
    moving: dict[int, list[_Place]] = {}
    for municipality in municipalities:
        if day < municipality.valid_from_on:
            raise ValueError(f"{municipality} ({municipality.code}) did not exist on {day}.")
        moving[municipality.pk] = [_Place(municipality, True, WHOLE)]
    arrived: dict[int, list[_Place]] = {pk: [] for pk in moving}
    while any(moving.values()):
        under_way: dict[int, list[_Place]] = {}
        for pk, places in moving.items():
            arrived[pk] += [place for place in places if place.municipality.was_valid_on(day)]
            under_way[pk] = [place for place in places if not place.municipality.was_valid_on(day)]
        ended = {place.municipality.pk for places in under_way.values() for place in places}
        onward = _latest_changes(ended, day) if ended else {}
        moving = {
            pk: [step for place in places for step in _steps(place, onward[place.municipality.pk])]
            for pk, places in under_way.items()
        }
    return {pk: _gathered(places) for pk, places in arrived.items()}


def _latest_changes(ended: Iterable[int], day: date) -> dict[int, list[Change]]:
    changes = Change.objects.in_force_on(day).filter(old__in=ended).select_related("old", "new__county")
    grouped: dict[int, list[Change]] = defaultdict(list)
    for change in changes.order_by("-changed_on", "-is_primary", "new__code"):
        group = grouped[change.old_id]
        if not group or group[0].changed_on == change.changed_on:
            group.append(change)
    missing = set(ended) - set(grouped)
    if missing:
        raise ValueError(
            f"No change tells what became of the municipalities with the keys {sorted(missing)}."
        )
    return grouped


def _steps(place: _Place, changes: list[Change]) -> list[_Place]:
    return [
        _Place(
            change.new,
            place.is_primary and change.is_primary,
            None
            if place.share is None or change.population_share is None
            else place.share * change.population_share,
        )
        for change in changes
    ]


def _gathered(places: list[_Place]) -> list[Successor]:
    """Two ways to the same municipality are one successor."""
    by_key: dict[int, Successor] = {}
    for place in places:
        pk = place.municipality.pk
        is_primary, share = place.is_primary, place.share
        if pk in by_key:
            earlier = by_key[pk]
            is_primary = is_primary or earlier.is_primary
            share = (
                None
                if share is None or earlier.population_share is None
                else share + earlier.population_share
            )
        by_key[pk] = Successor(place.municipality, is_primary, share)
    return sorted(by_key.values(), key=lambda found: (not found.is_primary, found.municipality.code))


def under_last_number(municipality: Municipality, day: date) -> Municipality:
    """The municipality under the number that it had last by the day: itself, unless it got a new one.

    One query for each new number, and one for what ended otherwise.
    """
    renumberings = Change.objects.in_force_on(day).filter(kind=Change.Kind.RENUMBER)
    while not municipality.was_valid_on(day):
        renumbering = renumberings.filter(old=municipality).select_related("new").first()
        if renumbering is None:
            break
        municipality = renumbering.new
    return municipality


def ancestry(municipality: Municipality) -> list[Change]:
    """Every change by which the municipality's area came to it, the latest first.

    One query a generation, and those of `successors`: an ancestor whose area followed another part of a
    split is none of ours (Ørskog merged into Ålesund, which Haram left). One that lives on after a split
    is still found in itself, so there the part that left it is asked instead.
    """
    found: dict[int, Change] = {}
    generation = {municipality.pk}
    while generation:
        changes = Change.objects.direct().filter(new__in=generation).select_related("old__county", "new")
        fresh = {change.pk: change for change in changes if change.pk not in found}
        found |= fresh
        generation = {change.old_id for change in fresh.values()}
    asked = {
        change.pk: change.old if change.old.valid_to_on == change.changed_on else change.new
        for change in found.values()
    }
    became = successors({each.pk: each for each in asked.values()}.values(), municipality.last_day)
    ours = [
        change
        for change in found.values()
        if any(successor.municipality.pk == municipality.pk for successor in became[asked[change.pk].pk])
    ]
    return sorted(ours, key=lambda change: (-change.changed_on.toordinal(), change.old.code))


def codes_known_as(municipalities: Collection[Municipality], known: Container[str]) -> dict[int, str]:
    """A code among the known ones for each municipality, such as those that a map of another year draws.

    Its own, else that of the municipality it came from or became, if possible one of the same name:
    {pk: code}, without those that have none. One query, or none if every code is known.
    """
    codes = {each.pk: each.code for each in municipalities if each.code in known}
    lacking = {each.pk for each in municipalities} - codes.keys()
    if not lacking:
        return codes
    changes = Change.objects.direct().filter(Q(old__in=lacking) | Q(new__in=lacking))
    best: dict[int, tuple[bool, bool]] = {}
    for change in changes.select_related("old", "new").order_by("changed_on", "old__code"):
        rank = (change.old.name == change.new.name, change.is_primary)
        for own, other in ((change.old, change.new), (change.new, change.old)):
            if own.pk in lacking and other.code in known and rank > best.get(own.pk, (False, False)):
                best[own.pk], codes[own.pk] = rank, other.code
    return codes
