"""Free places after the deadline: an act of its own, in the order of receipt, never in a draw."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from applications import pool
from applications.actions import appeals, deadlines, decisions, drafts, late, offers, releases, review
from applications.actions.submission import reopen
from applications.models import Application, Decision, DecisionKind, DrawRound, LateFilling, Offer, Place
from applications.states import IntakeState, OfferState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.applications.late.build import CLOSES, DECIDED, OPENS, RULE
from tests.applications.offers.build import (
    closed_intake,
    draw,
    ready_application,
    standing,
    tell,
)
from tests.factories import municipality, person_for

pytestmark = pytest.mark.django_db
LEAVES = DECIDED + timedelta(hours=2)


def refusal(deed) -> str:
    with pytest.raises(Refused) as refused:
        deed()
    return str(refused.value)


def open_filling(intake, by: User, **fields) -> LateFilling:
    values = {"rule_text": RULE, "opens_at": OPENS, "closes_at": CLOSES, "by": by, "now": OPENS}
    return late.open_filling(intake, **values | fields)


def give(application: Application, by: User, **fields) -> Decision:
    return late.give(application, **{"reason": "", "leaves_at": LEAVES, "by": by, "now": DECIDED} | fields)


def leave(decision: Decision, approver: User) -> None:
    decisions.approve(decision, by=approver, now=DECIDED)
    assert releases.release_due(LEAVES) == 1


# --- The act ----------------------------------------------------------------------------------------


def test_it_is_opened_once_with_a_public_rule_and_an_audit_line(told, administrator):
    filling = open_filling(told, administrator)
    assert (filling.rule_text, filling.opened_at, filling.closes_at) == (RULE, OPENS, CLOSES)
    event = audit.history(told)[0]
    assert (event.verb, event.by, event.reason) == (late.OPENED, administrator, RULE)
    assert refusal(lambda: open_filling(told, administrator)) == "Free places are being filled already."
    late.close_filling(filling, reason="Enough.", by=administrator, now=DECIDED)
    open_filling(told, administrator, now=DECIDED)
    assert LateFilling.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"rule_text": " "}, "Write the rule by which the places are given. It is public."),
        ({"closes_at": OPENS}, "The deadline must be later than the opening."),
        ({"opens_at": CLOSES}, "The deadline must be later than the opening."),
    ],
)
def test_what_it_cannot_be_opened_with(told, administrator, fields, sentence):
    assert refusal(lambda: open_filling(told, administrator, **fields)) == sentence
    assert LateFilling.objects.count() == 0


def test_not_before_the_selection_is_published(draw_round, administrator):
    assert refusal(lambda: open_filling(draw_round.intake, administrator)) == (
        "Free places are filled after the selection has been published."
    )


def test_not_while_somebody_waits_or_no_place_is_free(administrator):
    intake = closed_intake(capacity=2)
    for code in ("0301", "4601", "4646"):
        ready_application(intake, municipality(code))
    tell(draw(intake, administrator), administrator)
    assert refusal(lambda: open_filling(intake, administrator)) == (
        "1 application is still on the waiting list, and comes first. Close the waiting list before others"
        " may apply."
    )
    offers.close_waiting_list(intake, reason="Enough.", by=administrator, now=OPENS)
    offers.tell_left_waiting(OPENS)
    intake.refresh_from_db()
    assert refusal(lambda: open_filling(intake, administrator)) == "No place is free."


# --- Applying ---------------------------------------------------------------------------------------


def start(intake, code: str, now: datetime) -> Application:
    user = person_for(code, f"Sen {code}", f"sen{code}@example.no")
    return drafts.start_application(intake, municipality(code), by=user, now=now).application


@pytest.mark.parametrize("now", [OPENS, CLOSES])
def test_a_municipality_without_an_application_starts_one_while_it_is_open(filling, now):
    application = start(filling.intake, "5610", now)
    assert (application.late_filling, application.state) == (filling, State.DRAFT)
    assert (application.closes_at, application.is_open_at(now), application.is_late) == (CLOSES, True, True)


@pytest.mark.parametrize("now", [OPENS - timedelta(seconds=1), CLOSES + timedelta(seconds=1)])
def test_nobody_starts_before_or_after(filling, now):
    assert (
        refusal(lambda: start(filling.intake, "5610", now)) == "The intake does not accept applications now."
    )
    late.close_filling(filling, reason="Enough.", by=filling.opened_by, now=DECIDED)
    assert refusal(lambda: start(filling.intake, "4646", DECIDED)) == (
        "The intake does not accept applications now."
    )


def test_a_municipality_with_a_living_application_is_led_to_it(filling):
    first = filling.intake.applications.get(lead__code="0301")
    assert start(filling.intake, "0301", OPENS) == first
    assert filling.intake.applications.count() == 2


def test_an_ordinary_application_stays_closed(filling):
    application = filling.intake.applications.get(lead__code="0301")
    assert (application.accepts_at(OPENS), application.is_late) == (False, False)
    assert refusal(lambda: reopen(application, by=application.coordinator, now=OPENS)) == (
        "The deadline has passed. The application can no longer be reopened."
    )


def test_drafts_are_not_submitted_at_its_deadline_or_when_it_is_closed(filling, apply_late, administrator):
    draft, sent = apply_late("5610", state=State.DRAFT), apply_late("4646", state=State.SUBMITTED)
    assert deadlines.sweep(CLOSES) == 0
    with_deadline = deadlines.close_draft(draft.pk, CLOSES + timedelta(seconds=1))
    assert with_deadline
    draft.refresh_from_db()
    sent.refresh_from_db()
    assert (draft.state, sent.state) == (State.NOT_SUBMITTED, State.SUBMITTED)
    body = Message.objects.get(kind="not_submitted").body_text
    assert "Monday 16 August 2027 at 15:00" in body
    another = apply_late("1818", state=State.DRAFT)
    late.close_filling(filling, reason="Enough.", by=administrator, now=DECIDED)
    assert (filling.closes_at, filling.closed_at) == (DECIDED, DECIDED)
    assert deadlines.sweep(DECIDED) == 1
    another.refresh_from_db()
    assert another.state == State.NOT_SUBMITTED
    assert refusal(lambda: late.close_filling(filling, reason="x", by=administrator, now=DECIDED)) == (
        "The filling of free places is closed already."
    )


def test_late_applications_are_reviewed_as_they_come(apply_late, administrator):
    application = apply_late("5610", state=State.SUBMITTED)
    review.take_into_review(application, by=administrator, now=DECIDED)
    review.pass_formal_check(application, by=administrator, now=DECIDED)
    review.make_ready(application, by=administrator, now=DECIDED)
    assert application.state == State.READY
    body = Message.objects.get(kind="ready_for_selection").body_text
    assert ("order of receipt" in body, "draw" in body) == (True, False)
    review.return_to_review(application, reason="A mistake.", by=administrator, now=DECIDED)
    assert application.state == State.IN_REVIEW


# --- Never in a draw --------------------------------------------------------------------------------


def test_a_late_application_is_in_no_round_and_changes_no_byte_of_it(
    draw_round, told, apply_late, administrator, second_administrator
):
    kept = DrawRound.objects.values().get()
    before = dict(draw_round.applications())
    # The same municipality again: its withdrawn application is the one of the round.
    withdrawn = before["0301"]
    Application.objects.filter(pk=withdrawn.pk).update(state=State.WITHDRAWN)
    withdrawn.municipalities.update(spends=False)
    application = apply_late("0301", coordinator=withdrawn.coordinator)
    leave(give(application, administrator), second_administrator)
    apply_late("5610", state=State.SUBMITTED)
    assert DrawRound.objects.values().get() == kept
    assert draw_round.applications() == before
    for rows in (
        told.applications.in_draw(),
        told.applications.candidates(),
        told.applications.unsettled(),
    ):
        assert list(rows) == []
    assert pool.draw_input(told, told.applications.candidates()).applicants == ()


# --- The places -------------------------------------------------------------------------------------


def test_places_are_given_in_the_order_of_receipt_while_they_last(
    told, apply_late, administrator, second_administrator
):
    third, first, second = (
        apply_late(code, hours=hours) for code, hours in (("5610", 3), ("1818", 1), ("4646", 2))
    )
    assert list(told.applications.in_order_of_receipt()) == [first, second, third]
    decision = give(first, administrator)
    assert (decision.kind, decision.state) == (DecisionKind.PLACE, "prepared")
    assert decision.grounds == (
        "The place was free after the deadline. Such places are given in the order of receipt."
    )
    assert standing(told)["1818"] == (State.READY, OfferState.PREPARED, None, 3)
    leave(decision, second_administrator)
    assert standing(told)["1818"] == (State.ADMITTED, OfferState.SENT, DecisionKind.PLACE, 3)
    persons = Decision.objects.in_force().filter(application=first, member__isnull=False)
    assert [each.kind for each in persons] == [DecisionKind.STUDENT] * 3
    leave(give(second, administrator), second_administrator)
    assert refusal(lambda: give(third, administrator)) == "No place is free."
    assert Place.objects.free().count() == 0
    assert Offer.objects.holding().count() == told.capacity == 4
    decision = late.decline(
        third, grounds="Every place is given.", leaves_at=LEAVES, by=administrator, now=DECIDED
    )
    leave(decision, second_administrator)
    third.refresh_from_db()
    assert third.state == State.DECLINED


def test_to_depart_from_the_order_needs_a_reason_that_stands_in_the_grounds(told, apply_late, administrator):
    apply_late("1818", hours=1, state=State.IN_REVIEW)
    later = apply_late("4646", hours=2)
    assert refusal(lambda: give(later, administrator)) == (
        "Others came earlier. State why this application gets the place before them."
    )
    assert Place.objects.free().count() == 2
    decision = give(later, administrator, reason="The one before lacks its documents.")
    assert decision.grounds == "The one before lacks its documents."
    event = audit.history(told)[0]
    assert (event.verb, event.reason) == (late.DEPARTED, "The one before lacks its documents.")


def test_what_cannot_be_given(told, apply_late, administrator):
    ordinary = told.applications.get(lead__code="0301")
    assert refusal(lambda: give(ordinary, administrator)) == (
        "The application was in the ordinary intake, so the draw decided on it."
    )
    unread = apply_late("1818", state=State.SUBMITTED)
    assert refusal(lambda: give(unread, administrator)) == (
        "The application must be reviewed first: its state is «Submitted»."
    )
    ready = apply_late("4646", hours=0)
    give(ready, administrator)
    assert refusal(lambda: give(ready, administrator)) == "A decision is prepared already."
    assert refusal(lambda: review.return_to_review(ready, reason="x", by=administrator, now=DECIDED)) == (
        "A decision on the application is prepared. Void it first."
    )
    assert Offer.objects.holding().count() == 3


def test_a_place_that_is_not_given_after_all_is_free_again(
    told, apply_late, administrator, second_administrator
):
    application = apply_late("5610")
    decision = give(application, administrator)
    assert late.sweep(DECIDED) == 0
    decisions.void(decision, reason="A mistake.", by=second_administrator, now=DECIDED)
    assert (late.sweep(DECIDED), late.sweep(DECIDED)) == (1, 0)
    assert Place.objects.free().count() == 2
    assert standing(told)["5610"] == (State.READY, OfferState.WITHDRAWN, None, None)
    leave(give(application, administrator), second_administrator)
    assert standing(told)["5610"][1] == OfferState.SENT


def test_a_late_place_that_is_declined_goes_to_nobody_of_the_draw(
    told, apply_late, administrator, second_administrator
):
    application = apply_late("5610")
    leave(give(application, administrator), second_administrator)
    offer = Offer.objects.get(application=application)
    offers.decline(offer, reason="No.", by=application.coordinator, now=LEAVES)
    assert [line.rule for line in told.promotions.all()] == ["no_draw"]
    assert Place.objects.free().count() == 2


def test_an_appeal_that_is_upheld_comes_before_late_applications(
    told, apply_late, administrator, second_administrator
):
    """Every place is taken; the late one that was refused a place appeals, and gets the next one."""
    for code in ("1818", "4646"):
        leave(give(apply_late(code), administrator), second_administrator)
    refused = apply_late("5610", hours=5)
    leave(
        late.decline(refused, grounds="Full.", leaves_at=LEAVES, by=administrator, now=DECIDED),
        second_administrator,
    )
    in_force = refused.decisions.in_force().get(member=None)
    appeal = appeals.receive(
        in_force, text="x", name="x", email="x@example.no", by=refused.coordinator, now=LEAVES
    ).appeal
    appeals.take(appeal, by=administrator, now=LEAVES)
    decision = appeals.uphold(
        appeal, kind=DecisionKind.PLACE, grounds="Right.", leaves_at=LEAVES, by=administrator, now=LEAVES
    )
    decisions.approve(decision, by=second_administrator, now=LEAVES)
    assert releases.release_due(LEAVES) == 1
    waits = apply_late("5607", hours=6)
    Offer.objects.filter(application__lead__code="4601").update(state=OfferState.ACCEPTED, answered_at=OPENS)
    assert offers.expire_due(LEAVES) == 1
    assert [line.rule for line in told.promotions.all()] == ["entitled"]
    assert standing(told)["5610"][:3] == (State.ADMITTED, OfferState.SENT, DecisionKind.PLACE)
    assert refusal(lambda: give(waits, administrator)) == "No place is free."
    assert told.state == IntakeState.PUBLISHED
