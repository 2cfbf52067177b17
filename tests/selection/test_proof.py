"""A proof is checked without a solver, and anything that is changed in it is found out."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from applications.selection import (
    Input,
    InvalidProof,
    Proof,
    Step,
    check_proof,
    leximin,
    normalise,
    read_basis,
    soften,
)
from tests.selection.build import at_random, from_register, make, vector, vector_input


def nodes(given: Input) -> list[str]:
    groups = [f"R:{group.code}" for group in given.regions] + [f"S:{group.code}" for group in given.sizes]
    return ["SOURCE", "SINK", *groups]


def changed_step(proof: Proof, index: int, **fields: object) -> Proof:
    return (*proof[:index], replace(proof[index], **fields), *proof[index + 1 :])


def changes_of_chances(proof: Proof) -> Iterator[Proof]:
    for index, step in enumerate(proof):
        for other in (
            step.chance / 2,
            step.chance + Fraction(1, 1000),
            step.chance - Fraction(1, 1000),
            1 - step.chance,
            Fraction(1) if step.chance != 1 else Fraction(0),
            Fraction(2),
            -step.chance,
        ):
            if other != step.chance:
                yield changed_step(proof, index, chance=other)


def changes_of_cells(given: Input, proof: Proof) -> Iterator[Proof]:
    for index, step in enumerate(proof):
        for position in range(len(step.cells)):
            dropped = (*step.cells[:position], *step.cells[position + 1 :])
            yield changed_step(proof, index, cells=dropped)
            yield changed_step(proof, index, cells=(*step.cells, step.cells[position]))
            if position:
                swapped = (step.cells[position], *dropped)
                yield changed_step(proof, index, cells=swapped)
        for cell in given.cells():
            if cell not in step.cells:
                yield changed_step(proof, index, cells=(*step.cells, cell))
        yield changed_step(proof, index, cells=())
        yield changed_step(proof, index, cells=(*step.cells, ("R0", "no such size")))


def changes_of_steps(proof: Proof) -> Iterator[Proof]:
    for index in range(len(proof)):
        yield (*proof[:index], *proof[index + 1 :])
        yield (*proof[: index + 1], *proof[index:])
    if len(proof) > 1:
        yield (*proof, proof[0])
    yield ()


def changes_of_cuts(given: Input, proof: Proof) -> Iterator[Proof]:
    for index, step in enumerate(proof):
        for node in nodes(given):
            yield changed_step(proof, index, cut=tuple(sorted(set(step.cut) ^ {node})))
        yield changed_step(proof, index, cut=tuple(sorted(set(nodes(given)) - set(step.cut))))
        for other in proof:
            if other.cut != step.cut:
                yield changed_step(proof, index, cut=other.cut)
    for index in range(1, len(proof)):
        yield (*proof[: index - 1], proof[index], proof[index - 1], *proof[index + 1 :])


def misspelt_cuts(proof: Proof) -> Iterator[Proof]:
    for index, step in enumerate(proof):
        yield changed_step(proof, index, cut=(*step.cut, "R:nowhere"))
        if step.cut:
            yield changed_step(proof, index, cut=(*step.cut, step.cut[-1]))
        if len(step.cut) > 1:
            yield changed_step(proof, index, cut=tuple(reversed(step.cut)))


def holds(given: Input, proof: Proof, locked=()) -> bool:
    try:
        check_proof(given, proof, locked)
    except InvalidProof:
        return False
    return True


def rounds() -> list[tuple[Input, tuple]]:
    random, found = Random("proofs"), [(make([[3, 2, 1]] * 7, 5), True), (vector_input(), False)]
    found.append((make([[5, 0, 0], [5, 0, 0], [1, 1, 0]], 4, None, [(0, 2), (1, 1), (0, 4)]), True))
    found += [(from_register(random, 30, places), False) for places in (7, 12)]
    while len(found) < 40:
        given = at_random(random, tight=True)
        found.append((given, True))
    result = []
    for given, softly in found:
        if softly:
            softened = soften(given)
            result.append((softened.input, softened.locked))
        else:
            result.append((normalise(given)[0], ()))
    return result


ROUNDS = rounds()


def test_rounds_with_locks_are_among_them():
    assert sum(bool(locked) for _, locked in ROUNDS) >= 5


@pytest.mark.parametrize("number", range(len(ROUNDS)))
def test_a_proof_holds_and_no_change_of_chances_cells_or_steps_does(number):
    given, locked = ROUNDS[number]
    found, proof = leximin(given, locked)
    assert check_proof(given, proof, locked) == found
    changes = [
        *changes_of_chances(proof),
        *changes_of_cells(given, proof),
        *changes_of_steps(proof),
        *misspelt_cuts(proof),
    ]
    assert [change for change in changes if change != proof and holds(given, change, locked)] == []


@pytest.mark.parametrize("number", range(len(ROUNDS)))
def test_another_cut_is_accepted_only_where_it_proves_the_same_chances(number):
    """Two tight cuts may force the same cells, and either is a proof; of other chances none passes."""
    given, locked = ROUNDS[number]
    found, proof = leximin(given, locked)
    for change in changes_of_cuts(given, proof):
        if holds(given, change, locked):
            assert check_proof(given, change, locked) == found


def test_in_the_known_answer_every_change_of_a_cut_is_rejected():
    basis = read_basis(vector("basis.json"))
    changes = list(changes_of_cuts(basis.input, basis.proof))
    assert len(changes) > 40
    assert [change for change in changes if holds(basis.input, change)] == []


def test_a_proof_for_other_quotas_is_rejected():
    given = vector_input()
    proof = leximin(given)[1]
    trondelag = replace(given.regions[1], min=2)
    ostlandet = replace(given.regions[4], max=2)
    for other in (
        replace(given, places=8),
        replace(given, places=10),
        replace(given, regions=(given.regions[0], trondelag, *given.regions[2:])),
        replace(given, regions=(*given.regions[:4], ostlandet)),
        replace(given, applicants=given.applicants[1:]),
    ):
        assert not holds(other, proof)


def test_a_refusal_names_the_step_and_the_reason():
    given = vector_input()
    proof = leximin(given)[1]
    with pytest.raises(InvalidProof) as refusal:
        check_proof(given, changed_step(proof, 2, chance=Fraction(3, 5)))
    assert (refusal.value.step, str(refusal.value)) == (
        2,
        "Beviset holder ikke i trinn 3: snittet er ikke stramt.",
    )


def test_an_end_outside_the_quotas_is_rejected():
    """Each step alone is tight, but together they give a region more than its maximum."""
    given = make([[2], [2]], 2, [(0, 1), (0, 2)], [(0, 4)])
    forged = (Step(Fraction(1), (), (("R0", "S"), ("R1", "S"))),)
    with pytest.raises(InvalidProof, match="holder ikke kvotene"):
        check_proof(given, forged)
