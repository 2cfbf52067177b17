"""Quotas that collide are explained by the groups in question and two numbers."""

from random import Random

import pytest

from applications.selection import (
    Infeasible,
    InputError,
    NoDraw,
    NoDrawNeeded,
    Note,
    NotFeasible,
    feasibility,
    freeze,
    from_canonical,
    no_draw_needed,
    no_draw_protocol,
    normalise,
    prepare,
)
from applications.selection.reasons import Warn
from tests.selection import oracle
from tests.selection.build import at_random, make

CASES = {
    "more regions than places": (
        make([[1, 1]] * 3, 2, [(1, 2)] * 3, [(0, 2)] * 2),
        Infeasible("minimums_exceed_places", ("Region R0", "Region R1", "Region R2"), (), 3, 2),
        "Landsdelene Region R0, Region R1 og Region R2 krever minst 3 plasser til sammen. "
        "Trenger minst 3 plasser, har 2.",
    ),
    "more sizes than places": (
        make([[1, 1, 1], [1, 1, 1]], 2, [(0, 2)] * 2, [(1, 2)] * 3),
        Infeasible("minimums_exceed_places", (), ("Størrelse S", "Størrelse M", "Størrelse L"), 3, 2),
        "Størrelsesgruppene Størrelse S, Størrelse M og Størrelse L krever minst 3 plasser til sammen. "
        "Trenger minst 3 plasser, har 2.",
    ),
    "a region and a size that nobody shares": (
        make([[2, 0], [0, 2]], 1, [(1, 1), (0, 1)], [(0, 1), (1, 1)]),
        Infeasible("minimums_exceed_places", ("Region R0",), ("Størrelse M",), 2, 1),
        "Landsdelen Region R0 og størrelsesgruppen Størrelse M krever minst 2 plasser til sammen. "
        "Trenger minst 2 plasser, har 1.",
    ),
    "regions against sizes": (
        make([[3, 0], [0, 3]], 3, [(2, 3), (1, 3)], [(0, 1), (0, 3)]),
        Infeasible("regions_exceed_sizes", ("Region R0",), ("Størrelse S",), 2, 1),
        "Landsdelen Region R0 krever minst 2 plasser, men kvotene for størrelsesgruppen Størrelse S "
        "tillater bare 1. Trenger minst 2 plasser, har 1.",
    ),
    "sizes against regions": (
        make([[3, 0], [0, 3]], 3, [(0, 1), (0, 3)], [(2, 3), (1, 3)]),
        Infeasible("sizes_exceed_regions", ("Region R0",), ("Størrelse S",), 2, 1),
        "Størrelsesgruppen Størrelse S krever minst 2 plasser, men kvotene for landsdelen Region R0 "
        "tillater bare 1. Trenger minst 2 plasser, har 1.",
    ),
    "maximums too low": (
        make([[4], [4]], 5, [(0, 2), (0, 2)], [(0, 5)]),
        Infeasible("maximums_below_places", ("Region R0", "Region R1"), (), 5, 4),
        "Runden har 5 plasser, men kvotene for landsdelene Region R0 og Region R1 lar bare 4 bli besatt. "
        "Trenger minst 5 plasser, har 4.",
    ),
    "one place": (
        make([[1], [1]], 1),
        Infeasible("minimums_exceed_places", ("Region R0", "Region R1"), (), 2, 1),
        "Landsdelene Region R0 og Region R1 krever minst 2 plasser til sammen. "
        "Trenger minst 2 plasser, har 1.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_reason_and_its_sentence(name):
    given, reason, sentence = CASES[name]
    assert feasibility(given) == reason
    assert reason.sentence() == sentence
    with pytest.raises(NotFeasible) as refusal:
        freeze(given)
    assert (refusal.value.reason, refusal.value.sentence()) == (reason, sentence)


def test_a_reason_is_given_exactly_when_no_panel_keeps_the_quotas():
    random, outcomes = Random("feasibility"), []
    for _ in range(1000):
        given = normalise(at_random(random, tight=True))[0]
        reason = feasibility(given)
        assert (reason is None) == bool(oracle.panels(given))
        if reason:
            assert reason.needs > reason.has >= 0
            assert f"Trenger minst {reason.needs} plass" in reason.sentence()
        outcomes.append(reason and reason.kind)
    assert set(outcomes) == {
        None,
        "minimums_exceed_places",
        "regions_exceed_sizes",
        "sizes_exceed_regions",
        "maximums_below_places",
    }


def test_the_gap_in_a_reason_is_the_smallest_number_of_seats_to_give_up():
    """The gap of the most violated set: so many seats must be given up by minimums and maximums together."""
    given = make([[2, 1]] * 7, 4)
    reason = feasibility(given)
    assert (reason.needs, reason.has) == (7, 4)
    eased = make([[2, 1]] * 7, 4, [(0, 4)] * 3 + [(1, 4)] * 4)
    assert feasibility(eased) is None


def test_a_minimum_above_the_applicants_is_lowered_with_a_note():
    given = make([[2, 0], [3, 0]], 3, [(3, 3), (0, 3)], [(1, 3), (1, 3)])
    lowered, notes = normalise(given)
    assert [(group.min, group.max) for group in (*lowered.regions, *lowered.sizes)] == [
        (2, 3),
        (0, 3),
        (1, 3),
        (0, 3),
    ]
    assert notes == (
        Note("minimum_lowered", region="Region R0", was=(3, 3), now=(2, 3)),
        Note("minimum_lowered", size="Størrelse M", was=(1, 3), now=(0, 3)),
    )
    assert [note.sentence() for note in notes] == [
        "Landsdelen Region R0 har 2 søknader; minstetallet 3 er satt ned til 2.",
        "Størrelsesgruppen Størrelse M har 0 søknader; minstetallet 1 er satt ned til 0.",
    ]


def test_nothing_is_lowered_without_need():
    given = make([[2, 1], [3, 1]], 3)
    assert normalise(given) == (given, ())


@pytest.mark.parametrize("places", [3, 4])
def test_no_draw_when_everyone_fits(places):
    given = make([[1, 2]], places, [(0, 1)])
    assert no_draw_needed(given) == NoDraw(applicants=3, places=places)
    assert feasibility(given) is None
    prepared = prepare(given)
    assert set(prepared.chances.values()) == {1}
    assert prepared.warnings == ()
    with pytest.raises(NoDrawNeeded) as refusal:
        freeze(given)
    assert refusal.value.reason == NoDraw(3, places)
    assert str(refusal.value) == (
        f"Det er 3 søknader til {places} plasser: alle får plass, og det blir ingen loddtrekning."
    )
    document = from_canonical(no_draw_protocol(given), "no-draw.json")
    assert (document["format"], document["selected"]) == ("innoskole-no-draw/1", ["0001", "0002", "0003"])


def test_a_draw_is_needed_for_one_more_than_the_places():
    given = make([[1, 2]], 2)
    assert no_draw_needed(given) is None
    with pytest.raises(InputError, match="da må det trekkes"):
        no_draw_protocol(given)


def test_a_group_whose_outcome_is_certain_is_warned_of():
    prepared = prepare(make([[1, 0], [4, 4], [2, 0]], 4, [(1, 4), (1, 4), (0, 0)], [(1, 4), (1, 4)]))
    assert prepared.warnings == (
        Warn("chance_zero", region="Region R2"),
        Warn("chance_one", region="Region R0"),
    )
    assert [warning.sentence() for warning in prepared.warnings] == [
        "Ingen søknader fra landsdelen Region R2 kan bli trukket ut: sjansen er 0.",
        "Alle søknader fra landsdelen Region R0 får plass: sjansen er 1.",
    ]


def test_a_round_without_a_source_is_remarked_upon():
    assert prepare(make([[3]], 1, sources=())).notes == (Note("no_source"),)
