"""An appeal comes in: in time or late, once, on the page or by letter."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction

from applications.actions import appeals, decisions
from applications.models import Appeal, Decision, DecisionKind
from applications.states import AppealState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.applications.appeals.build import APPEALED, TEXT, mails, of_person, prepared, received
from tests.factories import OSLO

pytestmark = pytest.mark.django_db

LAST_DAY = date(2027, 7, 15)
LAST_MINUTE = datetime(2027, 7, 15, 23, 59, tzinfo=OSLO)
FIRST_LATE = datetime(2027, 7, 16, 0, 0, tzinfo=OSLO)


def test_an_appeal_is_received_with_its_clock_and_its_receipt(waiting):
    coordinator = waiting.application.coordinator
    answer = appeals.receive(
        waiting, text=f" {TEXT}\n", name="Kari Prøve", email="Kari@Example.no", by=coordinator, now=APPEALED
    )
    appeal = Appeal.objects.get()
    assert (answer.appeal, answer.is_new) == (appeal, True)
    assert {
        name: getattr(appeal, name)
        for name in ("decision", "state", "text", "received_at", "appellant_name", "appellant_email")
    } == {
        "decision": waiting,
        "state": AppealState.RECEIVED,
        "text": TEXT,
        "received_at": APPEALED,
        "appellant_name": "Kari Prøve",
        "appellant_email": "kari@example.no",
    }
    assert (appeal.sent_by, appeal.is_late, appeal.handler) == (coordinator, False, None)
    assert (waiting.appeal_until_on, appeal.due_on) == (LAST_DAY, date(2027, 7, 29))
    assert mails() == [("appeal_received", coordinator.email)]
    letter = Message.objects.get(kind="appeal_received")
    assert letter.subject == f"We have received your appeal ({waiting.application.reference})"
    for words in (
        "on Thursday 1 July 2027",
        "answers by Thursday 29 July 2027",
        TEXT,
        "never leads to a new draw",
    ):
        assert words in letter.body_text.replace("It came ", "on ")
    assert [event.verb for event in audit.history(appeal)] == ["appealed against the decision"]
    assert audit.history(waiting.application)[0].verb == "appealed against the decision"


@pytest.mark.parametrize(("now", "is_late"), [(LAST_MINUTE, False), (FIRST_LATE, True)])
def test_the_last_day_lasts_until_midnight_and_a_late_appeal_is_received_all_the_same(waiting, now, is_late):
    assert received(waiting, now=now).is_late is is_late
    body = Message.objects.get(kind="appeal_received").body_text
    assert ("The last day for an appeal was Thursday 15 July 2027, so it came late." in body) is is_late


def test_the_second_of_two_is_led_to_the_open_appeal(waiting, colleague):
    first = received(waiting)
    again = appeals.receive(
        waiting, text="Me too.", name="Kåre", email="kare@example.no", by=colleague, now=APPEALED
    )
    assert (again.appeal, again.is_new) == (first, False)
    assert (Appeal.objects.get().text, len(mails())) == (TEXT, 1)


def test_the_database_keeps_one_open_appeal_on_a_decision(waiting, monkeypatch):
    first = received(waiting)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.create(
            decision=waiting, text="x", received_at=APPEALED, appellant_name="x", due_on=LAST_DAY
        )
    monkeypatch.setattr(appeals.receiving, "standing_on", _blind_once(first))
    monkeypatch.setattr(appeals.receiving, "obstacle_to_appeal", lambda decision: "")
    again = appeals.receive(waiting, text="x", name="x", email="x@example.no", by=None, now=APPEALED)
    assert (again.appeal, again.is_new, Appeal.objects.count()) == (first, False, 1)


def _blind_once(appeal: Appeal):
    """Sees no open appeal the first time: somebody commits theirs between the look and the insert."""
    answers = iter([None, appeal])
    return lambda decision: next(answers)


def test_what_cannot_be_appealed(waiting, administrator):
    def refused(decision: Decision, **fields) -> str:
        before = Appeal.objects.count()
        with pytest.raises(Refused) as refusal:
            received(decision, **fields)
        assert Appeal.objects.count() == before
        return str(refusal.value)

    assert refused(waiting, text="  \n") == "Write what you want changed, and why."
    appeal = prepared(waiting, administrator)
    appeals.dismiss(appeal, grounds="Nothing to judge.", by=administrator, now=APPEALED)
    assert refused(waiting) == "The appeal on this decision has been received already."
    decisions.decide_by_rule(waiting.application, DecisionKind.PLACE, now=APPEALED)
    assert refused(waiting) == (
        "This decision has been replaced by a new one. You can appeal against the new one."
    )
    untold = decisions.decide(
        waiting.application,
        DecisionKind.DECLINED,
        grounds="No.",
        leaves_at=APPEALED,
        by=administrator,
        now=APPEALED,
    )
    assert refused(untold) == "This decision has not been made known, so it cannot be appealed against."


def test_whoever_has_withdrawn_may_appeal_again(waiting):
    appeals.withdraw(received(waiting), by=waiting.application.coordinator, now=APPEALED)
    assert received(waiting).state == AppealState.RECEIVED
    assert Appeal.objects.count() == 2


def test_a_person_without_an_account_appeals_the_decision_on_themselves(told, reserves, drawn):
    decision = of_person(told, _with_place(drawn, reserves))
    appeal = received(decision)
    assert (appeal.sent_by, appeal.decision.member) == (None, decision.member)
    assert mails() == [("appeal_received", decision.member.email)]
    body = Message.objects.get(kind="appeal_received").body_text
    assert ("never leads to a new draw" in body, "/appeal/" in body) == (False, True)
    event = audit.history(appeal)[0]
    assert (event.by, event.by_label) == (None, f"{decision.member.name} ({decision.member.email})")
    verbs = [event.verb for event in audit.history(decision.application)]
    assert "appealed against the decision" not in verbs  # what a person writes is not the municipality's


def _with_place(drawn, reserves: list[str]) -> str:
    return next(code for code in drawn.applications() if code not in reserves)


# --- By letter --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("came_on", "posted_on", "is_late"),
    [
        (date(2027, 7, 15), None, False),
        (date(2027, 7, 16), None, True),
        (date(2027, 7, 19), date(2027, 7, 15), False),  # forvaltningsloven § 30
        (date(2027, 7, 19), date(2027, 7, 16), True),
    ],
)
def test_a_letter_is_in_time_when_it_was_posted_in_time(waiting, administrator, came_on, posted_on, is_late):
    appeal = registered(waiting, administrator, came_on=came_on, posted_on=posted_on)
    assert (appeal.is_late, appeal.received_at.date(), appeal.sent_by) == (is_late, came_on, None)
    assert mails() == [("appeal_received", "rune@example.no")]
    event = audit.history(appeal)[0]
    assert (event.verb, event.by) == ("registered an appeal that came by letter", administrator)
    assert event.changes.get("Posted") == (["", posted_on.isoformat()] if posted_on else None)


@pytest.mark.parametrize(
    ("came_on", "posted_on", "sentence"),
    [
        (date(2027, 7, 21), None, "The letter cannot have come on a day in the future."),
        (date(2027, 7, 19), date(2027, 7, 20), "The letter cannot have been posted after it came."),
        (date(2027, 6, 23), None, "The letter cannot be older than the decision."),
        (date(2027, 7, 1), date(2027, 6, 23), "The letter cannot be older than the decision."),
    ],
)
def test_days_that_cannot_be(waiting, administrator, came_on, posted_on, sentence):
    with pytest.raises(Refused) as refusal:
        registered(waiting, administrator, came_on=came_on, posted_on=posted_on)
    assert (str(refusal.value), Appeal.objects.count(), mails()) == (sentence, 0, [])


def registered(decision, by, **fields):
    return appeals.register(
        decision,
        text=TEXT,
        name="Rune Rådgiver",
        email="rune@example.no",
        by=by,
        now=datetime(2027, 7, 20, 9, 0, tzinfo=OSLO),
        **fields,
    ).appeal
