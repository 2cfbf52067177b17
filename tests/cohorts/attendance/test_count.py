"""How a participant stands: the arithmetic, and that the figure is a plain recount of what happened."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cohorts.actions.attendance import Mark, register
from cohorts.models import Cohort, Halves, Participant, SessionDay
from cohorts.models.attendance import evidence, figure, half_days, outlook, sheets
from cohorts.models.attendance_count import Count, Status, count
from cohorts.models.evidence import Evidence
from innoskole.accounts.models import User
from tests.factories import NOW

STATUSES = st.sampled_from([None, *Status.values])


@pytest.mark.parametrize(
    ("attended", "missed", "left", "percent", "required", "is_met", "can_reach", "may_miss", "lacking"),
    [
        (0, 0, 0, 80, 0, False, True, 0, 0),  # nothing is planned: nothing is reached
        (0, 0, 0, 0, 0, True, True, 0, 0),
        (0, 0, 28, 80, 23, False, True, 5, 23),
        (22, 5, 1, 80, 23, False, True, 0, 1),
        (23, 5, 0, 80, 23, True, True, 0, 0),
        (23, 0, 5, 80, 23, True, True, 5, 0),
        (22, 6, 0, 80, 23, False, False, 0, 1),
        (0, 6, 22, 80, 23, False, False, 0, 23),
        (4, 1, 0, 80, 4, True, True, 0, 0),  # exactly so many per cent, no rounding
        (0, 1, 27, 100, 28, False, False, 0, 28),
        (0, 5, 0, 0, 0, True, True, 0, 0),
    ],
)
def test_the_arithmetic(
    attended, missed, left, percent, required, is_met, can_reach, may_miss, lacking
) -> None:
    found = Count(attended=attended, missed=missed, left=left, percent=percent)
    assert (
        found.required,
        found.is_met,
        found.can_reach,
        found.may_miss,
        found.lacking,
    ) == (required, is_met, can_reach, may_miss, lacking)


@given(st.lists(STATUSES, max_size=30), st.integers(0, 100))
def test_a_brute_force_recount_agrees(statuses: list[str | None], percent: int) -> None:
    """may_miss by trying: how many of what is left may be missed so that the rest still suffices."""
    found = count(statuses, percent=percent)
    present = sum(status == "present" for status in statuses)
    left = sum(status is None for status in statuses)
    suffices = [
        missed for missed in range(left + 1) if 100 * (present + left - missed) >= percent * found.total
    ]
    assert (found.attended, found.left, found.total) == (present, left, len(statuses))
    assert found.required == ceil(percent * len(statuses) / 100)
    assert found.can_reach == bool(suffices)
    assert found.may_miss == max(suffices, default=0)
    assert found.is_met == (100 * present >= percent * len(statuses) and bool(statuses or not percent))


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (Count(attended=0, missed=0, left=0, percent=80), ""),
        (Count(attended=4, missed=0, left=0, percent=80), "The requirement is reached."),
        (Count(attended=0, missed=4, left=1, percent=80), "The requirement cannot be reached any more."),
        (
            Count(attended=0, missed=1, left=4, percent=80),
            "It can still be reached, if no more half-days are missed.",
        ),
        (
            Count(attended=4, missed=0, left=1, percent=60),
            "The requirement is reached.",
        ),
        (
            Count(attended=0, missed=0, left=5, percent=80),
            "It can still be reached: 1 more half-day may be missed.",
        ),
        (
            Count(attended=0, missed=0, left=10, percent=80),
            "It can still be reached: 2 more half-days may be missed.",
        ),
    ],
)
def test_what_it_says(found: Count, sentence: str) -> None:
    assert outlook(found) == sentence


def test_what_the_figure_says() -> None:
    assert figure(Count(attended=0, missed=0, left=0, percent=80)) == "No days are set yet."
    assert figure(Count(attended=3, missed=1, left=8, percent=80)) == (
        "3 of 12 half-days are attended, and at least 10 must be (80 per cent)."
    )


def test_half_days_of_a_day(days: list[SessionDay]) -> None:
    first, second = days[:2]
    second.halves = Halves.AFTERNOON
    found = half_days([second, first])
    assert [(each.day, each.half) for each in found] == [
        (first, "morning"),
        (first, "afternoon"),
        (second, "afternoon"),
    ]
    assert [each.starts_at.strftime("%H:%M") for each in found] == ["09:00", "12:00", "09:00"]


def test_a_late_joiner_is_counted_from_the_first_day_and_a_leaver_until_the_last(
    kari: Participant, eva: Participant
) -> None:
    kari.left_on = NOW.date() - timedelta(days=21)
    kari.save()
    found = sheets([kari, eva])
    assert [found[each.pk].count.total for each in (kari, eva)] == [2, 8]
    assert [found[each.pk].count.required for each in (kari, eva)] == [2, 7]
    assert {cell.half_day.day.session.number for cell in found[eva.pk].expected} == {2, 3}


def test_a_half_day_that_is_no_longer_in_the_plan_does_not_count(
    kari: Participant, days: list[SessionDay], teacher: User
) -> None:
    register(days[0], "afternoon", [Mark(kari.pk, "present")], by=teacher, now=NOW)
    assert sheets([kari])[kari.pk].count == Count(attended=1, missed=0, left=11, percent=80)
    SessionDay.objects.filter(pk=days[0].pk).update(halves=Halves.MORNING)
    assert sheets([kari])[kari.pk].count == Count(attended=0, missed=0, left=11, percent=80)


EVENTS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["morning", "afternoon"]), STATUSES.filter(bool)),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EVENTS)
def test_the_figure_is_a_recount_under_any_order_of_registrations_and_corrections(
    kari: Participant, days: list[SessionDay], teacher: User, events: list[tuple[int, str, str]]
) -> None:
    kari.attendance.all().delete()
    stands: dict[tuple[int, str], str] = {}
    for day, half, status in events:
        seen = stands.get((day, half), "")
        mark = Mark(kari.pk, status, seen=seen)
        register(days[day], half, [mark], reason="A slip", by=teacher, now=NOW)
        stands[day, half] = status
    present = sum(status == "present" for status in stands.values())
    found = Count(attended=present, missed=len(stands) - present, left=12 - len(stands), percent=80)
    assert sheets([kari])[kari.pk].count == found
    assert evidence([kari], NOW)[kari.pk].is_met == (present >= 10)


@pytest.mark.parametrize("people", [1, 3])
def test_evidence_needs_as_many_queries_for_three_as_for_one(
    people: int, kari: Participant, ola: Participant, eva: Participant, django_assert_num_queries
) -> None:
    with django_assert_num_queries(3):
        evidence([kari, ola, eva][:people], NOW)


def test_what_the_evidence_is(
    cohort: Cohort, kari: Participant, ola: Participant, days: list[SessionDay], teacher: User
) -> None:
    def say(day: int, half: str, **statuses: str) -> None:
        people = {"kari": kari.pk, "ola": ola.pk}
        marks = [Mark(people[name], status) for name, status in statuses.items()]
        register(days[day], half, marks, by=teacher, now=NOW)

    say(0, "morning", kari="present", ola="excused")
    say(0, "afternoon", kari="present", ola="absent")
    say(1, "morning", kari="present", ola="absent")
    found = evidence([kari, ola], NOW)
    url = "/course/running/attendance/"
    assert found == {
        kari.pk: Evidence(
            is_met=False,
            says="3 of 12 half-days are attended, and at least 10 must be (80 per cent).",
            next_step="Attend at least 7 of the 9 half-days that are left.",
            url=url,
            due_at=days[-1].ends_at,
        ),
        ola.pk: Evidence(
            is_met=False,
            says="0 of 12 half-days are attended, and at least 10 must be (80 per cent).",
            next_step="The requirement cannot be reached any more: talk with the instructors.",
            url=url,
        ),
    }
    Cohort.objects.filter(pk=cohort.pk).update(attendance_percent=20)
    kari = Participant.objects.with_names().get(pk=kari.pk)
    assert evidence([kari], NOW)[kari.pk] == Evidence(
        is_met=True,
        says="3 of 12 half-days are attended, and at least 3 must be (20 per cent).",
        happened_on=days[1].held_on,
        url=url,
    )
