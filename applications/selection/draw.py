"""The draw: a seed from the announced sources, one lot for the table, one lot for every application.

«Ett lodd velger fordelingen; deretter vinner de laveste loddnumrene i hver gruppe.»
Nothing here is random and nothing is secret: basis and seed text decide everything, and anybody can redo it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .basis import Basis, digest, read_basis
from .canonical import LARGEST, Json, to_canonical
from .model import Cell, check_text
from .reasons import InputError

SEED_FORMAT = "innoskole-draw/1"
PROTOCOL_FORMAT = "innoskole-draw-protocol/1"


def seed_text(basis: bytes, values: Mapping[str, str]) -> str:
    """The content of seed.txt: the basis's digest and the value of every announced source, in order.

    values: source id -> value, for exactly the announced sources. Raises InputError otherwise, and for a
    value that is empty, has control characters, or begins or ends with white space.
    """
    frozen = read_basis(basis)
    announced = [source.id for source in frozen.input.sources]
    for source in values:
        if source not in announced:
            raise InputError("unknown_value", source=source)
    for source in announced:
        if source not in values:
            raise InputError("missing_value", source=source)
        _check_value(source, values[source])
    lines = [
        SEED_FORMAT,
        f"basis sha256 {frozen.digest}",
        *(f"source {each} {values[each]}" for each in announced),
    ]
    return "".join(f"{line}\n" for line in lines)


def _check_value(source: str, value: str) -> None:
    check_text(value, "value", f"kilden {source}")
    if value != value.strip():
        raise InputError("white_space", field="value", where=f"kilden {source}")


def _check_seed_text(basis: Basis, text: str) -> None:
    lines = text.split("\n")
    if lines[-1] or lines[0] != SEED_FORMAT:
        raise InputError(
            "bad_seed_text", detail=f"den skal begynne med «{SEED_FORMAT}» og slutte med linjeskift"
        )
    if lines[1:2] != [f"basis sha256 {basis.digest}"]:
        raise InputError("bad_seed_text", detail="den gjelder et annet grunnlag")
    values = lines[2:-1]
    if len(values) != len(basis.input.sources):
        raise InputError("bad_seed_text", detail="den har ikke én linje for hver kunngjort kilde")
    for line, source in zip(values, basis.input.sources, strict=True):
        start = f"source {source.id} "
        if not line.startswith(start):
            raise InputError(
                "bad_seed_text", detail=f"kilden {source.id} mangler eller står ikke på sin plass"
            )
        _check_value(source.id, line.removeprefix(start))


def lot(seed: str, applicant: str) -> str:
    """The lot of an application: `printf '<seed>/lot/<id>' | sha256sum`. The lowest win."""
    return hashlib.sha256(f"{seed}/lot/{applicant}".encode()).hexdigest()


def draw_number(seed: str, total: int) -> int:
    """A number in [0, total) without bias: a long hash, again while it falls in the incomplete last run.

    With 64 bits more than needed a second try is all but impossible, yet the rule is written and tested.
    """
    blocks = max(1, -(-(total.bit_length() + 64) // 256))
    limit = (1 << (256 * blocks)) // total * total
    counter = 0
    while True:
        hashes = (
            hashlib.sha256(f"{seed}/table/{counter}/{block}".encode()).digest() for block in range(blocks)
        )
        value = int.from_bytes(b"".join(hashes))
        if value < limit:
            return value % total
        counter += 1


def table_of(drawn: int, lots: Iterable[int]) -> int:
    """Index of the first table whose cumulated lots exceed the number drawn."""
    for index, number in enumerate(lots):
        drawn -= number
        if drawn < 0:
            return index
    raise ValueError("the number drawn is not below the total of lots")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a seed makes of a basis.

    lots: (id, hex) in lot order. selected: ids, sorted. reserves: ids in lot order for every cell with any
    left, in the order of regions and sizes.
    """

    seed: str
    drawn: int
    table: int
    lots: tuple[tuple[str, str], ...]
    selected: tuple[str, ...]
    reserves: dict[Cell, tuple[str, ...]]


def outcome(basis: Basis, seed: str) -> Outcome:
    """Draw the table, give everybody a lot, and let the lowest lots in each cell take the table's seats."""
    drawn = draw_number(seed, basis.ballot.total)
    table = table_of(drawn, (table.lots for table in basis.ballot.tables))
    cells: dict[str, Cell] = {applicant.id: applicant.cell for applicant in basis.input.applicants}
    lots = sorted(((each, lot(seed, each)) for each in cells), key=lambda pair: (pair[1], pair[0]))
    queues: dict[Cell, list[str]] = {cell: [] for cell in basis.input.cells()}
    for each, _ in lots:
        queues[cells[each]].append(each)
    seats = basis.table_cells(table)
    selected = sorted(each for cell, queue in queues.items() for each in queue[: seats[cell]])
    reserves = {
        cell: tuple(queue[seats[cell] :]) for cell, queue in queues.items() if len(queue) > seats[cell]
    }
    return Outcome(seed, drawn, table, tuple(lots), tuple(selected), reserves)


def outcome_document(result: Outcome, format_name: str) -> dict[str, Json]:
    """The outcome as a document in the given format."""
    return {
        "format": format_name,
        "seed": result.seed,
        # The canonical form writes numbers that a double may not hold as text.
        "drawn": result.drawn if result.drawn <= LARGEST else str(result.drawn),
        "table": result.table,
        "lots": [[each, hexadecimal] for each, hexadecimal in result.lots],
        "selected": list(result.selected),
        "reserves": [[region, size, list(queue)] for (region, size), queue in result.reserves.items()],
    }


def draw(basis: bytes, seed_text: str) -> bytes:
    """The protocol as canonical JSON: a pure function of basis.json and seed.txt.

    Raises InputError when the basis is not canonical or whole, or the seed text is not made for it.
    """
    frozen = read_basis(basis)
    _check_seed_text(frozen, seed_text)
    document = outcome_document(outcome(frozen, digest(seed_text.encode())), PROTOCOL_FORMAT)
    if frozen.input.trials is not None:
        document["trials"] = frozen.input.trials
    return to_canonical(document)
