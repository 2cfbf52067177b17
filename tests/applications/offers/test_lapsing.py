"""What passes by itself: offers expire, the waiting list is closed one day."""

from datetime import datetime, timedelta

import pytest

from applications.actions import offers
from applications.models import Decision, Intake, Offer
from applications.states import IntakeState
from applications.tasks import sweep_offers
from innoskole.accounts import audit
from tests.applications.offers.build import TOLD, log, offer_of, standing
from tests.applications.offers.test_answers import LAST_MINUTE, LATER, accept, decline, mails, refused
from tests.factories import OSLO, IntakeFactory

AFTER = LAST_MINUTE + timedelta(minutes=1)
REASON = "The first session has been held."


# --- Expiry ---------------------------------------------------------------------------------------


def test_nothing_expires_in_its_last_minute(told):
    assert offers.expire_due(LAST_MINUTE) == 0
    assert log(told) == []


def test_offers_expire_one_by_one_and_the_places_are_filled(told):
    accept(offer_of(told, "0301"))
    decline(offer_of(told, "4601"))
    assert offers.expire_due(AFTER) == 2
    assert standing(told) == {
        "0301": ("admitted", "accepted", "place", 1),
        "1804": ("admitted", "sent", "place", 3),
        "1818": ("declined", "expired", "place", None),
        "4601": ("declined", "declined", "place", None),
        "4646": ("declined", "expired", "place", None),
        "5610": ("admitted", "sent", "place", 2),
    }
    assert log(told) == [
        (3, "4601", "1804", "same_size", 0),
        (2, "1818", "5610", "same_cell", 0),
        (4, "4646", None, "nobody", None),
    ]
    assert mails()[-2:] == [
        ("offer_expired", "koordinator1818@example.no"),
        ("offer_expired", "koordinator4646@example.no"),
    ]
    assert offers.expire_due(AFTER) == 0


def test_the_promoted_has_its_own_deadline(told):
    decline(offer_of(told, "4601"), now=LAST_MINUTE)
    offers.expire_due(AFTER)
    assert standing(told)["1804"] == ("admitted", "sent", "place", 3)
    assert offer_of(told, "1804").due_at == datetime(2027, 7, 22, 23, 59, tzinfo=OSLO)


def test_the_task_reads_the_clock(told, now):
    """At the clock of the views nothing is due; the task is the sweep."""
    assert sweep_offers() == 0


# --- The end of the waiting list ------------------------------------------------------------------


def test_who_still_waits_is_told_by_a_decision(told, administrator):
    offers.close_waiting_list(told, reason=REASON, by=administrator, now=LATER)
    assert standing(told)["1804"] == ("waitlisted", "waiting", "waiting_list", None)
    assert offers.tell_left_waiting(LATER) == 2
    assert offers.tell_left_waiting(LATER) == 0
    assert standing(told)["1804"] == ("declined", "withdrawn", "declined", None)
    assert standing(told)["5610"] == ("declined", "withdrawn", "declined", None)
    decision = Decision.objects.in_force().get(application=offer_of(told, "1804").application)
    assert (decision.grounds, decision.prepared_by) == (REASON, None)
    assert audit.history(told)[0].reason == REASON


def test_after_it_nobody_is_promoted_and_the_log_says_why(told, administrator):
    offers.close_waiting_list(told, reason=REASON, by=administrator, now=LATER)
    decline(offer_of(told, "4601"))
    offers.sweep(LATER)
    decline(offer_of(told, "4646"))
    assert log(told) == [(3, "4601", None, "too_late", None), (4, "4646", None, "too_late", None)]


def test_it_is_closed_once_and_with_a_reason(told, administrator):
    assert (
        refused(offers.close_waiting_list, told, reason=" ", by=administrator, now=LATER)
        == "State the reason."
    )
    offers.close_waiting_list(told, reason=REASON, by=administrator, now=LATER)
    assert (
        refused(offers.close_waiting_list, told, reason=REASON, by=administrator, now=LATER)
        == "The waiting list is closed already."
    )


def test_it_is_not_closed_before_there_is_one(administrator):
    intake = IntakeFactory(state=IntakeState.DECIDED)
    assert (
        refused(offers.close_waiting_list, intake, reason=REASON, by=administrator, now=TOLD)
        == "There is no waiting list before the selection is published."
    )
    assert Intake.objects.get().waiting_list_closed_at is None


def test_an_entitled_one_keeps_its_right_when_the_list_is_closed(told, administrator):
    application = offer_of(told, "5610").application
    offers.entitle(application, by=administrator, now=LATER, reason="The appeal was right.")
    offers.close_waiting_list(told, reason=REASON, by=administrator, now=LATER)
    offers.sweep(LATER)
    assert standing(told)["5610"] == ("waitlisted", "waiting", "waiting_list", None)
    decline(offer_of(told, "4601"))
    assert log(told) == [(3, "4601", "5610", "entitled", None)]
    assert standing(told)["5610"] == ("admitted", "sent", "place", 3)


@pytest.mark.parametrize("rows", [1, 3])
def test_a_sweep_without_work_asks_two_queries(told, django_assert_num_queries, rows):
    Offer.objects.waiting().update(state="withdrawn")
    with django_assert_num_queries(2):
        assert offers.sweep(TOLD) == 0
