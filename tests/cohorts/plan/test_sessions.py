"""Deeds on sessions and their days, and the letters that they send."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.utils import translation

from cohorts.actions.plan import sessions as deeds
from cohorts.models import Attendance, Half, Halves, SessionDay
from cohorts.states import CohortState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.cohorts.factories import InstructorFactory, ParticipantFactory, SessionFactory, TeamFactory
from tests.cohorts.plan.factories import ItemFactory, a_cohort
from tests.factories import NOW

pytestmark = pytest.mark.django_db

SOON = NOW.date() + timedelta(days=30)
DAY = timedelta(days=1)


def values(session=None, **fields):
    names = (*deeds.TEXTS, "place", "is_study_tour", "number")
    now = (
        {name: getattr(session, name) for name in names} if session else {"title_nb": "Ny", "place": "Hamar"}
    )
    return now | fields


def days_of(session, **fields):
    return [
        {"pk": day.pk, **{name: getattr(day, name) for name in deeds.OF_A_DAY}, **fields}
        for day in session.days.all()
    ]


def told() -> list[tuple[str, str]]:
    rows = Message.objects.filter(kind__startswith="session_", state=Message.State.QUEUED)
    return sorted(rows.values_list("kind", "to_email"))


@pytest.fixture
def cohort():
    return a_cohort()


@pytest.fixture
def people(cohort):
    """Two who take part, one who has left, and an instructor; in the order of their addresses."""
    team = TeamFactory(cohort=cohort, people=2)
    ParticipantFactory(team=team, gone=True)
    instructor = InstructorFactory(cohort=cohort)
    present = team.participants.present().select_related("member")
    return sorted([*(row.member.email for row in present), instructor.user.email])


def test_a_session_added_to_a_plan_that_nobody_follows_yet(administrator):
    cohort = a_cohort(planned=True)
    session = deeds.add_session(
        cohort, values(), [{"held_on": SOON, "starts": time(9), "ends": time(15)}], by=administrator, now=NOW
    )
    assert (session.number, session.title_nb, session.place, session.dates) == (1, "Ny", "Hamar", [SOON])
    assert [event.verb for event in audit.history(session)] == ["added the session"]
    assert told() == []


def test_a_session_added_in_the_middle_pushes_the_others_and_is_told_of(cohort, people, administrator):
    first, second = SessionFactory(cohort=cohort, number=1), SessionFactory(cohort=cohort, number=2)
    new = deeds.add_session(
        cohort,
        values(number=2),
        [{"held_on": SOON, "starts": time(9), "ends": time(15)}],
        by=administrator,
        now=NOW,
    )
    assert list(cohort.sessions.in_order()) == [first, new, second]
    assert list(cohort.sessions.in_order().values_list("number", flat=True)) == [1, 2, 3]
    assert told() == [("session_changed", email) for email in people]


def test_other_words_are_told_to_nobody(cohort, people, administrator):
    session = SessionFactory(cohort=cohort, number=1, starts_on=SOON)
    deeds.change_session(
        session, values(session, title_nb="Nytt navn"), days_of(session), by=administrator, now=NOW
    )
    session.refresh_from_db()
    assert (session.title_nb, session.changed_at) == ("Nytt navn", None)
    assert [event.verb for event in audit.history(session)] == ["changed the session"]
    assert told() == []


@pytest.mark.parametrize("change", [{"place": "Hamar"}, {"starts": time(10)}, {"held_on": SOON + 9 * DAY}])
def test_another_time_or_place_is_told_to_everybody_once(cohort, people, administrator, change):
    session = SessionFactory(cohort=cohort, number=1, starts_on=SOON, days=1)
    of_session = {"place": change["place"]} if "place" in change else {}
    of_day = {} if of_session else change
    deeds.change_session(
        session, values(session, **of_session), days_of(session, **of_day), by=administrator, now=NOW
    )
    session.refresh_from_db()
    assert session.changed_at == NOW
    assert told() == [("session_changed", email) for email in people]


def test_a_second_change_takes_back_the_letters_that_have_not_left(cohort, people, administrator):
    session = SessionFactory(cohort=cohort, number=1, starts_on=SOON)
    for minutes, place in ((0, "Hamar"), (5, "Gjøvik")):
        deeds.change_session(
            session,
            values(session, place=place),
            days_of(session),
            by=administrator,
            now=NOW + timedelta(minutes=minutes),
        )
        session.refresh_from_db()
    letters = Message.objects.filter(kind="session_changed")
    queued = letters.filter(state=Message.State.QUEUED)
    assert letters.count() == 2 * len(people)
    assert sorted(queued.values_list("to_email", flat=True)) == people
    assert all("Gjøvik" in letter.body_text and "Gjøvik" in letter.body_html for letter in queued)


def test_a_session_that_is_over_is_told_to_nobody(cohort, people, administrator):
    session = SessionFactory(cohort=cohort, number=1, starts_on=NOW.date() - 20 * DAY)
    deeds.change_session(session, values(session, place="Hamar"), days_of(session), by=administrator, now=NOW)
    assert told() == []


def test_days_may_change_places_and_keep_what_hangs_on_them(administrator):
    session = SessionFactory(cohort=a_cohort(), starts_on=SOON, days=2)
    first, second = session.days.order_by("held_on")
    item = ItemFactory(day=first)
    swapped = days_of(session)
    swapped[0]["held_on"], swapped[1]["held_on"] = swapped[1]["held_on"], swapped[0]["held_on"]
    deeds.change_session(session, values(session), swapped, by=administrator, now=NOW)
    first.refresh_from_db()
    second.refresh_from_db()
    item.refresh_from_db()
    assert (first.held_on, second.held_on, item.day_id) == (SOON + DAY, SOON, first.pk)


def test_a_day_left_out_is_removed_and_a_new_one_is_added(administrator):
    session = SessionFactory(cohort=a_cohort(), starts_on=SOON, days=2)
    kept = days_of(session)[:1]
    new = {"held_on": SOON + 5 * DAY, "starts": time(8), "ends": time(12), "halves": Halves.MORNING}
    deeds.change_session(session, values(session), [*kept, new], by=administrator, now=NOW)
    assert session.dates == [SOON, SOON + 5 * DAY]


def refused(deed, *args, **kwargs) -> str:
    with translation.override("en"), pytest.raises(Refused) as refusal:
        deed(*args, **kwargs)
    return str(refusal.value)


def register(day: SessionDay, half: Half = Half.AFTERNOON) -> Attendance:
    cohort = day.session.cohort
    participant = ParticipantFactory(team=TeamFactory(cohort=cohort, people=0))
    return Attendance.objects.create(
        participant=participant,
        day=day,
        half=half,
        status="present",
        registered_by=InstructorFactory(cohort=cohort).user,
        registered_at=NOW,
    )


def test_what_is_registered_does_not_vanish(administrator):
    session = SessionFactory(cohort=a_cohort(), starts_on=SOON, days=2)
    register(session.days.earliest("held_on"))
    before = days_of(session)
    sentence = refused(
        deeds.change_session, session, values(session, place="Hamar"), before[1:], by=administrator, now=NOW
    )
    assert sentence == (
        "Attendance or apologies are registered on 2 June 2027, so it cannot be removed. If it is held"
        " at another time, change the date instead: what is registered comes along."
    )
    half = refused(
        deeds.change_session,
        session,
        values(session),
        days_of(session, halves=Halves.MORNING),
        by=administrator,
        now=NOW,
    )
    assert half == (
        "Attendance has been registered, or an apology sent, for the half of 2 June 2027 that you take"
        " out. The day must keep it."
    )
    refused(deeds.remove_session, session, by=administrator, now=NOW)
    session.refresh_from_db()
    assert (session.place, days_of(session)) == ("Lillehammer", before)


def test_a_day_with_items_does_not_vanish(administrator):
    session = SessionFactory(cohort=a_cohort(), starts_on=SOON, days=2)
    ItemFactory(day=session.days.earliest("held_on"))
    before = days_of(session)
    refused(deeds.change_session, session, values(session), before[1:], by=administrator, now=NOW)
    refused(deeds.remove_session, session, by=administrator, now=NOW)
    assert days_of(session) == before


def test_two_days_on_one_date_are_refused(administrator):
    session = SessionFactory(cohort=a_cohort(), starts_on=SOON, days=2)
    refused(
        deeds.change_session,
        session,
        values(session),
        days_of(session, held_on=SOON),
        by=administrator,
        now=NOW,
    )
    assert session.dates == [SOON, SOON + DAY]


def test_nobody_overwrites_what_they_have_not_seen(administrator, second_administrator):
    session = SessionFactory(cohort=a_cohort(), starts_on=SOON)
    seen = session.version
    deeds.change_session(
        session, values(session, place="Hamar"), days_of(session), version=seen, by=administrator, now=NOW
    )
    refused(
        deeds.change_session,
        session,
        values(session, place="Gjøvik"),
        days_of(session),
        version=seen,
        by=second_administrator,
        now=NOW,
    )
    session.refresh_from_db()
    assert session.place == "Hamar"


def test_a_session_called_off_is_told_of_and_the_others_close_up(cohort, people, administrator):
    one, two, three = (
        SessionFactory(cohort=cohort, number=n, starts_on=SOON + n * 7 * DAY) for n in (1, 2, 3)
    )
    deeds.remove_session(two, by=administrator, now=NOW)
    assert list(cohort.sessions.in_order().values_list("pk", "number")) == [(one.pk, 1), (three.pk, 2)]
    assert told() == [("session_cancelled", email) for email in people]
    assert [event.verb for event in audit.history(cohort)] == ["removed a session"]


@pytest.mark.parametrize("deed", ["change", "remove", "add"])
def test_the_plan_of_a_completed_cohort_stands(administrator, deed):
    cohort = a_cohort(state=CohortState.COMPLETED, completed_at=NOW)
    session = SessionFactory(cohort=cohort, number=1, starts_on=SOON)
    match deed:
        case "change":
            refused(
                deeds.change_session,
                session,
                values(session, place="Hamar"),
                days_of(session),
                by=administrator,
                now=NOW,
            )
        case "remove":
            refused(deeds.remove_session, session, by=administrator, now=NOW)
        case "add":
            refused(deeds.add_session, cohort, values(), [], by=administrator, now=NOW)
    session.refresh_from_db()
    assert (cohort.sessions.count(), session.place) == (1, "Lillehammer")


def test_parked_days_are_no_dates_that_anybody_sees(administrator):
    session = SessionFactory(cohort=a_cohort(), starts_on=SOON, days=3)
    moved = days_of(session)
    for day in moved:
        day["held_on"] += DAY
    deeds.change_session(session, values(session), moved, by=administrator, now=NOW)
    assert session.dates == [SOON + DAY, SOON + 2 * DAY, SOON + 3 * DAY]
    assert not SessionDay.objects.filter(held_on__lt=date(2000, 1, 1)).exists()
