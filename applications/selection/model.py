"""What a draw is made from: applicants, groups with bounds, places and the announced sources.

Everything is frozen, and an `Input` that exists is sound: it checks itself when it is made.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeVar

from .reasons import InputError

Cell = tuple[str, str]
"""(region code, size code): applicants in the same cell are interchangeable."""

BASIS_FORMAT = "innoskole-draw-basis/1"

_MOMENT = re.compile(
    r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])-(?P<day>\d\d)"
    r"T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_T = TypeVar("_T")


def check_text(text: str, field: str, where: str, *, empty: bool = False) -> None:
    """Raise InputError unless `text` may stand in a canonical file: NFC, no control characters."""
    if not text and not empty:
        raise InputError("empty_text", field=field, where=where)
    # Whatever is printable is neither; this spares looking at each letter of a long list.
    if not text.isprintable() and any(unicodedata.category(each) in ("Cc", "Cs") for each in text):
        raise InputError("control_character", field=field, where=where)
    if not unicodedata.is_normalized("NFC", text):
        raise InputError("not_nfc", field=field, where=where)


@dataclass(frozen=True, slots=True)
class Applicant:
    """One application: `id` is the lead municipality's code, `region` and `size` are group codes."""

    id: str
    name: str
    region: str
    size: str

    @property
    def cell(self) -> Cell:
        return self.region, self.size


@dataclass(frozen=True, slots=True)
class Group:
    """A region or a size class with the seats it must have (`min`) and may have (`max`)."""

    code: str
    name: str
    min: int
    max: int


@dataclass(frozen=True, slots=True)
class Source:
    """A source of randomness announced with the freeze; `id` contains no white space."""

    id: str
    description: str


@dataclass(frozen=True, slots=True)
class Lock:
    """A cell that softened quotas give exactly `places` seats: 0, or as many as it has applicants."""

    region: str
    size: str
    places: int

    @property
    def cell(self) -> Cell:
        return self.region, self.size


@dataclass(frozen=True, slots=True)
class Input:
    """A round to be drawn.

    places: seats to fill, at least 1. regions, sizes: in the order in which they are published.
    applicants: kept sorted by id. sources: in the order of the seed text.
    frozen_at: ISO 8601 with offset, or empty as long as nothing is frozen.
    trials: number of trial draws made before the freeze, or None when they are not counted here.
    Raises InputError when anything is missing, doubled, contradictory or unprintable.
    """

    round: str
    places: int
    regions: tuple[Group, ...]
    sizes: tuple[Group, ...]
    applicants: tuple[Applicant, ...]
    sources: tuple[Source, ...] = ()
    frozen_at: str = ""
    trials: int | None = None

    def __post_init__(self) -> None:
        check_text(self.round, "round", "runden")
        if self.places < 1:
            raise InputError("no_places")
        _check_groups("regions", self.regions)
        _check_groups("sizes", self.sizes)
        object.__setattr__(self, "applicants", tuple(sorted(self.applicants, key=lambda each: each.id)))
        regions, sizes = {group.code for group in self.regions}, {group.code for group in self.sizes}
        for applicant in self.applicants:
            where = f"søknaden {applicant.id}"
            check_text(applicant.id, "id", "applicants")
            check_text(applicant.name, "name", where)
            for value, known, field in (
                (applicant.region, regions, "regions"),
                (applicant.size, sizes, "sizes"),
            ):
                if value not in known:
                    raise InputError("unknown_group", applicant=applicant.id, value=value, where=field)
        _check_unique((applicant.id for applicant in self.applicants), "applicants")
        for source in self.sources:
            check_text(source.id, "id", "sources")
            check_text(source.description, "description", f"kilden {source.id}", empty=True)
            if any(character.isspace() for character in source.id):
                raise InputError("white_space", field="id", where=f"kilden {source.id}")
        _check_unique((source.id for source in self.sources), "sources")
        if self.frozen_at and not _is_moment(self.frozen_at):
            raise InputError("no_moment")
        if self.trials is not None and self.trials < 0:
            raise InputError("negative", field="trials", where="runden")

    @classmethod
    def from_json(cls, document: object) -> Input:
        """Read INPUT.json as parsed: round, places, regions, sizes, applicants, sources, frozen_at, trials.

        A frozen basis without locked cells is an input too: its ballot and proof are worked out again.
        Raises InputError: an unknown field, and in particular a third criterion, is refused, not ignored.
        """
        fields = _object(document, "filen")
        if fields.get("format") == BASIS_FORMAT:
            if fields.get("locked"):
                raise InputError("locked_input")
            fields = {key: value for key, value in fields.items() if key not in _ADDED_BY_THE_FREEZE}
        for key, value in fields.items():
            if key not in _FIELDS:
                kind = "third_criterion" if isinstance(value, list | dict) else "unknown_field"
                raise InputError(kind, field=key, where="filen")
        return cls(
            round=_text(fields, "round", "filen"),
            places=_integer(fields, "places", "filen"),
            regions=_list(fields, "regions", _group),
            sizes=_list(fields, "sizes", _group),
            applicants=_list(fields, "applicants", _applicant),
            sources=_list(fields, "sources", _source) if "sources" in fields else (),
            frozen_at=_text(fields, "frozen_at", "filen") if "frozen_at" in fields else "",
            trials=_integer(fields, "trials", "filen") if "trials" in fields else None,
        )

    def cells(self) -> dict[Cell, int]:
        """Applicants in every cell that has any, in the order of the regions and, within them, the sizes."""
        counts = dict.fromkeys(
            product((group.code for group in self.regions), (group.code for group in self.sizes)), 0
        )
        for applicant in self.applicants:
            counts[applicant.cell] += 1
        return {cell: count for cell, count in counts.items() if count}


_FIELDS = ("round", "places", "regions", "sizes", "applicants", "sources", "frozen_at", "trials")
_ADDED_BY_THE_FREEZE = ("format", "ballot", "proof", "locked")


def _is_moment(text: str) -> bool:
    found = _MOMENT.fullmatch(text)
    if not found:
        return False
    return 1 <= int(found["day"]) <= monthrange(int(found["year"]), int(found["month"]))[1]


def _check_groups(field: str, groups: tuple[Group, ...]) -> None:
    if not groups:
        raise InputError("no_groups", field=field)
    for group in groups:
        check_text(group.code, "code", field)
        check_text(group.name, "name", field)
        if group.min < 0:
            raise InputError("negative", field="min", where=group.name)
        if group.min > group.max:
            raise InputError("minimum_above_maximum", where=group.name, minimum=group.min, maximum=group.max)
    _check_unique((group.code for group in groups), field)


def _check_unique(values: Iterable[str], where: str) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise InputError("duplicate", value=value, where=where)
        seen.add(value)


def _object(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError("wrong_type", field="verdien", where=where, expected="et objekt")
    return value


def _field(fields: dict[str, Any], key: str, where: str) -> Any:
    if key not in fields:
        raise InputError("missing_field", field=key, where=where)
    return fields[key]


def _text(fields: dict[str, Any], key: str, where: str) -> str:
    value = _field(fields, key, where)
    if not isinstance(value, str):
        raise InputError("wrong_type", field=key, where=where, expected="tekst")
    return unicodedata.normalize("NFC", value)


def _integer(fields: dict[str, Any], key: str, where: str) -> int:
    value = _field(fields, key, where)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InputError("wrong_type", field=key, where=where, expected="et helt tall")
    return value


def _list(fields: dict[str, Any], key: str, read: Callable[[dict[str, Any], str], _T]) -> tuple[_T, ...]:
    values = _field(fields, key, "filen")
    if not isinstance(values, list):
        raise InputError("wrong_type", field=key, where="filen", expected="en liste")
    return tuple(read(_object(value, key), key) for value in values)


def _only(fields: dict[str, Any], known: tuple[str, ...], kind: str, where: str) -> None:
    for key in fields:
        if key not in known:
            raise InputError(kind, field=key, where=where)


def _group(fields: dict[str, Any], where: str) -> Group:
    _only(fields, ("code", "name", "min", "max"), "unknown_field", where)
    return Group(
        _text(fields, "code", where),
        _text(fields, "name", where),
        _integer(fields, "min", where),
        _integer(fields, "max", where),
    )


def _applicant(fields: dict[str, Any], where: str) -> Applicant:
    # Whatever else is said about an applicant would be one more criterion.
    _only(fields, ("id", "name", "region", "size"), "third_criterion", where)
    return Applicant(*(_text(fields, key, where) for key in ("id", "name", "region", "size")))


def _source(fields: dict[str, Any], where: str) -> Source:
    # The published known answer says «beskrivelse»; see docs/decisions/0012-source-descriptions.md.
    _only(fields, ("id", "description", "beskrivelse"), "unknown_field", where)
    key = "beskrivelse" if "beskrivelse" in fields and "description" not in fields else "description"
    return Source(_text(fields, "id", where), _text(fields, key, where))
