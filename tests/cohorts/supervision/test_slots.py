"""Slots and bookings: nobody in two places, mail to the other side, moved and cancelled in time."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from cohorts import supervision_calendar
from cohorts.actions import slots
from cohorts.models import Booking, Slot
from cohorts.reminders import supervision as kinds
from cohorts.states import CohortState
from cohorts.states.supervision import BookingState
from cohorts.waiting.supervision import supervision_waits
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.cohorts.factories import CohortFactory, InstructorFactory, ParticipantFactory, TeamFactory
from tests.cohorts.supervision.factories import IN_THREE_DAYS, BookingFactory, SlotFactory
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def publish(cohort, user, starts_at=IN_THREE_DAYS, count=2, **changed):
    given = {"minutes": 45, "place": "Room 2", "video_url": "", "by": user, "now": NOW} | changed
    return slots.publish(cohort, user=user, starts_at=starts_at, count=count, **given)


def letters() -> list[tuple[str, str]]:
    return sorted(Message.objects.exclude(state="void").values_list("kind", "to_email"))


def state_of(booking) -> str:
    return Booking.objects.get(pk=booking.pk).state


# --- Publishing ---------------------------------------------------------------------------------------


def test_slots_stand_one_after_the_other(cohort, teacher):
    publish(cohort, teacher, count=3)
    start = [IN_THREE_DAYS + timedelta(minutes=45) * number for number in range(4)]
    assert list(Slot.objects.in_order().values_list("starts_at", "ends_at", "user", "place")) == [
        (start[number], start[number + 1], teacher.pk, "Room 2") for number in range(3)
    ]
    assert audit.history(cohort).get().verb == "published slots of supervision"


@pytest.mark.parametrize(
    ("later", "fits"), [(-0.75, True), (-0.5, False), (0.5, False), (1.25, False), (1.5, True)]
)
def test_slots_of_one_person_do_not_overlap_in_whichever_cohort(cohort, teacher, later, fits):
    publish(cohort, teacher)  # an hour and a half
    other = InstructorFactory(cohort=CohortFactory(intake__slug="another"), user=teacher).cohort
    with nullcontext() if fits else pytest.raises(Refused, match="overlaps"):
        publish(other, teacher, IN_THREE_DAYS + later * HOUR, count=1)
    assert Slot.objects.count() == 2 + fits


def test_who_does_not_teach_here_and_what_is_past_is_refused(cohort, teacher):
    with pytest.raises(Refused, match="does not teach"):
        publish(cohort, UserFactory(is_instructor=True))
    with pytest.raises(Refused, match="in the past"):
        publish(cohort, teacher, NOW - HOUR)
    cohort.state, cohort.completed_at = CohortState.COMPLETED, NOW
    cohort.save()
    with pytest.raises(Refused, match="completed"):
        publish(cohort, teacher)
    assert not Slot.objects.exists()


def test_a_withdrawn_slot_leaves_room_for_another_and_a_booked_one_stays(cohort, teacher, team, people):
    first, second = publish(cohort, teacher)
    slots.withdraw(first, by=teacher, now=NOW)
    publish(cohort, teacher, count=1)
    slots.book(second, team=team, subject="Risks", by=people[0], now=NOW)
    with pytest.raises(Refused, match="A team has booked"):
        slots.withdraw(second, by=teacher, now=NOW)
    with pytest.raises(Refused, match="already"):
        slots.withdraw(first, by=teacher, now=NOW)
    assert [slot.withdrawn_at for slot in Slot.objects.order_by("pk")] == [NOW, None, None]


def test_another_place_is_told_to_the_team_that_has_booked(cohort, teacher, team, people):
    first, second = publish(cohort, teacher)
    slots.book(second, team=team, subject="Risks", by=people[0], now=NOW)
    Message.objects.all().delete()
    for slot in (first, second, second):
        slots.relocate(slot, place="", video_url="https://video.example.no/1", by=teacher, now=NOW)
    assert letters() == sorted(("supervision_relocated", user.email) for user in people)
    assert Slot.objects.get(pk=second.pk).where == "https://video.example.no/1"


# --- Booking ------------------------------------------------------------------------------------------


def test_a_booking_is_told_to_the_supervisor_and_the_others_of_the_team(cohort, teacher, team, people):
    (slot,) = publish(cohort, teacher, count=1)
    ParticipantFactory(team=team, gone=True)
    booking = slots.book(slot, team=team, subject="Risks", by=people[0], now=NOW)
    assert (booking.state, booking.starts_at, booking.free_until_at, booking.booked_by) == (
        "booked",
        IN_THREE_DAYS,
        IN_THREE_DAYS - 24 * HOUR,
        people[0],
    )
    assert letters() == sorted(("supervision_booked", user.email) for user in (teacher, people[1], people[2]))
    text = Message.objects.filter(to_user=teacher).get().body_text
    assert people[0].name in text
    assert "Risks" in text
    assert "Room 2" in text


def test_a_slot_is_booked_once_by_action_and_by_database(cohort, teacher, team, people):
    (slot,) = publish(cohort, teacher, count=1)
    booking = slots.book(slot, team=team, subject="Risks", by=people[0], now=NOW)
    other = TeamFactory(cohort=cohort)
    with pytest.raises(Refused, match="just booked"):
        slots.book(slot, team=other, subject="Value", by=people[0], now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        BookingFactory(slot=slot, team=other)
    slots.cancel(booking, reason="Ill", by=people[0], now=NOW)
    slots.book(slot, team=other, subject="Value", by=people[0], now=NOW)
    assert sorted(Booking.objects.values_list("team", "state")) == sorted(
        [(team.pk, "cancelled"), (other.pk, "booked")]
    )


def test_a_team_is_in_one_place(cohort, teacher, team, people):
    first = SlotFactory(cohort=cohort)
    later = SlotFactory(cohort=cohort, starts_at=first.starts_at + timedelta(minutes=30))
    apart = SlotFactory(cohort=cohort, starts_at=first.ends_at)
    slots.book(first, team=team, subject="Risks", by=people[0], now=NOW)
    with pytest.raises(Refused, match="at that time"):
        slots.book(later, team=team, subject="Risks", by=people[0], now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        BookingFactory(slot=SlotFactory(cohort=cohort), team=team)
    slots.book(apart, team=team, subject="Risks", by=people[0], now=NOW)
    assert Booking.objects.count() == 2


@pytest.mark.parametrize("what", ["withdrawn", "begun", "of another cohort", "completed"])
def test_what_cannot_be_booked(cohort, team, people, what):
    slot = {
        "withdrawn": lambda: SlotFactory(cohort=cohort, withdrawn_at=NOW),
        "begun": lambda: SlotFactory(cohort=cohort, starts_at=NOW),
        "of another cohort": lambda: SlotFactory(cohort=CohortFactory(intake__slug="another")),
        "completed": lambda: SlotFactory(cohort=cohort),
    }[what]()
    if what == "completed":
        cohort.state, cohort.completed_at = CohortState.COMPLETED, NOW
        cohort.save()
    with pytest.raises(Refused, match=what.split()[-1]):
        slots.book(slot, team=team, subject="Risks", by=people[0], now=NOW)
    assert not Booking.objects.exists()
    assert not Message.objects.exists()


def test_moving_tells_both_supervisors_and_takes_back_what_has_not_left(cohort, teacher, team, people):
    (slot,) = publish(cohort, teacher, count=1)
    booking = slots.book(slot, team=team, subject="Risks", by=people[0], now=NOW)
    other = SlotFactory(cohort=cohort, starts_at=IN_THREE_DAYS + timedelta(days=1))
    slots.rebook(booking, slot=other, by=people[1], now=NOW + HOUR)
    stored = Booking.objects.get()
    assert (stored.slot, stored.starts_at, stored.free_until_at, stored.state) == (
        other,
        other.starts_at,
        other.starts_at - 24 * HOUR,
        "booked",
    )
    assert letters() == sorted(
        ("supervision_moved", user.email) for user in (teacher, other.user, people[0], people[2])
    )
    assert list(Slot.objects.free()) == [slot]


def test_too_late_for_the_team_is_not_too_late_for_the_staff(team, people, teacher):
    booking = BookingFactory(team=team, starts_at=NOW + timedelta(hours=23))
    other = SlotFactory(cohort=team.cohort, starts_at=NOW + timedelta(days=9))
    for deed in (
        lambda: slots.cancel(booking, reason="Ill", by=people[0], now=NOW),
        lambda: slots.rebook(booking, slot=other, by=people[0], now=NOW),
    ):
        with pytest.raises(Refused, match="too late"):
            deed()
    assert state_of(booking) == "booked"
    slots.cancel(booking, reason="Ill", by=teacher, now=NOW)
    stored = Booking.objects.get()
    assert (stored.state, stored.cancelled_at, stored.cancel_reason) == ("cancelled", NOW, "Ill")
    assert letters() == sorted(("supervision_cancelled", user.email) for user in (*people, booking.slot.user))


def test_nobody_cancels_or_moves_what_has_begun_or_is_cancelled(team, teacher):
    begun = BookingFactory(team=team, starts_at=NOW)
    gone = BookingFactory(team=team, starts_at=NOW + 9 * HOUR, state=BookingState.CANCELLED, cancelled_at=NOW)
    for booking, why in ((begun, "begun"), (gone, "not booked any more")):
        with pytest.raises(Refused, match=why):
            slots.cancel(booking, reason="Ill", by=teacher, now=NOW)
    assert not Message.objects.exists()


def test_only_the_staff_note_that_a_team_did_not_come(team, teacher, people):
    booking = BookingFactory(team=team, starts_at=NOW - HOUR)
    with pytest.raises(Refused, match="Only the staff"):
        slots.miss(booking, by=people[0], now=NOW)
    with pytest.raises(Refused, match="not begun"):
        slots.miss(BookingFactory(team=team), by=teacher, now=NOW)
    slots.miss(booking, by=teacher, now=NOW)
    assert state_of(booking) == "missed"


# --- Home, reminders, calendars -----------------------------------------------------------------------


def test_what_waits_for_the_supervisor_and_for_the_team(team, teacher, people):
    past = BookingFactory(team=team, user=teacher, starts_at=NOW - timedelta(days=1))
    soon = BookingFactory(team=team, user=teacher)
    BookingFactory(team=team, user=teacher, starts_at=NOW + timedelta(days=8))
    assert [(item.title, item.since_at, item.due_at) for item in supervision_waits(teacher, NOW)] == [
        (f"Write what was agreed with {team}", past.slot.ends_at, None),
        (f"Supervision of {team}", None, soon.starts_at),
    ]
    assert [(item.title, item.due_at) for item in supervision_waits(people[0], NOW)] == [
        (f"Supervision with {teacher}", soon.starts_at)
    ]
    assert supervision_waits(UserFactory(), NOW) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_what_waits_costs_the_same_however_much(rows, teacher, cohort, django_assert_num_queries):
    for number in range(rows):
        BookingFactory(team=TeamFactory(cohort=cohort), user=teacher, starts_at=NOW + (number + 1) * 2 * HOUR)
    with django_assert_num_queries(3):
        assert len(supervision_waits(teacher, NOW)) == rows


def test_who_is_reminded_of_what(team, teacher, people):
    booking = BookingFactory(team=team, user=teacher)
    BookingFactory(
        team=team, starts_at=NOW + timedelta(days=9), state=BookingState.CANCELLED, cancelled_at=NOW
    )
    row = kinds.SUPERVISION.open().get()
    assert (row.pk, row.starts_at) == (booking.pk, booking.starts_at)
    assert {to.email for to in kinds.SUPERVISION.to(row)} == {each.email for each in (teacher, *people)}
    unwritten = kinds.SUPERVISION_LOG.open().get()
    assert unwritten.ends_at == booking.slot.ends_at
    assert [to.email for to in kinds.SUPERVISION_LOG.to(unwritten)] == [teacher.email]


@pytest.mark.parametrize("rows", [1, 3])
def test_calendars_hold_the_bookings_of_the_supervisor_and_the_team(
    rows, cohort, teacher, django_assert_num_queries
):
    bookings = [
        BookingFactory(
            team=TeamFactory(cohort=cohort, people=1), user=teacher, starts_at=NOW + (n + 1) * 2 * HOUR
        )
        for n in range(rows)
    ]
    members = [booking.booked_by for booking in bookings]
    BookingFactory(
        team=TeamFactory(cohort=cohort),
        state=BookingState.CANCELLED,
        cancelled_at=NOW,
        user=teacher,
        starts_at=NOW + 99 * HOUR,
    )
    with django_assert_num_queries(2):
        found = [(user.pk, event.uid) for user, event in supervision_calendar.of([teacher, *members], NOW)]
    assert sorted(found) == sorted(
        (user.pk, f"supervision-{booking.pk}")
        for booking in bookings
        for user in (teacher, booking.booked_by)
    )
    ((_user, event),) = supervision_calendar.of(members[:1], NOW)
    assert (event.starts, event.ends, event.location, event.is_busy) == (
        bookings[0].slot.starts_at,
        bookings[0].slot.ends_at,
        "Room 2",
        True,
    )
