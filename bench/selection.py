"""Our draw against `sortition-algorithms` on municipalities of the real register.

That package is GPL-3: it is a bench-only extra, imported here and nowhere else. Both get the same applicants
and quotas in the same run: five regions, three sizes, min 1 where there is an applicant and no maximum; then
tight bounds, under which chances differ and unequal treatment of equals can show.
Marks: chances in 0.2–6 ms, ballot in 1–16 ms.
"""

import csv
import hashlib
import logging
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from random import Random

from applications.selection import (
    Applicant,
    Basis,
    Group,
    Input,
    Source,
    chances,
    draw,
    feasibility,
    freeze,
    leximin,
    make_ballot,
    read_basis,
    seed_text,
    verify,
)
from applications.selection.ballot import expected_seats

try:
    import sortition_algorithms
except ModuleNotFoundError:
    sortition_algorithms = None

ROOT = Path(__file__).parents[1]
REGISTER = ROOT / "innoskole" / "municipalities" / "data" / "municipalities.csv"
INSTANCES = ((60, 12), (120, 20), (357, 20))
# Bounds of every region and of every size: (min, max), (min, max).
TIGHT = {(60, 12): ((2, 3), (3, 5)), (120, 20): ((3, 5), (6, 7))}
REGIONS = ("Nord-Norge", "Trøndelag", "Vestlandet", "Sørlandet", "Østlandet")
SIZES = ("small", "medium", "large")
SEED = 20270318
HASH_SEEDS = ("0", "1")


def instance(applicants: int, places: int) -> Input:
    """The same municipalities every time, in every process."""
    with REGISTER.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["code"])
    chosen = Random(f"{SEED} {applicants} {places}").sample(rows, applicants)
    seen = {row["landsdel"] for row in chosen} | {row["size_class"] for row in chosen}
    return Input(
        round=f"bench {applicants}/{places}",
        places=places,
        regions=tuple(Group(name, name, int(name in seen), places) for name in REGIONS),
        sizes=tuple(Group(name, name, int(name in seen), places) for name in SIZES),
        applicants=tuple(Applicant(r["code"], r["name"], r["landsdel"], r["size_class"]) for r in chosen),
        sources=(Source("bench", "a fixed value"),),
        frozen_at="2027-03-18T20:00:00+01:00",
    )


def tight_instance(applicants: int, places: int) -> Input:
    given = instance(applicants, places)
    (region_min, region_max), (size_min, size_max) = TIGHT[applicants, places]
    return replace(
        given,
        regions=tuple(replace(group, min=region_min, max=region_max) for group in given.regions),
        sizes=tuple(replace(group, min=size_min, max=size_max) for group in given.sizes),
    )


def seconds(work: Callable[[], object], times: int = 25) -> float:
    """The median of so many runs."""
    measured = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        measured.append(time.perf_counter() - started)
    return statistics.median(measured)


def our_phases(given: Input) -> dict[str, float]:
    found = chances(given)
    basis = freeze(given)
    seed = seed_text(basis, {"bench": str(SEED)})
    protocol = draw(basis, seed)
    if not all(check.ok for check in verify(basis, seed, protocol)):
        raise SystemExit("Our own draw does not verify.")
    return {
        "feasibility": seconds(lambda: feasibility(given)),
        "leximin": seconds(lambda: leximin(given)),
        "ballot": seconds(lambda: make_ballot(given, found)),
        "freeze": seconds(lambda: freeze(given)),
        "draw": seconds(lambda: draw(basis, seed)),
        "verify": seconds(lambda: verify(basis, seed, protocol)),
    }


def chance_on_the_ballot(basis: Basis) -> dict[str, float]:
    """Every applicant's chance as the tables and their lots really give it."""
    counts, seats = basis.input.cells(), expected_seats(basis.ballot, basis.input)
    return {each.id: float(seats[each.cell] / counts[each.cell]) for each in basis.input.applicants}


def our_draw(given: Input) -> str:
    basis = freeze(given)
    return hashlib.sha256(draw(basis, seed_text(basis, {"bench": str(SEED)}))).hexdigest()


# --- Theirs ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Theirs:
    seconds: float
    chances: dict[str, float]


def their_input(given: Input):
    """The same quotas and people in their types."""
    from sortition_algorithms.features import FeatureValueMinMax, set_default_max_flex
    from sortition_algorithms.people import People

    features = {
        "region": {g.code: FeatureValueMinMax(min=g.min, max=g.max) for g in given.regions},
        "size": {g.code: FeatureValueMinMax(min=g.min, max=g.max) for g in given.sizes},
    }
    set_default_max_flex(features)
    people = People([])
    for row, applicant in enumerate(given.applicants):
        people.add(applicant.id, {"region": applicant.region, "size": applicant.size}, features, row)
    return features, people


def theirs(given: Input, algorithm: str) -> Theirs:
    from sortition_algorithms import committee_generation
    from sortition_algorithms.utils import set_random_provider

    find = getattr(committee_generation, f"find_distribution_{algorithm}")
    features, people = their_input(given)
    set_random_provider(SEED)
    started = time.perf_counter()
    committees, probabilities, _ = find(features, people, given.places, [])
    taken = time.perf_counter() - started
    chance = dict.fromkeys((applicant.id for applicant in given.applicants), 0.0)
    for committee, probability in zip(committees, probabilities, strict=True):
        for each in committee:
            chance[each] += float(probability)
    return Theirs(taken, chance)


def their_draw(given: Input) -> str:
    """The panel that their package selects from a published seed."""
    from sortition_algorithms.core import find_random_sample
    from sortition_algorithms.utils import set_random_provider

    features, people = their_input(given)
    set_random_provider(SEED)
    panels, _ = find_random_sample(features, people, given.places, [], selection_algorithm="maximin")
    return " ".join(sorted(panels[0]))


def spread_between_equals(given: Input, chance: dict[str, float]) -> float:
    """The largest difference of chance between two applicants of the same region and size."""
    cells: dict[tuple[str, str], list[float]] = {}
    for applicant in given.applicants:
        cells.setdefault(applicant.cell, []).append(chance[applicant.id])
    return max(max(values) - min(values) for values in cells.values())


# --- The report -----------------------------------------------------------------------------------


def same_in_two_processes(what: str, applicants: int, places: int) -> bool:
    """Whether two processes that differ only in PYTHONHASHSEED draw the same."""
    answers = set()
    for hash_seed in HASH_SEEDS:
        command = [sys.executable, "-m", "bench.selection", what, str(applicants), str(places)]
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        answers.add(
            subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=True).stdout
        )
    return len(answers) == 1


def report(title: str, given: Input) -> None:
    exact = chances(given)
    least = min(exact.values())
    basis = read_basis(freeze(given))
    ballot, by_applicant = basis.ballot, chance_on_the_ballot(basis)
    print(f"\n{title}: {len(given.applicants)} applicants, {given.places} places")
    phases = our_phases(given)
    print("  ours, ms: " + ", ".join(f"{phase} {1000 * taken:.2f}" for phase, taken in phases.items()))
    print(f"  ours: least chance {least} = {float(least):.6f}, greatest {max(exact.values())}")
    print(f"  ours: spread between equals {spread_between_equals(given, by_applicant):.6f}")
    print(f"  ours: ballot of {len(ballot.tables)} tables and {ballot.total} lots")
    if sortition_algorithms is None:
        return
    for algorithm in ("maximin", "leximin"):
        if algorithm == "leximin" and not leximin_is_present():
            continue
        compare(given, algorithm, least, phases["leximin"] + phases["ballot"])


def compare(given: Input, algorithm: str, least: Fraction, ours: float) -> None:
    try:
        other = theirs(given, algorithm)
    except Exception as error:  # noqa: BLE001 - whatever their solver says is part of the answer
        print(f"  theirs, {algorithm}: failed with {type(error).__name__}: {error}")
        return
    worst, best = min(other.chances.values()), max(other.chances.values())
    print(
        f"  theirs, {algorithm}: {other.seconds:.2f} s = {other.seconds / ours:.0f} × our leximin and ballot;"
        f" least chance {worst:.6f}, greatest {best:.6f}"
    )
    print(
        f"  theirs, {algorithm}: our least chance minus theirs {float(least) - worst:+.6f}, "
        f"spread between equals {spread_between_equals(given, other.chances):.6f}"
    )


def leximin_is_present() -> bool:
    from sortition_algorithms.committee_generation import GUROBI_AVAILABLE

    return GUROBI_AVAILABLE


def yes(holds: bool) -> str:
    return "yes" if holds else "NO"


def main() -> int:
    logging.disable(logging.INFO)  # their package tells of every committee it finds
    if sortition_algorithms is None:
        print("sortition-algorithms is not installed: only our own figures follow.")
        print("It comes with the extra: pip install '.[bench]'  (make bench does so).")
    elif not leximin_is_present():
        print(
            "Their leximin needs Gurobi (pip install gurobipy), which is not installed: "
            "only maximin is compared."
        )
    for applicants, places in INSTANCES:
        report("min 1", instance(applicants, places))
        for whose in ("our", "their") if sortition_algorithms else ("our",):
            same = same_in_two_processes(whose, applicants, places)
            print(f"  {whose}s: one seed, two processes with other hash seeds, same draw: {yes(same)}")
    for applicants, places in TIGHT:
        report("tight quotas", tight_instance(applicants, places))
    return 0


if __name__ == "__main__":
    if sys.argv[1:]:
        whose, size, seats = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
        print((our_draw if whose == "our" else their_draw)(instance(size, seats)))
    else:
        sys.exit(main())
