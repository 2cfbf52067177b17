"""Answers, expiries, withdrawals and undone answers in the same second: no place is given twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from applications.actions import offers
from applications.actions.submission import withdraw
from applications.models import Intake, Offer, Promotion
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.applications.administrator.test_concurrency import at_once
from tests.applications.offers import laws
from tests.applications.offers.build import TOLD, closed_intake, draw, ready_application, seen, tell
from tests.applications.offers.test_answers import LAST_MINUTE
from tests.factories import ROWS, municipality

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

AFTER = LAST_MINUTE + timedelta(seconds=1)
SPARE = ("0301", "1804", "5001")


def told(by: User, *, places: int, codes: tuple[str, ...] = tuple(sorted(set(ROWS) - set(SPARE)))) -> Intake:
    intake = closed_intake(capacity=places)
    for code in codes:
        ready_application(intake, municipality(code))
    tell(draw(intake, by), by, now=TOLD)
    return intake


def fresh(offer: Offer) -> Offer:
    return Offer.objects.select_related("application__coordinator").get(pk=offer.pk)


def accepting(offer: Offer):
    return lambda: offers.accept(
        fresh(offer), team_seen=seen(offer), by=offer.application.coordinator, now=LAST_MINUTE
    )


def declining(offer: Offer):
    return lambda: offers.decline(fresh(offer), reason="", by=offer.application.coordinator, now=LAST_MINUTE)


def expiring():
    return offers.expire_due(AFTER)


def all_sent(intake: Intake) -> list[Offer]:
    sent = Offer.objects.of(intake).filter(state="sent").select_related("application__coordinator")
    return list(sent.order_by("pk"))


def states(offers_: list[Offer]) -> list[str]:
    return [fresh(offer).state for offer in offers_]


def test_fifty_answers_to_the_last_places(administrator: User) -> None:
    """Six places, seven on the waiting list; everybody says yes and no, leaves, and is too late, at once."""
    intake = told(administrator, places=6)
    sent = all_sent(intake)
    assert len(sent) == 6
    deeds = []
    for offer in sent:
        deeds += [accepting(offer)] * 3 + [declining(offer)] * 3
    waiting = list(Offer.objects.of(intake).waiting().select_related("application__coordinator"))
    deeds += [
        lambda offer=offer: withdraw(
            offer.application, by=offer.application.coordinator, now=LAST_MINUTE, reason="No money."
        )
        for offer in (sent[0], sent[1], waiting[0], waiting[1])
    ]
    deeds += [
        lambda offer=offer: offers.undo(fresh(offer), by=administrator, now=LAST_MINUTE, reason="A slip.")
        for offer in sent[:2]
    ]
    deeds += [expiring] * 8
    assert len(deeds) == 50
    at_once(*deeds)
    laws.all_hold(intake, places=6)
    # Whoever is out has one line in the log, and whoever has got a place has it from one.
    lines = Promotion.objects.filter(intake=intake)
    promoted = [line.promoted_id for line in lines if line.promoted_id]
    assert len(promoted) == len(set(promoted))
    places = dict(intake.places.exclude(offer=None).values_list("offer", "number"))
    for line in lines.exclude(promoted=None).select_related("place"):
        assert places.get(line.promoted_id, line.place.number) == line.place.number
    kinds = Message.objects.filter(kind="offer_accepted").exclude(state=Message.State.VOID)
    assert kinds.values("object_id").distinct().count() == kinds.count()


def test_fifty_say_yes_to_one_place_that_was_declined_at_the_same_second(administrator: User) -> None:
    intake = told(administrator, places=1, codes=("1515", "1818", "3114"))
    (offer,) = all_sent(intake)
    at_once(*[accepting(offer)] * 25, *[declining(offer)] * 25)
    laws.all_hold(intake, places=1)
    # An acceptance may be given up at once, but what is declined is not accepted any more.
    assert states([offer]) == ["declined"]
    assert Promotion.objects.count() == 1
    assert Offer.objects.of(intake).filter(state="sent").count() == 1


def test_one_of_two_gets_the_free_place_back(administrator: User) -> None:
    intake = told(administrator, places=2, codes=("1515", "1818", "3114"))
    first, second = all_sent(intake)
    for offer in (first, second):
        offers.decline(offer, reason="", by=offer.application.coordinator, now=LAST_MINUTE)
    results = at_once(
        *[
            lambda offer=offer: offers.undo(fresh(offer), by=administrator, now=LAST_MINUTE, reason="A slip.")
            for offer in (first, second) * 5
        ]
    )
    assert results.count(None) == 1
    assert sorted(states([first, second])) == ["declined", "sent"]
    laws.all_hold(intake, places=2)


def test_one_of_many_late_ones_gets_the_free_place(administrator: User) -> None:
    intake = told(administrator, places=3, codes=("1515", "1818"))
    late = [ready_application(intake, municipality(code)) for code in SPARE]
    results = at_once(
        *[
            lambda application=application: offers.give_place(application, by=administrator, now=LAST_MINUTE)
            for application in late * 4
        ]
    )
    assert sum(result is not Refused for result in results) == 1
    laws.no_place_twice_and_none_too_many(intake, 3)


def test_the_sweep_and_the_answer_at_the_same_second(administrator: User) -> None:
    """Either the place is accepted, or the offer has expired and somebody else has the place."""
    intake = told(administrator, places=6)
    sent = all_sent(intake)
    at_once(*[accepting(offer) for offer in sent], *[expiring] * 6)
    laws.all_hold(intake, places=6)
    assert set(states(sent)) <= {"accepted", "expired"}
    assert Promotion.objects.count() == states(sent).count("expired")


def test_two_sweeps_expire_and_end_the_waiting_once(administrator: User) -> None:
    intake = told(administrator, places=6)
    offers.close_waiting_list(intake, reason="It has begun.", by=administrator, now=LAST_MINUTE)
    assert sum(at_once(*[lambda: offers.sweep(AFTER)] * 5)) == 6 + 7
    laws.all_hold(intake, places=6)
    assert Promotion.objects.count() == 6
