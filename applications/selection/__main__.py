"""The draw on the command line, without Django:

python -m applications.selection freeze INPUT.json [--soften] > basis.json
python -m applications.selection draw basis.json seed.txt > protocol.json
python -m applications.selection verify basis.json seed.txt protocol.json [digest]
python -m applications.selection chances INPUT.json [--soften]

Exit codes: 0 done; 1 the verification failed; 2 refused, with the reason on stderr (quotas that cannot be
kept, a file that cannot be used); 3 no draw is needed: stdout has the no-draw protocol instead of a basis.
"""

from __future__ import annotations

import argparse
import json
import sys
from io import TextIOWrapper
from pathlib import Path

from . import (
    Input,
    InputError,
    NoDrawNeeded,
    NotFeasible,
    Prepared,
    SelectionError,
    draw,
    fraction_text,
    no_draw_needed,
    no_draw_protocol,
    prepare,
    to_basis,
    verify,
)
from .canonical import parse_json

VERIFICATION_FAILED, REFUSED, NO_DRAW = 1, 2, 3


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m applications.selection", description="Trekning av søknader."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    freeze = commands.add_parser("freeze", help="skriv grunnlaget (basis.json)")
    chances = commands.add_parser("chances", help="skriv sjansen i hver gruppe")
    for command in (freeze, chances):
        command.add_argument("input", type=Path)
        command.add_argument("--soften", action="store_true", help="bruk det billigste avviket fra kvotene")
    drawing = commands.add_parser("draw", help="skriv protokollen (protocol.json)")
    verification = commands.add_parser("verify", help="kontroller en trekning")
    for command in (drawing, verification):
        command.add_argument("basis", type=Path)
        command.add_argument("seed", type=Path)
    verification.add_argument("protocol", type=Path)
    verification.add_argument("digest", nargs="?", help="kunngjort SHA-256 av grunnlaget")
    options = parser.parse_args(arguments)
    try:
        if options.command == "freeze":
            return _freeze(_read_input(options.input), soften=options.soften)
        if options.command == "chances":
            return _chances(_read_input(options.input), soften=options.soften)
        if options.command == "draw":
            _write(draw(_read(options.basis), _read_text(options.seed)))
            return 0
        return _verify(_read(options.basis), _read(options.seed), _read(options.protocol), options.digest)
    except SelectionError as refusal:
        for note in refusal.notes if isinstance(refusal, NotFeasible) else ():
            _say(note.sentence())
        _say(refusal.sentence())
        return REFUSED
    except OSError as error:
        _say(f"Kan ikke skrive svaret: {error.strerror}.")
        return REFUSED


def _freeze(given: Input, *, soften: bool) -> int:
    prepared = prepare(given, soften_quotas=soften)
    try:
        basis = to_basis(prepared)
    except NoDrawNeeded as nobody_left_out:
        _say(nobody_left_out.sentence())
        _write(no_draw_protocol(given))
        return NO_DRAW
    _remark(prepared)
    _write(basis)
    return 0


def _chances(given: Input, *, soften: bool) -> int:
    prepared = prepare(given, soften_quotas=soften)
    nobody_left_out = no_draw_needed(given)
    if nobody_left_out:
        _say(nobody_left_out.sentence())
    else:
        _remark(prepared)
    named = {f"{region}/{size}": fraction_text(chance) for (region, size), chance in prepared.chances.items()}
    _write(f"{json.dumps(named, ensure_ascii=False, indent=2)}\n".encode())
    return 0


def _remark(prepared: Prepared) -> None:
    for note in prepared.notes:
        _say(note.sentence())
    for warning in prepared.warnings:
        _say(warning.sentence())


def _verify(basis: bytes, seed: bytes, protocol: bytes, digest: str | None) -> int:
    checks = verify(basis, seed, protocol, digest)
    # What keeps the files from being read is the answer to every check, and said once.
    for line in dict.fromkeys(("OK    " if check.ok else "FEIL  ") + check.sentence for check in checks):
        print(line)
    return 0 if all(check.ok for check in checks) else VERIFICATION_FAILED


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("unreadable", file=str(path)) from error


def _read_text(path: Path) -> str:
    try:
        return _read(path).decode()
    except UnicodeDecodeError as error:
        raise InputError("bad_seed_text", detail="den er ikke UTF-8") from error


def _read_input(path: Path) -> Input:
    try:
        document = parse_json(_read(path))
    except ValueError as error:
        raise InputError("not_json", detail=str(error)) from error
    return Input.from_json(document)


def _write(content: bytes) -> None:
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


if __name__ == "__main__":
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(main())
