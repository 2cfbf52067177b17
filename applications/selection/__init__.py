"""The draw: representation first, then a lottery that anybody can redo.

Plain standard-library Python: no Django, no clock, no randomness of its own. In the order of use:

- `Input` (of `Applicant`, `Group`, `Source`): what a round is drawn from. `Input.from_json` reads INPUT.json.
- `no_draw_needed`, `normalise`, `feasibility`, `soften`: may the quotas be kept, and what if not.
- `chances`, `leximin`, `check_proof`: the exact fairest chances, with a proof that needs no solver.
- `prepare`: all of the above in one call, for a what-if page.
- `freeze` (or `to_basis` of what was prepared), `digest`: the basis and what is published of it.
  `no_draw_protocol`: what is published instead when everybody is admitted.
- `seed_text`, `draw`: the announced sources' values in, the protocol out.
- `verify`: the stand-alone verifier's checks, one by one.
- `replacement`: who takes over when somebody drops out.
- `trial`: a trial draw, under a name that nothing else accepts.

Every refusal is a `SelectionError`: `InputError` (kind, parameters), `NotFeasible` (reason), `NoDrawNeeded`
(reason). Reasons, notes and warnings are codes and numbers; `sentence()` says them in bokmål for the command
line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .ballot import Ballot, Table, make_ballot
from .basis import (
    NO_DRAW_FORMAT,
    Basis,
    Prepared,
    digest,
    fraction_text,
    freeze,
    no_draw_protocol,
    prepare,
    read_basis,
    to_basis,
)
from .canonical import from_canonical, to_canonical
from .draw import PROTOCOL_FORMAT, SEED_FORMAT, Outcome, draw, lot, outcome, seed_text
from .feasibility import feasibility, no_draw_needed, normalise
from .leximin import Chances, Proof, Step, check_proof, leximin
from .model import BASIS_FORMAT, Applicant, Cell, Group, Input, Lock, Source
from .reasons import (
    Infeasible,
    InputError,
    InvalidProof,
    NoDraw,
    NoDrawNeeded,
    Note,
    NotFeasible,
    SelectionError,
    Warn,
)
from .replacement import Promotion, replacement
from .softening import Softened, certain_outcomes, deviation, soften
from .trial import TRIAL_FORMAT, trial
from .verify import verify as _verify

__all__ = [
    "BASIS_FORMAT",
    "NO_DRAW_FORMAT",
    "PROTOCOL_FORMAT",
    "SEED_FORMAT",
    "TRIAL_FORMAT",
    "Applicant",
    "Ballot",
    "Basis",
    "Cell",
    "Chances",
    "Check",
    "Group",
    "Infeasible",
    "Input",
    "InputError",
    "InvalidProof",
    "Lock",
    "NoDraw",
    "NoDrawNeeded",
    "NotFeasible",
    "Note",
    "Outcome",
    "Prepared",
    "Promotion",
    "Proof",
    "SelectionError",
    "Softened",
    "Source",
    "Step",
    "Table",
    "Warn",
    "certain_outcomes",
    "chances",
    "check_proof",
    "deviation",
    "digest",
    "draw",
    "feasibility",
    "fraction_text",
    "freeze",
    "from_canonical",
    "leximin",
    "lot",
    "make_ballot",
    "no_draw_needed",
    "no_draw_protocol",
    "normalise",
    "outcome",
    "prepare",
    "read_basis",
    "replacement",
    "seed_text",
    "soften",
    "to_basis",
    "to_canonical",
    "trial",
    "verify",
]


def chances(given: Input, locked: Iterable[Lock] = ()) -> Chances:
    """The leximin chance of every non-empty cell (region code, size code), with the bounds as they are.

    Raises NotFeasible when they cannot be kept. All chances are 1 when no draw is needed.
    """
    return leximin(given, locked)[0]


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the verifier.

    name: "digest", "canonical", "quotas", "proof", "seed", "lots", "selection" or "reserves", in this order.
    sentence: what holds, or what does not, in bokmål.
    """

    name: str
    ok: bool
    sentence: str


def verify(basis: bytes, seed: bytes | str, protocol: bytes, digest: str | None = None) -> list[Check]:
    """Check a draw with the stand-alone verifier.

    basis, seed, protocol: the content of the three files; digest: as published, in hex, or None. It may have
    been typed in upper case, or with white space around it.
    """
    digest = digest and digest.strip().lower()
    seed = seed.encode() if isinstance(seed, str) else seed
    return [Check(name, ok, sentence) for name, ok, sentence in _verify(basis, seed, protocol, digest)]
