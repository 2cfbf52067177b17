from __future__ import annotations

from datetime import timedelta

import pytest

from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications import actions, tasks
from innoskole.notifications.models import Message
from tests.factories import NOW, UserFactory
from tests.notifications.factories import message, post

pytestmark = pytest.mark.django_db
STATES = list(Message.State)


def state(found: Message) -> str:
    found.refresh_from_db()
    return found.state


@pytest.mark.parametrize("origin", STATES)
def test_only_what_has_not_arrived_is_sent_again(
    origin, administrator, django_capture_on_commit_callbacks, monkeypatch
):
    told = []
    monkeypatch.setattr(tasks.deliver, "delay", told.append)
    letter = message(state=origin, sent_at=NOW, attempts=9)
    if origin in ("failed", "unsure", "suppressed"):
        with django_capture_on_commit_callbacks(execute=True):
            actions.send_again(letter, by=administrator, now=NOW)
        assert (state(letter), letter.attempts, told) == ("queued", 0, [letter.pk])
        assert [(event.verb, event.changes) for event in audit.history(letter)] == [
            ("sent the letter again", {"state": [origin, "queued"]})
        ]
    else:
        with pytest.raises(Refused):
            actions.send_again(letter, by=administrator, now=NOW)
        assert (state(letter), letter.attempts, audit.history(letter).count()) == (origin, 9, 0)


def test_a_code_is_never_sent_again(administrator):
    letter = message(state="failed", secret=True)
    with pytest.raises(Refused):
        actions.send_again(letter, by=administrator, now=NOW)
    assert state(letter) == "failed"


@pytest.mark.parametrize("origin", STATES)
def test_only_what_has_not_left_is_cancelled(origin, administrator):
    letter = message(state=origin, sent_at=NOW, secret=True)
    if origin in ("queued", "failed", "unsure", "suppressed"):
        actions.cancel(letter, by=administrator, now=NOW, reason=" Wrong person ")
        assert (state(letter), letter.body_text, letter.body_html) == ("void", "", "")
        assert [(event.verb, event.reason) for event in audit.history(letter)] == [
            ("cancelled the letter", "Wrong person")
        ]
    else:
        with pytest.raises(Refused):
            actions.cancel(letter, by=administrator, now=NOW, reason="Wrong person")
        assert (state(letter), audit.history(letter).count()) == (origin, 0)


@pytest.mark.parametrize("origin", STATES)
def test_only_what_was_perhaps_sent_is_confirmed(origin, administrator):
    letter = message(state=origin, claimed_at=NOW, sent_at=NOW)
    if origin == "unsure":
        actions.confirm_sent(letter, by=administrator, now=NOW, reason="Asked by telephone")
        assert (state(letter), letter.sent_at) == ("sent", NOW)
    else:
        with pytest.raises(Refused):
            actions.confirm_sent(letter, by=administrator, now=NOW, reason="Asked by telephone")
        assert state(letter) == origin


@pytest.mark.parametrize("origin", STATES)
def test_only_what_had_left_can_come_back(origin, administrator):
    letter = message(state=origin, sent_at=NOW)
    later = NOW + timedelta(hours=1)
    if origin == "sent":
        actions.came_back(letter, by=administrator, now=later, reason=" 550 5.1.1 Unknown ")
        assert (state(letter), letter.failed_at, letter.error) == ("failed", later, "550 5.1.1 Unknown")
        assert [(event.verb, event.reason) for event in audit.history(letter)] == [
            ("noted that the letter came back", "550 5.1.1 Unknown")
        ]
        assert list(Message.objects.refused(["kari@example.no"])) == [letter]
    else:
        with pytest.raises(Refused):
            actions.came_back(letter, by=administrator, now=later, reason="550 5.1.1 Unknown")
        assert (state(letter), letter.failed_at, letter.error) == (origin, None, "")


@pytest.mark.parametrize(
    ("deed", "origin"),
    [(actions.cancel, "unsure"), (actions.confirm_sent, "unsure"), (actions.came_back, "sent")],
)
def test_a_reason_is_needed(deed, origin, administrator):
    letter = message(state=origin, sent_at=NOW)
    with pytest.raises(Refused):
        deed(letter, by=administrator, now=NOW, reason=" ")
    assert state(letter) == origin


def test_a_new_decision_cancels_the_letter_that_contradicts_it(administrator):
    about, other = UserFactory(), UserFactory()
    wrong = post("a", about=about, kind="rejection")
    kept = [post("b", about=about, kind="receipt"), post("c", about=other, kind="rejection")]
    sent = post("d", about=about, kind="rejection")
    Message.objects.filter(pk=sent.pk).update(state="sent", sent_at=NOW)
    count = actions.cancel_unsent(about, ["rejection"], by=administrator, now=NOW, reason="Reversed")
    assert (count, state(wrong), state(sent)) == (1, "void", "sent")
    assert [state(letter) for letter in kept] == ["queued", "queued"]
