"""What two lists of results say differently: every difference, and nothing else. Plain Python."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from assessment.registry.sheet import Row


class Kind(StrEnum):
    """How the other list differs from the sheet."""

    MISSING = "missing"
    EXTRA = "extra"
    REPEATED = "repeated"
    RESULT = "result"
    DAY = "day"
    NAME = "name"
    EMAIL = "email"
    ATTEMPT = "attempt"
    # Of the file as a whole.
    CHECKSUM = "checksum"
    CHANGED = "changed"


@dataclass(frozen=True)
class Difference:
    """candidate, name: of the sheet, or of the other list where the sheet has none. ours, theirs: what each
    says; a whole result where one of them says nothing."""

    kind: Kind
    candidate: int | None
    name: str
    ours: str
    theirs: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(sheet: Sequence[Row], others: Sequence[Row]) -> list[Difference]:
    """The differences in the order of the sheet; then what the other list has besides, in its order.

    A row belongs to the candidate with its number, and without a number to the one with its e-mail address.
    What the other list does not say (an empty name, e-mail or attempt) is no difference: an empty result or
    day is. Names are the same when they have the same words, in any order: «Prøve, Kari» is Kari Prøve.
    """
    by_number = {row.candidate: place for place, row in enumerate(sheet)}
    by_email: dict[str, list[int]] = {}
    for place, row in enumerate(sheet):
        by_email.setdefault(row.email.casefold(), []).append(place)
    found: dict[int, list[Row]] = {}
    extra: list[Row] = []
    for row in others:
        belongs = _place(row, by_number, by_email, found)
        if belongs is None:
            extra.append(row)
        else:
            found.setdefault(belongs, []).append(row)
    differences: list[Difference] = []
    for place, ours in enumerate(sheet):
        rows = found.get(place)
        if not rows:
            differences.append(Difference(Kind.MISSING, ours.candidate, ours.name, _all_of(ours), ""))
            continue
        differences += _within(ours, rows[0])
        differences += [
            Difference(Kind.REPEATED, ours.candidate, ours.name, _all_of(ours), _all_of(row))
            for row in rows[1:]
        ]
    return differences + [
        Difference(Kind.EXTRA, row.candidate, row.name or row.email, "", _all_of(row)) for row in extra
    ]


def _place(
    row: Row,
    by_number: dict[int | None, int],
    by_email: dict[str, list[int]],
    found: dict[int, list[Row]],
) -> int | None:
    if row.candidate is not None:
        return by_number.get(row.candidate)
    if not row.email:
        return None
    places = by_email.get(row.email.casefold(), [])
    return next((place for place in places if place not in found), places[0] if places else None)


def _within(ours: Row, theirs: Row) -> Iterator[Difference]:
    if ours.result != theirs.result:
        yield Difference(Kind.RESULT, ours.candidate, ours.name, ours.result, theirs.result)
    if ours.dated_on != theirs.dated_on:
        yield Difference(Kind.DAY, ours.candidate, ours.name, ours.dated_on, theirs.dated_on)
    if theirs.name and _words(ours.name) != _words(theirs.name):
        yield Difference(Kind.NAME, ours.candidate, ours.name, ours.name, theirs.name)
    if theirs.email and ours.email.casefold() != theirs.email.casefold():
        yield Difference(Kind.EMAIL, ours.candidate, ours.name, ours.email, theirs.email)
    if theirs.attempt is not None and ours.attempt != theirs.attempt:
        ours_said = "" if ours.attempt is None else str(ours.attempt)
        yield Difference(Kind.ATTEMPT, ours.candidate, ours.name, ours_said, str(theirs.attempt))


def _words(name: str) -> list[str]:
    return sorted(name.casefold().replace(",", " ").split())


def _all_of(row: Row) -> str:
    return " · ".join(said for said in (row.result, row.dated_on) if said)
