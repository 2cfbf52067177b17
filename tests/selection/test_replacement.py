"""When a selected application drops out, the reserve with the smallest key takes over."""

import json
from collections import Counter
from random import Random

import pytest

from applications.selection import (
    InputError,
    NotFeasible,
    Promotion,
    draw,
    freeze,
    read_basis,
    replacement,
    soften,
)
from tests.selection.build import at_random, make, seed_for, vector
from tests.selection.test_softening import cost_of


def lots_of(protocol: bytes) -> dict[str, str]:
    return dict(json.loads(protocol)["lots"])


def draw_until(given, wanted):
    """The first of a thousand seeds whose draw selects everyone wanted."""
    basis = freeze(given)
    for number in range(1000):
        protocol = draw(basis, seed_for(basis, str(number)))
        if set(wanted) <= set(json.loads(protocol)["selected"]):
            return basis, protocol
    raise AssertionError("no such draw")


def test_the_lowest_lot_of_the_same_cell():
    basis, protocol = vector("basis.json"), vector("protocol.json")
    promotion = replacement(basis, protocol, dropped="3301")
    assert promotion == Promotion("3420", "3301", "same_cell", 0, lots_of(protocol)["3420"])
    assert promotion.sentence() == (
        "3420 overtar plassen etter 3301: laveste lodd i samme landsdel og størrelsesgruppe "
        "(alle kvoter er holdt; lodd 7142b831)."
    )


def test_one_who_cannot_take_the_place_is_passed():
    basis, protocol = vector("basis.json"), vector("protocol.json")
    promotion = replacement(basis, protocol, dropped="3301", unavailable={"3420", "0301"})
    assert (promotion.promoted, promotion.rule) == ("3403", "same_cell")


def test_a_second_replacement_counts_from_those_who_have_places_now():
    basis, protocol = vector("basis.json"), vector("protocol.json")
    selected = set(json.loads(protocol)["selected"])
    now = selected - {"3301"} | {"3420"}
    promotion = replacement(basis, protocol, dropped="3420", admitted=now, unavailable={"3301"})
    assert (promotion.promoted, promotion.rule) == ("0301", "same_cell")


def test_then_the_same_region_then_the_same_size_then_any():
    # Applicants 0001 (R0/S), 0002 (R0/M), 0003 (R1/S), 0004 (R1/M); one place and no quota.
    given = make([[1, 1], [1, 1]], 1, [(0, 1)] * 2, [(0, 1)] * 2)
    basis, protocol = draw_until(given, ["0001"])
    answers = [
        replacement(basis, protocol, dropped="0001", unavailable=unavailable)
        for unavailable in ((), ("0002",), ("0002", "0003"), ("0002", "0003", "0004"))
    ]
    assert [answer and (answer.promoted, answer.rule) for answer in answers] == [
        ("0002", "same_region"),
        ("0003", "same_size"),
        ("0004", "lot"),
        None,
    ]


def test_nobody_is_nearer_to_one_who_is_not_in_the_draw():
    basis, protocol = vector("basis.json"), vector("protocol.json")
    selected = set(json.loads(protocol)["selected"])
    lots = lots_of(protocol)
    lowest = next(each for each in lots if each not in selected)
    # The quotas are kept whoever comes: so the lowest lot of all.
    promotion = replacement(basis, protocol, dropped=None)
    assert promotion == Promotion(lowest, "", "lot", 0, lots[lowest])
    assert promotion.sentence() == (
        f"{lowest} overtar en ledig plass: laveste lodd på hele ventelisten "
        f"(alle kvoter er holdt; lodd {lots[lowest][:8]})."
    )


def test_quotas_come_before_the_lot_of_one_who_is_nearer_to_nobody():
    # Two regions that must have one place each; a place of R1 went to somebody who is not in the draw.
    given = make([[3], [2]], 2, [(1, 2)] * 2, [(0, 2)])
    basis, protocol = draw_until(given, ["0001"])
    answers = replacement(basis, protocol, dropped=None, admitted={"0001"})
    first = next(each for each in lots_of(protocol) if each != "0001")
    best = next(each for each in lots_of(protocol) if each in {"0004", "0005"})
    assert (answers.promoted, answers.passed_over) == (best, "" if best == first else first)
    assert answers.rule == ("lot" if best == first else "quotas")


def test_quotas_come_before_nearness():
    # R0 has S and M, R1 has S and L; each size must have one seat of three.
    given = make([[1, 2, 0], [2, 0, 1], [0, 0, 1]], 3, [(0, 3)] * 3, [(1, 3)] * 3)
    basis, protocol = draw_until(given, ["0006", "0001"])
    admitted = set(json.loads(protocol)["selected"])
    assert admitted & {"0002", "0003"}
    promotion = replacement(basis, protocol, dropped="0006")
    # In the region of the one who dropped out only small ones are left, and a large one must be in.
    assert (promotion.promoted, promotion.rule, promotion.deviation) == ("0007", "quotas", 0)
    assert promotion.passed_over in {"0004", "0005"}
    assert (
        "ingen annen på ventelisten gir mindre avvik fra kvotene (alle kvoter er holdt"
        in promotion.sentence()
    )


def test_a_quota_that_cannot_be_kept_costs_as_little_as_possible():
    given = make([[1], [2], [2]], 2, [(1, 2), (0, 2), (0, 2)], [(0, 2)])
    basis, protocol = draw_until(given, ["0001"])
    promotion = replacement(basis, protocol, dropped="0001")
    assert promotion.deviation == 1000
    assert "avviket fra kvotene er 1000" in promotion.sentence()


def test_the_promoted_has_the_smallest_key_of_all_reserves():
    """Against the key written out anew, for every selected application of random rounds."""
    random, compared, rules = Random("replacement"), 0, Counter()
    while compared < 400:
        given = at_random(random, tight=True)
        try:
            basis = freeze(given)
        except NotFeasible:
            if soften(given).locked:
                continue
            basis = freeze(given, soften=True)
        protocol = draw(basis, seed_for(basis, str(compared)))
        in_force, lots = read_basis(basis).input, lots_of(protocol)
        cells = {applicant.id: applicant.cell for applicant in in_force.applicants}
        selected = json.loads(protocol)["selected"]
        for dropped in selected:
            keys = {}
            for candidate in cells.keys() - set(selected):
                seats = Counter(cells[each] for each in (*selected, candidate) if each != dropped)
                (region, size), (old_region, old_size) = cells[candidate], cells[dropped]
                keys[candidate] = (
                    cost_of(in_force, seats),
                    (region, size) != (old_region, old_size),
                    region != old_region,
                    size != old_size,
                    lots[candidate],
                )
            best = min(keys, key=keys.get)
            promotion = replacement(basis, protocol, dropped=dropped)
            assert (promotion.promoted, promotion.deviation) == (best, keys[best][0])
            assert (promotion.rule == "quotas") == (min(keys, key=lambda each: keys[each][1:]) != best)
            rules[promotion.rule] += 1
            compared += 1
    assert all(rules[rule] for rule in ("same_cell", "same_region", "same_size", "quotas"))


def test_what_cannot_be_asked():
    basis, protocol = vector("basis.json"), vector("protocol.json")
    with pytest.raises(InputError, match="9999 står ikke i grunnlaget"):
        replacement(basis, protocol, dropped="9999")
    with pytest.raises(InputError, match="3420 har ikke plass"):
        replacement(basis, protocol, dropped="3420")
    with pytest.raises(InputError, match="har formatet «innoskole-draw-basis/1»"):
        replacement(basis, basis, dropped="3301")
