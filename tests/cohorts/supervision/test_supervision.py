"""Who supervises, what was agreed, the staff's notes, and the teams that go without; and the pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from cohorts.actions import supervision as actions
from cohorts.actions.retention import forget
from cohorts.models import Booking, StaffNote, Supervision, SupervisionRule, Supervisor
from cohorts.models.supervision import rule_of
from cohorts.models.supervision_overview import overview
from cohorts.states import CohortState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.cohorts.factories import CohortFactory, InstructorFactory, TeamFactory
from tests.cohorts.supervision.factories import (
    BookingFactory,
    SlotFactory,
    StaffNoteFactory,
    SupervisionFactory,
    SupervisorFactory,
)
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


def write(team, by, **changed):
    given = {
        "booking": None,
        "held_on": TODAY,
        "present": list(team.participants.all()[:2]),
        "discussed": "Stakeholders",
        "next_step": "Talk to the school",
        "next_step_on": TODAY + 14 * DAY,
    } | changed
    return actions.write(team, by=by, now=NOW, **given)


# --- Supervisors --------------------------------------------------------------------------------------


def test_a_new_main_supervisor_takes_over(team, teacher):
    other = InstructorFactory(cohort=team.cohort).user
    actions.assign(team, user=teacher, is_main=True, by=teacher, now=NOW)
    actions.assign(team, user=other, is_main=True, by=teacher, now=NOW)
    assert dict(Supervisor.objects.values_list("user", "is_main")) == {teacher.pk: False, other.pk: True}
    with pytest.raises(Refused, match="already"):
        actions.assign(team, user=other, is_main=True, by=teacher, now=NOW)
    with pytest.raises(Refused, match="does not teach"):
        actions.assign(team, user=UserFactory(), is_main=False, by=teacher, now=NOW)


def test_a_task_that_is_ended_stands_in_the_list_and_can_begin_again(team, teacher):
    first = actions.assign(team, user=teacher, is_main=True, by=teacher, now=NOW)
    actions.end(first, by=teacher, now=NOW)
    with pytest.raises(Refused, match="any more"):
        actions.end(first, by=teacher, now=NOW)
    actions.assign(team, user=teacher, is_main=True, by=teacher, now=NOW)
    assert list(Supervisor.objects.order_by("pk").values_list("user", "ended_on")) == [
        (teacher.pk, TODAY),
        (teacher.pk, None),
    ]


# --- What was agreed ----------------------------------------------------------------------------------


def test_what_was_agreed_makes_the_booking_held(team, teacher):
    booking = BookingFactory(team=team, user=teacher, starts_at=NOW - DAY)
    written = write(team, teacher, booking=booking)
    assert Booking.objects.get().state == "held"
    assert (written.user, written.booking, written.written_by) == (teacher, booking, teacher)
    assert written.present.count() == 2
    with pytest.raises(Refused):
        write(team, teacher, booking=Booking.objects.get())
    assert Supervision.objects.count() == 1


def test_a_team_that_came_after_all(team, teacher):
    booking = BookingFactory(team=team, user=teacher, starts_at=NOW - DAY, state="missed")
    write(team, teacher, booking=booking)
    assert Booking.objects.get().state == "held"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"held_on": TODAY + DAY}, "not taken place"),
        ({"next_step": ""}, "what the next step is"),
    ],
)
def test_what_cannot_be_written(team, teacher, changed, why):
    with pytest.raises(Refused, match=why):
        write(team, teacher, **changed)
    with pytest.raises(Refused, match="not begun"):
        write(team, teacher, booking=BookingFactory(team=team))
    assert not Supervision.objects.exists()


def test_a_correction_keeps_what_it_said_before(team, teacher):
    written = write(team, teacher)
    people = list(written.present.all())
    same = {
        "held_on": TODAY,
        "present": people,
        "discussed": "Stakeholders",
        "next_step": "Talk to the school",
        "next_step_on": TODAY + 14 * DAY,
    }
    actions.rewrite(written, by=teacher, now=NOW, **same)
    assert Supervision.objects.get().changed_at is None
    actions.finish_step(written, by=teacher, now=NOW)
    actions.rewrite(written, by=teacher, now=NOW, **{**same, "next_step": "Ask the pupils"})
    stored = Supervision.objects.get()
    assert (stored.next_step, stored.next_step_done_at, stored.changed_at) == ("Ask the pupils", None, NOW)
    assert audit.history(written).first().changes == {"next_step": ["Talk to the school", "Ask the pupils"]}


def test_a_next_step_is_done_once(team, teacher, people):
    written = SupervisionFactory(team=team)
    actions.finish_step(written, by=people[0], now=NOW)
    with pytest.raises(Refused, match="done already"):
        actions.finish_step(written, by=people[1], now=NOW)
    with pytest.raises(Refused, match="done already"):
        actions.finish_step(
            SupervisionFactory(team=team, next_step="", next_step_on=None), by=people[1], now=NOW
        )
    assert Supervision.objects.get(pk=written.pk).next_step_done_at == NOW


def test_only_who_wrote_a_note_deletes_it(team, teacher):
    note = actions.note(team, text="They need help", by=teacher, now=NOW)
    with pytest.raises(Refused, match="Only who wrote"):
        actions.delete_note(note, by=InstructorFactory(cohort=team.cohort).user, now=NOW)
    actions.delete_note(note, by=teacher, now=NOW)
    assert not StaffNote.objects.exists()
    assert not audit.history(team).exists(), "a note must leave no trace where the team may look"


def test_the_rules_go_by_the_defaults_until_they_are_changed(cohort, team, teacher):
    assert (rule_of(cohort).notice_hours, rule_of(cohort).absent_weeks) == (24, 6)
    actions.set_rule(cohort, notice_hours=48, absent_weeks=4, by=teacher, now=NOW)
    actions.set_rule(cohort, notice_hours=48, absent_weeks=3, by=teacher, now=NOW)
    assert SupervisionRule.objects.values_list("notice_hours", "absent_weeks").get() == (48, 3)


def test_notes_are_deleted_half_a_year_after_the_cohort_is_completed(team, teacher):
    of_now = StaffNoteFactory(team=team)
    for slug, days in (("just", 181), ("long", 182)):
        completed_at = NOW - days * DAY
        cohort = CohortFactory(intake__slug=slug, state=CohortState.COMPLETED, completed_at=completed_at)
        StaffNoteFactory(team=TeamFactory(cohort=cohort, people=0))
    assert forget(NOW, dry_run=True)["staff_notes"] == 1
    assert StaffNote.objects.count() == 3
    assert (forget(NOW)["staff_notes"], forget(NOW)["staff_notes"]) == (1, 0)
    assert list(StaffNote.objects.values_list("team__cohort__slug", flat=True)) == [
        "just",
        of_now.team.cohort.slug,
    ]


# --- Who goes without ---------------------------------------------------------------------------------


def test_teams_that_have_gone_without_are_pointed_out_first(cohort, teacher):
    """The cohort began sixty days ago: eight whole weeks."""
    fresh, never, booked, old = [TeamFactory(cohort=cohort, number=n) for n in range(1, 5)]
    TeamFactory(cohort=cohort, people=0)
    SupervisionFactory(team=fresh, held_on=TODAY - 41 * DAY, next_step_on=TODAY - 3 * DAY)
    SupervisionFactory(team=old, held_on=TODAY - 42 * DAY, next_step="", next_step_on=None)
    BookingFactory(team=booked)
    SupervisorFactory(team=fresh, user=teacher)
    lines = overview(cohort, rule_of(cohort), NOW)
    assert [(line.team, line.weeks, line.is_absent, line.last_on) for line in lines] == [
        (never, 8, True, None),
        (old, 6, True, TODAY - 42 * DAY),
        (booked, 8, False, None),
        (fresh, 5, False, TODAY - 41 * DAY),
    ]
    assert (lines[3].main.user, lines[3].step_on) == (teacher, TODAY - 3 * DAY)
    cohort.state = CohortState.COMPLETED
    assert not any(line.is_absent for line in overview(cohort, rule_of(cohort), NOW))


# --- Pages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_cohorts_page_costs_the_same_however_many_teams(
    rows, cohort, teacher, client, django_assert_num_queries
):
    for team in TeamFactory.create_batch(rows, cohort=cohort):
        SupervisionFactory(team=team)
        SupervisorFactory(team=team)
    client.force_login(teacher)
    client.get(reverse("cohorts:supervision_overview", args=[cohort.slug]))
    with django_assert_num_queries(6):
        page = client.get(reverse("cohorts:supervision_overview", args=[cohort.slug]))
    assert page.content.decode().count("<tr>") == rows + 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_teams_page_costs_the_same_however_much_there_is(
    rows, team, people, client, django_assert_num_queries
):
    for number in range(rows):
        start = NOW + (number + 1) * 2 * DAY
        SlotFactory(cohort=team.cohort, starts_at=start)
        BookingFactory(team=team, starts_at=start + timedelta(hours=2))
        BookingFactory(team=team, starts_at=start - 20 * DAY, state="missed")
        SupervisionFactory(team=team).present.set(team.participants.all())
    client.force_login(people[0])
    address = reverse("cohorts:supervision", args=[team.reference])
    client.get(address)
    with django_assert_num_queries(12):
        page = client.get(address)
    assert page.content.decode().count("What was discussed") == rows


def test_no_page_of_the_team_holds_a_note_of_the_staff(team, people, teacher, client):
    StaffNoteFactory(team=team, text="Among ourselves")
    SupervisionFactory(team=team)
    addresses = [
        reverse("cohorts:supervision", args=[team.reference]),
        reverse("cohorts:team", args=[team.reference]),
    ]
    for user, names_notes in ((people[0], False), (teacher, True)):
        client.force_login(user)
        pages = [client.get(address).content.decode() for address in addresses]
        assert not any("Among ourselves" in page for page in pages)
        assert ("/supervision/notes/" in pages[0]) is names_notes
    notes = reverse("cohorts:supervision_notes", args=[team.reference])
    assert "Among ourselves" in client.get(notes).content.decode()
    client.force_login(people[0])
    assert client.get(notes).status_code == 404


def test_a_member_books_moves_and_cancels(team, people, teacher, client):
    slots = [SlotFactory(cohort=team.cohort, user=teacher, starts_at=NOW + n * DAY) for n in (3, 4)]
    client.force_login(people[0])
    address = reverse("cohorts:supervision_book", args=[team.reference, slots[0].pk])
    assert teacher.name in client.get(address).content.decode()
    assert client.post(address, {"subject": ""}).status_code == 200
    back = reverse("cohorts:supervision", args=[team.reference])
    assert client.post(address, {"subject": "Risks"}).url == back
    booking = Booking.objects.get()
    move = reverse("cohorts:supervision_booking", args=[team.reference, booking.pk, "move"])
    assert client.post(move, {"slot": slots[1].pk}).url == back
    cancel = reverse("cohorts:supervision_booking", args=[team.reference, booking.pk, "cancel"])
    assert client.post(cancel, {"reason": "Ill"}).url == back
    stored = Booking.objects.get()
    assert (stored.slot, stored.state, stored.cancel_reason) == (slots[1], "cancelled", "Ill")


def test_an_instructor_publishes_and_writes(team, teacher, client):
    client.force_login(teacher)
    said = {
        "user": teacher.pk,
        "day": (TODAY + 3 * DAY).isoformat(),
        "starts": "09:00",
        "minutes": 45,
        "count": 2,
        "place": "Room 2",
        "video_url": "",
    }
    address = reverse("cohorts:supervision_publish", args=[team.cohort.slug])
    assert "Write a place" in client.post(address, {**said, "place": ""}).content.decode()
    assert "This field is required" not in client.get(address).content.decode()
    assert client.post(address, said).url == reverse("cohorts:supervision_slots", args=[team.cohort.slug])
    assert team.cohort.slots.count() == 2
    assert client.get(address).context["form"].fields["user"].widget.is_hidden, "there is nobody to choose"
    booking = BookingFactory(team=team, user=teacher, starts_at=NOW - DAY)
    people = [each.pk for each in team.participants.all()]
    page = f"{reverse('cohorts:supervision_write', args=[team.reference])}?booking={booking.pk}"
    answer = client.post(
        page,
        {
            "held_on": (TODAY - DAY).isoformat(),
            "present": people,
            "discussed": "Risks",
            "next_step": "",
            "next_step_on": (TODAY + DAY).isoformat(),
        },
    )
    assert "Write what the next step is" in answer.content.decode()
    client.post(page, {"held_on": (TODAY - DAY).isoformat(), "present": people, "discussed": "Risks"})
    written = Supervision.objects.get()
    assert (written.booking, written.discussed, written.present.count()) == (booking, "Risks", 3)
    assert not Message.objects.exists()
