"""A round as people read it: one line per application, with its group, exact chance, lot and outcome."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from applications.models import Dimension, DrawRound, Intake
from applications.models.rules import groups_of
from applications.selection import Cell, Chances, Group, Input, check_proof


@dataclass(frozen=True)
class Line:
    """One application in a round.

    code, name: of the lead municipality. cell: its region and size class. in_group: applications in the cell.
    The rest is None or empty before the draw, and where no draw took place: lot in hex; rank of the lot in
    its group, from 1; places that the drawn table gave the group; number on the group's waiting list.
    """

    code: str
    name: str
    cell: Cell
    in_group: int
    chance: Fraction
    is_selected: bool | None = None
    lot: str = ""
    rank: int | None = None
    places: int | None = None
    reserve_number: int | None = None

    def without_result(self) -> "Line":
        """The same line as it stood before the draw."""
        return Line(self.code, self.name, self.cell, self.in_group, self.chance)


def chances(draw_round: DrawRound) -> Chances:
    """The exact chance in every group, worked out anew from the proof in the basis."""
    frozen = draw_round.frozen
    return check_proof(frozen.input, frozen.proof, frozen.locked)


def lines(draw_round: DrawRound) -> list[Line]:
    """Every application of the round, in the order of the basis."""
    if not draw_round.is_draw:
        return _without_draw(draw_round)
    frozen, chance = draw_round.frozen, chances(draw_round)
    counts = frozen.input.cells()
    protocol: dict[str, Any] = json.loads(draw_round.protocol) if draw_round.protocol else {}
    drawn = _drawn(draw_round, protocol) if protocol else {}
    return [
        Line(
            applicant.id,
            applicant.name,
            applicant.cell,
            counts[applicant.cell],
            chance[applicant.cell],
            **drawn.get(applicant.id, {}),
        )
        for applicant in frozen.input.applicants
    ]


def _drawn(draw_round: DrawRound, protocol: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    frozen = draw_round.frozen
    seats = frozen.table_cells(protocol["table"])
    cells = {applicant.id: applicant.cell for applicant in frozen.input.applicants}
    selected = set(protocol["selected"])
    ranks = dict.fromkeys(cells.values(), 0)
    found = {}
    for code, lot in protocol["lots"]:
        cell = cells[code]
        ranks[cell] += 1
        won = code in selected
        found[code] = {
            "is_selected": won,
            "lot": lot,
            "rank": ranks[cell],
            "places": seats[cell],
            "reserve_number": None if won else ranks[cell] - seats[cell],
        }
    return found


def _without_draw(draw_round: DrawRound) -> list[Line]:
    applicants = json.loads(draw_round.protocol)["applicants"]
    cells = [(applicant["region"], applicant["size"]) for applicant in applicants]
    return [
        Line(applicant["id"], applicant["name"], cell, cells.count(cell), Fraction(1), is_selected=True)
        for applicant, cell in zip(applicants, cells, strict=True)
    ]


def waiting_numbers(found: Iterable[Line]) -> dict[str, int]:
    """code → number on the whole waiting list, from 1, by lot; empty where no draw took place.

    It tells where an application stands. Who takes over a place follows the rule of the draw.
    """
    waiting = sorted((line.lot, line.code) for line in found if line.reserve_number)
    return {code: number for number, (_lot, code) in enumerate(waiting, 1)}


# --- Chances as a table ---------------------------------------------------------------------------


@dataclass(frozen=True)
class GroupHead:
    """A region or size class as a row or column: its bounds and the applications in it."""

    name: str
    least: int
    most: int
    applicants: int


@dataclass(frozen=True)
class ChanceCell:
    """The applications of a region and size class, and the chance of each; None where there are none.

    places: what the drawn table gives them, None before the draw.
    """

    applicants: int
    chance: Fraction | None
    places: int | None = None


@dataclass(frozen=True)
class ChanceRow:
    head: GroupHead
    cells: list[ChanceCell]


@dataclass(frozen=True)
class ChanceTable:
    sizes: list[GroupHead]
    rows: list[ChanceRow]
    places: int
    applicants: int


def chance_table(
    given: Input,
    chance: Chances,
    names: Mapping[tuple[str, str], str],
    seats: Mapping[Cell, int] | None = None,
) -> ChanceTable:
    """Regions down, size classes across. names: (dimension, code) → name in the reader's language."""
    counts = given.cells()

    def head(dimension: str, group: Group, position: int) -> GroupHead:
        inside = sum(number for cell, number in counts.items() if cell[position] == group.code)
        return GroupHead(names.get((dimension, group.code), group.name), group.min, group.max, inside)

    def cell(key: Cell) -> ChanceCell:
        return ChanceCell(counts.get(key, 0), chance.get(key), seats[key] if seats else None)

    return ChanceTable(
        sizes=[head(Dimension.SIZE, size, 1) for size in given.sizes],
        rows=[
            ChanceRow(
                head(Dimension.REGION, region, 0),
                [cell((region.code, size.code)) for size in given.sizes],
            )
            for region in given.regions
        ],
        places=given.places,
        applicants=len(given.applicants),
    )


def names_of(intake: Intake) -> dict[tuple[str, str], str]:
    """(dimension, code) → name of the group in the active language."""
    return {(group.dimension, group.code): group.name for group in groups_of(intake)}


def table_of(draw_round: DrawRound, *, with_result: bool) -> ChanceTable:
    """The groups of a frozen round with their chances and, if asked for, the places of the drawn table."""
    seats = None
    if with_result and draw_round.protocol:
        seats = draw_round.frozen.table_cells(json.loads(draw_round.protocol)["table"])
    given = draw_round.frozen.input
    return chance_table(given, chances(draw_round), names_of(draw_round.intake), seats)
