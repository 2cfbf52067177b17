"""The proposal fills what can be filled, with nobody twice, and as evenly as any other would."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.models.exam.balance import Asked, balance


def asked(paper, *eligible, lacks=2, held=()):
    return Asked(paper, lacks, frozenset(held), frozenset(eligible))


def test_everybody_grades_about_as_much():
    papers = [asked(number, 1, 2, 3) for number in range(6)]
    found = balance(papers, [1, 2, 3], {})
    assert sorted(each for chosen in found.values() for each in chosen) == [1] * 4 + [2] * 4 + [3] * 4


def test_papers_that_few_can_grade_come_first():
    found = balance([asked(1, 1, 2, 3), asked(2, 3, lacks=1)], [1, 2, 3], {})
    assert found == {1: [1, 2], 2: [3]}


def test_what_is_appointed_stays_and_counts():
    assert balance([asked(1, 1, 2, 3, lacks=1, held=[1])], [1, 2, 3], {1: 1, 2: 5}) == {1: [3]}


def test_a_paper_is_handed_on_through_others():
    # 1 grades two papers that only 1 and 2 may have; 2 hands one on to 3, who has none.
    papers = [asked(1, 1, lacks=1), asked(2, 1, 2, lacks=1), asked(3, 2, 3, lacks=1)]
    assert balance(papers, [1, 2, 3], {1: 1, 2: 1}) == {1: [1], 2: [2], 3: [3]}


def test_what_cannot_be_filled_stays_free():
    assert balance([asked(1, 1), asked(2)], [1, 2], {}) == {1: [1], 2: []}


@pytest.mark.parametrize("load", [{}, {1: 3}])
def test_a_former_load_counts(load):
    found = balance([asked(number, 1, 2, lacks=1) for number in range(3)], [1, 2], load)
    assert sorted(each for chosen in found.values() for each in chosen) == ([2, 2, 2] if load else [1, 1, 2])


small = st.lists(st.tuples(st.integers(1, 2), st.frozensets(st.integers(1, 3))), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(papers=small, load=st.dictionaries(st.integers(1, 3), st.integers(0, 3)))
def test_no_distribution_is_more_even(papers, load):
    wanted = [Asked(number, lacks, frozenset(), free) for number, (lacks, free) in enumerate(papers)]
    found = balance(wanted, [1, 2, 3], load)
    for each in wanted:
        assert set(found[each.paper]) <= each.eligible
        assert len(set(found[each.paper])) == len(found[each.paper]) == min(each.lacks, len(each.eligible))

    def spread(chosen):
        totals = [load.get(who, 0) + sum(who in one for one in chosen) for who in (1, 2, 3)]
        return sum(total * total for total in totals)

    others = product(
        *(combinations(sorted(each.eligible), min(each.lacks, len(each.eligible))) for each in wanted)
    )
    assert spread(found.values()) == min(spread(chosen) for chosen in others)
