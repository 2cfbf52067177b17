"""What must hold for every round that hypothesis can think of."""

import json
from dataclasses import replace
from fractions import Fraction

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from applications.selection import (
    Applicant,
    Group,
    Input,
    Source,
    chances,
    check_proof,
    digest,
    draw,
    freeze,
    from_canonical,
    normalise,
    prepare,
    read_basis,
    to_canonical,
    verify,
)
from tests.selection.build import FROZEN_AT, seed_for

# The letters that a name may have, Sami and beyond the basic plane among them.
NAMES = st.text(alphabet='abcæøåáčđŋšŧž ÆØÅ"\\/-’𝔸', min_size=1, max_size=12)


@st.composite
def rounds(draw_from) -> Input:
    region_codes = draw_from(st.lists(st.sampled_from("ABCDEFG"), min_size=1, max_size=6, unique=True))
    size_codes = draw_from(st.lists(st.sampled_from("SMLX"), min_size=1, max_size=4, unique=True))
    count = draw_from(st.integers(2, 40))
    applicants = tuple(
        Applicant(
            f"{number:04}",
            draw_from(NAMES),
            draw_from(st.sampled_from(region_codes)),
            draw_from(st.sampled_from(size_codes)),
        )
        for number in range(count)
    )
    places = draw_from(st.integers(1, count - 1))

    def groups(codes: list[str]) -> tuple[Group, ...]:
        found = []
        for code in codes:
            low = draw_from(st.integers(0, 3))
            found.append(Group(code, draw_from(NAMES), low, draw_from(st.integers(low, count + 2))))
        return tuple(found)

    return Input(
        round=draw_from(NAMES),
        places=places,
        regions=groups(region_codes),
        sizes=groups(size_codes),
        applicants=applicants,
        sources=(Source("drand-quicknet/1", draw_from(NAMES)),),
        frozen_at=FROZEN_AT,
    )


@settings(max_examples=150, deadline=None, derandomize=True)
@for_all(rounds(), st.text(alphabet="0123456789abcdef", min_size=1, max_size=64))
def test_every_round_can_be_frozen_drawn_and_verified(given, value):
    basis = freeze(given, soften=True)
    seed = seed_for(basis, value)
    protocol = draw(basis, seed)
    assert [check.sentence for check in verify(basis, seed, protocol, digest(basis)) if not check.ok] == []
    document = json.loads(protocol)
    assert len(document["selected"]) == given.places
    assert document["selected"] == sorted(set(document["selected"]))
    assert [each for each, _ in sorted(document["lots"], key=lambda pair: pair[1])] == [
        each for each, _ in document["lots"]
    ]
    assert to_canonical(from_canonical(protocol, "protocol")) == protocol
    assert read_basis(basis).input.applicants == given.applicants


@settings(max_examples=150, deadline=None, derandomize=True)
@for_all(rounds())
def test_chances_are_a_fair_share_of_the_places(given):
    prepared = prepare(given, soften_quotas=True)
    counts = given.cells()
    assert all(Fraction(0) <= chance <= 1 for chance in prepared.chances.values())
    assert sum(chance * counts[cell] for cell, chance in prepared.chances.items()) == given.places
    assert check_proof(prepared.input, prepared.proof, prepared.locked) == prepared.chances
    free = {
        cell: chance
        for cell, chance in prepared.chances.items()
        if cell not in {x.cell for x in prepared.locked}
    }
    if free:
        assert prepared.proof[0].chance == min(free.values())
        # Nobody's least chance can be above the average of those who are not locked.
        seats = given.places - sum(lock.places for lock in prepared.locked)
        assert prepared.proof[0].chance <= Fraction(seats, sum(counts[cell] for cell in free))


@settings(max_examples=80, deadline=None, derandomize=True)
@for_all(rounds())
def test_the_order_of_groups_decides_nothing(given):
    given = normalise(given)[0]
    turned = replace(given, regions=given.regions[::-1], sizes=given.sizes[::-1])
    one, other = prepare(given, soften_quotas=True), prepare(turned, soften_quotas=True)
    assert (one.chances, one.cost) == (other.chances, other.cost)


@settings(max_examples=80, deadline=None, derandomize=True)
@for_all(rounds())
def test_regions_and_sizes_are_alike_to_the_arithmetic(given):
    """Exchange the two partitions: with quotas that can be kept, every chance is the same."""
    given = replace(
        given,
        regions=tuple(replace(group, min=0, max=40) for group in given.regions),
        sizes=normalise(given)[0].sizes,
    )
    if sum(group.min for group in given.sizes) > given.places:
        given = replace(given, sizes=tuple(replace(group, min=0, max=40) for group in given.sizes))
    if sum(min(g.max, sum(a.size == g.code for a in given.applicants)) for g in given.sizes) < given.places:
        given = replace(given, sizes=tuple(replace(group, max=40) for group in given.sizes))
    exchanged = replace(
        given,
        regions=given.sizes,
        sizes=given.regions,
        applicants=tuple(replace(a, region=a.size, size=a.region) for a in given.applicants),
    )
    assert chances(exchanged) == {cell[::-1]: chance for cell, chance in chances(given).items()}


@settings(max_examples=80, deadline=None, derandomize=True)
@for_all(rounds(), st.data())
def test_a_looser_quota_never_hurts_the_worst_off(given, data):
    given = normalise(given)[0]
    loose = replace(
        given,
        regions=tuple(replace(group, min=0, max=40) for group in given.regions),
        sizes=tuple(replace(group, min=0, max=40) for group in given.sizes),
    )
    index = data.draw(st.integers(0, len(given.regions) - 1))
    one = replace(loose.regions[index], min=min(given.regions[index].min, given.places))
    tighter = replace(loose, regions=(*loose.regions[:index], one, *loose.regions[index + 1 :]))
    assert (
        min(chances(tighter).values())
        <= min(chances(loose).values())
        == Fraction(given.places, len(given.applicants))
    )
