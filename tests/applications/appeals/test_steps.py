"""Prepared, sent to the board, kept, dismissed, withdrawn: each by a human, with grounds, told at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from applications.actions import appeals
from applications.models import Appeal
from applications.states import APPEAL_TRANSITIONS, AppealState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.applications.appeals.build import (
    ANSWERED,
    APPEALED,
    GROUNDS,
    mails,
    of_application,
    prepared,
    received,
)
from tests.factories import OSLO

pytestmark = pytest.mark.django_db


def body(kind: str) -> str:
    return Message.objects.get(kind=kind).body_text


def refusal(deed) -> str:
    with pytest.raises(Refused) as refused:
        deed()
    return str(refused.value)


def test_the_appellant_is_told_who_prepares_it(waiting, administrator):
    appeal = received(waiting)
    appeals.take(appeal, by=administrator, now=ANSWERED)
    assert (appeal.state, appeal.handler) == (AppealState.IN_PREPARATION, administrator)
    assert [kind for kind, _to in mails()] == ["appeal_received", "appeal_in_preparation"]
    assert "Anna Administrator at the school prepares your appeal" in body("appeal_in_preparation")
    assert refusal(lambda: appeals.take(appeal, by=administrator, now=ANSWERED)) == (
        "This cannot be done now: the state is «In preparation»."
    )


def test_another_takes_over_in_silence(waiting, administrator, second_administrator):
    appeal = prepared(waiting, administrator)
    before = mails()
    appeals.take_over(appeal, by=second_administrator, now=ANSWERED)
    assert (Appeal.objects.get().handler, mails()) == (second_administrator, before)
    assert audit.history(appeal)[0].changes == {"handler": ["Anna Administrator", "Arne Administrator"]}
    nothing_to_take = "This appeal cannot be taken over now."
    assert (
        refusal(lambda: appeals.take_over(appeal, by=second_administrator, now=ANSWERED)) == nothing_to_take
    )
    appeals.withdraw(appeal, by=administrator, reason="She rang.", now=ANSWERED)
    assert refusal(lambda: appeals.take_over(appeal, by=administrator, now=ANSWERED)) == nothing_to_take


def test_to_the_board_and_not_upheld(waiting, administrator):
    appeal = prepared(waiting, administrator)
    assert refusal(lambda: appeals.send_to_board(appeal, statement=" ", by=administrator, now=ANSWERED)) == (
        "Write the statement: why the school keeps its decision."
    )
    appeals.send_to_board(appeal, statement="The figures are right.\n", by=administrator, now=ANSWERED)
    assert (appeal.state, appeal.statement, appeal.to_board_at, appeal.ended_at) == (
        AppealState.SENT_TO_BOARD,
        "The figures are right.",
        ANSWERED,
        None,
    )
    assert "The figures are right." in body("appeal_sent_to_board")
    later = ANSWERED + timedelta(days=30)
    assert refusal(lambda: appeals.not_upheld(appeal, grounds="", by=administrator, now=later)) == (
        "State the grounds: they are sent to the appellant."
    )
    appeals.not_upheld(appeal, grounds=GROUNDS, by=administrator, now=later)
    assert (appeal.state, appeal.outcome, appeal.ended_at) == (AppealState.NOT_UPHELD, GROUNDS, later)
    assert GROUNDS in body("appeal_not_upheld")
    assert "The decision of the board is final" in body("appeal_not_upheld")
    waiting.refresh_from_db()
    assert waiting.state == "issued"


def test_a_late_appeal_is_dismissed_by_a_human_with_grounds_that_can_be_appealed(waiting, administrator):
    late = datetime(2027, 8, 2, 9, 0, tzinfo=OSLO)
    appeal = received(waiting, now=late)
    assert appeal.is_late
    assert refusal(lambda: appeals.dismiss(appeal, grounds=" ", by=administrator, now=late)) == (
        "State the grounds: they are sent to the appellant."
    )
    appeals.dismiss(appeal, grounds="It came 18 days late.", by=administrator, now=late)
    assert (appeal.state, appeal.outcome, appeal.ended_at) == (
        AppealState.DISMISSED,
        "It came 18 days late.",
        late,
    )
    assert "It came 18 days late." in body("appeal_dismissed")
    assert "appeal against the dismissal until Monday 23 August 2027" in body("appeal_dismissed")


@pytest.mark.parametrize(
    "state", [AppealState.RECEIVED, AppealState.IN_PREPARATION, AppealState.SENT_TO_BOARD]
)
def test_the_appellant_withdraws_until_it_is_answered(waiting, administrator, state):
    appeal = received(waiting)
    if state != AppealState.RECEIVED:
        appeals.take(appeal, by=administrator, now=APPEALED)
    if state == AppealState.SENT_TO_BOARD:
        appeals.send_to_board(appeal, statement="x", by=administrator, now=APPEALED)
    coordinator = waiting.application.coordinator
    appeals.withdraw(appeal, by=coordinator, now=ANSWERED)
    assert (appeal.state, appeal.ended_at) == (AppealState.WITHDRAWN, ANSWERED)
    assert mails()[-1] == ("appeal_withdrawn", coordinator.email)
    assert audit.history(appeal)[0].by == coordinator
    assert refusal(lambda: appeals.withdraw(appeal, by=coordinator, now=ANSWERED)) == (
        "This cannot be done now: the state is «Withdrawn by the appellant»."
    )


def test_the_school_withdraws_on_the_appellants_word_only(waiting, administrator):
    appeal = received(waiting)
    assert refusal(lambda: appeals.withdraw(appeal, by=administrator, now=ANSWERED)) == (
        "State how the appellant has said so."
    )
    appeals.withdraw(appeal, by=administrator, reason="On the telephone, 5 July.", now=ANSWERED)
    event = audit.history(appeal)[0]
    assert (event.verb, event.by, event.reason) == (
        "recorded that the appellant withdrew the appeal",
        administrator,
        "On the telephone, 5 July.",
    )


def test_what_is_offered_follows_the_table_of_states(waiting, administrator):
    appeal = prepared(waiting, administrator)
    for state in AppealState:
        appeal.state = state
        offered = {to for to in AppealState if not appeals.obstacle_to_step(appeal, to, administrator)}
        assert offered == APPEAL_TRANSITIONS[state]


def test_two_at_once_one_moves(waiting, administrator, second_administrator):
    appeal = received(waiting)
    same = Appeal.objects.get(pk=appeal.pk)
    appeals.take(appeal, by=administrator, now=ANSWERED)
    assert refusal(lambda: appeals.take(same, by=second_administrator, now=ANSWERED)) == (
        "This cannot be done now: the state is «In preparation»."
    )
    assert Appeal.objects.get().handler == administrator
    assert of_application(waiting.application.intake, waiting.application.lead.code) == waiting
