"""Whatever happens, in any order: readiness is the conjunction of its evidence, counted once more by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from applications.models import DecisionKind
from assessment.models.readiness import Readiness, standings
from assessment.states import Outcome
from cohorts.models import Participant
from cohorts.models.attendance_count import Status
from tests.assessment.readiness.history import Rows, Story, recount

pytestmark = pytest.mark.django_db

people = st.integers(0, 3)
requirements = st.integers(0, 1)
halves = st.integers(0, 7)
outcomes = st.sampled_from(Outcome.values)
semesters = st.sampled_from([1, 2])
KINDS = [DecisionKind.STUDENT, DecisionKind.INDIVIDUALLY_QUALIFIED, DecisionKind.COURSE_PARTICIPANT]

events = st.one_of(
    st.tuples(st.just("approve"), requirements),
    st.tuples(st.just("deliver"), people, requirements),
    st.tuples(st.just("assess"), requirements, st.tuples(outcomes, outcomes, outcomes)),
    st.tuples(st.just("change"), people, requirements, outcomes),
    st.tuples(st.just("exempt"), st.none() | people, requirements),
    st.tuples(st.just("extend"), st.none() | people, requirements),
    st.tuples(st.just("end"), st.integers(0, 3)),
    st.tuples(st.just("register"), halves, people, st.sampled_from(Status.values)),
    st.tuples(st.just("take_back"), halves),
    st.tuples(st.just("pay"), people, semesters, st.booleans()),
    st.tuples(st.just("tell"), people, st.sampled_from(KINDS)),
    st.tuples(st.just("contribute"), people),
    st.tuples(st.just("let_off"), people, st.booleans()),
    st.tuples(st.just("leave"), people),
    st.tuples(st.just("come_back"), people),
    st.tuples(st.just("join")),
    st.tuples(st.just("set_rules"), st.booleans(), st.booleans(), st.booleans()),
)

# Each of these concerns something of its own, so that none of them minds the order.
apart = st.lists(
    st.one_of(
        st.tuples(st.just("approve"), requirements),
        st.tuples(st.just("register"), st.integers(0, 3), st.integers(0, 2), st.sampled_from(Status.values)),
        st.tuples(st.just("pay"), st.integers(0, 2), semesters, st.just(True)),
        st.tuples(st.just("tell"), st.integers(0, 2), st.sampled_from(KINDS[:2])),
        st.tuples(st.just("contribute"), st.integers(0, 2)),
        st.tuples(st.just("set_rules"), st.booleans(), st.booleans(), st.booleans()),
    ),
    max_size=10,
    unique_by=lambda event: (
        event[:-1]
        if event[0] in ("register", "tell", "pay")
        else event[:2]
        if event[0] != "set_rules"
        else event[:1]
    ),
)


def judged(readiness: Readiness) -> dict[str, bool]:
    return {condition.key: condition.evidence.is_met for condition in readiness.conditions}


def everybody(story: Story) -> dict[int, tuple[dict[str, bool], dict[str, bool]]]:
    """Participant key → what the product says holds for the exam and the certificate; each whole is right."""
    found = standings(list(Participant.objects.with_names()), story.now)
    for one in found:
        for readiness in (one.exam, one.certificate):
            assert readiness.is_ready == all(judged(readiness).values()) == (not readiness.missing)
    return {one.participant.pk: (judged(one.exam), judged(one.certificate)) for one in found}


def test_after_every_event_readiness_is_what_a_recount_finds():
    story = Story()

    @settings(max_examples=8, deadline=None)
    @given(st.lists(events, min_size=3, max_size=10))
    def holds(history):
        began = story.now
        with transaction.atomic():
            for event in history:
                story.play(event)
                assert everybody(story) == recount(Rows.read()), event
            transaction.set_rollback(True)
        story.now = began

    holds()


def test_events_that_do_not_touch_each_other_may_come_in_any_order():
    story = Story()

    def after(history) -> dict[int, tuple[dict[str, bool], dict[str, bool]]]:
        began = story.now
        with transaction.atomic():
            for event in history:
                story.play(event)
            found = everybody(story)
            transaction.set_rollback(True)
        story.now = began
        return found

    @settings(max_examples=6, deadline=None)
    @given(apart.flatmap(lambda history: st.tuples(st.just(history), st.permutations(history))))
    def holds(orders):
        assert all(one == other for one, other in pairwise(map(after, orders)))

    holds()


def test_somebody_can_get_all_the_way_and_be_thrown_back():
    """The histories above would prove little if nobody were ever ready in them."""
    story = Story()
    story.play(("set_rules", True, True, True))
    for number in range(2):
        story.play(("approve", number))
    for half in range(4):
        story.play(("register", half, 0, Status.PRESENT))
    for semester in (1, 2):
        story.play(("pay", 0, semester, True))
    story.play(("contribute", 0))
    for _day in range(2):
        story.play(("extend", 1, 0))  # days pass: the second session begins
    for half in range(4, 8):
        story.play(("register", half, 0, Status.PRESENT))
    key = story.person(0).pk
    assert all(everybody(story)[key][0].values())
    story.play(("change", 0, 1, Outcome.REVISE))
    exam, certificate = everybody(story)[key]
    assert [name for name, is_met in exam.items() if not is_met] == ["requirement-2"]
    assert [name for name, is_met in certificate.items() if not is_met] == ["requirement-2"]
    story.play(("exempt", None, 1))
    assert all(everybody(story)[key][0].values())
