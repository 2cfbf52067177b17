"""The rows of a sheet in one form, whatever file they came in, and the checksum over them."""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

# What a candidate got: a mark, or none because they did not come.
ABSENT, VALID_ABSENCE = "ABSENT", "VALID_ABSENCE"


@dataclass(frozen=True)
class Row:
    """One candidate's result.

    candidate: the number by which both systems know the candidate in this sheet. result: a mark, ABSENT,
    VALID_ABSENCE, or what a file says instead. dated_on: ISO 8601, or what a file says instead. None or empty
    where a file does not say.
    """

    candidate: int | None
    name: str
    email: str
    attempt: int | None
    result: str
    dated_on: str

    def in_one_form(self) -> "Row":
        """Two ways to write the same letters are one (Unicode NFC)."""
        return replace(
            self,
            name=unicodedata.normalize("NFC", self.name),
            email=unicodedata.normalize("NFC", self.email),
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def from_json(row: Mapping[str, Any]) -> Row:
    return Row(**row)


def canonical(rows: Iterable[Row]) -> bytes:
    """The rows as JSON, one candidate after another, keys in order and no white space: in UTF-8.

    The order of the rows in a file makes no difference.
    """
    ordered = sorted(
        (row.in_one_form() for row in rows),
        key=lambda row: (row.candidate is None, row.candidate or 0, row.email, repr(row)),
    )
    found = [row.as_json() for row in ordered]
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(rows: Iterable[Row]) -> str:
    """SHA-256 of the canonical rows, in hex: `sha256sum` of the sheet as JSON says the same."""
    return sha256(canonical(rows)).hexdigest()
