"""Own deadlines: what the kinds of reminders say still waits for a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from applications.models import Offer
from applications.reminders import GUARANTEE, OFFER
from applications.states import OfferState
from innoskole.calendars import actions, deadlines
from innoskole.calendars.models import Entry
from innoskole.calendars.sources import Event, events_of
from innoskole.reminders import kinds
from tests.calendars.factories import moment
from tests.factories import NOW, ApplicationFactory, GuaranteeFactory, UserFactory, municipality, person_for

pytestmark = pytest.mark.django_db

DUE = moment(5, 20, 15)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _only_offers():
    with kinds.only(OFFER):
        yield


def offer(coordinator, code="1804", **fields) -> Offer:
    """A place, to be answered for by Thursday 20 May at 15:00."""
    application = ApplicationFactory(
        coordinator=coordinator, lead=municipality(code), intake__slug=f"to-{code}"
    )
    told = {"state": OfferState.SENT, "made_at": NOW, "sent_at": NOW, "due_at": DUE} | fields
    return Offer.objects.create(application=application, **told)


def event_of(waiting: Offer, **fields) -> Event:
    told = {
        "title": "Deadline: The offer of a place for Bodø",
        "starts": DUE - timedelta(minutes=15),
        "ends": DUE,
        "description": "Answer by Thu 20 May at 15:00\n\n"
        "You get this because you are the contact person for an application that has got a place.",
        "url": f"http://127.0.0.1:8000/applications/{waiting.application.reference}/offer/",
    }
    return Event(uid=f"deadline-offer-{waiting.pk}", **(told | fields))


def test_a_deadline_stands_in_the_calendar_of_who_must_act(coordinator, colleague) -> None:
    waiting = offer(coordinator)
    assert list(deadlines.of([coordinator, colleague], NOW)) == [(coordinator, event_of(waiting))]
    assert list(deadlines.of([colleague], NOW)) == []


@pytest.mark.parametrize(
    ("language", "when"),
    [("nb", "tor. 20. mai kl. 15"), ("en", "Thu 20 May at 15:00")],
)
def test_it_is_told_in_the_person_s_language(coordinator, language, when) -> None:
    coordinator.language = language
    coordinator.save()
    offer(coordinator)
    ((_person, event),) = deadlines.of([coordinator], NOW)
    assert event.description.split("\n")[0].endswith(f" {when}")


def test_what_is_done_is_cancelled_and_what_is_moved_is_told_anew(coordinator) -> None:
    waiting = offer(coordinator)
    token = actions.make(by=coordinator, now=NOW)
    actions.sweep(NOW)
    later = DUE + timedelta(days=7)
    Offer.objects.update(due_at=later)
    actions.read(token, NOW + HOUR)
    moved = event_of(
        waiting,
        starts=later - timedelta(minutes=15),
        ends=later,
        description=event_of(waiting).description.replace("20 May", "27 May"),
    )
    entry = Entry.objects.get()
    assert (entry.event, entry.sequence, entry.cancelled_at) == (moved, 1, None)
    Offer.objects.update(state=OfferState.ACCEPTED, answered_at=NOW)
    actions.read(token, NOW + 2 * HOUR)
    entry = Entry.objects.get()
    assert (entry.event, entry.sequence, entry.cancelled_at) == (
        replace(moved, is_cancelled=True),
        2,
        NOW + 2 * HOUR,
    )


def test_it_moves_with_the_task_to_a_colleague(coordinator, colleague) -> None:
    waiting = offer(coordinator)
    for person in (coordinator, colleague):
        actions.make(by=person, now=NOW)
    actions.sweep(NOW)
    waiting.application.coordinator = colleague
    waiting.application.save()
    actions.sweep(NOW + HOUR)
    told = Entry.objects.order_by("feed_id").values_list("feed__user", "sequence", "cancelled_at")
    assert list(told) == [(coordinator.pk, 1, NOW + HOUR), (colleague.pk, 0, None)]


def test_fifteen_minutes_end_at_the_deadline_also_when_the_clock_is_set_back(coordinator) -> None:
    due = moment(10, 31, 2, 5, fold=1)
    offer(coordinator, due_at=due)
    ((_person, event),) = deadlines.of([coordinator], NOW)
    assert (event.starts, event.ends) == (moment(10, 31, 2, 50).astimezone(UTC), due.astimezone(UTC))


def test_who_is_asked_by_address_sees_the_deadline_but_no_link_that_answers(coordinator) -> None:
    """The link of the letter gives the guarantee for whoever holds it."""
    director = UserFactory(email="direktor@bodo.kommune.no")
    guarantee = GuaranteeFactory(
        application=ApplicationFactory(coordinator=coordinator),
        asked=True,
        asked_by=coordinator,
        approver_email="Direktor@bodo.kommune.no",
    )
    with kinds.only(GUARANTEE):
        ((person, event),) = deadlines.of([coordinator, director], NOW)
    assert (person, event.uid, event.url) == (director, f"deadline-guarantee-{guarantee.pk}", "")
    assert event.description.endswith(
        "The link is in the e-mail about this. It is not in calendars, which others may read."
    )
    assert "http" not in event.description


def test_a_link_that_leads_nowhere_is_left_out(coordinator) -> None:
    offer(coordinator)
    with kinds.only(replace(OFFER, url=lambda row, to: "https://elsewhere.example.no/nowhere/at/all/")):
        ((_person, event),) = deadlines.of([coordinator], NOW)
    assert event.url == ""


def test_what_only_waits_has_no_deadline(coordinator) -> None:
    offer(coordinator)
    with kinds.only(replace(OFFER, is_deadline=False)):
        assert list(deadlines.of([coordinator], NOW)) == []


def test_the_deadlines_are_a_source(coordinator) -> None:
    waiting = offer(coordinator)
    assert events_of([coordinator], NOW) == {coordinator.pk: {event_of(waiting).uid: event_of(waiting)}}


@pytest.mark.parametrize("rows", [1, 3])
def test_it_asks_once_for_everybody(rows, django_assert_num_queries) -> None:
    people = [
        person_for(code, f"Kari {code}", f"kari{code}@example.no", language="en")
        for code in ("1804", "4646", "5057")[:rows]
    ]
    for person in people:
        for affiliation in person.affiliations.all():
            offer(person, affiliation.municipality.code)
    with django_assert_num_queries(1):
        assert [person for person, _event in deadlines.of(people, NOW)] == people
