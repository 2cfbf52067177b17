"""Trial draws: to see how a draw works, never to decide one.

Another format name in the basis, the seed text and the result, and a seed that is only a number: nothing of
it is accepted where a binding draw is asked for, and anybody can repeat trial number 7.
"""

from __future__ import annotations

from .basis import Prepared, basis_document, digest, read_basis
from .canonical import to_canonical
from .draw import outcome, outcome_document
from .feasibility import no_draw_needed
from .reasons import InputError, NoDrawNeeded

TRIAL_FORMAT = "innoskole-draw-trial/1"


def trial(prepared: Prepared, number: int) -> bytes:
    """The result of trial draw `number` (from 1) of a prepared round as canonical JSON.

    Same keys as a protocol, plus `trial`: the number. `frozen_at` is not needed.
    Raises NoDrawNeeded when everybody is admitted.
    """
    reason = no_draw_needed(prepared.input)
    if reason:
        raise NoDrawNeeded(reason)
    if number < 1:
        raise InputError("not_positive", field="number", where="prøvetrekningen")
    basis = to_canonical(basis_document(prepared, TRIAL_FORMAT))
    seed_text = f"{TRIAL_FORMAT}\nbasis sha256 {digest(basis)}\ntrial {number}\n"
    result = outcome(read_basis(basis, format_name=TRIAL_FORMAT), digest(seed_text.encode()))
    return to_canonical(outcome_document(result, TRIAL_FORMAT) | {"trial": number})
