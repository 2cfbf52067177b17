from datetime import UTC, date, datetime

import pytest

from applications import sources
from innoskole.accounts.guards import Refused
from tests.applications.selection_ui.conftest import AFTER_OBJECTIONS, DRAW_AT, VIKINGLOTTO_ON
from tests.factories import OSLO


def test_round_of_a_moment_is_the_newest_that_exists():
    assert [sources.drand_round(datetime.fromtimestamp(1_692_803_367 + s, UTC)) for s in (0, 2.9, 3)] == [
        1,
        1,
        2,
    ]


def test_known_round_was_made_when_the_chain_says():
    made_at = sources.drand_moment(657_413)
    assert (made_at, sources.drand_round(made_at)) == (datetime(2023, 9, 15, 11, 0, 3, tzinfo=UTC), 657_413)


def test_announces_the_first_round_at_or_after_the_moment():
    exact = sources.drand_moment(40_000_000)
    later = exact.replace(microsecond=1)
    assert [sources.announce(moment, VIKINGLOTTO_ON)[0].id for moment in (exact, later)] == [
        "drand-quicknet/40000000",
        "drand-quicknet/40000001",
    ]


def test_announcement_names_source_moment_and_fallback():
    drand, lotto = sources.announce(DRAW_AT, VIKINGLOTTO_ON)
    assert drand == sources.Announcement(
        "drand-quicknet/40323412",
        "drand quicknet, round 40323412 (Wednesday 23 June 2027 at 20:00), the field «randomness». "
        "Should this round never exist: the next round that exists.",
        DRAW_AT,
    )
    assert lotto == sources.Announcement(
        "vikinglotto/2027-06-23",
        "Vikinglotto Wednesday 23 June 2027: the six winning numbers in rising order, then + and the Viking "
        "number. Should this draw not take place: the next draw date.",
        DRAW_AT,
    )


@pytest.mark.parametrize(
    ("draw_at", "on", "sentence"),
    [
        (
            datetime(2027, 6, 16, 10, 9, 59, tzinfo=OSLO),
            VIKINGLOTTO_ON,
            "Choose a time for the draw at least 10 minutes from now, so that the letters arrive before it.",
        ),
        (DRAW_AT, date(2027, 6, 22), "Vikinglotto is drawn on Wednesdays. Choose a Wednesday."),
        (DRAW_AT, date(2027, 6, 9), "Choose a draw of Vikinglotto that has not taken place."),
    ],
)
def test_refuses_sources_that_somebody_could_know(draw_at, on, sentence):
    with pytest.raises(Refused) as refusal:
        sources.check(draw_at, on, AFTER_OBJECTIONS)
    assert str(refusal.value) == sentence


def test_accepts_sources_with_exactly_enough_notice():
    sources.check(AFTER_OBJECTIONS + sources.NOTICE, date(2027, 6, 16), AFTER_OBJECTIONS)


@pytest.mark.parametrize(
    ("after", "on"),
    [
        (
            datetime(2027, 6, 16, 10, 0, tzinfo=OSLO),
            date(2027, 6, 23),
        ),  # a Wednesday: a day's notice is too short
        (datetime(2027, 6, 15, 10, 0, tzinfo=OSLO), date(2027, 6, 16)),
        (datetime(2027, 6, 17, 10, 0, tzinfo=OSLO), date(2027, 6, 23)),
    ],
)
def test_proposes_a_draw_of_vikinglotto_at_least_a_day_away(after, on):
    assert sources.next_vikinglotto(after) == on


@pytest.mark.parametrize(
    "typed",
    ["9,18,27,33,35,39+4", " 9, 18, 27, 33, 35, 39 + 4 ", "39,35,33,27,18,09+4", "9 18 27 33 35 39 + 4"],
)
def test_vikinglotto_is_written_in_one_way(typed):
    assert sources.clean_value("vikinglotto/2027-06-23", typed) == "9,18,27,33,35,39+4"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            "9,18,27,33,35,39",
            "Write the six winning numbers and the Viking number like this: 9,18,27,33,35,39+4.",
        ),
        (
            "9 18 27 33 35 394",
            "Write the six winning numbers and the Viking number like this: 9,18,27,33,35,39+4.",
        ),
        ("9,18,27,33,35,49+4", "The winning numbers are six different numbers from 1 to 48."),
        ("0,18,27,33,35,39+4", "The winning numbers are six different numbers from 1 to 48."),
        ("9,9,27,33,35,39+4", "The winning numbers are six different numbers from 1 to 48."),
        ("9,18,27,33,35,39+6", "The Viking number is a number from 1 to 5."),
        ("9,18,27,33,35,39+0", "The Viking number is a number from 1 to 5."),
    ],
)
def test_vikinglotto_refuses(typed, sentence):
    with pytest.raises(Refused) as refusal:
        sources.clean_value("vikinglotto/2027-06-23", typed)
    assert str(refusal.value) == sentence


def test_drand_value_is_written_in_one_way():
    assert sources.clean_value("drand-quicknet/1", " 0F" * 32) == "0f" * 32


@pytest.mark.parametrize("typed", ["0f" * 31, "0f" * 32 + "0", "0g" * 32, ""])
def test_drand_refuses(typed):
    with pytest.raises(Refused) as refusal:
        sources.clean_value("drand-quicknet/1", typed)
    assert (
        str(refusal.value)
        == "The value of drand is 64 characters, each a digit or one of the letters a to f."
    )


def test_an_invented_value_has_the_shape_of_a_real_one():
    for source_id in ("drand-quicknet/4711", "vikinglotto/2027-01-06"):
        value = sources.invented_value(source_id)
        assert value == sources.invented_value(source_id) == sources.clean_value(source_id, value)
