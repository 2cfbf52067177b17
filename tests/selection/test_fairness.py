"""The fairness figures of the specification, compared with the literal reading of the rule."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from random import Random

import pytest

from applications.selection import Input, chances, check_proof, leximin
from tests.selection.build import from_register, make, vector_input

Cell = tuple[str, str]


@dataclass(frozen=True)
class Literal:
    """Exact chances of the literal reading, and how likely it is to run out of places on the way."""

    chances: dict[Cell, Fraction]
    stuck: Fraction

    @property
    def spread(self) -> tuple[float, float]:
        return round(float(min(self.chances.values())), 3), round(float(max(self.chances.values())), 3)


def uniform(
    counts: dict[Cell, int], taken: Counter[Cell], position: int, code: str
) -> list[tuple[Cell, Fraction]]:
    """One applicant of a group, uniformly: (cell, probability), nothing where nobody is left."""
    left = {cell: count - taken[cell] for cell, count in counts.items() if cell[position] == code}
    return [(cell, Fraction(number, sum(left.values()))) for cell, number in left.items() if number]


def literal_reading(given: Input) -> Literal:
    """One from each region, then one from each size still missing, then the rest: each uniformly at random.

    Cells are enough, for applicants in one are alike; every course of events is gone through.
    """
    counts = given.cells()
    expected, stuck = dict.fromkeys(counts, Fraction(0)), Fraction(0)
    by_region = [uniform(counts, Counter(), 0, group.code) for group in given.regions]
    for firsts in product(*filter(None, by_region)):
        taken = Counter(cell for cell, _ in firsts)
        missing = {group.code for group in given.sizes} - {cell[1] for cell in taken}
        by_size = [uniform(counts, taken, 1, size) for size in sorted(missing)]
        for seconds in product(*filter(None, by_size)):
            weight = prod(probability for _, probability in (*firsts, *seconds))
            seats = taken + Counter(cell for cell, _ in seconds)
            left = given.places - seats.total()
            if left < 0:
                stuck += weight
                continue
            for cell, count in counts.items():
                rest = Fraction(left * (count - seats[cell]), len(given.applicants) - seats.total())
                expected[cell] += weight * (seats[cell] + rest)
    return Literal({cell: expected[cell] / count for cell, count in counts.items()}, stuck)


def shares_are_whole(given: Input) -> bool:
    """Whether everyone's equal share gives each represented region and size at least its one place."""
    members = [[a.region for a in given.applicants].count(group.code) for group in given.regions]
    members += [[a.size for a in given.applicants].count(group.code) for group in given.sizes]
    return all(count * given.places >= len(given.applicants) for count in members if count)


@pytest.mark.parametrize("places", [20, 25, 30])
@pytest.mark.parametrize("applicants", [60, 90, 120, 200, 357])
def test_with_twenty_places_and_realistic_pools_everyone_has_the_same_chance(applicants, places):
    """A pool is realistic when no region or size has fewer applicants than one place is for."""
    random, equal = Random(f"fair {applicants} {places}"), 0
    for _ in range(10):
        given = from_register(random, applicants, places)
        same = set(chances(given).values()) == {Fraction(places, applicants)}
        assert same == shares_are_whole(given)
        equal += same
    assert equal >= 5


def test_all_municipalities_of_norway_and_twenty_places():
    assert set(chances(from_register(Random(0), 357, 20)).values()) == {Fraction(20, 357)}


def test_the_literal_reading_treats_120_applicants_unequally():
    """n = 120, k = 20: leximin gives 0.1667 to all, the literal reading from 0.161 to 0.195."""
    given = make([[12, 4, 11], [13, 2, 11], [3, 8, 3], [15, 10, 2], [10, 11, 5]], 20)
    assert (len(given.applicants), set(chances(given).values())) == (120, {Fraction(1, 6)})
    literal = literal_reading(given)
    assert sum(chance * given.cells()[cell] for cell, chance in literal.chances.items()) == 20
    assert (literal.spread, literal.stuck) == ((0.161, 0.195), 0)


def test_the_literal_reading_is_worse_for_the_worst_off_in_a_skewed_pool():
    """n = 89, k = 12: leximin gives from 0.133 to 0.143, the literal reading from 0.108."""
    given = make([[3, 15, 6], [13, 5, 3], [16, 9, 5], [2, 5, 0], [5, 2, 0]], 12)
    assert len(given.applicants) == 89
    assert set(chances(given).values()) == {Fraction(2, 15), Fraction(1, 7)}
    assert literal_reading(given).spread == (0.108, 0.21)


def test_the_literal_reading_runs_into_dead_ends_under_tight_quotas():
    """Two places, a small and a medium one in each region: half of the time a size has no place left."""
    given = make([[1, 1], [1, 1]], 2)
    assert literal_reading(given).stuck == Fraction(1, 2)
    assert set(chances(given).values()) == {Fraction(1, 2)}


def test_no_lottery_within_the_quotas_is_better_for_the_worst_off_than_leximin():
    """The proof is the argument: whatever the pool, it holds, and its first chance is the least of all."""
    random = Random("worst-off")
    for applicants, places in ((18, 9), (40, 12), (90, 20), (120, 8)):
        given = from_register(random, applicants, places)
        found, proof = leximin(given)
        assert check_proof(given, proof) == found
        assert proof[0].chance == min(found.values())


def test_the_known_answer_is_better_for_the_worst_off_than_the_literal_reading():
    given = vector_input()
    fairest = chances(given)
    assert (min(fairest.values()), max(fairest.values())) == (Fraction(7, 15), Fraction(1))
    assert min(literal_reading(given).chances.values()) < Fraction(7, 15)
