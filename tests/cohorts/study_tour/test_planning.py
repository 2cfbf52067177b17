"""How the tour is prepared and opened, what people are reminded of, and what waits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cohorts import models as c
from cohorts.actions import study_tour as actions
from cohorts.reminders.study_tour import SIGN_UP
from cohorts.waiting.study_tour import study_tour_waits
from innoskole.accounts import facts
from innoskole.accounts.audit import history
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.cohorts.factories import CohortFactory, ParticipantFactory, SessionFactory
from tests.cohorts.study_tour.factories import STARTS_ON, SignUpFactory, StudyTourFactory
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(cohort) -> c.Session:
    return SessionFactory(cohort=cohort, number=6, is_study_tour=True, starts_on=STARTS_ON, days=3)


def values(session: c.Session, **changes) -> dict:
    return {
        "session": session,
        "destination": "Aarhus",
        "about": "",
        "cost": "The school pays for travel and beds.",
        "asked": "",
        "sign_up_closes_at": NOW + timedelta(days=10),
        "kept_days": 14,
        "leaders": [],
    } | changes


def test_a_tour_is_prepared_changed_and_nobody_is_told(cohort, session, administrator, teacher):
    tour = actions.save_tour(cohort, values(session), version="", by=administrator, now=NOW)
    actions.save_tour(
        cohort,
        values(session, destination="Malmö", leaders=[teacher]),
        version=actions.version_of(tour),
        by=administrator,
        now=NOW,
    )
    tour.refresh_from_db()
    assert (tour.destination, list(tour.leaders.all()), tour.opened_at) == ("Malmö", [teacher], None)
    assert history(tour).first().changes == {
        "destination": ["Aarhus", "Malmö"],
        "Tour leaders": ["", "Tor Lærer"],
    }
    assert Message.objects.count() == 0


def test_two_administrators_do_not_overwrite_each_other(cohort, session, administrator):
    actions.save_tour(cohort, values(session), version="", by=administrator, now=NOW)
    with pytest.raises(Refused, match="colleague"):
        actions.save_tour(cohort, values(session, destination="Malmö"), version="", by=administrator, now=NOW)
    assert c.StudyTour.objects.get().destination == "Aarhus"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sign_up_closes_at": NOW}, "close later than now"),
        ({"sign_up_closes_at": NOW + timedelta(days=40)}, "before the tour"),
        ({"leaders": "stranger"}, "Only instructors"),
        ({"session": "foreign"}, "this cohort"),
    ],
)
def test_what_cannot_be_is_refused(cohort, session, administrator, change, says):
    if "leaders" in change:
        change = {"leaders": [UserFactory(is_instructor=True)]}
    if "session" in change:
        change = {"session": SessionFactory(cohort__intake__slug="another", is_study_tour=True)}
    with pytest.raises(Refused, match=says):
        actions.save_tour(cohort, values(session) | change, version="", by=administrator, now=NOW)
    assert c.StudyTour.objects.count() == 0


def test_only_administrators_prepare_and_open(cohort, session, teacher):
    with pytest.raises(Refused):
        actions.save_tour(cohort, values(session), version="", by=teacher, now=NOW)
    tour = StudyTourFactory(cohort=cohort, session=session, unopened=True)
    tour.leaders.add(teacher)
    with pytest.raises(Refused):
        actions.open_sign_up(tour, by=teacher, now=NOW)
    tour.refresh_from_db()
    assert tour.opened_at is None


def test_opening_tells_each_participant_once(cohort, people, administrator):
    ParticipantFactory(team=people[0].team, gone=True)
    tour = StudyTourFactory(cohort=cohort, unopened=True)
    actions.open_sign_up(tour, by=administrator, now=NOW)
    with pytest.raises(Refused, match="already"):
        actions.open_sign_up(tour, by=administrator, now=NOW)
    tour.refresh_from_db()
    assert tour.opened_at == NOW
    assert sorted(Message.objects.values_list("kind", "to_email")) == sorted(
        ("study_tour_opened", person.member.email) for person in people
    )
    assert history(tour).get().changes == {"Number of people told": [None, 4]}


def test_the_itinerary_keeps_within_the_tour(tour, administrator):
    line = {"held_on": STARTS_ON, "starts": None, "title": "Harbour", "place": "", "about": ""}
    entry = actions.add_entry(tour, line, by=administrator, now=NOW)
    with pytest.raises(Refused, match="tour's days"):
        actions.add_entry(tour, {**line, "held_on": STARTS_ON + timedelta(days=3)}, by=administrator, now=NOW)
    actions.change_entry(entry, {**line, "title": "Library"}, by=administrator, now=NOW)
    assert [str(each) for each in tour.entries.all()] == ["Library"]
    actions.remove_entry(entry, by=administrator, now=NOW)
    actions.remove_entry(entry, by=administrator, now=NOW)
    assert [(event.verb, event.changes) for event in history(tour)] == [
        ("changed the itinerary", {"Itinerary": ["Library", None]}),
        ("changed the itinerary", {"Itinerary": ["Harbour", "Library"]}),
        ("changed the itinerary", {"Itinerary": [None, "Harbour"]}),
    ]


def test_who_has_not_answered_is_reminded_and_nobody_else(cohort, people):
    a, b, d, e = people
    tour = StudyTourFactory(cohort=cohort)
    SignUpFactory(tour=tour, participant=a)
    SignUpFactory(tour=tour, participant=b, stays=True)
    ParticipantFactory(team=a.team, gone=True)
    other = CohortFactory(intake__slug="another")
    ParticipantFactory(team__cohort=other)
    StudyTourFactory(cohort=other, unopened=True)
    rows = list(SIGN_UP.open().order_by("pk"))
    assert rows == [d, e]
    assert {getattr(row, SIGN_UP.due_field) for row in rows} == {tour.sign_up_closes_at}
    assert [recipient.email for recipient in SIGN_UP.to(rows[0])] == [d.member.user.email]
    assert SIGN_UP.title(rows[0]) == "Do you come on the study tour to Aarhus?"
    assert SIGN_UP.url(rows[0], None).endswith(f"/course/{cohort.slug}/study-tour/sign-up/")
    assert (SIGN_UP.scope(rows[0]), SIGN_UP.about(rows[0])) == (cohort.intake.slug, d.team.application)


def test_the_answer_and_the_question_of_another_wait_on_the_home_page(tour, people):
    a, b, *_ = people
    user = b.member.user
    assert [item.title for item in study_tour_waits(user, NOW)] == [
        "Say whether you come on the study tour to Aarhus"
    ]
    SignUpFactory(tour=tour, participant=b)
    SignUpFactory(tour=tour, participant=a, shares_with=b)
    assert [item.title for item in study_tour_waits(user, NOW)] == [
        f"{a} would like to share a room with you on the study tour"
    ]
    c.TourSignUp.objects.filter(participant=b).update(room_wish="shared", shares_with=a, asked_at=NOW)
    assert study_tour_waits(user, NOW) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_people_without_a_room_wait_for_the_organisers(
    cohort, people, teacher, administrator, rows, django_assert_num_queries
):
    tour = StudyTourFactory(cohort=cohort, closed=True, opened_at=NOW - timedelta(days=9))
    for person in people[:rows]:
        SignUpFactory(tour=tour, participant=person)
    organiser = facts.known(administrator)
    with django_assert_num_queries(1):
        assert [(item.title, item.count) for item in study_tour_waits(organiser, NOW)] == [
            ("People without a room on the study tour to Aarhus", rows)
        ]
    assert study_tour_waits(teacher, NOW) == []
    tour.leaders.add(teacher)
    assert len(study_tour_waits(teacher, NOW)) == 1
    assert study_tour_waits(administrator, NOW + timedelta(days=40)) == []
