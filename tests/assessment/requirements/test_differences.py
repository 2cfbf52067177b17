"""Two texts beside each other: nothing is lost, and what differs is marked."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.models.differences import MOST_WORDS, Piece, Row, compare

LINES = st.lists(st.text(alphabet="ab c", max_size=6), max_size=5)


@settings(max_examples=60, deadline=None)
@given(LINES, LINES)
def test_each_side_gives_its_lines_again(old, new):
    rows = compare("\n".join(old), "\n".join(new))
    sides = ["\n".join(old).splitlines(), "\n".join(new).splitlines()]
    for side, lines in zip(("old", "new"), sides, strict=True):
        shown = ["".join(piece.text for piece in getattr(row, side)) for row in rows]
        assert [line for line in shown if line] == [line for line in lines if line]


@given(LINES)
@settings(max_examples=20, deadline=None)
def test_a_text_beside_itself_has_no_changes(lines):
    assert not any(row.is_changed for row in compare("\n".join(lines), "\n".join(lines)))


def test_words_that_differ_are_marked_and_new_lines_stand_alone():
    assert compare("We asked two people.\nThe end", "We asked ten people.\nThe end\nSources") == [
        Row(
            (Piece("We asked "), Piece("two", is_changed=True), Piece(" people.")),
            (Piece("We asked "), Piece("ten", is_changed=True), Piece(" people.")),
        ),
        Row((Piece("The end"),), (Piece("The end"),)),
        Row((), (Piece("Sources", is_changed=True),)),
    ]


def test_a_very_long_passage_is_marked_whole():
    long = "word " * MOST_WORDS
    row = compare(long, long + "more")[0]
    assert (row.old, row.new) == (
        (Piece(long, is_changed=True),),
        (Piece(long + "more", is_changed=True),),
    )
