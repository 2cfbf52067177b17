"""What the school does with offers: give and take back places, withdraw, undo; and who leaves altogether."""

from datetime import datetime, timedelta

import pytest

from applications.actions import decisions, offers, releases, submission
from applications.models import Decision, Offer
from applications.states import DecisionState, OfferState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.applications.offers.build import (
    TOLD,
    closed_intake,
    coordinator_of,
    draw,
    log,
    offer_of,
    ready_application,
    standing,
    tell,
)
from tests.applications.offers.test_answers import LATER, accept, decline, mails, refused
from tests.applications.offers.test_lapsing import AFTER
from tests.factories import OSLO, municipality

REASON = "The municipality has called, and clicked wrongly."


# --- Undoing --------------------------------------------------------------------------------------


@pytest.fixture
def with_free_place(told):
    """Everybody on the waiting list has a place, and one is free after Bergen."""
    for code in ("0301", "1818", "4601"):
        decline(offer_of(told, code))
    return told


def test_a_misclick_is_undone_while_a_place_is_free(with_free_place, administrator):
    offers.undo(offer_of(with_free_place, "4601"), by=administrator, now=LATER, reason=REASON)
    assert standing(with_free_place)["4601"] == ("admitted", "sent", "place", 3)
    offer = offer_of(with_free_place, "4601")
    assert (offer.due_at, offer.answered_at, offer.answered_by, offer.reason) == (
        datetime(2027, 7, 12, 23, 59, tzinfo=OSLO),
        None,
        None,
        "",
    )
    # The receipt of the misclick had not left, and never does.
    assert ("offer_declined", "koordinator4601@example.no") not in mails()
    assert mails()[-1] == ("offer_undone", "koordinator4601@example.no")
    letter = Message.objects.get(kind="offer_undone")
    assert (
        letter.subject
        == "[Answer by Monday 12 July 2027 at 23:59] The place in the innovation school for Bergen"
    )
    assert REASON in letter.body_text
    assert REASON in [event.reason for event in audit.history(offer.application)]


def test_one_who_was_too_late_can_answer_again(told, administrator):
    for code in ("1818", "4601"):
        decline(offer_of(told, code))
    accept(offer_of(told, "0301"))
    offers.expire_due(AFTER)
    assert standing(told)["4646"] == ("declined", "expired", "place", None)
    offers.undo(offer_of(told, "4646"), by=administrator, now=AFTER, reason=REASON)
    assert standing(told)["4646"] == ("admitted", "sent", "place", 4)
    accept(offer_of(told, "4646"), now=AFTER)
    assert standing(told)["4646"] == ("admitted", "accepted", "place", 4)


def test_an_acceptance_is_undone_and_the_place_is_still_theirs(told, administrator):
    accept(offer_of(told, "0301"))
    offers.undo(offer_of(told, "0301"), by=administrator, now=LATER, reason=REASON)
    assert standing(told)["0301"] == ("admitted", "sent", "place", 1)
    assert offer_of(told, "0301").team_confirmed is None
    assert log(told) == []


def test_nothing_is_undone_when_somebody_else_has_the_place(told, administrator):
    decline(offer_of(told, "0301"))
    assert refused(offers.undo, offer_of(told, "0301"), by=administrator, now=LATER, reason=REASON) == (
        "The place has been given to somebody else, and no other is free."
    )


def test_what_cannot_be_undone(with_free_place, administrator):
    def said(code: str, reason: str = REASON) -> str:
        return refused(
            offers.undo, offer_of(with_free_place, code), by=administrator, now=LATER, reason=reason
        )

    assert said("4601", " ") == "State the reason."
    assert said("4646") == "There is no answer to undo."
    offer = accept(offer_of(with_free_place, "4646"))
    offer.application.state = State.ENROLLED
    offer.application.save()
    assert said("4646") == "The team is enrolled, so the answer stands."


def test_the_places_are_as_many_as_before_however_often_it_is_undone(with_free_place, administrator):
    offers.undo(offer_of(with_free_place, "4601"), by=administrator, now=LATER, reason=REASON)
    assert (
        refused(offers.undo, offer_of(with_free_place, "0301"), by=administrator, now=LATER, reason=REASON)
        == "The place has been given to somebody else, and no other is free."
    )
    assert Offer.objects.holding().count() == 4


# --- Withdrawing ----------------------------------------------------------------------------------


def test_an_offer_is_withdrawn_by_a_decision_of_two(told, administrator, second_administrator):
    decision = offers.propose_withdrawal(
        offer_of(told, "0301"), reason="The team has only two people.", by=administrator, now=LATER
    )
    # Nothing has happened yet.
    assert standing(told)["0301"] == ("admitted", "sent", "place", 1)
    decisions.approve(decision, by=second_administrator, now=LATER)
    assert releases.release_due(LATER) == 1
    assert standing(told)["0301"] == ("declined", "withdrawn", "declined", None)
    assert offer_of(told, "0301").reason == "The team has only two people."
    assert log(told) == [(1, "0301", "1804", "same_size", 1000)]


def test_an_accepted_place_and_a_waiting_number_are_withdrawn_likewise(
    told, administrator, second_administrator
):
    accept(offer_of(told, "0301"))
    for code in ("0301", "5610"):
        decision = offers.propose_withdrawal(
            offer_of(told, code), reason="It is not a municipality.", by=administrator, now=LATER
        )
        decisions.approve(decision, by=second_administrator, now=LATER)
    releases.release_due(LATER)
    assert standing(told)["0301"] == ("declined", "withdrawn", "declined", None)
    assert standing(told)["5610"] == ("declined", "withdrawn", "declined", None)
    assert log(told) == [(1, "0301", "1804", "same_size", 1000)]


def test_an_enrolled_team_keeps_its_place_though_a_withdrawal_was_approved(
    told, administrator, second_administrator
):
    offer = accept(offer_of(told, "0301"))
    decision = offers.propose_withdrawal(offer, reason="Too few.", by=administrator, now=LATER)
    decisions.approve(decision, by=second_administrator, now=LATER)
    offer.application.state = State.ENROLLED
    offer.application.save()
    assert releases.release_due(LATER) == 0
    assert standing(told)["0301"] == ("enrolled", "accepted", "place", 1)
    assert Decision.objects.get(pk=decision.pk).state == DecisionState.VOID


def test_no_offer_is_withdrawn_without_that_decision(told, administrator):
    assert (
        refused(offers.withdraw_offer, offer_of(told, "0301"), reason=REASON, by=administrator, now=LATER)
        == "An offer is withdrawn by a decision that a second person has approved."
    )


def test_what_cannot_be_withdrawn(told, administrator):
    def said(code: str, reason: str = REASON) -> str:
        return refused(
            offers.propose_withdrawal, offer_of(told, code), reason=reason, by=administrator, now=LATER
        )

    assert said("0301", " ") == "State the reason."
    decline(offer_of(told, "4601"))
    assert said("4601") == "There is no offer to withdraw: the state is «Declined»."
    offer = accept(offer_of(told, "0301"))
    offer.application.state = State.ENROLLED
    offer.application.save()
    assert said("0301") == "The team is enrolled, so the place is not an offer any more."


# --- A free place, given one by one ---------------------------------------------------------------


@pytest.fixture
def late(with_free_place):
    """An application that came after the draw, found ready."""
    return ready_application(with_free_place, municipality("5001"))


def test_a_free_place_is_held_and_told_with_its_decision(with_free_place, late, administrator):
    offer = offers.give_place(late, by=administrator, now=LATER)
    assert (offer.state, offer.place.number, offer.sent_at) == ("prepared", 3, None)
    assert late.state == State.READY
    offers.send_offer(offer, now=AFTER)
    offer = Offer.objects.get(pk=offer.pk)
    assert (offer.state, offer.sent_at, offer.application.state) == ("sent", AFTER, "admitted")
    other = ready_application(with_free_place, municipality("5607"))
    assert refused(offers.give_place, other, by=administrator, now=LATER) == (
        "No place is free. A place becomes free when somebody declines or does not answer."
    )


def test_nobody_gets_two_places(told, administrator):
    for code in ("0301", "1818", "4601", "4646"):
        decline(offer_of(told, code))
    for code in ("1804", "0301"):  # one that has a place, one that has said no
        with pytest.raises(Refused, match="This cannot be done now"):
            offers.give_place(offer_of(told, code).application, by=administrator, now=LATER)


def test_a_place_that_nobody_was_told_of_is_taken_back(with_free_place, late, administrator):
    offer = offers.give_place(late, by=administrator, now=LATER)
    decision = decisions.decide(late, "place", leaves_at=AFTER, by=administrator, now=LATER)
    offers.take_back(offer, reason="The rule was read wrongly.", by=administrator, now=LATER)
    assert Offer.objects.get(pk=offer.pk).state == OfferState.WITHDRAWN
    assert Decision.objects.get(pk=decision.pk).state == DecisionState.VOID
    late.refresh_from_db()
    assert late.state == State.READY
    assert with_free_place.places.free().count() == 1
    assert log(with_free_place)[-1] == (3, "5001", None, "nobody", None)
    again = offers.give_place(late, by=administrator, now=LATER)
    assert again.state == OfferState.PREPARED
    offers.send_offer(again, now=AFTER)
    assert refused(offers.take_back, again, reason="Late.", by=administrator, now=AFTER) == (
        "The municipality has been told of its place. Withdraw the offer instead."
    )


def test_who_waits_and_loses_a_place_untold_waits_again_and_is_told_when_the_list_is_closed(
    told, administrator
):
    offers.close_waiting_list(told, reason="The course has begun.", by=administrator, now=LATER)
    decline(offer_of(told, "0301"))
    held = offers.give_place(offer_of(told, "1804").application, by=administrator, now=LATER)
    offers.take_back(held, reason="The appeal was read wrongly.", by=administrator, now=LATER)
    assert standing(told)["1804"] == ("waitlisted", "waiting", "waiting_list", None)
    assert offer_of(told, "1804").number == 1
    assert told.places.free().count() == 1
    offers.sweep(AFTER)
    assert standing(told)["1804"] == ("declined", "withdrawn", "declined", None)


def test_an_entitled_one_goes_before_the_draws_reserves_in_the_order_of_right(told, administrator):
    late = ready_application(told, municipality("5001"))
    offers.entitle(late, by=administrator, now=LATER, reason="The appeal was right.")
    offers.entitle(
        offer_of(told, "5610").application,
        by=administrator,
        now=LATER + timedelta(minutes=1),
        reason="So too.",
    )
    for code in ("0301", "1818", "4601"):
        decline(offer_of(told, code))
    assert log(told) == [
        (1, "0301", "5001", "entitled", None),
        (2, "1818", "5610", "entitled", None),
        # Nobody from Østlandet is left, so its quota of one cannot be kept by anybody.
        (3, "4601", "1804", "same_size", 1000),
    ]


def test_a_place_given_up_by_one_outside_the_draw_goes_by_lot_within_the_quotas(told, administrator):
    late = ready_application(told, municipality("5001"))
    offers.entitle(late, by=administrator, now=LATER, reason="The appeal was right.")
    decline(offer_of(told, "0301"))
    decline(Offer.objects.select_related("application").get(application=late))
    assert log(told) == [(1, "0301", "5001", "entitled", None), (1, "5001", "1804", "lot", 1000)]


def test_nobody_is_entitled_to_a_later_place_while_one_is_free(with_free_place, late, administrator):
    assert refused(offers.entitle, late, by=administrator, now=LATER, reason=REASON) == (
        "A place is free, so the application can have it now."
    )


def test_the_right_is_given_once_and_to_a_withdrawn_one_too(told, administrator):
    offers.close_waiting_list(told, reason="It has begun.", by=administrator, now=LATER)
    offers.tell_left_waiting(LATER)
    application = offer_of(told, "1804").application
    for later in (LATER, AFTER):
        offers.entitle(application, by=administrator, now=later, reason="The appeal was right.")
    offer = offer_of(told, "1804")
    assert (offer.state, offer.entitled_at) == (OfferState.WAITING, LATER)
    decline(offer_of(told, "4601"))
    assert standing(told)["1804"] == ("admitted", "sent", "place", 3)


def test_a_right_given_after_the_end_is_withdrawn(told, administrator, second_administrator):
    offers.close_waiting_list(told, reason="It has begun.", by=administrator, now=LATER)
    offers.tell_left_waiting(LATER)
    application = offer_of(told, "1804").application
    offers.entitle(application, by=administrator, now=LATER, reason="The appeal was right.")
    assert standing(told)["1804"] == ("declined", "waiting", "declined", None)
    decision = offers.propose_withdrawal(
        offer_of(told, "1804"), reason="It is not a municipality.", by=administrator, now=AFTER
    )
    decisions.approve(decision, by=second_administrator, now=AFTER)
    assert releases.release_due(AFTER) == 1
    assert standing(told)["1804"] == ("declined", "withdrawn", "declined", None)


# --- A whole application is withdrawn -------------------------------------------------------------


def leave(told, code: str, now=LATER) -> None:
    offer = offer_of(told, code)
    submission.withdraw(offer.application, by=coordinator_of(offer), now=now, reason="No money.")


def test_the_place_of_a_withdrawn_application_is_filled(told):
    leave(told, "4601")
    assert standing(told)["4601"] == ("withdrawn", "declined", "place", None)
    assert log(told) == [(3, "4601", "1804", "same_size", 0)]
    assert (offer_of(told, "4601").reason, mails()) == ("No money.", [])


def test_a_reserve_that_is_withdrawn_is_passed(told):
    leave(told, "1804")
    assert standing(told)["1804"] == ("withdrawn", "declined", "waiting_list", None)
    decline(offer_of(told, "4601"))
    assert log(told) == [(3, "4601", "5610", "lot", 0)]


def test_a_reserve_that_is_withdrawn_while_a_place_is_held_for_it_has_left_the_waiting_list(
    told, administrator
):
    offers.close_waiting_list(told, reason="It has begun.", by=administrator, now=LATER)
    decline(offer_of(told, "4601"))
    offers.give_place(offer_of(told, "1804").application, by=administrator, now=LATER)
    assert standing(told)["1804"] == ("waitlisted", "prepared", "waiting_list", 3)
    leave(told, "1804")
    assert standing(told)["1804"] == ("withdrawn", "declined", "waiting_list", None)
    assert told.places.free().count() == 1


def test_after_an_answer_nothing_is_left_to_let_go(told):
    decline(offer_of(told, "4601"))
    with pytest.raises(Refused):
        leave(told, "4601")
    assert len(log(told)) == 1


def test_a_place_not_yet_told_is_free_again(with_free_place, late, administrator):
    offers.give_place(late, by=administrator, now=LATER)
    decision = decisions.decide(late, "place", leaves_at=AFTER, by=administrator, now=LATER)
    submission.withdraw(late, by=late.coordinator, now=LATER, reason="No money.")
    assert Offer.objects.get(application=late).state == OfferState.DECLINED
    assert Decision.objects.get(pk=decision.pk).state == DecisionState.VOID
    assert with_free_place.places.free().count() == 1


def test_who_left_between_freeze_and_telling_is_replaced_at_once(drawn, administrator):
    for code in ("4601", "5610"):
        application = drawn.applications()[code]
        submission.withdraw(application, by=application.coordinator, now=TOLD, reason="No money.")
    tell(drawn, administrator)
    assert standing(drawn.intake) == {
        "0301": ("admitted", "sent", "place", 1),
        "1804": ("admitted", "sent", "place", 3),
        "1818": ("admitted", "sent", "place", 2),
        "4601": ("withdrawn", "declined", None, None),
        "4646": ("admitted", "sent", "place", 4),
        "5610": ("withdrawn", "declined", None, None),
    }
    assert log(drawn.intake) == [(3, "4601", "1804", "same_size", 0)]
    assert offer_of(drawn.intake, "5610").number == 2


# --- Without a draw -------------------------------------------------------------------------------


def test_without_a_draw_everybody_has_a_place_and_nobody_waits(db, administrator):
    intake = closed_intake(capacity=3)
    for code in ("0301", "1804"):
        ready_application(intake, municipality(code))
    tell(draw(intake, administrator), administrator)
    assert standing(intake) == {
        "0301": ("admitted", "sent", "place", 1),
        "1804": ("admitted", "sent", "place", 2),
    }
    assert intake.places.free().count() == 1
    decline(offer_of(intake, "0301"))
    assert log(intake) == [(1, "0301", None, "no_draw", None)]
