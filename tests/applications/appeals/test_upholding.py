"""A right appeal leads to a new decision: by two persons, told at its minute, and only then in effect."""

from __future__ import annotations

import pytest

from applications import tokens
from applications.actions import appeals, decisions, offers, releases
from applications.models import Application, Assessment, Decision, DecisionKind, Intake, Offer, Place
from applications.states import AppealState, Basis, DecisionState, IntakeState, OfferState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.applications.appeals.build import (
    ANSWERED,
    GROUNDS,
    LEAVES,
    leave,
    mails,
    of_application,
    of_person,
    prepared,
    upheld,
)
from tests.applications.offers.build import TOLD, coordinator_of, offer_of, ready_application, standing
from tests.factories import IntakeFactory, municipality

pytestmark = pytest.mark.django_db

NEXT_PLACE = (
    "The appeal is upheld. No place is free now. The next place that becomes free is given to the"
    " application, before everybody else on the waiting list, and it need not do anything to get it."
)


@pytest.fixture(autouse=True)
def nothing_translated(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The letters' language does not matter here."""
    monkeypatch.setattr(appeals.upholding, "language_of", lambda application: "en")


@pytest.fixture
def appeal(waiting, administrator):
    """Of the second reserve; Anna prepares it."""
    return prepared(waiting, administrator)


def facts(appeal) -> tuple[str, str | None, bool]:
    appeal.refresh_from_db()
    return appeal.state, appeal.led_to and appeal.led_to.kind, appeal.ended_at is not None


def decline_first(told, reserves) -> str:
    """Somebody with a place says no; returns the code."""
    code = next(code for code, row in standing(told).items() if row[3] is not None)
    offer = offer_of(told, code)
    offers.decline(offer, reason="No time.", by=coordinator_of(offer), now=ANSWERED)
    return code


# --- The next place that becomes free ---------------------------------------------------------------


def test_without_a_free_place_the_right_one_gets_the_next(
    told, reserves, appeal, administrator, second_administrator
):
    first, second = reserves
    before = standing(told)
    decision = upheld(appeal, administrator)
    assert (decision.kind, decision.state, decision.version) == (DecisionKind.WAITING_LIST, "prepared", 2)
    assert decision.grounds == f"{GROUNDS}\n\n{NEXT_PLACE}"
    assert standing(told) == before  # nobody has been told, and nothing has changed
    assert facts(appeal) == (AppealState.IN_PREPARATION, DecisionKind.WAITING_LIST, False)
    assert Offer.objects.entitled().count() == 0
    leave(decision, second_administrator)
    assert facts(appeal) == (AppealState.REVERSED, DecisionKind.WAITING_LIST, True)
    assert standing(told) == before
    assert [offer.application.lead.code for offer in Offer.objects.entitled()] == [second]
    gone = decline_first(told, reserves)
    after = standing(told)
    place = before[gone][3]
    assert after[second] == (State.ADMITTED, OfferState.SENT, DecisionKind.PLACE, place)
    assert after[first] == before[first]
    assert [line.rule for line in told.promotions.all()] == ["entitled"]


def test_everybody_is_told_when_the_decision_leaves_and_not_before(
    told, waiting, appeal, administrator, second_administrator
):
    Message.objects.update(state=Message.State.SENT, sent_at=ANSWERED)
    coordinator = waiting.application.coordinator.email
    decision = upheld(appeal, administrator)
    assert mails() == []
    leave(decision, second_administrator)
    assert mails() == [("decision_waiting_list", coordinator), ("appeal_upheld", coordinator)]
    body = Message.objects.get(kind="appeal_upheld").body_text
    for words in ("The school agrees with you", GROUNDS, NEXT_PLACE):
        assert words in body
    letter = Message.objects.get(kind="decision_waiting_list", queued_at=LEAVES).body_text
    assert tokens.appeal_url(decision) in letter
    waiting.refresh_from_db()
    assert waiting.state == DecisionState.SUPERSEDED
    assert [event.verb for event in audit.history(appeal)] == [
        "reversed the decision",
        "prepared a new decision that upholds the appeal",
        "began to prepare the appeal",
        "appealed against the decision",
    ]


def test_the_board_upholds_in_the_same_way(told, appeal, administrator, second_administrator):
    appeals.send_to_board(appeal, statement="We keep it.", by=administrator, now=ANSWERED)
    leave(upheld(appeal, administrator), second_administrator)
    assert facts(appeal) == (AppealState.UPHELD, DecisionKind.WAITING_LIST, True)
    assert "The appeals board agrees with you" in Message.objects.get(kind="appeal_upheld").body_text


def test_whoever_prepared_it_does_not_approve_it(appeal, administrator):
    decision = upheld(appeal, administrator)
    with pytest.raises(Refused) as refusal:
        decisions.approve(decision, by=administrator, now=ANSWERED)
    assert str(refusal.value) == "You prepared this decision yourself. Another person must approve it."


def test_a_place_that_becomes_free_meanwhile_is_given_at_once(
    told, reserves, appeal, administrator, second_administrator
):
    """Both reserves are served before the letter leaves, so the place that follows finds nobody waiting."""
    first, second = reserves
    decision = upheld(appeal, administrator)
    decisions.approve(decision, by=second_administrator, now=ANSWERED)
    decline_first(told, reserves)  # to the first reserve, by lot
    assert standing(told)[first][1] == OfferState.SENT
    decline_first(told, reserves)  # to the second, by lot: the prepared decision is void
    decision.refresh_from_db()
    assert (standing(told)[second][1], decision.state) == (OfferState.SENT, DecisionState.VOID)
    assert releases.release_due(LEAVES) == 0
    assert appeals.sweep(LEAVES) == 1
    assert facts(appeal) == (AppealState.IN_PREPARATION, None, False)
    assert appeals.obstacle_to_upholding(appeal) == (
        "The decision has been replaced meanwhile, so there is nothing to reverse."
    )


# --- A free place -----------------------------------------------------------------------------------


@pytest.fixture
def closed_list(told, administrator) -> Decision:
    """The waiting list is closed, both reserves told that there is no place, and then one becomes free."""
    offers.close_waiting_list(told, reason="The course has begun.", by=administrator, now=ANSWERED)
    offers.sweep(ANSWERED)
    return told


def test_a_free_place_is_held_until_its_letter_leaves(
    closed_list, reserves, administrator, second_administrator
):
    told, code = closed_list, reserves[0]
    gone = decline_first(told, reserves)
    appeal = prepared(of_application(told, code), administrator)
    assert standing(told)[code] == (State.DECLINED, OfferState.WITHDRAWN, DecisionKind.DECLINED, None)
    decision = upheld(appeal, administrator)
    place = Place.objects.get(offer__application__lead__code=code)
    assert standing(told)[code] == (State.DECLINED, OfferState.PREPARED, DecisionKind.DECLINED, place.number)
    assert (decision.kind, decision.grounds) == (DecisionKind.PLACE, GROUNDS)
    leave(decision, second_administrator)
    assert standing(told)[code] == (State.ADMITTED, OfferState.SENT, DecisionKind.PLACE, place.number)
    assert standing(told)[gone][1] == OfferState.DECLINED
    assert facts(appeal) == (AppealState.REVERSED, DecisionKind.PLACE, True)
    persons = Decision.objects.in_force().filter(member__isnull=False, application__lead__code=code)
    assert [each.kind for each in persons] == [DecisionKind.STUDENT] * 3


@pytest.mark.parametrize("by_handler", [True, False])
def test_a_place_that_was_held_is_free_again_when_the_decision_is_taken_back(
    closed_list, reserves, administrator, second_administrator, by_handler
):
    told, code = closed_list, reserves[0]
    decline_first(told, reserves)
    appeal = prepared(of_application(told, code), administrator)
    before = standing(told)
    decision = upheld(appeal, administrator)
    if by_handler:
        appeals.take_back(appeal, reason="A mistake.", by=administrator, now=ANSWERED)
    else:
        decisions.void(decision, reason="A mistake.", by=second_administrator, now=ANSWERED)
        assert (appeals.sweep(ANSWERED), appeals.sweep(ANSWERED)) == (1, 0)
    assert standing(told) == before
    assert Place.objects.free().count() == 1
    assert facts(appeal) == (AppealState.IN_PREPARATION, None, False)
    leave(upheld(appeal, administrator), second_administrator)
    assert facts(appeal) == (AppealState.REVERSED, DecisionKind.PLACE, True)


def test_whoever_withdraws_lets_go_of_what_was_prepared(closed_list, reserves, administrator):
    told, code = closed_list, reserves[0]
    decline_first(told, reserves)
    before = standing(told)
    decision = of_application(told, code)
    appeal = prepared(decision, administrator)
    new = upheld(appeal, administrator)
    appeals.withdraw(appeal, by=decision.application.coordinator, now=ANSWERED)
    new.refresh_from_db()
    assert (new.state, facts(appeal)) == (DecisionState.VOID, (AppealState.WITHDRAWN, None, True))
    assert standing(told) == before


# --- What cannot be upheld --------------------------------------------------------------------------


def test_only_the_handler_decides_and_only_once(appeal, administrator, second_administrator):
    def refused(**fields) -> str:
        with pytest.raises(Refused) as refusal:
            upheld(appeal, **{"by": administrator, **fields})
        return str(refusal.value)

    assert refused(by=second_administrator) == (
        "Anna Administrator prepares this appeal. Take it over first, if you are to decide."
    )
    assert refused(grounds=" ") == "State the grounds: they are sent to the appellant."
    assert refused(kind=DecisionKind.STUDENT) == "Choose one of the decisions."
    assert refused(leaves_at=appeal.received_at) == "Choose a minute that has not passed."
    assert not appeal.led_to
    upheld(appeal, administrator)
    assert refused() == "A new decision has been prepared. Take it back first."
    for deed in (
        lambda: appeals.send_to_board(appeal, statement="x", by=administrator, now=ANSWERED),
        lambda: appeals.dismiss(appeal, grounds="x", by=administrator, now=ANSWERED),
    ):
        with pytest.raises(Refused, match="A new decision has been prepared"):
            deed()
    assert Decision.objects.standing().count() == 1


def test_a_place_is_all_that_there_is_to_give(told, reserves, administrator):
    code = next(code for code, row in standing(told).items() if row[3] is not None)
    appeal = prepared(of_application(told, code), administrator)
    assert appeals.obstacle_to_upholding(appeal) == (
        "The decision gives the place already, so there is nothing more to give."
    )


# --- A person ---------------------------------------------------------------------------------------


def test_a_person_gets_another_basis_when_the_new_decision_is_told(
    told, reserves, administrator, second_administrator
):
    code = next(code for code, row in standing(told).items() if row[3] is not None)
    old = of_person(told, code)
    appeal = prepared(old, administrator)
    assert appeals.remedies(appeal) == [
        DecisionKind.INDIVIDUALLY_QUALIFIED,
        DecisionKind.COURSE_PARTICIPANT,
    ]
    decision = upheld(appeal, administrator, DecisionKind.INDIVIDUALLY_QUALIFIED)
    member = decision.member
    assert (member.pk, member.basis, Assessment.objects.count()) == (old.member_id, Basis.QUALIFIED, 0)
    Message.objects.update(state=Message.State.SENT, sent_at=ANSWERED)
    leave(decision, second_administrator)
    member.refresh_from_db()
    assert member.basis == Basis.INDIVIDUALLY_QUALIFIED
    made = Assessment.objects.get()
    assert {
        name: getattr(made, name)
        for name in ("member", "version", "outcome", "reason", "decided_by", "approved_by", "is_pending")
    } == {
        "member": member,
        "version": 1,
        "outcome": Basis.INDIVIDUALLY_QUALIFIED,
        "reason": GROUNDS,
        "decided_by": administrator,
        "approved_by": second_administrator,
        "is_pending": False,
    }
    assert mails() == [("decision_person", member.email), ("appeal_upheld", member.email)]
    assert facts(appeal) == (AppealState.REVERSED, DecisionKind.INDIVIDUALLY_QUALIFIED, True)
    old.refresh_from_db()
    assert old.state == DecisionState.SUPERSEDED
    assert Application.objects.get(pk=decision.application_id).state == State.ADMITTED


# --- A rejection ------------------------------------------------------------------------------------


@pytest.fixture
def rejected(administrator):
    """Before the freeze; the appeal is prepared."""
    intake = IntakeFactory(state=IntakeState.CLOSED)
    application = ready_application(intake, municipality("1804"), State.REJECTED)
    application.formal_checked_at = ANSWERED
    application.save()
    decision = decisions.decide_by_rule(application, DecisionKind.REJECTED, grounds="No plan.", now=TOLD)
    return prepared(decision, administrator)


def test_a_rejection_is_set_aside_and_the_application_reviewed_again(rejected, administrator):
    Message.objects.update(state=Message.State.SENT, sent_at=ANSWERED)
    appeals.reopen(rejected, grounds="The plan was there.", by=administrator, now=ANSWERED)
    application = Application.objects.get()
    assert (application.state, application.formal_checked_at, application.state_reason) == (
        State.IN_REVIEW,
        None,
        "",
    )
    assert Decision.objects.get().state == DecisionState.SUPERSEDED
    assert facts(rejected) == (AppealState.REVERSED, None, True)
    assert mails() == [("appeal_upheld", application.coordinator.email)]
    body = Message.objects.get(kind="appeal_upheld").body_text
    for words in ("The plan was there.", f"Application {application.reference} is in review again"):
        assert words in body


def test_a_rejection_is_not_set_aside_once_the_list_is_frozen(rejected, administrator):
    Intake.objects.update(state=IntakeState.LOCKED)
    with pytest.raises(Refused) as refusal:
        appeals.reopen(rejected, grounds="x", by=administrator, now=ANSWERED)
    assert str(refusal.value) == (
        "The list of applicants is frozen, so the application cannot take part in the draw any more."
    )
    assert appeals.obstacle_to_upholding(rejected) == (
        "The selection has not been published, so there are no places to give yet."
    )
    assert facts(rejected) == (AppealState.IN_PREPARATION, None, False)


def test_after_the_draw_a_rejected_application_gets_the_next_place(
    told, reserves, administrator, second_administrator
):
    application = ready_application(told, municipality("5607"), State.REJECTED)
    decision = decisions.decide_by_rule(application, DecisionKind.REJECTED, grounds="No plan.", now=TOLD)
    leave(upheld(prepared(decision, administrator), administrator), second_administrator)
    gone = decline_first(told, reserves)
    assert standing(told)["5607"][:3] == (State.ADMITTED, OfferState.SENT, DecisionKind.PLACE)
    assert standing(told)[gone][1] == OfferState.DECLINED


def test_only_a_rejection_is_set_aside(appeal, administrator):
    assert appeals.obstacle_to_reopening(appeal) == (
        "Only an application that has been rejected is taken back into review."
    )
