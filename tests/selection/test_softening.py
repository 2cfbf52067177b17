"""Softened quotas are the cheapest deviation, and describe exactly the tables that achieve it."""

from dataclasses import replace
from fractions import Fraction
from random import Random

from applications.selection import (
    Group,
    Input,
    Lock,
    Note,
    Warn,
    certain_outcomes,
    chances,
    deviation,
    feasibility,
    freeze,
    normalise,
    soften,
    verify,
)
from applications.selection import draw as make_protocol
from tests.selection import oracle
from tests.selection.build import at_random, keeps_quotas, make, seed_for, tables, vector_input


def cost_seat_by_seat(group: Group, seats: int, without_any: int) -> int:
    """The costs as selection.md words them: 1→0 costs most, any other lowering 10, each seat above 1."""
    cost = 0
    for lost in range(seats, group.min):
        cost += without_any if lost == 0 else 10
    return cost + max(0, seats - group.max)


def cost_of(given: Input, table: dict[tuple[str, str], int]) -> int:
    rows = [
        cost_seat_by_seat(group, sum(n for cell, n in table.items() if cell[0] == group.code), 1000)
        for group in given.regions
    ]
    columns = [
        cost_seat_by_seat(group, sum(n for cell, n in table.items() if cell[1] == group.code), 100)
        for group in given.sizes
    ]
    return sum(rows) + sum(columns)


def keeps_locks(locked: tuple[Lock, ...], table: dict[tuple[str, str], int]) -> bool:
    return all(table[lock.cell] == lock.places for lock in locked)


def infeasible_rounds(seed: str, count: int) -> list[Input]:
    random, found = Random(seed), []
    while len(found) < count:
        given = normalise(at_random(random, tight=True))[0]
        if feasibility(given):
            found.append(given)
    return found


def test_the_cheapest_tables_and_no_others():
    locks = 0
    for given in infeasible_rounds("soften", 500):
        every = tables(given)
        cheapest = min(cost_of(given, table) for table in every)
        softened = soften(given)
        assert softened.cost == cheapest
        allowed = [t for t in every if keeps_quotas(softened.input, t) and keeps_locks(softened.locked, t)]
        assert allowed == [table for table in every if cost_of(given, table) == cheapest]
        assert all(lock.places in (0, given.cells()[lock.cell]) for lock in softened.locked)
        locks += len(softened.locked)
    assert locks > 50


def test_the_chances_are_the_leximin_over_the_cheapest_tables():
    for given in infeasible_rounds("soften and draw", 150):
        softened, counts = soften(given), given.cells()
        every = tables(given)
        cheapest = min(cost_of(given, table) for table in every)
        vectors = [
            tuple(Fraction(table[cell], count) for cell, count in counts.items())
            for table in every
            if cost_of(given, table) == cheapest
        ]
        expected = dict(zip(counts, oracle.leximin_over(vectors), strict=True))
        assert chances(softened.input, softened.locked) == expected
        for lock in softened.locked:
            assert expected[lock.cell] in (0, 1)


def test_a_quota_is_changed_no_more_than_it_must():
    """Every changed bound is one that some cheapest table, or every one, really goes beyond."""
    for given in infeasible_rounds("soften as little as possible", 200):
        softened = soften(given)
        kept = [
            t for t in tables(given) if keeps_quotas(softened.input, t) and keeps_locks(softened.locked, t)
        ]
        for old, new in zip(given.regions, softened.input.regions, strict=True):
            seats = {sum(n for cell, n in t.items() if cell[0] == old.code) for t in kept}
            assert new.min <= min(seats) <= max(seats) <= new.max
            assert new.min >= old.min or new.min == min(seats)
            assert new.max <= old.max or new.max == max(seats)


def test_quotas_that_can_be_kept_are_left_alone():
    given = vector_input()
    softened = soften(given)
    assert (softened.input, softened.locked, softened.cost, softened.notes) == (given, (), 0, ())
    assert freeze(given, soften=True) == freeze(given)


def test_seven_regions_and_five_places():
    """«ønskes representert»: each region gets 0–1, and the lot decides fairly who misses out."""
    given = make([[3, 2, 1]] * 7, 5)
    softened = soften(given)
    assert softened.cost == 2000
    assert [(group.min, group.max) for group in softened.input.regions] == [(0, 1)] * 7
    assert softened.input.sizes == given.sizes
    assert softened.locked == ()
    assert softened.notes == tuple(
        Note("bounds_softened", region=f"Region R{number}", was=(1, 5), now=(0, 1)) for number in range(7)
    )
    assert softened.notes[0].sentence() == "Landsdelen Region R0 har fått kvoten 0–1 i stedet for 1–5."
    assert softened.warnings == ()
    # The one place that the largest size must have is a seventh for each; the four others are for 35.
    assert chances(softened.input) == {
        (f"R{number}", size): chance
        for number in range(7)
        for size, chance in (("S", Fraction(4, 35)), ("M", Fraction(4, 35)), ("L", Fraction(1, 7)))
    }


def test_a_size_is_given_up_before_a_region():
    given = make([[1, 0], [1, 0], [0, 1]], 2, [(1, 2), (1, 2), (0, 2)], [(1, 2), (1, 2)])
    softened = soften(given)
    assert softened.cost == 100
    assert softened.warnings == (
        Warn("chance_zero", region="Region R2"),
        Warn("chance_zero", size="Størrelse M"),
        Warn("chance_one", region="Region R0"),
        Warn("chance_one", region="Region R1"),
        Warn("chance_one", size="Størrelse S"),
    )


def test_a_seat_above_a_maximum_is_cheapest_of_all():
    given = make([[4], [4]], 5, [(0, 2), (0, 2)], [(0, 5)])
    softened = soften(given)
    assert softened.cost == 1
    assert [(group.min, group.max) for group in softened.input.regions] == [(2, 3), (2, 3)]


def test_locked_cells_are_in_the_basis_and_have_chance_zero_or_one():
    given = make([[5, 0, 0], [5, 0, 0], [1, 1, 0]], 4, None, [(0, 2), (1, 1), (0, 4)])
    softened = soften(given)
    assert softened.locked == (Lock("R2", "M", 1),)
    note = Note("cell_locked", "Region R2", "Størrelse M", was=(0, 1), now=(1, 1))
    assert note in softened.notes
    assert note.sentence() == "Gruppen (Region R2; Størrelse M) får nøyaktig 1 plass i hver fordeling."
    basis = freeze(given, soften=True)
    assert b'"locked":[{"places":1,"region":"R2","size":"M"}]' in basis
    seed = seed_for(basis)
    assert all(check.ok for check in verify(basis, seed, make_protocol(basis, seed)))


def test_no_lock_is_written_when_there_is_none():
    assert b"locked" not in freeze(vector_input())


def test_every_softened_round_can_be_frozen_drawn_and_verified():
    for number, given in enumerate(infeasible_rounds("soften, draw, verify", 60)):
        basis = freeze(given, soften=True)
        seed = seed_for(basis, str(number))
        protocol = make_protocol(basis, seed)
        assert [check.sentence for check in verify(basis, seed, protocol) if not check.ok] == []


def test_the_deviation_of_a_table():
    given = make([[3, 3], [3, 3]], 3, [(2, 2), (1, 3)], [(1, 3), (0, 1)])
    seats = {("R0", "S"): 1, ("R0", "M"): 2}
    # R0 one above, R1 without any, S kept, M one above.
    assert deviation(given, seats) == 1 + 1000 + 0 + 1
    assert deviation(given, {("R0", "S"): 1}) == 10 + 1000
    assert deviation(given, {}) == 1010 + 1000 + 100
    assert deviation(given, seats, [Lock("R0", "S", 0), Lock("R1", "M", 3)]) == 1002 + 1 + 30


def test_an_input_that_needs_no_draw_is_not_softened():
    given = make([[1], [1]], 2, [(0, 0), (0, 0)])
    assert soften(given).input == given


def test_warnings_for_a_single_cell():
    given = replace(make([[1, 1], [2, 2]], 3), regions=make([[1, 1], [2, 2]], 3).regions)
    found = chances(given)
    found[("R0", "S")] = Fraction(1)
    found[("R0", "M")] = Fraction(0)
    warnings = certain_outcomes(given, found)
    assert warnings == (
        Warn("chance_zero", "Region R0", "Størrelse M"),
        Warn("chance_one", "Region R0", "Størrelse S"),
    )
    assert [warning.sentence() for warning in warnings] == [
        "Ingen søknader fra gruppen (Region R0; Størrelse M) kan bli trukket ut: sjansen er 0.",
        "Alle søknader fra gruppen (Region R0; Størrelse S) får plass: sjansen er 1.",
    ]
