"""Why the selection says no, and what it remarks upon: codes and numbers first, a sentence in bokmål second.

The product translates from `kind` and the numbers; the command line prints `sentence()`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Dimension = Literal["region", "size"]

PLURAL = {"region": "landsdelene", "size": "størrelsesgruppene"}
SINGULAR = {"region": "landsdelen", "size": "størrelsesgruppen"}


def enumerate_names(names: Iterable[str]) -> str:
    """«A», «A og B», «A, B og C»."""
    *first, last = names
    return f"{', '.join(first)} og {last}" if first else last


def groups_phrase(dimension: Dimension, names: tuple[str, ...]) -> str:
    """«landsdelen Trøndelag», «størrelsesgruppene små og store»; empty for no names."""
    if not names:
        return ""
    return f"{(SINGULAR if len(names) == 1 else PLURAL)[dimension]} {enumerate_names(names)}"


def group_phrase(region: str, size: str) -> str:
    """«landsdelen Trøndelag», «størrelsesgruppen små»; of both «gruppen (Trøndelag; små)»."""
    if region and size:
        return f"gruppen ({region}; {size})"
    return groups_phrase("region", (region,)) if region else groups_phrase("size", (size,))


def seats(number: int) -> str:
    return f"{number} plass" if number == 1 else f"{number} plasser"


def applications(number: int) -> str:
    return f"{number} søknad" if number == 1 else f"{number} søknader"


def capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


class SelectionError(Exception):
    """Anything the selection refuses. `str(error)` is a whole sentence in bokmål."""

    def sentence(self) -> str:
        return str(self)


# What can be wrong with an input, a basis or a seed text.
INPUT_SENTENCES = {
    "unreadable": "Kan ikke lese {file}: finnes filen, og har du tilgang til den?",
    "not_json": "Filen kan ikke leses som JSON: {detail}.",
    "wrong_type": "«{field}» i {where} skal være {expected}.",
    "missing_field": "Feltet «{field}» mangler i {where}.",
    "unknown_field": "Feltet «{field}» i {where} er ukjent.",
    "third_criterion": (
        "Feltet «{field}» i {where} ville være et tredje kriterium ved siden av landsdel og størrelse. "
        "Kvoter på tre kriterier som krysser hverandre kan ikke alltid holdes av hvert eneste lodd, og da "
        "finnes det ingen eksakt sjanse å kunngjøre og bevise. Utvelgelsen bruker bare landsdel og størrelse."
    ),
    "empty_text": "«{field}» i {where} er tom.",
    "control_character": "«{field}» i {where} inneholder et kontrolltegn.",
    "not_nfc": "«{field}» i {where} er ikke i normalformen NFC.",
    "white_space": "«{field}» i {where} kan ikke inneholde mellomrom.",
    "not_positive": "«{field}» i {where} må være minst 1.",
    "no_places": "Antallet plasser må være minst 1.",
    "negative": "«{field}» i {where} kan ikke være negativt.",
    "minimum_above_maximum": "{where} har et minstetall ({minimum}) over største tall ({maximum}).",
    "no_groups": "«{field}» må ha minst én gruppe.",
    "duplicate": "«{value}» forekommer to ganger i {where}.",
    "unknown_group": "Søknaden {applicant} viser til «{value}», som ikke står i {where}.",
    "no_moment": "«frozen_at» skal være et tidspunkt med tidssone, slik: 2027-03-18T20:00:00+01:00.",
    "not_canonical": "{where} har ikke den kanoniske formen: {detail}.",
    "wrong_format": "{where} har formatet «{found}», ventet «{expected}».",
    "no_draw_format": "Grunnlaget sier at alle søkerne får plass; det skal ikke trekkes.",
    "bad_ballot": "Loddene i grunnlaget henger ikke sammen: {detail}.",
    "bad_lock": "Låsen i grunnlaget for {region}/{size} er verken 0 eller alle søknadene der.",
    "locks_collide": "De låste gruppene lar seg ikke forene med kvotene.",
    "locked_input": "Grunnlaget har låste grupper og kan ikke fryses på nytt; bruk de opprinnelige kvotene.",
    "draw_needed": "Det er {applicants} søknader til {places} plasser; da må det trekkes.",
    "bad_seed_text": "Frøteksten følger ikke grunnlaget: {detail}.",
    "missing_value": "Kilden {source} mangler en verdi.",
    "unknown_value": "Det er oppgitt en verdi for {source}, som ikke er en kunngjort kilde.",
    "unknown_applicant": "Søknaden {applicant} står ikke i grunnlaget.",
    "not_admitted": "Søknaden {applicant} har ikke plass og kan derfor ikke erstattes.",
}


class InputError(SelectionError):
    """An input, basis, seed text or question that cannot be used.

    `kind` is a key of INPUT_SENTENCES and `parameters` holds its placeholders.
    """

    def __init__(self, kind: str, **parameters: str | int) -> None:
        self.kind = kind
        self.parameters = parameters
        super().__init__(INPUT_SENTENCES[kind].format(**parameters))


@dataclass(frozen=True, slots=True)
class Infeasible:
    """Why no table of seats keeps every quota: the groups of a violated Hoffman set and two numbers.

    kind:
      "minimums_exceed_places"   the minimums of `regions` and `sizes` together need more seats than there are
      "regions_exceed_sizes"     the minimums of `regions` need more than the maximums of `sizes` leave them
      "sizes_exceed_regions"     the minimums of `sizes` need more than the maximums of `regions` leave them
      "maximums_below_places"    the maximums of `regions` and `sizes` do not let the places be filled
    regions, sizes: names of the groups in question, in the order of the input.
    needs > has: seats.
    """

    kind: Literal[
        "minimums_exceed_places", "regions_exceed_sizes", "sizes_exceed_regions", "maximums_below_places"
    ]
    regions: tuple[str, ...]
    sizes: tuple[str, ...]
    needs: int
    has: int

    def sentence(self) -> str:
        regions, sizes = groups_phrase("region", self.regions), groups_phrase("size", self.sizes)
        both = " og ".join(phrase for phrase in (regions, sizes) if phrase)
        limits = "antallet søknader"
        if self.kind == "minimums_exceed_places":
            cause = f"{both} krever minst {seats(self.needs)} til sammen"
        elif self.kind == "regions_exceed_sizes":
            by = f"kvotene for {sizes}" if sizes else limits
            cause = f"{regions} krever minst {seats(self.needs)}, men {by} tillater bare {self.has}"
        elif self.kind == "sizes_exceed_regions":
            by = f"kvotene for {regions}" if regions else limits
            cause = f"{sizes} krever minst {seats(self.needs)}, men {by} tillater bare {self.has}"
        else:
            by = f"kvotene for {both}" if both else limits
            cause = f"runden har {seats(self.needs)}, men {by} lar bare {self.has} bli besatt"
        return f"{capitalised(cause)}. Trenger minst {seats(self.needs)}, har {self.has}."


class NotFeasible(SelectionError):
    """The quotas cannot all be kept; `reason` says why in numbers, `notes` which were lowered before that."""

    def __init__(self, reason: Infeasible, notes: tuple[Note, ...] = ()) -> None:
        self.reason = reason
        self.notes = notes
        super().__init__(reason.sentence())


@dataclass(frozen=True, slots=True)
class NoDraw:
    """Everybody is admitted: `applicants` applications for `places` places, applicants <= places."""

    applicants: int
    places: int

    def sentence(self) -> str:
        numbers = f"Det er {applications(self.applicants)} til {seats(self.places)}"
        return f"{numbers}: alle får plass, og det blir ingen loddtrekning."


class NoDrawNeeded(SelectionError):
    """Raised where a lottery was asked for and nobody has to be left out; `reason` holds the two numbers."""

    def __init__(self, reason: NoDraw) -> None:
        self.reason = reason
        super().__init__(reason.sentence())


@dataclass(frozen=True, slots=True)
class Note:
    """A quota that was changed.

    kind:
      "minimum_lowered"   fewer applicants than the minimum: lowered to what exists
      "bounds_softened"   the cheapest deviation from infeasible quotas changed [was] to [now]
      "cell_locked"       the cheapest deviation gives this region and size exactly `now[0]` seats (0 or all)
      "no_source"         no source of randomness is announced: the outcome is known at the freeze
    was, now: (minimum, maximum) in seats.
    """

    kind: Literal["minimum_lowered", "bounds_softened", "cell_locked", "no_source"]
    region: str = ""
    size: str = ""
    was: tuple[int, int] = (0, 0)
    now: tuple[int, int] = (0, 0)

    def sentence(self) -> str:
        if self.kind == "no_source":
            return "Ingen kilde til tilfeldighet er kunngjort: utfallet er kjent i det grunnlaget fryses."
        who = capitalised(group_phrase(self.region, self.size))
        if self.kind == "minimum_lowered":
            lowered = f"minstetallet {self.was[0]} er satt ned til {self.now[0]}"
            return f"{who} har {applications(self.now[0])}; {lowered}."
        if self.kind == "bounds_softened":
            was, now = f"{self.was[0]}–{self.was[1]}", f"{self.now[0]}–{self.now[1]}"
            return f"{who} har fått kvoten {now} i stedet for {was}."
        return f"{who} får nøyaktig {seats(self.now[0])} i hver fordeling."


@dataclass(frozen=True, slots=True)
class Warn:
    """A group whose outcome is certain before the draw.

    kind: "chance_zero" nobody in the group can be selected; "chance_one" everybody in it is.
    A whole region has only `region`, a whole size class only `size`, a single cell both (names).
    """

    kind: Literal["chance_zero", "chance_one"]
    region: str = ""
    size: str = ""

    def sentence(self) -> str:
        where = group_phrase(self.region, self.size)
        if self.kind == "chance_zero":
            return f"Ingen søknader fra {where} kan bli trukket ut: sjansen er 0."
        return f"Alle søknader fra {where} får plass: sjansen er 1."


class InvalidProof(SelectionError):
    """A leximin proof that does not hold. `step` counts from 0 and is len(proof) for the end."""

    def __init__(self, step: int, why: str) -> None:
        self.step = step
        super().__init__(f"Beviset holder ikke i trinn {step + 1}: {why}.")
