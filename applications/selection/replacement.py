"""Who takes over when a selected application drops out: no new draw, the lots are already there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from .basis import read_basis
from .canonical import from_canonical
from .draw import PROTOCOL_FORMAT
from .model import Applicant
from .reasons import InputError
from .softening import deviation

Rule = Literal["quotas", "same_cell", "same_region", "same_size", "lot"]

_REASONS: dict[Rule, str] = {
    "quotas": "ingen annen på ventelisten gir mindre avvik fra kvotene",
    "same_cell": "laveste lodd i samme landsdel og størrelsesgruppe",
    "same_region": "laveste lodd i samme landsdel",
    "same_size": "laveste lodd i samme størrelsesgruppe",
    "lot": "laveste lodd på hele ventelisten",
}


@dataclass(frozen=True, slots=True)
class Promotion:
    """One application that takes over a place, and why.

    dropped: empty when the place was free of somebody who is not in the draw; then everybody is equally near.
    rule:
      "same_cell", "same_region", "same_size", "lot"   the lowest lot among those nearest to the dropped one
      "quotas"   as above it would have been `passed_over`, but with more deviation from the quotas in force
    deviation: cost of the table of seats after the promotion; 0 when every quota is kept.
    lot: of the promoted application, hex.
    """

    promoted: str
    dropped: str
    rule: Rule
    deviation: int
    lot: str
    passed_over: str = ""

    def sentence(self) -> str:
        kept = "alle kvoter er holdt" if not self.deviation else f"avviket fra kvotene er {self.deviation}"
        takes_over = f"{self.promoted} overtar " + (
            f"plassen etter {self.dropped}" if self.dropped else "en ledig plass"
        )
        return f"{takes_over}: {_REASONS[self.rule]} ({kept}; lodd {self.lot[:8]})."


def replacement(
    basis: bytes,
    protocol: bytes,
    *,
    dropped: str | None,
    admitted: Collection[str] | None = None,
    unavailable: Collection[str] = (),
) -> Promotion | None:
    """The application that takes over the place of `dropped`, or None when nobody is left.

    dropped: None when whoever gave up the place is not in the draw. Nobody is nearer to them than others.
    admitted: ids that have a place at the moment, `dropped` among them; None means those the draw selected.
    unavailable: ids that cannot take a place (withdrawn, ineligible, or dropped out before).
    Rule: the smallest (deviation from the quotas in force, other cell, other region, other size, lot).
    Raises InputError for an unknown id, or when `dropped` has no place.
    """
    frozen = read_basis(basis)
    drawn = from_canonical(protocol, "protocol.json")
    if drawn.get("format") != PROTOCOL_FORMAT:
        found = str(drawn.get("format"))
        raise InputError("wrong_format", where="protocol.json", found=found, expected=PROTOCOL_FORMAT)
    lots: dict[str, str] = dict(drawn["lots"])
    applicants = {applicant.id: applicant for applicant in frozen.input.applicants}
    admitted = set(drawn["selected"] if admitted is None else admitted)
    for each in {*admitted, *unavailable} | ({dropped} if dropped else set()):
        if each not in applicants or each not in lots:
            raise InputError("unknown_applicant", applicant=each)
    if dropped and dropped not in admitted:
        raise InputError("not_admitted", applicant=dropped)
    gone = applicants[dropped] if dropped else None
    seats = Counter(applicants[each].cell for each in admitted if each != dropped)
    waiting = [each for each in applicants.values() if each.id not in admitted | set(unavailable)]
    if not waiting:
        return None
    costs = {
        cell: deviation(frozen.input, seats + Counter([cell]), frozen.locked)
        for cell in {each.cell for each in waiting}
    }

    def nearness(each: Applicant) -> tuple[bool, bool, bool, str, str]:
        return (
            gone is not None and each.cell != gone.cell,
            gone is not None and each.region != gone.region,
            gone is not None and each.size != gone.size,
            lots[each.id],
            each.id,
        )

    nearest = min(waiting, key=nearness)
    chosen = min(waiting, key=lambda each: (costs[each.cell], nearness(each)))
    if chosen is not nearest:
        return Promotion(
            chosen.id, dropped or "", "quotas", costs[chosen.cell], lots[chosen.id], passed_over=nearest.id
        )
    return Promotion(chosen.id, dropped or "", _rule(chosen, gone), costs[chosen.cell], lots[chosen.id])


def _rule(chosen: Applicant, gone: Applicant | None) -> Rule:
    if gone is None:
        return "lot"
    if chosen.cell == gone.cell:
        return "same_cell"
    if chosen.region == gone.region:
        return "same_region"
    return "same_size" if chosen.size == gone.size else "lot"
