"""The draw is a pure function of basis and seed text, and it is fair."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction

import pytest

from applications.selection import (
    BASIS_FORMAT,
    PROTOCOL_FORMAT,
    TRIAL_FORMAT,
    Ballot,
    Basis,
    InputError,
    Table,
    chances,
    draw,
    freeze,
    from_canonical,
    lot,
    outcome,
    prepare,
    read_basis,
    seed_text,
    to_canonical,
    trial,
    verify,
)
from applications.selection.draw import draw_number, outcome_document, table_of
from tests.selection.build import ROOT, VECTOR, make, seed_for, vector, vector_input

DRAWS = 100_000


@dataclass
class Tally:
    """What was counted in 100 000 draws; the draws themselves would fill the memory."""

    basis: Basis
    tables: Counter[int] = field(default_factory=Counter)
    panels: Counter[tuple[str, ...]] = field(default_factory=Counter)
    lowest: Counter[str] = field(default_factory=Counter)
    everyone_once: int = 0


@pytest.fixture(scope="module")
def drawn() -> Tally:
    """100 000 draws of the known answer's basis: seeds are the hashes of 0, 1, 2, …"""
    tally = Tally(read_basis(vector("basis.json")))
    cells = {applicant.id: applicant.cell for applicant in tally.basis.input.applicants}
    everyone = sorted(cells)
    for number in range(DRAWS):
        result = outcome(tally.basis, hashlib.sha256(str(number).encode()).hexdigest())
        tally.tables[result.table] += 1
        tally.panels[result.selected] += 1
        tally.lowest.update({cells[applicant]: applicant for applicant, _ in reversed(result.lots)}.values())
        reserves = (applicant for queue in result.reserves.values() for applicant in queue)
        tally.everyone_once += sorted([*result.selected, *reserves]) == everyone
    return tally


def chi_square(observed: list[int], expected: list[float]) -> float:
    return sum((seen - mean) ** 2 / mean for seen, mean in zip(observed, expected, strict=True))


# Upper 1 % points of the chi-square distribution by degrees of freedom.
ONE_PER_CENT = {1: 6.635, 2: 9.210, 3: 11.345, 4: 13.277, 5: 15.086}


def test_tables_are_drawn_by_their_lots(drawn):
    ballot = drawn.basis.ballot
    expected = [DRAWS * table.lots / ballot.total for table in ballot.tables]
    seen = [drawn.tables[index] for index in range(len(ballot.tables))]
    assert chi_square(seen, expected) < ONE_PER_CENT[len(ballot.tables) - 1]


def test_within_a_cell_everyone_is_as_likely_to_have_the_lowest_lot(drawn):
    compared = []
    for cell, count in drawn.basis.input.cells().items():
        if count > 1:
            members = [applicant.id for applicant in drawn.basis.input.applicants if applicant.cell == cell]
            seen = [drawn.lowest[member] for member in members]
            assert sum(seen) == DRAWS
            assert chi_square(seen, [DRAWS / count] * count) < ONE_PER_CENT[count - 1]
            compared.append(cell)
    assert compared == [("NN", "S"), ("VL", "L"), ("OL", "L")]


def test_everyone_is_selected_as_often_as_their_published_chance(drawn):
    published = chances(drawn.basis.input)
    seen = Counter[str]()
    for panel, times in drawn.panels.items():
        seen.update(dict.fromkeys(panel, times))
    for applicant in drawn.basis.input.applicants:
        chance = float(published[applicant.cell])
        spread = (DRAWS * chance * (1 - chance)) ** 0.5
        assert abs(seen[applicant.id] - DRAWS * chance) <= 4 * spread


def test_no_quota_is_ever_broken(drawn):
    given = drawn.basis.input
    region = {applicant.id: applicant.region for applicant in given.applicants}
    size = {applicant.id: applicant.size for applicant in given.applicants}
    bounds = {group.code: (group.min, group.max) for group in (*given.regions, *given.sizes)}
    assert sum(drawn.panels.values()) == DRAWS
    assert len(drawn.panels) > 100
    for panel in drawn.panels:
        assert len(panel) == len(set(panel)) == given.places
        seats = Counter(region[each] for each in panel) + Counter(size[each] for each in panel)
        for code, (low, high) in bounds.items():
            assert low <= seats[code] <= high


def test_selected_and_reserves_are_everyone_once(drawn):
    assert drawn.everyone_once == DRAWS


def test_a_lot_can_be_checked_in_a_shell():
    seed = "e27d94c1cb58eb7499f096219f6102800e99c8c9e07935ef9c7ad6ae195ad4d0"
    shell = subprocess.run(
        f"printf '%s' '{seed}/lot/3301' | sha256sum", shell=True, capture_output=True, text=True, check=True
    )
    assert lot(seed, "3301") == shell.stdout.split()[0]


@pytest.mark.parametrize(("total", "blocks"), [(1, 1), (15, 1), (2**191, 1), (2**192, 2), (2**200 + 1, 2)])
def test_the_number_drawn_uses_as_many_hashes_as_it_needs(total, blocks):
    digests = [hashlib.sha256(f"seed/table/0/{block}".encode()).digest() for block in range(blocks)]
    assert draw_number("seed", total) == int.from_bytes(b"".join(digests)) % total


def test_a_number_in_the_incomplete_last_run_is_drawn_again(monkeypatch):
    """With 14 lots, 2^256 - 1 lies above the last full run of 14; the hash is made to say so once."""
    real, asked = hashlib.sha256, []

    class Highest:
        def digest(self) -> bytes:
            return b"\xff" * 32

    def sha256(content: bytes):
        asked.append(content)
        return Highest() if content == b"seed/table/0/0" else real(content)

    monkeypatch.setattr(hashlib, "sha256", sha256)
    assert draw_number("seed", 14) == int.from_bytes(real(b"seed/table/1/0").digest()) % 14
    assert asked == [b"seed/table/0/0", b"seed/table/1/0"]


def test_the_first_table_whose_cumulated_lots_exceed_the_number():
    assert [table_of(number, [2, 1, 3]) for number in range(6)] == [0, 0, 1, 2, 2, 2]
    with pytest.raises(ValueError, match="not below the total"):
        table_of(6, [2, 1, 3])


def test_a_number_too_large_for_a_double_is_written_as_text():
    basis = read_basis(vector("basis.json"))
    table = basis.ballot.tables[0]
    huge = replace(basis, ballot=Ballot(2**80, (Table(2**80, table.places),)))
    result = outcome(huge, "00")
    document = outcome_document(result, PROTOCOL_FORMAT)
    assert result.drawn > 2**53
    assert document["drawn"] == str(result.drawn)
    assert to_canonical(document)


# --- The seed text --------------------------------------------------------------------------------


def test_the_seed_text_must_belong_to_the_basis():
    basis, text = vector("basis.json"), vector("seed.txt").decode()
    lines = text.split("\n")
    wrong = {
        "begynne med": [
            text.replace("innoskole-draw/1", "innoskole-draw-trial/1"),
            text[:-1],
            text + "x",
            "",
        ],
        "annet grunnlag": [text.replace("5326abc7", "6326abc7")],
        "én linje for hver": ["\n".join([*lines[:3], ""]), text + "source more 1\n"],
        "på sin plass": [
            "\n".join([*lines[:2], lines[3], lines[2], ""]),
            text.replace("source drand", "source drond"),
        ],
        "er tom": [text.replace(" 9,18,27,33,35,39+4", " ")],
        "kontrolltegn": [text.replace("39+4", "39+4\r")],
        "mellomrom": [text.replace(" 9,18", "  9,18")],
    }
    for sentence, texts in wrong.items():
        for changed in texts:
            with pytest.raises(InputError, match=sentence):
                draw(basis, changed)


def test_the_seed_text_needs_a_value_for_every_source_and_no_other():
    basis = vector("basis.json")
    first, second = "drand-quicknet/657413", "vikinglotto/2026-03-18"
    for values, sentence in (
        ({first: "a"}, f"Kilden {second} mangler en verdi"),
        ({first: "a", second: "b", "latest": "c"}, "latest, som ikke er en kunngjort kilde"),
        ({first: "a", second: ""}, "er tom"),
        ({first: "a", second: "b\n"}, "kontrolltegn"),
        ({first: "a", second: " b"}, "mellomrom"),
    ):
        with pytest.raises(InputError, match=sentence):
            seed_text(basis, values)


def test_any_change_of_a_value_changes_every_lot():
    basis, text = vector("basis.json"), vector("seed.txt").decode()
    one, other = json.loads(draw(basis, text)), json.loads(draw(basis, text.replace("39+4", "39+5")))
    assert not set(map(tuple, one["lots"])) & set(map(tuple, other["lots"]))


# --- Counting and marking trials ------------------------------------------------------------------


def test_the_count_of_trial_draws_is_in_basis_and_protocol():
    basis = freeze(replace(vector_input(), trials=3))
    seed = seed_for(basis)
    protocol = draw(basis, seed)
    assert (json.loads(basis)["trials"], json.loads(protocol)["trials"]) == (3, 3)
    assert all(check.ok for check in verify(basis, seed, protocol))
    denied = to_canonical({key: value for key, value in json.loads(protocol).items() if key != "trials"})
    assert [check.name for check in verify(basis, seed, denied) if not check.ok] == ["canonical"]


def test_a_trial_draw_says_what_it_is_and_nobody_takes_it_for_a_draw():
    prepared = prepare(replace(vector_input(), frozen_at=""))
    first, again, second = trial(prepared, 1), trial(prepared, 1), trial(prepared, 2)
    assert first == again != second
    document = from_canonical(first, "trial.json")
    assert (document["format"], document["trial"], len(document["selected"])) == (TRIAL_FORMAT, 1, 9)
    assert TRIAL_FORMAT not in (BASIS_FORMAT, PROTOCOL_FORMAT)
    checks = verify(vector("basis.json"), vector("seed.txt"), first)
    assert [check.name for check in checks if check.ok] == ["digest", "quotas", "proof"]
    with pytest.raises(InputError, match="minst 1"):
        trial(prepared, 0)


def test_a_trial_basis_cannot_be_drawn():
    disguised = json.loads(vector("basis.json")) | {"format": TRIAL_FORMAT}
    with pytest.raises(
        InputError, match="har formatet «innoskole-draw-trial/1», ventet «innoskole-draw-basis/1»"
    ):
        draw(to_canonical(disguised), "")


# --- The same everywhere --------------------------------------------------------------------------


def test_another_process_with_another_hash_seed_gives_the_same_bytes():
    answers = set()
    for hash_seed in ("0", "1", "4242"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        frozen, protocol = (
            subprocess.run(
                [sys.executable, "-m", "applications.selection", *arguments],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                check=True,
            ).stdout
            for arguments in (
                ("freeze", VECTOR / "basis.json"),
                ("draw", VECTOR / "basis.json", VECTOR / "seed.txt"),
            )
        )
        answers.add((frozen, protocol))
    assert len(answers) == 1
    assert answers.pop()[1] == vector("protocol.json")


def test_the_order_of_the_applicants_in_the_input_does_not_matter():
    given = make([[2, 3], [4, 1]], 4)
    shuffled = replace(given, applicants=given.applicants[::-1])
    assert freeze(shuffled) == freeze(given)


def test_one_lot_in_the_ballot():
    given = make([[1], [3]], 1, [(1, 1), (0, 1)])
    basis = freeze(given)
    protocol = json.loads(draw(basis, seed_for(basis)))
    assert (protocol["drawn"], protocol["table"], protocol["selected"]) == (0, 0, ["0001"])
    assert chances(given)["R1", "S"] == Fraction(0)
