"""Sessions in people's calendars, read by both parsers, and the reminder before one begins."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.urls import reverse

from cohorts import calendar
from cohorts.actions.plan import sessions as deeds
from cohorts.reminders.plan import SESSION
from cohorts.states import CohortState
from innoskole.calendars import actions as calendars
from innoskole.calendars.sources import events_of
from innoskole.reminders.actions import sweep
from innoskole.reminders.models import Reminder
from tests.calendars.factories import address, by_ical, by_icalendar
from tests.cohorts.factories import InstructorFactory, ParticipantFactory, SessionFactory, TeamFactory
from tests.cohorts.plan.factories import a_cohort
from tests.factories import NOW, OSLO

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TUESDAY = date(2027, 6, 8)


@pytest.fixture
def cohort():
    return a_cohort()


@pytest.fixture
def student(cohort):
    return TeamFactory(cohort=cohort, people=1).participants.get().member.user


def mine(user) -> list[tuple[str, date, date, str]]:
    events = events_of([user], NOW)[user.pk].values()
    return [(each.uid, each.starts, each.ends, each.location) for each in events]


def test_a_session_is_one_event_over_all_its_days(cohort, student):
    session = SessionFactory(cohort=cohort, number=2, starts_on=TUESDAY, days=3)
    SessionFactory(cohort=cohort, number=3, days=0)
    SessionFactory(cohort=a_cohort())  # another cohort's
    student.language = "en"
    ((person, event),) = calendar.of([student], NOW)
    assert (person, event.uid, event.starts, event.ends) == (
        student,
        f"session-{session.pk}",
        TUESDAY,
        TUESDAY + 2 * DAY,
    )
    assert (event.title, event.location, event.is_busy) == ("Session 2: Service design", "Lillehammer", True)
    assert event.description == (
        "Tuesday 8 June 2027, 09:00–16:00\nWednesday 9 June 2027, 09:00–16:00\n"
        "Thursday 10 June 2027, 09:00–16:00"
    )
    assert event.url.endswith(f"/course/{cohort.slug}/programme/#session-2")


def test_who_has_it_in_their_calendar(cohort, student):
    session = SessionFactory(cohort=cohort, number=1, starts_on=TUESDAY)
    old = SessionFactory(cohort=cohort, number=2, starts_on=NOW.date() - 40 * DAY)
    team = TeamFactory(cohort=cohort, people=0)
    late = ParticipantFactory(team=team, began_on=NOW.date()).member.user
    gone = ParticipantFactory(team=team, gone=True).member.user
    teacher = InstructorFactory(cohort=cohort).user
    other = InstructorFactory(cohort=a_cohort()).user
    everybody = [student, late, gone, teacher, other]
    found = {person: set() for person in everybody}
    for person, event in calendar.of(everybody, NOW):
        found[person].add(event.uid)
    both = {session.calendar_uid, old.calendar_uid}
    assert found == {
        student: both,
        late: {session.calendar_uid},
        gone: {old.calendar_uid},
        teacher: both,
        other: set(),
    }


@pytest.mark.parametrize("rows", [1, 3])
def test_there_are_as_many_queries_for_many_people_and_sessions(django_assert_num_queries, rows):
    people = []
    for _n in range(rows):
        cohort = a_cohort()
        people += [row.member.user for row in TeamFactory(cohort=cohort, people=rows).participants.all()]
        people.append(InstructorFactory(cohort=cohort).user)
        for number in range(rows):
            SessionFactory(cohort=cohort, number=number + 1)
    with django_assert_num_queries(4):
        assert len(list(calendar.of(people, NOW))) == rows * rows * (rows + 1)


def test_a_feed_follows_what_is_moved_and_what_is_called_off(cohort, student, administrator, client, now):
    session = SessionFactory(cohort=cohort, number=1, starts_on=TUESDAY)
    token = calendars.make(by=student, now=NOW)

    def read() -> list[tuple[int, str, str, str, str]]:
        content = client.get(address(token)).content
        told = [
            [
                (each["sequence"], each["starts"], each["ends"], each["location"], each["status"])
                for each in found
            ]
            for found in (by_icalendar(content), by_ical(content))
        ]
        assert told[0] == told[1]
        return told[0]

    assert read() == [(0, "2027-06-08", "2027-06-10", "Lillehammer", "CONFIRMED")]
    names = (*deeds.TEXTS, "is_study_tour")
    values = {name: getattr(session, name) for name in names} | {"place": "Hamar"}
    days = [
        {"pk": day.pk, "held_on": day.held_on + 7 * DAY, "starts": day.starts, "ends": day.ends}
        for day in session.days.all()
    ]
    deeds.change_session(session, values, days, by=administrator, now=NOW)
    assert read() == [(1, "2027-06-15", "2027-06-17", "Hamar", "CONFIRMED")]
    deeds.remove_session(session, by=administrator, now=NOW)
    assert read() == [(2, "2027-06-15", "2027-06-17", "Hamar", "CANCELLED")]


def test_the_public_file_of_a_session_is_read_by_both_parsers(client):
    cohort = a_cohort(programme_published_at=NOW)
    session = SessionFactory(cohort=cohort, number=2, starts_on=TUESDAY)
    content = client.get(reverse("cohorts:programme_ics", args=[cohort.slug, 2])).content
    assert by_icalendar(content) == by_ical(content)
    (event,) = by_ical(content)
    assert (event["uid"].split("@")[0], event["starts"], event["ends"]) == (
        f"session-{session.pk}.0",
        "2027-06-08",
        "2027-06-10",
    )


# --- The reminder -----------------------------------------------------------------------------------------


def open_now() -> list[tuple[int, datetime, list[str]]]:
    return [
        (row.pk, row.begins_at.astimezone(OSLO), sorted(to.email for to in SESSION.to(row)))
        for row in SESSION.open()
    ]


def test_a_session_of_a_cohort_that_runs_waits_with_those_who_take_part(cohort, student):
    session = SessionFactory(cohort=cohort, number=1, starts_on=TUESDAY)
    SessionFactory(cohort=cohort, number=2, days=0)
    SessionFactory(cohort=a_cohort(planned=True), number=1)
    SessionFactory(cohort=a_cohort(state=CohortState.COMPLETED, completed_at=NOW), number=1)
    ParticipantFactory(team=cohort.teams.get(), gone=True)
    ParticipantFactory(team=cohort.teams.get(), began_on=TUESDAY + 9 * DAY)
    begins = datetime.combine(TUESDAY, time(9), tzinfo=OSLO)
    assert open_now() == [(session.pk, begins, [student.email])]


@pytest.mark.parametrize("rows", [1, 3])
def test_what_waits_costs_the_same_for_many(django_assert_num_queries, rows):
    for _n in range(rows):
        cohort = a_cohort()
        TeamFactory(cohort=cohort, people=rows)
        SessionFactory.create_batch(rows, cohort=cohort)
    with django_assert_num_queries(7):
        assert sum(len(emails) for _pk, _at, emails in open_now()) == rows**3


def test_each_is_reminded_a_week_and_a_day_before_and_not_again(cohort, student):
    SessionFactory(cohort=cohort, number=1, starts_on=TUESDAY)
    for day in (date(2027, 6, 1), date(2027, 6, 1), date(2027, 6, 7), date(2027, 6, 8)):
        sweep(datetime.combine(day, time(8, 30), tzinfo=OSLO))
    lines = Reminder.objects.filter(kind="session").order_by("pk")
    assert list(lines.values_list("to_email", "step", "why_not")) == [
        (student.email, -7, ""),
        (student.email, -1, ""),
    ]
    letter = lines.first().message
    assert letter.body_text.count("http") >= 1
    assert reverse("cohorts:course_programme", args=[cohort.slug]) in letter.body_text


def test_it_is_no_deadline_in_anybodys_calendar(cohort, student):
    session = SessionFactory(cohort=cohort, number=1, starts_on=TUESDAY)
    assert mine(student) == [(session.calendar_uid, TUESDAY, TUESDAY + DAY, "Lillehammer")]
