"""Brings the database up to what the reference data say. Adds and updates, never deletes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import models, transaction

from innoskole.municipalities.facts import Key, Life, Register, SourceError
from innoskole.municipalities.models import Change, County, Municipality, MunicipalityName, Population
from innoskole.municipalities.names import fold, search_text, sort_key

BATCH = 200
Row = TypeVar("Row", bound=models.Model)
Identity = TypeVar("Identity")


@dataclass(frozen=True)
class Revision:
    """A row that was changed, and how: field → (old, new)."""

    row: models.Model
    changes: Mapping[str, tuple[Any, Any]]

    def __str__(self) -> str:
        shown = [f"{name} {old} → {new}" for name, (old, new) in self.changes.items()]
        return f"{self.row}: {', '.join(shown)}"


@dataclass
class Tally:
    """What happened to one table: how many rows are new, and which were changed."""

    label: str
    created: int = 0
    changed: list[Revision] = field(default_factory=list)


@transaction.atomic
def load(register: Register) -> list[Tally]:
    """Store the register: one tally per table.

    What the files no longer tell (an organisation number, an old figure) stays as it was; a municipality
    that a change ended gets its last day. Raises SourceError when the name of a municipality or a county
    differs from the stored one without a dated change, because that would rewrite history.
    """
    counties, county_tally = _store(
        County,
        {county.code: {**county.__dict__, "sort_key": sort_key(county.name)} for county in register.counties},
        key=lambda county: county.code,
        guard=_same_county,
    )
    municipalities, municipality_tally = _store(
        Municipality,
        _municipalities(register.lives, counties),
        key=lambda municipality: (municipality.code, municipality.valid_from_on),
    )
    keys = {municipality.pk: key for key, municipality in municipalities.items()}
    _, name_tally = _store(
        MunicipalityName,
        {
            (life.key, day): {
                "municipality": municipalities[life.key],
                "official_name": named.official,
                "name": named.norwegian,
                "name_sami": named.sami,
                "name_kven": named.kven,
                "valid_from_on": day,
            }
            for life in register.lives
            for day, named in life.names.items()
        },
        key=lambda name: (keys[name.municipality_id], name.valid_from_on),
        guard=_same_name,
    )
    _, population_tally = _store(
        Population,
        {
            (life.key, day): {
                "municipality": municipalities[life.key],
                "dated_on": day,
                "inhabitants": inhabitants,
            }
            for life in register.lives
            for day, inhabitants in life.populations.items()
        },
        key=lambda population: (keys[population.municipality_id], population.dated_on),
    )
    _, change_tally = _store(
        Change,
        {
            (change.old, change.new, change.changed_on): {
                **change.__dict__,
                "old": municipalities[change.old],
                "new": municipalities[change.new],
            }
            for change in register.changes
        },
        key=lambda change: (keys[change.old_id], keys[change.new_id], change.changed_on),
    )
    return [county_tally, municipality_tally, name_tally, population_tally, change_tally]


def _store(
    model: type[Row],
    facts: Mapping[Identity, Mapping[str, Any]],
    *,
    key: Callable[[Row], Identity],
    guard: Callable[[Row, Mapping[str, Any]], None] = lambda row, values: None,
) -> tuple[dict[Identity, Row], Tally]:
    """Create and update the rows of one table: one query to read, and one a batch where something differs."""
    manager = model._default_manager
    stored = {key(row): row for row in manager.all()}
    tally = Tally(str(model._meta.verbose_name_plural))
    changed, fields, new = [], set(), {}
    for identity, values in facts.items():
        row = stored.get(identity)
        if row is None:
            new[identity] = model(**values)
            continue
        differing = {
            name: value for name, value in values.items() if _stored(row, name) != _comparable(value)
        }
        if differing:
            guard(row, values)
            changes = {name: (_stored(row, name), _comparable(value)) for name, value in differing.items()}
            tally.changed.append(Revision(row, changes))
            changed.append(row)
            fields |= set(differing)
            for name, value in differing.items():
                setattr(row, name, value)
    if changed:
        # Before the new rows: a code may only have one life that has not ended.
        manager.bulk_update(changed, sorted(fields), batch_size=BATCH)
    manager.bulk_create(new.values(), batch_size=BATCH)
    tally.created = len(new)
    return stored | new, tally


def _comparable(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def _stored(row: models.Model, name: str) -> Any:
    """The stored value of a field: the key of a foreign one, so that nothing is fetched."""
    return getattr(row, row._meta.get_field(name).attname)  # type: ignore[union-attr]


def _same_name(name: MunicipalityName, values: Mapping[str, Any]) -> None:
    if fold(name.official_name) != fold(values["official_name"]):
        raise SourceError(
            f"The files call “{name.official_name}” “{values['official_name']}”. A new name needs a row of "
            "the type rename, with its date, in municipality_changes.csv."
        )


def _same_county(county: County, values: Mapping[str, Any]) -> None:
    if fold(county.name) != fold(values["name"]):
        raise SourceError(
            f"The files call the county “{county.name}” “{values['name']}”. The register keeps one name for "
            "each county number: a new name needs a new number, with its first day, in counties.csv."
        )


def _municipalities(lives: Iterable[Life], counties: Mapping[str, County]) -> dict[Key, dict[str, Any]]:
    lives = list(lives)
    namesakes: dict[str, list[Life]] = defaultdict(list)
    for life in lives:
        namesakes[life.last_names.norwegian].append(life)
    return {life.key: _municipality(life, counties, namesakes[life.last_names.norwegian]) for life in lives}


def _municipality(life: Life, counties: Mapping[str, County], namesakes: Iterable[Life]) -> dict[str, Any]:
    county, named = counties[life.code[:2]], life.last_names
    last_day = life.valid_to_on - timedelta(days=1) if life.valid_to_on else date.max
    shared = any(other is not life and other.covers(last_day) for other in namesakes)
    display_name = f"{named.norwegian} ({county.name})" if shared else named.norwegian
    every_name = [name for n in life.names.values() for name in (n.official, n.norwegian, n.sami, n.kven)]
    known_or_not = {
        "language_form": life.language_form,
        "orgnr": life.orgnr,
        "admin_centre": life.admin_centre,
        "centrality_class": life.centrality_class,
        "latitude": life.latitude,
        "longitude": life.longitude,
        "map_x": life.map_x,
        "map_y": life.map_y,
    }
    return {
        "code": life.code,
        "valid_from_on": life.valid_from_on,
        "valid_to_on": life.valid_to_on,
        "name": named.norwegian,
        "name_sami": named.sami,
        "name_kven": named.kven,
        "official_name": named.official,
        "display_name": display_name,
        "county": county,
        "landsdel": county.landsdel,
        "search_text": search_text([*every_name, f"{named.norwegian} ({county.name})", life.code]),
        "sort_key": sort_key(display_name),
        **{name: value for name, value in known_or_not.items() if value not in (None, "")},
    }
