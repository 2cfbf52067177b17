"""Two lists of results: every kind of difference by itself, and nothing lost of any two lists."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.registry.comparison import Difference, Kind, compare
from assessment.registry.sheet import ABSENT, Row, canonical, digest, from_json

KARI = Row(7, "Kari Prøve", "kari@example.no", 1, "B", "2028-06-20")
OLA = Row(9, "Ola Prøve", "ola@example.no", 2, ABSENT, "2028-06-01")
SHEET = [KARI, OLA]


@pytest.mark.parametrize(
    ("others", "differences"),
    [
        (SHEET, []),
        ([OLA, KARI], []),
        ([KARI], [Difference(Kind.MISSING, 9, "Ola Prøve", "ABSENT · 2028-06-01", "")]),
        (
            [KARI, OLA, Row(11, "Eva Ukjent", "eva@example.no", 1, "A", "2028-06-20")],
            [Difference(Kind.EXTRA, 11, "Eva Ukjent", "", "A · 2028-06-20")],
        ),
        ([replace(KARI, result="C"), OLA], [Difference(Kind.RESULT, 7, "Kari Prøve", "B", "C")]),
        ([replace(KARI, result=""), OLA], [Difference(Kind.RESULT, 7, "Kari Prøve", "B", "")]),
        (
            [replace(KARI, dated_on="2028-06-21"), OLA],
            [Difference(Kind.DAY, 7, "Kari Prøve", "2028-06-20", "2028-06-21")],
        ),
        (
            [replace(KARI, name="Kari Feilskrevet"), OLA],
            [Difference(Kind.NAME, 7, "Kari Prøve", "Kari Prøve", "Kari Feilskrevet")],
        ),
        (
            [replace(KARI, email="kari.ny@example.no"), OLA],
            [Difference(Kind.EMAIL, 7, "Kari Prøve", "kari@example.no", "kari.ny@example.no")],
        ),
        ([replace(KARI, attempt=3), OLA], [Difference(Kind.ATTEMPT, 7, "Kari Prøve", "1", "3")]),
        (
            [KARI, OLA, replace(KARI, result="A")],
            [Difference(Kind.REPEATED, 7, "Kari Prøve", "B · 2028-06-20", "A · 2028-06-20")],
        ),
        # Another number is another candidate.
        (
            [replace(KARI, candidate=70), OLA],
            [
                Difference(Kind.MISSING, 7, "Kari Prøve", "B · 2028-06-20", ""),
                Difference(Kind.EXTRA, 70, "Kari Prøve", "", "B · 2028-06-20"),
            ],
        ),
        # The registry's own list: no number, no attempt, the family name first.
        ([replace(KARI, candidate=None, attempt=None, name="PRØVE, Kari", email="Kari@Example.no"), OLA], []),
        (
            [Row(None, "Kari Prøve", "", None, "B", "2028-06-20"), OLA],
            [
                Difference(Kind.MISSING, 7, "Kari Prøve", "B · 2028-06-20", ""),
                Difference(Kind.EXTRA, None, "Kari Prøve", "", "B · 2028-06-20"),
            ],
        ),
    ],
)
def test_each_difference(others, differences):
    assert compare(SHEET, others) == differences


def test_several_differences_of_one_candidate_are_all_shown():
    theirs = replace(KARI, result="A", dated_on="2028-06-19", name="Kari", attempt=2)
    assert [found.kind for found in compare(SHEET, [theirs, OLA])] == ["result", "day", "name", "attempt"]


def test_two_candidates_with_one_address_are_told_apart_by_their_turn():
    twin = replace(OLA, candidate=8, email=KARI.email, name=KARI.name)
    without_numbers = [replace(row, candidate=None) for row in (KARI, twin)]
    assert [found.kind for found in compare([KARI, twin], without_numbers)] == []


# --- Any two lists ------------------------------------------------------------------------------------

rows = st.builds(
    Row,
    candidate=st.integers(1, 6),
    name=st.sampled_from(["Kari Prøve", "Ola Prøve", "Åse Prøve"]),
    email=st.sampled_from(["kari@example.no", "ola@example.no"]),
    attempt=st.integers(1, 3),
    result=st.sampled_from(["A", "B", "F", ABSENT]),
    dated_on=st.sampled_from(["2028-06-20", "2028-06-21"]),
)
sheets = st.lists(rows, max_size=6, unique_by=lambda row: row.candidate)


@given(sheets, st.data())
def test_a_list_does_not_differ_from_itself_in_any_order(sheet, data):
    shuffled = data.draw(st.permutations(sheet))
    assert compare(sheet, shuffled) == []
    assert digest(sheet) == digest(shuffled)


@given(sheets, sheets)
def test_no_difference_is_lost_and_none_invented(sheet, others):
    found = compare(sheet, others)
    assert (found == []) == (sorted(map(repr, sheet)) == sorted(map(repr, others)))
    assert (found == []) == (digest(sheet) == digest(others))
    ours, theirs = {row.candidate: row for row in sheet}, {row.candidate: row for row in others}
    kinds = {(one.kind, one.candidate) for one in found}
    assert {number for kind, number in kinds if kind == Kind.MISSING} == ours.keys() - theirs.keys()
    assert {number for kind, number in kinds if kind == Kind.EXTRA} == theirs.keys() - ours.keys()
    for number in ours.keys() & theirs.keys():
        a, b = ours[number], theirs[number]
        assert ((Kind.RESULT, number) in kinds) == (a.result != b.result)
        assert ((Kind.DAY, number) in kinds) == (a.dated_on != b.dated_on)
        assert ((Kind.ATTEMPT, number) in kinds) == (a.attempt != b.attempt)


@given(sheets, sheets)
def test_seen_from_the_other_side_missing_is_extra(sheet, others):
    def of(found, kind):
        return {one.candidate for one in found if one.kind == kind}

    there, back = compare(sheet, others), compare(others, sheet)
    assert of(there, Kind.MISSING) == of(back, Kind.EXTRA)
    assert of(there, Kind.RESULT) == of(back, Kind.RESULT)


def test_the_checksum_is_over_exactly_this():
    assert canonical([OLA, KARI]).decode() == (
        '[{"attempt":1,"candidate":7,"dated_on":"2028-06-20","email":"kari@example.no","name":"Kari Prøve",'
        '"result":"B"},{"attempt":2,"candidate":9,"dated_on":"2028-06-01","email":"ola@example.no",'
        '"name":"Ola Prøve","result":"ABSENT"}]'
    )
    assert digest(SHEET) == digest([from_json(row.as_json()) for row in SHEET])
    # The same letter in two parts.
    assert digest([replace(KARI, name="Åse")]) == digest([replace(KARI, name="A\u030ase")])
