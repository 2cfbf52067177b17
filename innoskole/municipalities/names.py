"""Names of municipalities: searching, sorting and the languages in which they are written.

Nothing here leans on a database's collation, because SQLite and PostgreSQL disagree about Ø and Á.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Letters that Unicode does not decompose, and the two that Norwegian sorts with its own.
_UNDECOMPOSED = str.maketrans({"đ": "d", "ð": "d", "ŋ": "n", "ŧ": "t", "ä": "æ", "ö": "ø"})
_TO_ASCII = str.maketrans({"æ": "ae", "ø": "o"})
_ALPHABET = "abcdefghijklmnopqrstuvwxyzæøå"

# The source columns say «Sami» only; these are the ones that are not Northern Sami.
_LULE_SAMI = {"Divtasvuodna", "Fuolldá", "Fuossko", "Hábmer"}
_SOUTH_SAMI = {
    "Aarborte",
    "Levangke",
    "Nåavmesjenjaelmie",
    "Oslove",
    "Raane",
    "Raarvihke",
    "Rosse",
    "Snåase",
    "Stïentje",
    "Tråante",
}


def casefold(text: str) -> str:
    """The text composed (NFC), without case and with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def fold(text: str) -> str:
    """The text as typed without Norwegian and Sami letters: «Kárášjohka» → «karasjohka»."""
    plain = casefold(text).translate(_UNDECOMPOSED).translate(_TO_ASCII)
    return "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))


def search_text(names: Iterable[str]) -> str:
    """One line per name, casefolded and folded, with a line feed on both sides of each."""
    return (
        "".join(f"\n{line}" for line in sorted({f(name) for name in names if name for f in (casefold, fold)}))
        + "\n"
    )


def sort_key(name: str) -> str:
    """A key of digits, two for each letter, in the order of the Norwegian alphabet.

    Æ, Ø and Å come after Z; Sami and other letters stand with their base letter; a space comes before
    every letter. Digits sort alike under every collation of every database.
    """
    key = []
    for letter in casefold(name).translate(_UNDECOMPOSED):
        if letter not in _ALPHABET:
            letter = unicodedata.normalize("NFD", letter)[0]
        if letter in _ALPHABET:
            key.append(str(20 + _ALPHABET.index(letter)))
        elif letter.isdigit():
            key.append(f"1{letter}")
        elif letter in " -":
            key.append("01")
    return "".join(key)


def sami_language(name: str) -> str:
    """The language tag of a Sami name of a municipality: `smj` Lule, `sma` South, else `se` Northern."""
    if name in _LULE_SAMI:
        return "smj"
    return "sma" if name in _SOUTH_SAMI else "se"


@dataclass(frozen=True)
class Names:
    """The names of one municipality at one time."""

    official: str
    norwegian: str
    sami: str = ""
    kven: str = ""


def without_county(label: str) -> str:
    """«Sande (Vestfold)» → «Sande»: the county in brackets is Statistics Norway's label, not the name."""
    return label.split(" (")[0]


class Vocabulary:
    """The known Sami and Kven names, by which an official name in several languages is told apart."""

    def __init__(self, sami: Iterable[str], kven: Iterable[str]) -> None:
        self._sami: Mapping[str, str] = {fold(name): name for name in sami if name}
        self._kven: Mapping[str, str] = {fold(name): name for name in kven if name}

    def parse(self, official_name: str) -> Names:
        """«Gáivuotna - Kåfjord - Kaivuono» → its Norwegian, Sami and Kven names, in the known spelling."""
        parts = without_county(official_name).split(" - ")
        if len(parts) == 1:
            return Names(official=parts[0], norwegian=parts[0])
        spelled, norwegian, sami, kven = [], [], "", ""
        for part in parts:
            if fold(part) in self._sami:
                part = sami = self._sami[fold(part)]
            elif fold(part) in self._kven:
                part = kven = self._kven[fold(part)]
            else:
                norwegian.append(part)
            spelled.append(part)
        official = " - ".join(spelled)
        return Names(official=official, norwegian=" - ".join(norwegian) or official, sami=sami, kven=kven)
