"""Draws that were tampered with, and which checks must find it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from applications.selection import (
    PROTOCOL_FORMAT,
    digest,
    draw,
    freeze,
    outcome,
    read_basis,
    soften,
    to_canonical,
)
from applications.selection.draw import outcome_document
from tests.selection.build import make, seed_for, vector


@dataclass(frozen=True)
class Files:
    basis: bytes
    seed: bytes
    protocol: bytes
    digest: str


def known_answer() -> Files:
    basis = vector("basis.json")
    return Files(basis, vector("seed.txt"), vector("protocol.json"), digest(basis))


def softened_draw() -> Files:
    given = make([[5, 0, 0], [5, 0, 0], [1, 1, 0]], 4, None, [(0, 2), (1, 1), (0, 4)])
    assert soften(given).locked
    basis = freeze(given, soften=True)
    seed = seed_for(basis)
    return Files(basis, seed.encode(), draw(basis, seed), digest(basis))


def redrawn(basis: dict[str, Any]) -> Files:
    """An honest draw on a forged basis: what a cheat who also announces the digest could show."""
    content = to_canonical(basis)
    seed = seed_for(content)
    return Files(content, seed.encode(), draw(content, seed), digest(content))


def forged(**changes: Any) -> dict[str, Any]:
    return json.loads(vector("basis.json")) | changes


def forged_bases() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(what was done, the check that must fail, basis)"""
    basis = forged()
    table = basis["ballot"]["tables"][0]["places"]
    table[0], table[1] = [2, 0, 0], [0, 0, 1]
    yield "seats moved within a table", "proof", basis

    basis = forged()
    basis["ballot"]["tables"][0]["places"][2], basis["ballot"]["tables"][0]["places"][0] = (
        [1, 0, 1],
        [1, 0, 0],
    )
    yield "seats moved between regions", "proof", basis

    basis = forged()
    basis["ballot"]["tables"][0]["places"][4] = [0, 0, 3]
    yield "a table with a place too few", "quotas", basis

    basis = forged()
    basis["ballot"]["tables"][0]["places"][3], basis["ballot"]["tables"][0]["places"][4] = (
        [0, 0, 0],
        [1, 1, 3],
    )
    yield "a table without a region", "quotas", basis

    basis = forged()
    basis["ballot"]["tables"][0]["lots"], basis["ballot"]["tables"][1]["lots"] = "6", "4"
    yield "lots moved between tables", "proof", basis

    basis = forged()
    basis["ballot"]["tables"].append(basis["ballot"]["tables"].pop(0) | {"lots": "8"})
    basis["ballot"]["total"] = "16"
    yield "a lot more", "proof", basis

    basis = forged()
    basis["ballot"]["tables"][0]["lots"], basis["ballot"]["total"] = "-5", "3"
    yield "a table with fewer lots than none", "quotas", basis

    basis = forged()
    for table in basis["ballot"]["tables"]:
        table["lots"] = "-" + table["lots"]
    basis["ballot"]["total"] = "-15"
    yield "fewer lots than none", "quotas", basis

    basis = forged()
    basis["ballot"]["total"] = "-5"
    yield "a total below nothing", "quotas", basis

    basis = forged()
    basis["ballot"]["tables"][0]["places"][0][0] = "x"
    yield "text as a seat", "quotas", basis

    for field, value in (("chance", "1/3"), ("chance", "14/30"), ("cut", ["SINK"]), ("cells", [["NN", "S"]])):
        basis = forged()
        basis["proof"][0][field] = value
        yield f"another {field} in the proof ({value})", "proof", basis

    for index in range(4):
        basis = forged()
        del basis["proof"][index]
        yield f"step {index} left out of the proof", "proof", basis

        basis = forged()
        basis["proof"].insert(index, basis["proof"][index])
        yield f"step {index} twice in the proof", "proof", basis

    basis = forged(proof=[])
    yield "no proof", "proof", basis

    basis = forged(places=8)
    yield "places that the tables do not fill", "quotas", basis

    basis = forged()
    basis["regions"][4]["max"] = 3
    yield "a maximum below what a table gives", "quotas", basis

    basis = forged(locked=[{"region": "SL", "size": "L", "places": 0}])
    yield "a lock that no table keeps", "quotas", basis


def forged_files() -> Iterator[tuple[str, list[str], Files]]:
    """(what was done, the checks that must fail — all others hold, files)"""
    sound = known_answer()
    protocol = json.loads(sound.protocol)

    def with_protocol(**changes: Any) -> Files:
        return Files(sound.basis, sound.seed, to_canonical(protocol | changes), sound.digest)

    selected, lots, reserves = protocol["selected"], protocol["lots"], protocol["reserves"]
    yield "another digest was announced", ["digest"], Files(sound.basis, sound.seed, sound.protocol, "0" * 64)
    yield "another seed", ["seed"], with_protocol(seed="0" * 64)
    yield "another number", ["selection"], with_protocol(drawn=7)
    yield "the number as text", ["selection"], with_protocol(drawn="8")
    yield "another table", ["selection"], with_protocol(table=0)
    exchanged = sorted({*selected, "0301"} - {"3301"})
    yield "a friend instead of a winner", ["selection", "reserves"], with_protocol(selected=exchanged)
    yield "a winner more", ["selection", "reserves"], with_protocol(selected=sorted([*selected, "0301"]))
    yield "winners out of order", ["selection"], with_protocol(selected=selected[::-1])
    yield "lots out of order", ["lots"], with_protocol(lots=[lots[1], lots[0], *lots[2:]])
    yield "a lot changed", ["lots"], with_protocol(lots=[[lots[0][0], "0" * 64], *lots[1:]])
    yield "a lot left out", ["lots"], with_protocol(lots=lots[:-1])
    yield "reserves out of order", ["reserves"], with_protocol(reserves=reserves[::-1])
    late = [*reserves[:-1], ["OL", "L", reserves[-1][2][::-1]]]
    yield "a reserve moved forward", ["reserves"], with_protocol(reserves=late)
    yield "a cell without reserves", ["reserves"], with_protocol(reserves=[*reserves, ["SL", "L", []]])
    yield "a field more", ["canonical"], with_protocol(comment="x")
    yield "trials that nobody counted", ["canonical"], with_protocol(trials=1)
    yield "a trial's name", ["canonical"], with_protocol(format="innoskole-draw-trial/1")
    spaced = sound.protocol.replace(b",", b", ", 1)
    yield "white space", ["canonical"], Files(sound.basis, sound.seed, spaced, sound.digest)

    def with_seed(old: str, new: str) -> Files:
        seed = sound.seed.decode().replace(old, new).encode()
        assert seed != sound.seed
        return Files(sound.basis, seed, draw_anyway(seed), sound.digest)

    def draw_anyway(seed: bytes) -> bytes:
        result = outcome(read_basis(sound.basis), digest(seed))
        return to_canonical(outcome_document(result, PROTOCOL_FORMAT))

    yield "a value left out", ["seed"], with_seed("9,18,27,33,35,39+4", "")
    yield "a source under another name", ["seed"], with_seed("vikinglotto", "lotto")
    yield "a value with a space after it", ["seed"], with_seed("39+4", "39+4 ")
    yield "a value with a control character", ["seed"], with_seed("39+4", "39+4\r")
    yield "a line more", ["seed"], with_seed("39+4\n", "39+4\nsource coin heads\n")
    yield "no line feed at the end", ["seed"], with_seed("39+4\n", "39+4")
    yield "another version", ["seed"], with_seed("innoskole-draw/1", "innoskole-draw/2")
    yield "the seed text of another basis", ["seed"], with_seed("5326abc7", "6326abc7")


def broken_files() -> Iterator[tuple[str, Files]]:
    """Files that cannot be read as what they should be: every check says no."""
    sound = known_answer()
    for name, content in (
        ("nothing", b""),
        ("no JSON", b"{"),
        ("no UTF-8", b"\xff\xfe"),
        ("a list", b"[]"),
        ("an empty object", b"{}"),
        ("null", b"null"),
    ):
        yield f"{name} as basis", Files(content, sound.seed, sound.protocol, digest(content))
    yield "no UTF-8 as seed text", Files(sound.basis, b"\xff", sound.protocol, sound.digest)
    yield "no JSON as protocol", Files(sound.basis, sound.seed, b"{", sound.digest)
    ragged = forged()
    ragged["ballot"]["tables"][0]["places"][0] = [1, 0]
    yield "a table with a hole", Files(to_canonical(ragged), sound.seed, sound.protocol, sound.digest)
