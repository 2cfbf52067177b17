"""A ballot gives exactly the chances, with few tables, and no table breaks a quota."""

from fractions import Fraction
from math import gcd
from random import Random

from applications.selection import (
    Ballot,
    Input,
    Table,
    chances,
    feasibility,
    leximin,
    make_ballot,
    normalise,
    soften,
)
from applications.selection.ballot import expected_seats
from tests.selection.build import at_random, from_register, keeps_quotas, make


def check(given: Input, locked=()) -> Ballot:
    found, counts = chances(given, locked), given.cells()
    ballot = make_ballot(given, found)
    assert expected_seats(ballot, given) == {cell: found[cell] * count for cell, count in counts.items()}
    assert sum(table.lots for table in ballot.tables) == ballot.total
    assert all(table.lots > 0 for table in ballot.tables)
    assert gcd(*(table.lots for table in ballot.tables)) == 1
    assert len({table.places for table in ballot.tables}) == len(ballot.tables)
    assert len(ballot.tables) <= len(counts) + len(given.regions) + len(given.sizes)
    for table in ballot.tables:
        seats = {
            (region.code, size.code): places
            for region, row in zip(given.regions, table.places, strict=True)
            for size, places in zip(given.sizes, row, strict=True)
        }
        assert keeps_quotas(given, seats)
        assert sum(seats.values()) == given.places
        assert all(places <= counts.get(cell, 0) for cell, places in seats.items())
        assert all(seats[lock.cell] == lock.places for lock in locked)
    return ballot


def test_small_rounds():
    random, checked = Random("ballot"), 0
    while checked < 400:
        given = normalise(at_random(random, tight=True, most=14))[0]
        if feasibility(given) is None:
            check(given)
        else:
            softened = soften(given)
            check(softened.input, softened.locked)
        checked += 1


def test_rounds_of_the_register_have_few_tables():
    random = Random("ballot of the register")
    for applicants, places in ((60, 12), (120, 20), (200, 30), (357, 20), (357, 60)):
        ballot = check(from_register(random, applicants, places))
        assert len(ballot.tables) <= 17


def test_a_certain_outcome_is_one_table_with_one_lot():
    given = make([[1], [3]], 1, [(1, 1), (0, 1)])
    assert make_ballot(given, leximin(given)[0]) == Ballot(1, (Table(1, ((1,), (0,))),))


def test_numbers_beyond_a_double_are_exact():
    """Chances with large coprime denominators make a total that no floating-point number could hold."""
    primes = [101, 103, 107, 109, 113, 127, 131, 137, 139, 149]
    given = make([[prime] for prime in primes], len(primes) + 1, [(1, 2)] * len(primes))
    seats = {(f"R{index}", "S"): Fraction(1) for index in range(len(primes))}
    # Region i has 1 + 1/prime on average but for the last, which takes what is left of the extra place.
    shares = [Fraction(1, prime) for prime in primes[:-1]]
    for index, share in enumerate([*shares, 1 - sum(shares)]):
        seats[f"R{index}", "S"] += share
    ballot = make_ballot(given, {cell: seats[cell] / count for cell, count in given.cells().items()})
    assert expected_seats(ballot, given) == seats
    assert ballot.total > 2**53
