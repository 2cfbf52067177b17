"""The canonical form of the published files: the subset of RFC 8785 that is the same in every language.

UTF-8, strings in NFC without control characters, ASCII keys in order, no white space, whole numbers that a
double holds exactly; no fractions, booleans or null.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from .model import check_text
from .reasons import InputError

LARGEST = 2**53 - 1
Json = str | int | list["Json"] | dict[str, "Json"]


def to_canonical(document: Json) -> bytes:
    """The bytes of a document. Raises InputError for anything outside the subset."""
    _check(document, "dokumentet")
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def parse_json(content: bytes) -> Any:
    """Parse JSON in which no key stands twice and every number is whole.

    Raises ValueError with what is wrong in bokmål, to stand within a sentence.
    """
    try:
        return json.loads(
            content.decode(),
            object_pairs_hook=_each_key_once,
            parse_float=_no_float,
            parse_constant=_no_float,
        )
    except UnicodeDecodeError as error:
        raise ValueError("innholdet er ikke UTF-8") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"feil på linje {error.lineno}, tegn {error.colno}") from error
    except RecursionError as error:
        raise ValueError("for mange lister eller objekter i hverandre") from error


def from_canonical(content: bytes, where: str) -> dict[str, Any]:
    """Parse an object that is canonical to the byte, else InputError, in which `where` names the file."""
    try:
        document = parse_json(content)
    except ValueError as error:
        raise InputError("not_canonical", where=where, detail=str(error)) from error
    if not isinstance(document, dict):
        raise InputError("wrong_type", field="innholdet", where=where, expected="et objekt")
    if to_canonical(document) != content:
        raise InputError(
            "not_canonical", where=where, detail="nøkler, mellomrom eller tegn er skrevet på en annen måte"
        )
    return document


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key, value in pairs:
        if key in fields:
            raise ValueError(f"nøkkelen «{key}» står to ganger")
        fields[key] = value
    return fields


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"{text} er ikke et helt tall")


def _check(value: object, key: str) -> None:
    if isinstance(value, str):
        check_text(value, key, "dokumentet", empty=True)
    elif isinstance(value, list):
        for item in value:
            _check(item, key)
    elif isinstance(value, dict):
        for name, item in value.items():
            if not isinstance(name, str) or not name.isascii():
                raise InputError(
                    "wrong_type", field=str(name), where="dokumentet", expected="en nøkkel i ASCII"
                )
            check_text(name, "nøkkel", "dokumentet")
            _check(item, name)
    elif not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST:
        raise InputError(
            "wrong_type", field=key, where="dokumentet", expected="tekst, et helt tall eller en liste"
        )
