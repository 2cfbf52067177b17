"""Chances against brute force: every panel, and an exact linear program that knows nothing of networks."""

from fractions import Fraction
from random import Random

import pytest

from applications.selection import (
    InputError,
    Lock,
    NotFeasible,
    chances,
    check_proof,
    leximin,
    normalise,
)
from tests.selection import oracle
from tests.selection.build import at_random, make, vector_input

ROUNDS_PER_BATCH = 150


@pytest.mark.parametrize("batch", range(6))
def test_chances_equal_the_exact_leximin_over_all_panels(batch):
    """900 rounds that can be drawn; the rounds that cannot are compared as well, on the way."""
    random, drawn, impossible = Random(f"leximin {batch}"), 0, 0
    while drawn < ROUNDS_PER_BATCH:
        given = normalise(at_random(random, tight=random.random() < 0.4))[0]
        found = oracle.panels(given)
        if not found:
            with pytest.raises(NotFeasible):
                chances(given)
            impossible += 1
            continue
        assert chances(given) == oracle.chances_by_cell(given, found)
        drawn += 1
    assert impossible


def test_chances_equal_the_leximin_that_takes_nobody_to_be_alike():
    random, compared = Random("one by one"), 0
    while compared < 100:
        given = normalise(at_random(random, most=7))[0]
        found = oracle.panels(given)
        if found:
            by_cell = chances(given)
            by_applicant = {applicant.id: by_cell[applicant.cell] for applicant in given.applicants}
            assert by_applicant == oracle.chances_by_applicant(given, found)
            compared += 1


def test_the_oracle_on_a_case_worked_by_hand():
    """Two places, regions of one and three: the one has a place, and the three share the other."""
    given = make([[1], [3]], 2)
    assert oracle.chances_by_cell(given, oracle.panels(given)) == {
        ("R0", "S"): Fraction(1),
        ("R1", "S"): Fraction(1, 3),
    }


def test_without_binding_quotas_everyone_has_the_same_chance():
    assert set(chances(make([[5, 5, 5], [5, 5, 5]], 6)).values()) == {Fraction(6, 30)}


def test_a_group_that_may_have_nobody_has_chance_zero():
    given = make([[2], [2]], 2, [(0, 0), (0, 2)])
    assert chances(given) == {("R0", "S"): Fraction(0), ("R1", "S"): Fraction(1)}


def test_everyone_is_admitted_when_there_are_places_enough():
    given = make([[2, 1]], 3, [(0, 1)])
    found, proof = leximin(given)
    assert found == {("R0", "S"): Fraction(1), ("R0", "M"): Fraction(1)}
    assert check_proof(given, proof) == found


def test_chances_add_up_to_the_places():
    given = vector_input()
    assert sum(chance * given.cells()[cell] for cell, chance in chances(given).items()) == given.places


def test_locked_cells_have_what_they_are_locked_at():
    given = make([[2, 2], [2, 2]], 4)
    assert chances(given, [Lock("R0", "S", 2), Lock("R1", "M", 0)]) == {
        ("R0", "S"): Fraction(1),
        ("R0", "M"): Fraction(1, 2),
        ("R1", "S"): Fraction(1, 2),
        ("R1", "M"): Fraction(0),
    }


def test_locks_that_collide_with_the_quotas_are_refused():
    given = make([[2, 2], [2, 2]], 3, [(2, 3), (1, 3)])
    with pytest.raises(InputError, match="lar seg ikke forene"):
        chances(given, [Lock("R0", "S", 0), Lock("R0", "M", 0)])
