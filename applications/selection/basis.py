"""The frozen basis of a draw: everything the outcome follows from, except chance, in one canonical file.

Its digest is published and mailed before any source of randomness has a value.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

from .ballot import Ballot, Table, expected_seats, make_ballot
from .canonical import Json, from_canonical, to_canonical
from .feasibility import feasibility, no_draw_needed, normalise
from .leximin import Chances, Proof, Step, check_proof, leximin
from .model import BASIS_FORMAT, Cell, Group, Input, Lock
from .reasons import InputError, NoDrawNeeded, Note, NotFeasible, Warn
from .softening import certain_outcomes, soften

NO_DRAW_FORMAT = "innoskole-no-draw/1"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that is known before the freeze, for the what-if page as for the basis.

    input: with the bounds in force. locked, cost: of softened quotas, else empty and 0.
    notes: what was changed on the way. warnings: groups whose outcome is certain.
    """

    input: Input
    locked: tuple[Lock, ...]
    cost: int
    chances: Chances
    proof: Proof
    notes: tuple[Note, ...]
    warnings: tuple[Warn, ...]


def prepare(given: Input, *, soften_quotas: bool = False) -> Prepared:
    """Lower minimums to what exists, soften the quotas if asked to and needed, and find the fairest chances.

    Raises NotFeasible when the quotas cannot be kept and are not to be softened. With no draw needed every
    chance is 1.
    """
    if soften_quotas:
        softened = soften(given)
        in_force, locked, cost, notes = softened.input, softened.locked, softened.cost, softened.notes
    else:
        in_force, notes = normalise(given)
        locked, cost = (), 0
        reason = feasibility(in_force)
        if reason:
            raise NotFeasible(reason, notes)
    chances, proof = leximin(in_force, locked)
    if not in_force.sources:
        notes += (Note("no_source"),)
    return Prepared(in_force, locked, cost, chances, proof, notes, certain_outcomes(in_force, chances))


def freeze(given: Input, *, soften: bool = False) -> bytes:
    """The basis as canonical JSON, ready to be published.

    Raises NoDrawNeeded when everybody is admitted (publish `no_draw_protocol` instead), NotFeasible when the
    quotas cannot be kept and `soften` is False, and InputError when the moment of the freeze is missing.
    """
    return to_basis(prepare(given, soften_quotas=soften))


def to_basis(prepared: Prepared) -> bytes:
    """Write the basis of what was prepared, after checking its own proof and ballot. Raises like `freeze`."""
    given = prepared.input
    reason = no_draw_needed(given)
    if reason:
        raise NoDrawNeeded(reason)
    if not given.frozen_at:
        raise InputError("no_moment")
    document = basis_document(prepared, BASIS_FORMAT)
    content = to_canonical(document)
    # The verifier is a second implementation, but a basis that fails its own checks must never be published.
    basis = read_basis(content)
    claimed = check_proof(basis.input, basis.proof, basis.locked)
    if expected_seats(basis.ballot, given) != {c: claimed[c] * n for c, n in given.cells().items()}:
        raise InputError("bad_ballot", detail="loddene gir ikke sjansene i beviset")
    return content


def basis_document(prepared: Prepared, format_name: str) -> dict[str, Json]:
    """The basis as a document, in the given format, with ballot and proof."""
    given = prepared.input
    ballot = make_ballot(given, prepared.chances)
    document: dict[str, Json] = {
        "format": format_name,
        "round": given.round,
        "places": given.places,
        "regions": [_group(group) for group in given.regions],
        "sizes": [_group(group) for group in given.sizes],
        "applicants": _applicants(given),
        "ballot": {
            "total": str(ballot.total),
            "tables": [
                {"lots": str(table.lots), "places": [list(row) for row in table.places]}
                for table in ballot.tables
            ],
        },
        "proof": [
            {
                "chance": fraction_text(step.chance),
                "cut": list(step.cut),
                "cells": [[region, size] for region, size in step.cells],
            }
            for step in prepared.proof
        ],
        "sources": [{"id": source.id, "description": source.description} for source in given.sources],
        "frozen_at": given.frozen_at,
    }
    if prepared.locked:
        document["locked"] = [
            {"region": lock.region, "size": lock.size, "places": lock.places} for lock in prepared.locked
        ]
    if given.trials is not None:
        document["trials"] = given.trials
    return document


def no_draw_protocol(given: Input) -> bytes:
    """What is published instead of basis and protocol when everybody is admitted, in canonical form.

    Keys: format, round, places, applicants, selected (all ids, sorted), frozen_at.
    Raises InputError("draw_needed") when somebody has to be left out.
    """
    if not no_draw_needed(given):
        raise InputError("draw_needed", applicants=len(given.applicants), places=given.places)
    if not given.frozen_at:
        raise InputError("no_moment")
    return to_canonical(
        {
            "format": NO_DRAW_FORMAT,
            "round": given.round,
            "places": given.places,
            "applicants": _applicants(given),
            "selected": [applicant.id for applicant in given.applicants],
            "frozen_at": given.frozen_at,
        }
    )


def digest(content: bytes) -> str:
    """SHA-256 in lower-case hex: of a basis, what is published at the freeze."""
    return hashlib.sha256(content).hexdigest()


def fraction_text(fraction: Fraction) -> str:
    """«7/15», «0/1», «1/1»."""
    return f"{fraction.numerator}/{fraction.denominator}"


@dataclass(frozen=True, slots=True)
class Basis:
    """A basis that was read back; `digest` is of the very bytes."""

    input: Input
    locked: tuple[Lock, ...]
    ballot: Ballot
    proof: Proof
    digest: str

    def table_cells(self, index: int) -> dict[Cell, int]:
        """Seats per cell in one table of the ballot, cells without applicants included."""
        return {
            (region.code, size.code): places
            for region, row in zip(self.input.regions, self.ballot.tables[index].places, strict=True)
            for size, places in zip(self.input.sizes, row, strict=True)
        }


def read_basis(content: bytes, *, format_name: str = BASIS_FORMAT) -> Basis:
    """Read a basis. Raises InputError unless it is canonical, of the format, and whole in itself.

    The quotas and the proof are not checked here: that is for `verify`.
    """
    document = from_canonical(content, "basis.json")
    found = document.get("format")
    if found == NO_DRAW_FORMAT:
        raise InputError("no_draw_format")
    if found != format_name:
        raise InputError("wrong_format", where="basis.json", found=str(found), expected=format_name)
    given = Input.from_json({key: value for key, value in document.items() if key not in _OF_THE_FREEZE})
    try:
        basis = Basis(
            given,
            tuple(_read_lock(each) for each in document.get("locked", [])),
            _read_ballot(document["ballot"]),
            tuple(_read_step(step) for step in document["proof"]),
            digest(content),
        )
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise InputError("bad_ballot", detail=f"ballot, proof eller locked: {error}") from error
    if [each["id"] for each in document["applicants"]] != [applicant.id for applicant in given.applicants]:
        raise InputError("not_canonical", where="basis.json", detail="søknadene står ikke i rekkefølge")
    _check_ballot(basis)
    return basis


_OF_THE_FREEZE = ("format", "ballot", "proof", "locked")


def _of_type(kind: type[_T], value: object) -> _T:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} er av feil slag")
    return value


def _read_lock(fields: dict[str, Any]) -> Lock:
    region, size = (_of_type(str, fields[key]) for key in ("region", "size"))
    return Lock(region, size, _of_type(int, fields["places"]))


def _read_ballot(fields: dict[str, Any]) -> Ballot:
    tables = [
        Table(
            int(each["lots"]), tuple(tuple(_of_type(int, seats) for seats in row) for row in each["places"])
        )
        for each in fields["tables"]
    ]
    return Ballot(int(fields["total"]), tuple(tables))


def _read_step(fields: dict[str, Any]) -> Step:
    cells = tuple((region, size) for region, size in fields["cells"])
    return Step(Fraction(fields["chance"]), tuple(fields["cut"]), cells)


def _check_ballot(basis: Basis) -> None:
    counts, ballot = basis.input.cells(), basis.ballot
    if not ballot.tables or any(table.lots < 1 for table in ballot.tables):
        raise InputError("bad_ballot", detail="en fordeling har ingen lodd")
    if sum(table.lots for table in ballot.tables) != ballot.total:
        raise InputError("bad_ballot", detail="summen av loddene er ikke totalen")
    shape = (len(basis.input.sizes),) * len(basis.input.regions)
    for index, table in enumerate(ballot.tables):
        if tuple(len(row) for row in table.places) != shape:
            raise InputError("bad_ballot", detail="en fordeling har feil antall rader eller kolonner")
        if not all(0 <= places <= counts.get(cell, 0) for cell, places in basis.table_cells(index).items()):
            raise InputError("bad_ballot", detail="en fordeling gir flere plasser enn det er søknader")
    for lock in basis.locked:
        if lock.places not in (0, counts.get(lock.cell, 0)):
            raise InputError("bad_lock", region=lock.region, size=lock.size)


def _group(group: Group) -> Json:
    return {"code": group.code, "name": group.name, "min": group.min, "max": group.max}


def _applicants(given: Input) -> Json:
    return [
        {"id": applicant.id, "name": applicant.name, "region": applicant.region, "size": applicant.size}
        for applicant in given.applicants
    ]
