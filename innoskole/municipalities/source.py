"""Reads the reference data (see data/PROVENANCE.md) and works out the life of every municipality number.

Pure: files in, facts out. The files tell which codes exist today and every change since 2012; the codes
of earlier days follow by undoing the changes, latest first.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from innoskole.municipalities.facts import BEGINNING, ChangeFact, CountyFact, Key, Life, Register, SourceError
from innoskole.municipalities.names import Names, Vocabulary, without_county
from innoskole.municipalities.regions import SSB_REFORMED_ON

DATA = Path(__file__).resolve().parent / "data"
LANDSDELER = {"Nord-Norge": "NN", "Trøndelag": "TR", "Vestlandet": "VL", "Sørlandet": "SL", "Østlandet": "OL"}
LANGUAGE_FORMS = {"bokmål": "nb", "nynorsk": "nn", "nøytral": "neutral", "": ""}

Row = dict[str, str]


@dataclass(frozen=True)
class _Event:
    """A row of municipality_changes.csv."""

    old: str
    old_name: str
    new: str
    new_name: str
    on: date
    kind: str
    is_primary: bool
    note: str


def read_register(
    folder: Path, *, known_sami: Iterable[str] = (), known_kven: Iterable[str] = ()
) -> Register:
    """Everything in the folder, put together.

    `known_sami` and `known_kven` are names known beforehand, so that the official name of a municipality
    which has left the newest file is still told apart. Raises SourceError.
    """
    current = _rows(folder / "municipalities.csv")
    snapshots = [row for path in sorted(folder.glob("municipalities_[0-9]*.csv")) for row in _rows(path)]
    events = [_event(row) for row in _rows(folder / "municipality_changes.csv")]
    vocabulary = Vocabulary(
        [*known_sami, *(row["name_sami"] for row in current + snapshots)],
        [*known_kven, *(row["name_kven"] for row in current + snapshots)],
    )
    lives = _lives({row["code"] for row in current}, events)
    by_code: dict[str, list[Life]] = defaultdict(list)
    for life in lives:
        by_code[life.code].append(life)

    _name(by_code, current, snapshots, events, vocabulary)
    _describe(by_code, current, snapshots)
    changes = _changes(by_code, events, _rows(folder / "municipality_current_map.csv"))
    _place(by_code, lives, _rows(folder / "map_points.csv"), changes)
    counties = _counties(_rows(folder / "counties.csv"), changes)
    unknown = {life.code[:2] for life in lives} - {county.code for county in counties}
    if unknown:
        raise SourceError(f"counties.csv lacks the counties {', '.join(sorted(unknown))}.")
    return Register(counties, lives, changes)


# --- Reading ---------------------------------------------------------------------------------------


def _rows(path: Path) -> list[Row]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except FileNotFoundError as error:
        raise SourceError(f"{path} is missing.") from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SourceError(f"“{text}” is not a date (YYYY-MM-DD).") from error


def _decimal(text: str, digits: int) -> Decimal | None:
    try:
        return round(Decimal(text), digits) if text else None
    except InvalidOperation as error:
        raise SourceError(f"“{text}” is not a number.") from error


def _number(text: str, row: Row) -> int:
    if not text.isdigit():
        raise SourceError(f"“{text}” is not a whole number (municipality {row['code']}).")
    return int(text)


def _event(row: Row) -> _Event:
    kinds = ("rename", "renumber", "merge", "split", "boundary")
    if row["change_type"] not in kinds:
        raise SourceError(f"municipality_changes.csv: “{row['change_type']}” is none of {', '.join(kinds)}.")
    return _Event(
        old=row["old_code"],
        old_name=row["old_name"],
        new=row["new_code"],
        new_name=row["new_name"],
        on=_day(row["change_date"]),
        kind=row["change_type"],
        is_primary=row["is_primary"] == "1",
        note=row["note"],
    )


# --- Lives -----------------------------------------------------------------------------------------


def _lives(current: set[str], events: Iterable[_Event]) -> list[Life]:
    """Undo the changes from today's codes back to the beginning, then live through them again."""
    begun: dict[date, set[str]] = defaultdict(set)
    ended: dict[date, set[str]] = defaultdict(set)
    for event in events:
        # A moved boundary ends neither of the two: both stand on both sides of the day.
        both = {event.old, event.new} if event.kind == "boundary" else set()
        ended[event.on] |= {event.old} | both
        begun[event.on] |= {event.new} | both
    days = sorted(begun)
    valid = set(current)
    for day in reversed(days):
        if begun[day] - valid:
            raise SourceError(
                f"After the changes of {day} these codes should exist, but neither municipalities.csv nor a "
                f"later change knows them: {', '.join(sorted(begun[day] - valid))}."
            )
        valid = (valid - begun[day]) | ended[day]
    living = {code: Life(code, BEGINNING) for code in sorted(valid)}
    lives = list(living.values())
    for day in days:
        for code in sorted(ended[day] - begun[day]):
            living.pop(code).valid_to_on = day
        for code in sorted(begun[day] - ended[day]):
            living[code] = Life(code, day)
            lives.append(living[code])
    if set(living) != current:
        raise SourceError(
            "municipalities.csv and municipality_changes.csv disagree about: "
            + ", ".join(sorted(set(living) ^ current))
        )
    return sorted(lives, key=lambda life: life.key)


def _at(by_code: Mapping[str, list[Life]], code: str, day: date) -> Life:
    for life in by_code.get(code, []):
        if life.covers(day):
            return life
    raise SourceError(f"Municipality {code} did not exist on {day}.")


def _before(by_code: Mapping[str, list[Life]], code: str, day: date) -> Life:
    """The life of the code that was there until the day, whether it ended then or not."""
    for life in by_code.get(code, []):
        if life.valid_from_on < day and (life.valid_to_on is None or day <= life.valid_to_on):
            return life
    raise SourceError(f"Municipality {code} did not exist before {day}.")


def _own_names(row: Row) -> Names:
    return Names(without_county(row["official_name"]), row["name"], row["name_sami"], row["name_kven"])


def _name(
    by_code: Mapping[str, list[Life]],
    current: Iterable[Row],
    snapshots: Iterable[Row],
    events: Iterable[_Event],
    vocabulary: Vocabulary,
) -> None:
    """Give every life its names: those of the changes, in the spelling of the newest file that has them."""
    official: dict[Key, dict[date, str]] = defaultdict(dict)
    for event in sorted(events, key=lambda event: event.on):
        before = _before(by_code, event.old, event.on)
        official[before.key].setdefault(before.valid_from_on, event.old_name)
        official[_at(by_code, event.new, event.on).key][event.on] = event.new_name
    for lives in by_code.values():
        for life in lives:
            for day, label in sorted(official[life.key].items()):
                named = vocabulary.parse(label)
                if not life.names or named != life.last_names:
                    life.names[day] = named
    for row in snapshots:
        life = _at(by_code, row["code"], _day(row["population_date"]))
        if not life.names:
            life.names[life.valid_from_on] = vocabulary.parse(row["official_name"])
    for row in current:
        life = by_code[row["code"]][-1]
        life.names[max(life.names, default=life.valid_from_on)] = _own_names(row)


def _describe(by_code: Mapping[str, list[Life]], current: Iterable[Row], snapshots: Iterable[Row]) -> None:
    for row in snapshots:
        day = _day(row["population_date"])
        life = _at(by_code, row["code"], day)
        life.populations[day] = _number(row["population"], row)
        life.latitude, life.longitude = _decimal(row["latitude"], 4), _decimal(row["longitude"], 4)
    for row in current:
        life = by_code[row["code"]][-1]
        if row["language_form"] not in LANGUAGE_FORMS:
            raise SourceError(f"municipalities.csv: “{row['language_form']}” is no language form.")
        life.language_form = LANGUAGE_FORMS[row["language_form"]]
        life.orgnr = row["orgnr"]
        life.admin_centre = row["admin_centre"]
        life.centrality_class = _number(row["centrality_class"], row) if row["centrality_class"] else None
        life.latitude, life.longitude = _decimal(row["latitude"], 4), _decimal(row["longitude"], 4)
        life.populations |= dict(_figures(row))


def _figures(row: Row) -> Iterator[tuple[date, int]]:
    """`population` with its date, and every `population_<year>`: the figure of 1 January that year."""
    if row["population"]:
        yield _day(row["population_date"]), _number(row["population"], row)
    for column, figure in row.items():
        year = re.fullmatch(r"population_(\d{4})", column)
        if year and figure:
            yield date(int(year[1]), 1, 1), _number(figure, row)


# --- Changes ---------------------------------------------------------------------------------------

Onward = Mapping[str, list[tuple[date, str]]]  # code → what became of it: (day, code)
Map = Mapping[str, list[Row]]  # code → its rows of municipality_current_map.csv


def _changes(
    by_code: Mapping[str, list[Life]], events: Iterable[_Event], current_map: Iterable[Row]
) -> list[ChangeFact]:
    """The changes between two codes, with what the map of today's codes adds: shares, paths after splits."""
    between = [event for event in events if event.old != event.new]
    onward: dict[str, list[tuple[date, str]]] = defaultdict(list)
    for event in between:
        if event.kind != "boundary":
            onward[event.old].append((event.on, event.new))
    today: dict[str, list[Row]] = defaultdict(list)
    for row in current_map:
        today[row["code"]].append(row)

    facts = []
    for event in between:
        share = None
        if event.kind == "split":
            _, share = _part(today[event.old], _reach(event.new, onward, after=event.on))
        elif event.kind != "boundary":
            share = Decimal(1)
        facts.append(
            ChangeFact(
                old=_before(by_code, event.old, event.on).key,
                new=_at(by_code, event.new, event.on).key,
                changed_on=event.on,
                kind=event.kind,
                is_primary=event.is_primary and event.kind != "boundary",
                population_share=share,
                note=event.note,
            )
        )
    return facts + _lineage(by_code, events, onward, today)


def _reach(code: str, onward: Onward, *, after: date = date.min, until: date = date.max) -> set[str]:
    """The code and all that it became after the one day, until the other."""
    reached, frontier = {code}, {code}
    while frontier:
        steps = (step for old in frontier for step in onward.get(old, ()))
        frontier = {new for on, new in steps if after < on <= until} - reached
        reached |= frontier
    return reached


def _part(rows: Iterable[Row], reached: set[str]) -> tuple[bool, Decimal | None]:
    """Whether the codes are the chief part of a municipality, by its rows of the map, and their share."""
    found = [row for row in rows if row["current_code"] in reached]
    shares = [_decimal(row["population_share"], 4) for row in found]
    known = [share for share in shares if share is not None]
    share = sum(known, Decimal(0)) if known and len(known) == len(shares) else None
    return any(row["is_primary"] == "1" for row in found), share


def _lineage(
    by_code: Mapping[str, list[Life]], events: Iterable[_Event], onward: Onward, today: Map
) -> list[ChangeFact]:
    """Where an ancestor of a split municipality is found from that day on, if its changes tell otherwise
    than the map does: they lead to every part, or to the one alone that kept the number."""
    splits: dict[tuple[str, date], set[str]] = defaultdict(set)
    for event in events:
        if event.kind == "split":
            splits[event.old, event.on].add(event.new)
    facts = []
    for (parent, day), parts in splits.items():
        led_to = {parent} if parent in parts else parts
        for ancestor in _ended_in(parent, day, by_code, onward):
            found = _found_on(day, ancestor.code, by_code, onward, today)
            if {code for (code, _), *_ in found} & parts not in (set(), led_to):
                facts += [
                    ChangeFact(ancestor.key, new, day, "lineage", is_primary, share, note="")
                    for new, is_primary, share in found
                ]
    return facts


def _ended_in(parent: str, day: date, by_code: Mapping[str, list[Life]], onward: Onward) -> list[Life]:
    """The municipalities that had become (a part of) the parent before the day."""
    eve = day - timedelta(days=1)
    codes = [code for code in sorted(onward) if code != parent and parent in _reach(code, onward, until=eve)]
    ended = [
        [life for life in by_code[code] if life.valid_to_on and life.valid_to_on <= eve] for code in codes
    ]
    return [lives[-1] for lives in ended if lives]


def _found_on(
    day: date, code: str, by_code: Mapping[str, list[Life]], onward: Onward, today: Map
) -> list[tuple[Key, bool, Decimal | None]]:
    """The municipalities of the day that the map, too, finds the code in: (key, chief one or not, share)."""
    found = []
    for place in sorted(_reach(code, onward, until=day)):
        reached = _reach(place, onward, after=day)
        living = [life for life in by_code[place] if life.covers(day)]
        if living and any(row["current_code"] in reached for row in today[code]):
            found.append((living[0].key, *_part(today[code], reached)))
    return found


# --- Map and counties ------------------------------------------------------------------------------


def _place(
    by_code: Mapping[str, list[Life]],
    lives: Iterable[Life],
    points: Iterable[Row],
    changes: Iterable[ChangeFact],
) -> None:
    """Points on the map. A life without its own takes that of the same municipality under another number,
    else that of its chief successor, else that of a forerunner."""
    for row in sorted(points, key=lambda row: row["vintage"]):
        # A vintage is a year's map of the codes of 1 January.
        life = _at(by_code, row["code"], date(int(row["vintage"]), 1, 1))
        life.map_x, life.map_y = _decimal(row["x"], 1), _decimal(row["y"], 1)
    by_key = {life.key: life for life in lives}
    renumbered = [change for change in changes if change.kind == "renumber"]
    followed = [change for change in changes if change.is_primary and change.kind != "lineage"]
    pairs = [(change.new, change.old) for change in renumbered]
    pairs += [(change.old, change.new) for change in reversed(renumbered)]
    pairs += [(change.old, change.new) for change in reversed(followed)]
    pairs += [(change.new, change.old) for change in followed]
    for lacking, having in pairs:
        life, other = by_key[lacking], by_key[having]
        if life.map_x is None:
            life.map_x, life.map_y = other.map_x, other.map_y
        if life.latitude is None:
            life.latitude, life.longitude = other.latitude, other.longitude


def _counties(rows: Iterable[Row], changes: Iterable[ChangeFact]) -> list[CountyFact]:
    before = {row["code"]: row["ssb_landsdel_code_2015"] for row in rows}
    for change in changes:
        # The file has no old region for a county born after 2015 (Trøndelag): its forerunners tell it.
        if change.changed_on < SSB_REFORMED_ON and not before[change.new[0][:2]]:
            before[change.new[0][:2]] = before[change.old[0][:2]]
    facts = []
    for row in rows:
        if row["landsdel"] not in LANDSDELER:
            raise SourceError(f"counties.csv: “{row['landsdel']}” is no part of the country.")
        facts.append(
            CountyFact(
                code=row["code"],
                name=row["name"],
                official_name=row["official_name"],
                landsdel=LANDSDELER[row["landsdel"]],
                ssb_region=row["ssb_landsdel_code"],
                ssb_region_before_2020=before[row["code"]],
                valid_from_on=_day(row["valid_from"]),
                valid_to_on=_day(row["valid_to"]) if row["valid_to"] else None,
            )
        )
    return facts
