"""The stand-alone verifier: alone, short, and not to be fooled."""

import ast
import json
import shutil
import subprocess
import sys
from random import Random

import pytest

from applications.selection import InputError, digest, draw, freeze, to_canonical, verify
from tests.selection import mutations
from tests.selection.build import ROOT, VECTOR, from_register, seed_for
from tests.selection.mutations import Files

VERIFIER = ROOT / "applications" / "selection" / "verify.py"
NAMES = ["digest", "canonical", "quotas", "proof", "seed", "lots", "selection", "reserves"]
BASES = {what: (failing, basis) for what, failing, basis in mutations.forged_bases()}
FILES = {what: (failing, files) for what, failing, files in mutations.forged_files()}
BROKEN = dict(mutations.broken_files())


def failing(files: Files) -> list[str]:
    checks = verify(files.basis, files.seed, files.protocol, files.digest)
    assert [check.name for check in checks] == NAMES
    assert all(check.sentence.endswith(".") for check in checks)
    return [check.name for check in checks if not check.ok]


@pytest.mark.parametrize(
    "files", [mutations.known_answer(), mutations.softened_draw()], ids=["known", "softened"]
)
def test_a_sound_draw_holds(files):
    assert failing(files) == []


@pytest.mark.parametrize("what", BASES)
def test_a_forged_basis_is_found_out_even_with_its_own_digest_and_draw(what):
    check, basis = BASES[what]
    try:
        files = mutations.redrawn(basis)
    except InputError:
        # What cannot even be drawn is shown with the honest seed text and protocol.
        sound = mutations.known_answer()
        files = Files(to_canonical(basis), sound.seed, sound.protocol, sound.digest)
    assert check in failing(files)


@pytest.mark.parametrize("what", FILES)
def test_forged_files_are_found_out_by_the_right_checks(what):
    checks, files = FILES[what]
    assert failing(files) == checks


@pytest.mark.parametrize("what", BROKEN)
def test_broken_files_fail_every_check(what):
    checks = verify(BROKEN[what].basis, BROKEN[what].seed, BROKEN[what].protocol, BROKEN[what].digest)
    assert [check.ok for check in checks] == [False] * 8
    assert all("Filene har ikke formen de skal ha" in check.sentence for check in checks)


@pytest.mark.parametrize("position", range(0, 1739, 59))
def test_no_byte_of_the_protocol_can_be_changed(position):
    sound = mutations.known_answer()
    changed = bytearray(sound.protocol)
    changed[position] ^= 1
    assert failing(Files(sound.basis, sound.seed, bytes(changed), sound.digest))


@pytest.mark.parametrize("position", range(0, 2553, 89))
def test_no_byte_of_the_basis_can_be_changed(position):
    sound = mutations.known_answer()
    changed = bytearray(sound.basis)
    changed[position] ^= 1
    assert "digest" in failing(Files(bytes(changed), sound.seed, sound.protocol, sound.digest))
    checks = verify(bytes(changed), sound.seed, sound.protocol)
    assert not {check.name: check.ok for check in checks}["seed"]


def test_without_a_published_digest_the_reader_compares():
    sound = mutations.known_answer()
    checks = verify(sound.basis, sound.seed, sound.protocol)
    assert checks[0].ok
    assert checks[0].sentence == f"Grunnlaget har SHA-256 {sound.digest}."


def test_a_large_round_from_the_register():
    basis = freeze(from_register(Random("verify"), 357, 20))
    seed = seed_for(basis)
    protocol = draw(basis, seed)
    assert failing(Files(basis, seed.encode(), protocol, digest(basis))) == []


# --- As a file of its own -------------------------------------------------------------------------


@pytest.fixture
def alone(tmp_path):
    """The four files in a folder, and nothing else."""
    for file in (VERIFIER, *VECTOR.iterdir()):
        shutil.copy(file, tmp_path)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "verify.py", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    run.folder = tmp_path
    return run


def test_it_runs_alone_and_says_a_sentence_per_check(alone):
    result = alone("basis.json", "seed.txt", "protocol.json", mutations.known_answer().digest)
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert len(lines) == 8
    assert all(line.startswith("OK    ") and line.endswith(".") for line in lines)


def test_it_ends_with_1_when_something_does_not_hold(alone):
    protocol = json.loads((alone.folder / "protocol.json").read_bytes())
    (alone.folder / "protocol.json").write_bytes(to_canonical(protocol | {"drawn": 7}))
    result = alone("basis.json", "seed.txt", "protocol.json")
    assert result.returncode == 1
    assert [line for line in result.stdout.splitlines() if line.startswith("FEIL")] == [
        "FEIL  Frøet gir lodd 8."
    ]
    assert alone("basis.json", "seed.txt", "protocol.json", "0" * 64).returncode == 1


def test_the_published_digest_may_be_typed_in_upper_case_and_with_spaces(alone):
    published = f" {mutations.known_answer().digest.upper()} "
    assert alone("basis.json", "seed.txt", "protocol.json", published).returncode == 0
    assert alone("basis.json", "seed.txt", "protocol.json", "").returncode == 1


def test_files_in_another_order_are_refused_once(alone):
    shape = "Filene har ikke formen de skal ha, eller er byttet om"
    for files, where in (
        (("protocol.json", "seed.txt", "basis.json"), ""),
        (("seed.txt", "basis.json", "protocol.json"), " (linje 1, tegn 1)"),
    ):
        result = alone(*files)
        assert (result.returncode, result.stdout, result.stderr) == (1, f"FEIL  {shape}{where}.\n", "")


def test_it_explains_itself_when_called_without_files(alone):
    result = alone()
    assert result.returncode == 1
    assert "verify.py basis.json seed.txt protocol.json" in result.stderr


@pytest.mark.parametrize("path", ["absent.json", "."], ids=["a missing file", "a folder"])
def test_a_file_that_cannot_be_read_is_named_in_a_sentence(alone, path):
    result = alone(path, "seed.txt", "protocol.json")
    sentence = f"Kan ikke lese {path}: finnes filen, og har du tilgang til den?\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", sentence)


def test_it_is_under_150_lines_and_imports_only_the_standard_library():
    source = VERIFIER.read_text(encoding="utf-8")
    assert len(source.splitlines()) < 150
    imported = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(node.module.partition(".")[0])
    assert imported <= set(sys.stdlib_module_names)
    assert imported == {"fractions", "hashlib", "json", "pathlib", "sys", "unicodedata"}
