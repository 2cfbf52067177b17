"""What two teams, or two of one team, do in the same second; only PostgreSQL lets them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from cohorts.actions import slots
from cohorts.models import Booking, Slot
from innoskole.accounts.guards import Refused
from tests.cohorts.factories import CohortFactory, InstructorFactory, TeamFactory
from tests.cohorts.supervision.factories import IN_THREE_DAYS, BookingFactory, SlotFactory
from tests.factories import NOW

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*deeds):
    """Run the deeds in threads that start together; returns whether each was done or refused."""
    together = Barrier(len(deeds))

    def run(deed):
        together.wait()
        try:
            deed()
        except Refused:
            return "refused"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(deeds)) as pool:
        return sorted(pool.map(run, deeds))


def booker(team):
    return team.participants.earliest("pk").member.user


def test_of_four_teams_one_gets_the_slot():
    slot = SlotFactory()
    teams = TeamFactory.create_batch(4, cohort=slot.cohort)
    deeds = [
        lambda team=team: slots.book(slot, team=team, subject="Risks", by=booker(team), now=NOW)
        for team in teams
    ]
    assert at_once(*deeds) == ["done", "refused", "refused", "refused"]
    assert Booking.objects.taken().count() == 1


def test_one_team_does_not_book_two_overlapping_slots():
    team = TeamFactory()
    found = [
        SlotFactory(cohort=team.cohort, starts_at=IN_THREE_DAYS + timedelta(minutes=20 * number))
        for number in range(2)
    ]
    by = booker(team)
    deeds = [lambda slot=slot: slots.book(slot, team=team, subject="Risks", by=by, now=NOW) for slot in found]
    assert at_once(*deeds) == ["done", "refused"]


def test_an_instructor_does_not_publish_overlapping_slots():
    cohort = CohortFactory()
    user = InstructorFactory(cohort=cohort).user

    def publish(starts_at):
        return lambda: slots.publish(
            cohort,
            user=user,
            starts_at=starts_at,
            minutes=45,
            count=2,
            place="Room 2",
            video_url="",
            by=user,
            now=NOW,
        )

    assert at_once(publish(IN_THREE_DAYS), publish(IN_THREE_DAYS + timedelta(minutes=30))) == [
        "done",
        "refused",
    ]
    assert Slot.objects.count() == 2


def test_two_teams_swap_into_one_free_slot_without_waiting_for_each_other():
    cohort = CohortFactory()
    bookings = [
        BookingFactory(team=TeamFactory(cohort=cohort), starts_at=IN_THREE_DAYS + timedelta(hours=2 * number))
        for number in range(2)
    ]
    free = SlotFactory(cohort=cohort, starts_at=IN_THREE_DAYS + timedelta(days=1))
    deeds = [
        lambda booking=booking: slots.rebook(booking, slot=free, by=booking.booked_by, now=NOW)
        for booking in bookings
    ]
    assert at_once(*deeds) == ["done", "refused"]


def test_a_slot_is_booked_or_withdrawn():
    slot = SlotFactory()
    team = TeamFactory(cohort=slot.cohort)
    by = booker(team)
    assert at_once(
        lambda: slots.book(slot, team=team, subject="Risks", by=by, now=NOW),
        lambda: slots.withdraw(slot, by=slot.user, now=NOW),
    ) == ["done", "refused"]
