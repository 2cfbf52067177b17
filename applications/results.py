"""A round as people read it: one line per application, with its group, exact chance, lot and outcome."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from applications.models import DrawRound
from applications.selection import Cell, Chances, check_proof


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
