"""The command line: what goes to stdout, what goes to stderr, and the exit code."""

import json
import os
import subprocess
import sys

import pytest

from applications.selection import freeze, to_canonical
from applications.selection.__main__ import main
from tests.selection.build import ROOT, VECTOR, make, seed_for, vector


def as_json(given) -> dict:
    return {
        "round": given.round,
        "places": given.places,
        "regions": [{"code": g.code, "name": g.name, "min": g.min, "max": g.max} for g in given.regions],
        "sizes": [{"code": g.code, "name": g.name, "min": g.min, "max": g.max} for g in given.sizes],
        "applicants": [
            {"id": a.id, "name": a.name, "region": a.region, "size": a.size} for a in given.applicants
        ],
        "sources": [{"id": source.id, "description": source.description} for source in given.sources],
        "frozen_at": given.frozen_at,
    }


@pytest.fixture
def run(tmp_path, capfdbinary):
    """Run a command; a round or a document stands for a file with it. Gives (exit code, stdout, stderr)."""

    def run(*arguments: object) -> tuple[int, bytes, str]:
        paths = []
        for number, argument in enumerate(arguments):
            if hasattr(argument, "applicants"):
                argument = as_json(argument)
            if isinstance(argument, dict):
                argument = json.dumps(argument).encode()
            if isinstance(argument, bytes):
                path = tmp_path / f"{number}.json"
                path.write_bytes(argument)
                argument = path
            paths.append(str(argument))
        code = main(paths)
        out, error = capfdbinary.readouterr()
        return code, out, error.decode()

    return run


COLLIDING = make([[3, 2, 1]] * 7, 5)


def test_freeze_draw_and_verify(run):
    given = make([[3, 2], [4, 1]], 4)
    code, basis, remarks = run("freeze", given)
    assert (code, basis, remarks) == (0, freeze(given), "")
    seed = seed_for(basis).encode()
    code, protocol, remarks = run("draw", basis, seed)
    assert (code, remarks) == (0, "")
    code, sentences, remarks = run("verify", basis, seed, protocol)
    assert (code, remarks, sentences.count(b"OK    ")) == (0, "", 8)


def test_the_known_answer(run):
    assert run("draw", VECTOR / "basis.json", VECTOR / "seed.txt") == (0, vector("protocol.json"), "")
    files = [VECTOR / name for name in ("basis.json", "seed.txt", "protocol.json")]
    assert run("verify", *files, "5326abc7127ee52b606e20be9bb3587bb6afbbf536b546cd1a826d02513cd4a6")[0] == 0
    code, sentences, _ = run("verify", *files, "0" * 64)
    assert code == 1
    assert sentences.decode().splitlines()[0].startswith("FEIL  Grunnlaget er ikke det kunngjorte")
    published = " 5326ABC7127EE52B606E20BE9BB3587BB6AFBBF536B546CD1A826D02513CD4A6 "
    assert run("verify", *files, published)[0] == 0


def test_files_in_another_order_are_refused_once(run):
    files = [VECTOR / name for name in ("protocol.json", "seed.txt", "basis.json")]
    sentence = "FEIL  Filene har ikke formen de skal ha, eller er byttet om.\n"
    assert run("verify", *files) == (1, sentence.encode(), "")


def test_colliding_quotas_end_with_2_and_the_sentence(run):
    code, basis, sentence = run("freeze", COLLIDING)
    assert (code, basis) == (2, b"")
    assert sentence == (
        "Landsdelene Region R0, Region R1, Region R2, Region R3, Region R4, Region R5 og Region R6 "
        "krever minst 7 plasser til sammen. Trenger minst 7 plasser, har 5.\n"
    )
    assert run("chances", COLLIDING)[:2] == (2, b"")


def test_minimums_lowered_before_the_quotas_collide_are_told_too(run):
    given = make([[3]] * 5, 10, [(5, 10)] * 5)
    code, basis, remarks = run("freeze", given)
    assert (code, basis) == (2, b"")
    assert remarks.splitlines() == [
        *(
            f"Landsdelen Region R{number} har 3 søknader; minstetallet 5 er satt ned til 3."
            for number in range(5)
        ),
        "Landsdelene Region R0, Region R1, Region R2, Region R3 og Region R4 krever minst 15 plasser "
        "til sammen. Trenger minst 15 plasser, har 10.",
    ]
    assert run("chances", given) == (2, b"", remarks)


def test_softened_quotas_are_told_on_stderr(run):
    code, basis, remarks = run("freeze", COLLIDING, "--soften")
    assert (code, basis) == (0, freeze(COLLIDING, soften=True))
    assert remarks.splitlines()[0] == "Landsdelen Region R0 har fått kvoten 0–1 i stedet for 1–5."
    assert json.loads(run("chances", "--soften", COLLIDING)[1])["R3/L"] == "1/7"


def test_a_minimum_above_the_applicants_is_told_on_stderr(run):
    given = make([[1], [3]], 3, [(2, 3), (0, 3)])
    code, basis, remarks = run("freeze", given)
    assert code == 0
    assert json.loads(basis)["regions"][0]["min"] == 1
    assert remarks.splitlines() == [
        "Landsdelen Region R0 har 1 søknad; minstetallet 2 er satt ned til 1.",
        "Alle søknader fra landsdelen Region R0 får plass: sjansen er 1.",
    ]


def test_chances(run):
    code, answer, _ = run("chances", VECTOR / "basis.json")
    assert code == 0
    assert json.loads(answer) == {
        "NN/S": "7/15",
        "NN/L": "7/15",
        "TR/M": "8/15",
        "TR/L": "7/15",
        "VL/S": "7/15",
        "VL/L": "7/15",
        "SL/L": "1/1",
        "OL/S": "7/15",
        "OL/M": "7/15",
        "OL/L": "7/15",
    }


def test_no_draw(run):
    given = make([[1, 2]], 3)
    sentence = "Det er 3 søknader til 3 plasser: alle får plass, og det blir ingen loddtrekning.\n"
    code, protocol, remarks = run("freeze", given)
    assert (code, remarks) == (3, sentence)
    assert json.loads(protocol)["format"] == "innoskole-no-draw/1"
    assert json.loads(protocol)["selected"] == ["0001", "0002", "0003"]
    code, nothing, remarks = run("draw", protocol, b"")
    assert (code, nothing, remarks) == (
        2,
        b"",
        "Grunnlaget sier at alle søkerne får plass; det skal ikke trekkes.\n",
    )
    code, answer, remarks = run("chances", given)
    assert (code, json.loads(answer), remarks) == (0, {"R0/S": "1/1", "R0/M": "1/1"}, sentence)


def test_a_third_criterion(run):
    document = as_json(COLLIDING) | {"criteria": [{"code": "A", "name": "A", "min": 1, "max": 2}]}
    code, basis, sentence = run("freeze", document)
    assert (code, basis) == (2, b"")
    assert sentence.startswith("Feltet «criteria» i filen ville være et tredje kriterium")


def test_files_that_cannot_be_used(run, tmp_path):
    for content, detail in (
        (b"{", "feil på linje 1, tegn 2"),
        (b"\xff", "innholdet er ikke UTF-8"),
        (b"[" * 100_000, "for mange lister eller objekter i hverandre"),
        (b'{"places":1,"places":2}', "nøkkelen «places» står to ganger"),
        (b'{"places":1.5}', "1.5 er ikke et helt tall"),
    ):
        refusal = f"Filen kan ikke leses som JSON: {detail}.\n"
        assert run("freeze", content) == run("chances", content) == (2, b"", refusal)
    for path in (tmp_path / "absent.json", tmp_path):
        refusal = f"Kan ikke lese {path}: finnes filen, og har du tilgang til den?\n"
        assert run("freeze", path) == run("verify", path, path, path) == (2, b"", refusal)
    assert run("draw", b"{", vector("seed.txt")) == (
        2,
        b"",
        "basis.json har ikke den kanoniske formen: feil på linje 1, tegn 2.\n",
    )
    assert run("draw", vector("basis.json"), b"\xff")[0::2] == (
        2,
        "Frøteksten følger ikke grunnlaget: den er ikke UTF-8.\n",
    )
    assert run("draw", vector("basis.json") + b"\n", vector("seed.txt"))[0] == 2


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        (
            lambda basis: basis["ballot"]["tables"][0]["places"][0].__setitem__(0, "x"),
            "ballot, proof eller locked: 'x' er av feil slag",
        ),
        (
            lambda basis: basis.update(locked=[{"region": [], "size": "S", "places": 0}]),
            "ballot, proof eller locked: [] er av feil slag",
        ),
        (lambda basis: basis["ballot"]["tables"][0].update(lots="-5"), "en fordeling har ingen lodd"),
    ],
    ids=["text as a seat", "a list as a region", "fewer lots than none"],
)
def test_a_basis_that_cannot_be_drawn_from(run, change, detail):
    basis = json.loads(vector("basis.json"))
    change(basis)
    assert run("draw", to_canonical(basis), vector("seed.txt")) == (
        2,
        b"",
        f"Loddene i grunnlaget henger ikke sammen: {detail}.\n",
    )


def test_from_a_shell():
    command = [sys.executable, "-m", "applications.selection"]
    result = subprocess.run(
        [*command, "verify", *(VECTOR / name for name in ("basis.json", "seed.txt", "protocol.json"))],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "OK    Alle 6 fordelinger holder alle kvotene." in result.stdout
    assert "OK    Fr\\xf8et e27d94c1" in result.stdout
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 2
