"""What happens to a mail between the sweep that writes it and the moment at which it leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from applications.models import InformationRequest, Offer
from applications.states import OfferState
from innoskole.accounts.models import User
from innoskole.notifications.delivery import deliver
from innoskole.notifications.models import Message
from innoskole.reminders import kinds
from innoskole.reminders.actions import settle_before_sending, sweep
from innoskole.reminders.models import Pause, Reminder, ReminderRule
from innoskole.reminders.steps import Rule
from tests.factories import NOW, UserFactory
from tests.reminders.build import ANSWER, DUE, REPLY, WEEK_BEFORE, at, ledger, offer, request

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_kinds")]

KARI = "kari@example.no"
LATER = WEEK_BEFORE + timedelta(minutes=5)


@pytest.fixture
def kari():
    return UserFactory(name="Kari Koordinator", email=KARI)


def written(now=WEEK_BEFORE) -> Message:
    """The one mail of a sweep, which has not left."""
    assert sweep(now) == 1
    return Message.objects.latest("pk")


def leaves(message: Message, now=LATER) -> bool:
    taken = deliver(message.pk, now)
    message.refresh_from_db()
    return taken


def answer(waiting: Offer) -> None:
    Offer.objects.filter(pk=waiting.pk).update(state=OfferState.ACCEPTED, answered_at=LATER)


def test_a_mail_that_still_holds_leaves_as_it_was_written(kari, mailoutbox):
    offer(kari)
    message = written()
    before = (message.subject, message.body_text, message.body_html)
    assert leaves(message)
    assert (message.subject, message.body_text, message.body_html) == before
    assert [mail.subject for mail in mailoutbox] == [message.subject]


def test_what_has_been_done_is_not_said(kari, mailoutbox):
    answered = offer(kari)
    message = written()
    answer(answered)
    assert not leaves(message)
    assert (message.state, message.held_back_because) == (
        Message.State.SUPPRESSED,
        "It was done before the reminder left",
    )
    assert ledger() == [("offer", -7, KARI, "done")]
    assert mailoutbox == []


def test_what_is_left_of_a_digest_is_said_alone(kari, mailoutbox):
    answered, waiting = offer(kari, due_at=at(9, 12)), offer(kari)
    message = written()
    assert "2 things wait for you" in message.subject
    answer(answered)
    assert leaves(message)
    assert message.subject == (
        f"[Answer by Thu 10 June at 23:59] The offer of a place for {waiting.application.lead}"
    )
    assert str(answered.application.lead) not in message.body_text + message.body_html
    assert "Kari Koordinator" in message.body_text
    assert [mail.body for mail in mailoutbox] == [message.body_text]
    assert [line.why_not for line in Reminder.objects.order_by("due_at")] == ["done", ""]


def test_what_must_be_done_after_all_is_said_anew(kari):
    waiting = offer(kari)
    message = written()
    answer(waiting)
    assert not leaves(message)
    Offer.objects.filter(pk=waiting.pk).update(state=OfferState.SENT)
    assert leaves(written(at(3, 9)), at(3, 10))
    assert ledger() == [("offer", -7, KARI, "done"), ("offer", -7, KARI, "")]


def test_a_deadline_that_was_moved_to_another_day_is_said_in_its_own_time(kari):
    waiting = offer(kari)
    message = written()
    Offer.objects.filter(pk=waiting.pk).update(due_at=at(24))
    assert not leaves(message)
    assert message.held_back_because == "The deadline was moved before the reminder left"
    Offer.objects.filter(pk=waiting.pk).update(due_at=DUE)
    assert leaves(written(at(3, 9)), at(3, 10))


def test_a_deadline_that_was_moved_within_its_day_is_told_as_it_is_now(kari):
    waiting = offer(kari)
    message = written()
    Offer.objects.filter(pk=waiting.pk).update(due_at=at(10, 15))
    assert leaves(message)
    assert message.subject.startswith("[Answer by Thu 10 June at 15:00]")
    assert Reminder.objects.get().due_at == at(10, 15)
    assert sweep(at(3, 9)) == 0


def test_what_has_become_anothers_is_said_to_them(kari):
    ola = UserFactory(email="ola@example.no")
    waiting = offer(kari)
    message = written()
    waiting.application.coordinator = ola
    waiting.application.save()
    assert not leaves(message)
    assert leaves(written(at(3, 9)), at(3, 10))
    assert ledger() == [("offer", -7, KARI, "other"), ("offer", -7, "ola@example.no", "")]


def test_a_letter_that_comes_too_late_does_not_leave(kari):
    offer(kari)
    message = written(at(9, 9))
    assert not leaves(message, DUE)
    assert message.held_back_because == "The deadline passed before the reminder could leave"
    assert sweep(at(9, 10)) == 0


def test_after_the_deadline_it_is_never_too_late(kari):
    offer(kari)
    with kinds.only(replace(ANSWER, rule=Rule(before=(), every=3, most=1))):
        assert leaves(written(at(14)), at(15))


@pytest.mark.parametrize("by_the_school", [True, False])
def test_a_pause_since_holds_the_mail_back(kari, administrator, by_the_school):
    offer(kari)
    message = written()
    Pause.objects.create(
        kind="offer",
        to_email=KARI,
        by=administrator if by_the_school else None,
        reason="Agreed by phone." if by_the_school else "",
        began_at=LATER,
    )
    assert not leaves(message)
    assert ledger() == [("offer", -7, KARI, "paused" if by_the_school else "declined")]
    assert sweep(at(3, 9)) == 0


def test_a_kind_that_was_turned_off_since_holds_the_mail_back(kari, administrator):
    offer(kari)
    message = written()
    ReminderRule.objects.create(kind="offer", is_active=False, changed_at=NOW, changed_by=administrator)
    assert not leaves(message)
    assert ledger() == [("offer", -7, KARI, "paused")]


def test_a_kind_that_the_product_no_longer_knows_holds_the_mail_back(kari):
    offer(kari)
    message = written()
    with kinds.only(REPLY):
        assert not leaves(message)
    assert ledger() == [("offer", -7, KARI, "paused")]


def test_a_closed_account_gets_nothing(kari, mailoutbox):
    offer(kari)
    message = written()
    User.objects.filter(pk=kari.pk).update(is_active=False)
    assert not leaves(message)
    assert (message.held_back_because, mailoutbox) == ("The recipient's account is closed.", [])


def test_the_mail_is_asked_again_at_each_attempt(kari, settings):
    """Struck at the first attempt, which the mail server puts off; struck once more at the second."""
    first, second, third = offer(kari), request(kari), offer(kari)
    message = written()
    answer(first)
    settings.EMAIL_BACKEND = "tests.reminders.test_last_look.NobodyAnswers"
    with pytest.raises(Exception, match="nobody answers"):
        leaves(message)
    InformationRequest.objects.filter(pk=second.pk).update(closed_at=LATER)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert leaves(message, LATER + timedelta(hours=1))
    assert message.subject.endswith(str(third.application.lead))
    assert [line.why_not for line in Reminder.objects.order_by("kind", "object_id")] == ["done", "done", ""]


class NobodyAnswers:
    """A mail server that is down."""

    def __init__(self, *args, **kwargs):
        pass

    def open(self):
        raise OSError("nobody answers")

    def close(self):
        pass


@pytest.mark.parametrize("rows", [1, 3])
def test_a_look_asks_one_query_for_each_line(rows, kari, django_assert_num_queries):
    for _number in range(rows):
        offer(kari)
    message = written()
    with django_assert_num_queries(5 + rows):
        assert settle_before_sending(message, LATER) == ""
