"""What the draw's arithmetic says, sentence by sentence."""

from __future__ import annotations

import pytest

from applications import wording
from applications.selection import Infeasible, NoDraw, Note, Warn


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            Infeasible("minimums_exceed_places", ("North", "West"), (), 5, 4),
            "The fewest places of North and West add up to 5, but there are only 4 places.",
        ),
        (
            Infeasible("minimums_exceed_places", ("North",), (), 2, 1),
            "The fewest places of North add up to 2, but there is only 1 place.",
        ),
        (
            Infeasible("minimums_exceed_places", ("North",), ("Large",), 24, 20),
            "The fewest places of North and Large need at least 24 places together, even where a place "
            "counts for both a region and a size class, but there are only 20 places.",
        ),
        (
            Infeasible("regions_exceed_sizes", ("North",), ("Large",), 3, 2),
            "The region North needs at least 3 places, but the most places of Large leave it only 2.",
        ),
        (
            Infeasible("regions_exceed_sizes", ("North", "West"), (), 3, 2),
            "The regions North and West need at least 3 places, but their applications can fill only 2.",
        ),
        (
            Infeasible("sizes_exceed_regions", ("North",), ("Large", "Small"), 3, 2),
            "The size classes Large and Small need at least 3 places, but the most places of North leave "
            "them only 2.",
        ),
        (
            Infeasible("sizes_exceed_regions", (), ("Large",), 3, 2),
            "The size class Large needs at least 3 places, but its applications can fill only 2.",
        ),
    ],
)
def test_quotas_that_cannot_be_kept(reason, sentence):
    assert wording.infeasible(reason) == sentence


@pytest.mark.parametrize(
    ("remark", "sentence"),
    [
        (
            Note("minimum_lowered", "North", was=(2, 9), now=(1, 9)),
            "North has only 1 application, so the fewest places are 1 instead of 2.",
        ),
        (
            Note("bounds_softened", "", "Large", (2, 4), (1, 1)),
            "Large gets exactly 1 place instead of from 2 to 4 places.",
        ),
        (
            Note("cell_locked", "North", "Large", (0, 2), (2, 2)),
            "Applications in the group North; Large that get a place: exactly 2 of 2.",
        ),
    ],
)
def test_changed_quotas(remark, sentence):
    assert wording.note(remark) == sentence


@pytest.mark.parametrize(
    ("warn", "sentence"),
    [
        (Warn("chance_zero", "North", ""), "Nobody in North can be drawn: the chance is 0."),
        (
            Warn("chance_zero", "North", "Large"),
            "No application in the group North; Large can be drawn: the chance is 0.",
        ),
        (Warn("chance_one", "", "Large"), "Everybody in Large gets a place: the chance is 1."),
        (
            Warn("chance_one", "North", "Large"),
            "Every application in the group North; Large gets a place: the chance is 1.",
        ),
    ],
)
def test_what_is_certain_before_the_draw(warn, sentence):
    assert wording.warning(warn) == sentence


def test_a_draw_that_is_not_needed():
    end = "everybody is admitted, and no draw takes place."
    assert [wording.no_draw(NoDraw(number, 4)) for number in (1, 2)] == [
        f"There is 1 application, and the number of places is 4: {end}",
        f"There are 2 applications and 4 places: {end}",
    ]
