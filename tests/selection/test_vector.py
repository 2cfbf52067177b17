"""The published known answer, byte for byte."""

import json

from applications.selection import Check, digest, draw, freeze, read_basis, seed_text, verify
from tests.selection.build import vector, vector_input

DIGEST = "5326abc7127ee52b606e20be9bb3587bb6afbbf536b546cd1a826d02513cd4a6"
SELECTED = ["1511", "1853", "1871", "3301", "3411", "3437", "4204", "4601", "5001"]


def test_the_digest_of_the_basis():
    assert digest(vector("basis.json")) == DIGEST


def test_the_draw_gives_the_protocol_byte_for_byte():
    protocol = draw(vector("basis.json"), vector("seed.txt").decode())
    assert protocol == vector("protocol.json")
    document = json.loads(protocol)
    assert (document["drawn"], document["table"], document["selected"]) == (8, 1, SELECTED)
    assert document["seed"].startswith("e27d94c1")


def test_the_seed_text_from_the_sources_values():
    values = {
        "drand-quicknet/657413": "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587",
        "vikinglotto/2026-03-18": "9,18,27,33,35,39+4",
    }
    assert seed_text(vector("basis.json"), values).encode() == vector("seed.txt")


def test_the_verifier_says_yes_to_every_check():
    checks = verify(vector("basis.json"), vector("seed.txt"), vector("protocol.json"), DIGEST)
    assert [(check.name, check.ok) for check in checks] == [
        (name, True)
        for name in ("digest", "canonical", "quotas", "proof", "seed", "lots", "selection", "reserves")
    ]
    assert checks[0] == Check("digest", True, f"Grunnlaget har SHA-256 {DIGEST}, som kunngjort.")


def test_a_freeze_of_the_same_round_gives_the_same_chances_proof_and_ballot():
    frozen, published = json.loads(freeze(vector_input())), json.loads(vector("basis.json"))
    for source in published["sources"]:
        source["description"] = source.pop("beskrivelse")
    assert frozen == published


def test_the_basis_is_read_whole():
    basis = read_basis(vector("basis.json"))
    assert basis.digest == DIGEST
    assert basis.ballot.total == 15
    assert [table.lots for table in basis.ballot.tables] == [7, 3, 2, 1, 1, 1]
    assert basis.table_cells(0)["OL", "L"] == 3
    assert basis.input == vector_input()
