"""Whom a sweep reminds of what, and what stands in the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError

from applications.models import Application, Offer
from applications.reminders import INFORMATION, OFFER
from applications.states import OfferState
from innoskole.notifications import outbox
from innoskole.notifications.models import Message
from innoskole.reminders import actions
from innoskole.reminders.actions import sweep
from innoskole.reminders.kinds import Recipient, only
from innoskole.reminders.models import Pause, Reminder, ReminderRule
from innoskole.reminders.steps import Rule
from innoskole.reminders.tasks import sweep as task
from tests.factories import NOW, UserFactory
from tests.reminders.build import (
    ANSWER,
    DUE,
    REPLY,
    TWO_DAYS_BEFORE,
    WEEK_BEFORE,
    at,
    ledger,
    mails,
    offer,
    request,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_kinds")]

MINUTE = timedelta(minutes=1)
KARI = "kari@example.no"


@pytest.fixture
def kari():
    return UserFactory(name="Kari Koordinator", email=KARI)


# --- The window ---------------------------------------------------------------------------------------


def test_a_week_and_two_days_before_each_once(kari):
    waiting = offer(kari)
    moments = [WEEK_BEFORE - MINUTE, WEEK_BEFORE, WEEK_BEFORE + MINUTE, TWO_DAYS_BEFORE, at(9), at(10, 12)]
    assert [sweep(moment) for moment in moments] == [0, 1, 0, 1, 0, 0]
    assert ledger() == [("offer", -7, KARI, ""), ("offer", -2, KARI, "")]
    line = Reminder.objects.earliest("happened_at")
    assert line.key == f"offer:{waiting.pk}:2027-06-10:-7:{KARI}"
    assert (line.scope, line.due_at, line.to_user, line.language) == ("autumn-2027", DUE, kari, "en")
    assert line.title == f"The offer of a place for {waiting.application.lead}"


def test_the_subject_tells_the_deadline_and_what_to_do(kari):
    waiting = offer(kari)
    sweep(WEEK_BEFORE)
    message = Message.objects.get()
    assert message.subject == (
        f"[Answer by Thu 10 June at 23:59] The offer of a place for {waiting.application.lead}"
    )
    assert (message.to_user, message.about, message.queued_at) == (kari, waiting.application, WEEK_BEFORE)
    page = f"/applications/{waiting.application.reference}/offer/"
    for body in (message.body_text, message.body_html):
        assert page in body
        assert "The deadline is Thursday 10 June 2027 at 23:59" in body
        assert "You get this because you are the contact person" in body


@pytest.mark.parametrize(
    ("language", "deadline"),
    [
        ("nb", "tor. 10. juni kl. 23.59]"),
        ("nn", "tor. 10. juni kl. 23.59]"),
        ("en", "Thu 10 June at 23:59]"),
    ],
)
def test_each_reads_their_own_language(language, deadline):
    offer(UserFactory(language=language))
    sweep(WEEK_BEFORE)
    message = Message.objects.get()
    assert (message.language, Reminder.objects.get().language) == (language, language)
    assert deadline in message.subject


def test_nobody_is_reminded_who_is_done(kari):
    done = offer(kari)
    Offer.objects.filter(pk=done.pk).update(state=OfferState.ACCEPTED, answered_at=NOW)
    assert sweep(WEEK_BEFORE) == 0
    assert ledger() == []


def test_a_night_without_a_worker_loses_nothing(kari):
    offer(kari)
    assert sweep(at(5, 12)) == 0  # a Saturday
    assert sweep(at(7, 9)) == 1
    assert ledger() == [("offer", -7, KARI, "")]


def test_an_outage_ends_with_the_nearest_step_and_records_what_it_overtakes(kari):
    offer(kari)
    assert sweep(at(9, 9)) == 1
    assert ledger() == [("offer", -7, KARI, "overtaken"), ("offer", -2, KARI, "")]
    assert sweep(at(9, 10)) == 0


def test_who_has_only_just_heard_is_not_reminded_at_once(kari):
    offer(kari, sent_at=at(4, 12))
    assert [sweep(at(4, 13)), sweep(TWO_DAYS_BEFORE)] == [0, 1]
    assert ledger() == [("offer", -7, KARI, "new"), ("offer", -2, KARI, "")]


def test_after_the_deadline_nothing_is_said_of_it_beforehand(kari):
    offer(kari)
    assert sweep(DUE) == 0
    assert sweep(DUE + timedelta(hours=12)) == 0
    assert ledger() == []


def test_the_last_minute_of_a_day_belongs_to_it(kari):
    """23:59 in Norway is the next day in no time zone that matters: the step counts from the 10th."""
    offer(kari, due_at=DUE + timedelta(seconds=59))
    assert sweep(WEEK_BEFORE) == 1
    assert str(Reminder.objects.get().due_on) == "2027-06-10"


def test_after_the_deadline_as_often_as_the_rule_says(kari):
    with only(replace(ANSWER, rule=Rule(before=(), every=3, most=2))):
        offer(kari)
        moments = [at(11, 12), at(14), at(15), at(16, 7), at(16), at(30)]
        assert [sweep(moment) for moment in moments] == [0, 1, 0, 0, 1, 0]
    assert ledger() == [("offer", 3, KARI, ""), ("offer", 6, KARI, "")]
    assert "The deadline was Thursday 10 June 2027" in Message.objects.earliest("pk").body_text


# --- Nights and free days -----------------------------------------------------------------------------


def test_at_night_only_what_cannot_wait_leaves(kari):
    offer(kari, due_at=at(8, 23, 59))
    offer(kari, due_at=at(9, 6, 30))
    assert sweep(at(8, 20, 30)) == 1
    said = Reminder.objects.exclude(message=None).order_by("due_at")
    assert [(line.step, line.due_at) for line in said] == [(-2, at(8, 23, 59)), (-2, at(9, 6, 30))]


def test_at_night_the_others_wait_for_the_morning(kari):
    offer(kari)
    assert [sweep(at(8, 20)), sweep(at(9, 6, 59)), sweep(at(9, 7))] == [0, 0, 1]


def test_on_a_free_day_only_what_cannot_wait_for_the_next_working_day_leaves(kari):
    offer(kari, due_at=at(13, 12))  # a Sunday
    offer(kari, due_at=at(14, 23, 59))
    assert sweep(at(12, 12)) == 1
    assert {line.due_at for line in Reminder.objects.all()} == {at(13, 12)}
    assert sweep(at(14, 8)) == 1


# --- A deadline that is moved -------------------------------------------------------------------------


def test_a_later_deadline_is_reminded_of_anew(kari):
    waiting = offer(kari)
    assert sweep(WEEK_BEFORE) == 1
    Offer.objects.filter(pk=waiting.pk).update(due_at=at(24, 23, 59))
    assert [sweep(moment) for moment in (TWO_DAYS_BEFORE, at(16, 8), at(17, 8), at(22, 8))] == [0, 0, 1, 1]
    assert [(line.step, str(line.due_on)) for line in Reminder.objects.order_by("pk")] == [
        (-7, "2027-06-10"),
        (-7, "2027-06-24"),
        (-2, "2027-06-24"),
    ]


def test_an_earlier_deadline_is_caught_up_with(kari):
    waiting = offer(kari, due_at=at(24, 23, 59))
    assert sweep(at(7, 9)) == 0
    Offer.objects.filter(pk=waiting.pk).update(due_at=at(9, 12))
    assert sweep(at(7, 9)) == 1
    assert ledger() == [("offer", -7, KARI, "overtaken"), ("offer", -2, KARI, "")]


# --- One mail a day -----------------------------------------------------------------------------------


def test_after_three_days_without_a_worker_each_gets_one_mail_with_all(kari):
    ola = UserFactory(email="ola@example.no")
    for due_at in (at(9, 12), at(10, 12), at(14, 12)):
        offer(kari, due_at=due_at)
        request(kari, due_at=due_at)
    request(ola, due_at=at(10, 12))
    assert sweep(at(8, 9)) == 2
    said = Reminder.objects.filter(why_not="").order_by("to_email", "kind", "due_at")
    assert list(said.values_list("to_email", "kind", "step", "due_at")) == [
        (KARI, "information", -2, at(9, 12)),
        (KARI, "information", -2, at(10, 12)),
        (KARI, "information", -7, at(14, 12)),
        (KARI, "offer", -2, at(9, 12)),
        (KARI, "offer", -2, at(10, 12)),
        (KARI, "offer", -7, at(14, 12)),
        ("ola@example.no", "information", -2, at(10, 12)),
    ]
    assert mails() == [
        (KARI, "[Answer by Wed 9 June at 12:00] 6 things wait for you"),
        ("ola@example.no", f"[Answer by Thu 10 June at 12:00] {said.last().title}"),
    ]
    overtaken = Reminder.objects.filter(why_not="overtaken").order_by("to_email", "kind", "due_at")
    assert list(overtaken.values_list("to_email", "kind", "step", "due_at")) == [
        (KARI, "information", -7, at(9, 12)),
        (KARI, "information", -7, at(10, 12)),
        (KARI, "offer", -7, at(9, 12)),
        (KARI, "offer", -7, at(10, 12)),
        ("ola@example.no", "information", -7, at(10, 12)),
    ]


def test_who_has_had_todays_mail_hears_the_rest_tomorrow(kari):
    offer(kari)
    assert sweep(WEEK_BEFORE) == 1
    request(kari)
    request(kari, due_at=at(4, 8, 30), asked_at=at(1))
    assert sweep(at(3, 9)) == 1  # the one that would be too late tomorrow
    assert sweep(at(3, 10)) == 0
    assert sweep(at(4)) == 1
    assert [(line.kind, line.due_at) for line in Reminder.objects.filter(why_not="").order_by("pk")] == [
        ("offer", DUE),
        ("information", at(4, 8, 30)),
        ("information", DUE),
    ]


def test_a_kind_outside_the_digest_has_mails_of_its_own(kari):
    with only(ANSWER, replace(REPLY, rule=Rule(in_digest=False))):
        offer(kari)
        request(kari)
        request(kari)
        assert sweep(WEEK_BEFORE) == 3
    assert sorted(Message.objects.values_list("reminders__kind")) == [
        ("information",),
        ("information",),
        ("offer",),
    ]


def test_a_mail_knows_the_account_if_one_of_its_lines_does(kari):
    """An outsider's address may be that of a person with an account."""
    stranger = replace(REPLY, to=lambda row: [Recipient(KARI.upper(), "K. Koordinator", "nn")])
    with only(ANSWER, stranger):
        offer(kari, due_at=DUE + MINUTE / 2)
        request(UserFactory(), due_at=DUE)
        assert sweep(WEEK_BEFORE) == 1
    message = Message.objects.get()
    assert (message.to_email, message.to_user, message.language) == (KARI, kari, "en")


# --- What the school and the recipients decide --------------------------------------------------------


def change_rule(administrator, **fields):
    ReminderRule.objects.create(
        kind="offer", changed_at=NOW, changed_by=administrator, **{"before": [7, 2], **fields}
    )


def test_the_schools_own_rule_holds(kari, administrator):
    change_rule(administrator, before=[3], hour=10)
    offer(kari)
    assert [sweep(moment) for moment in (WEEK_BEFORE, at(7, 9, 59), at(7, 10))] == [0, 0, 1]
    assert ledger() == [("offer", -3, KARI, "")]


def test_nobody_is_reminded_of_a_kind_that_is_turned_off(kari, administrator):
    change_rule(administrator, is_active=False)
    offer(kari)
    request(kari)
    assert sweep(WEEK_BEFORE) == 1
    assert ledger() == [("information", -7, KARI, "")]


def test_an_hour_in_the_quiet_hours_is_no_rule(administrator):
    with pytest.raises(IntegrityError, match="outside_quiet_hours"):
        change_rule(administrator, hour=21)


@pytest.mark.parametrize(
    ("pause", "why_not"),
    [
        ({"kind": "offer"}, "paused"),
        ({"to_email": KARI}, "paused"),
        ({"kind": "offer", "by": None, "to_email": KARI}, "declined"),
    ],
)
def test_a_pause_is_told_in_the_ledger(kari, administrator, pause, why_not):
    Pause.objects.create(**{"by": administrator, "reason": "They are on holiday.", "began_at": NOW} | pause)
    offer(kari)
    assert sweep(WEEK_BEFORE) == 0
    assert ledger() == [("offer", -7, KARI, why_not)]
    Pause.objects.update(ended_at=WEEK_BEFORE)
    assert [sweep(at(4)), sweep(TWO_DAYS_BEFORE)] == [0, 1]


def test_a_pause_of_one_row_leaves_the_others(kari, administrator):
    quiet, heard = offer(kari), offer(kari)
    Pause.objects.create(
        kind="offer", object_id=quiet.pk, by=administrator, reason="Agreed by phone.", began_at=NOW
    )
    assert sweep(WEEK_BEFORE) == 1
    assert dict(Reminder.objects.values_list("object_id", "why_not")) == {quiet.pk: "paused", heard.pk: ""}


def test_a_pause_ends_by_itself(kari, administrator):
    Pause.objects.create(
        kind="offer", by=administrator, reason="Agreed by phone.", began_at=NOW, until_at=at(5)
    )
    offer(kari)
    assert [sweep(WEEK_BEFORE), sweep(TWO_DAYS_BEFORE)] == [0, 1]
    assert ledger() == [("offer", -7, KARI, "paused"), ("offer", -2, KARI, "")]


def test_a_closed_account_is_told_of_in_the_ledger():
    offer(UserFactory(is_active=False))
    assert [sweep(WEEK_BEFORE), sweep(at(4))] == [0, 0]
    assert ledger() == [("offer", -7, "", "nobody")]


# --- Several recipients of one row --------------------------------------------------------------------


def everybody(*people):
    return replace(ANSWER, to_many=True, to=lambda row: [Recipient.of(user) for user in people])


def test_each_of_several_is_asked_for(kari):
    """Kari has had today's mail, so hers waits; nobody takes it for said because Ola has heard."""
    ola = UserFactory(email="ola@example.no")
    request(kari)
    with only(everybody(kari, ola), REPLY):
        assert sweep(WEEK_BEFORE) == 1
        offer(kari)
        assert sweep(at(3, 9)) == 1
        assert ledger()[1:] == [("offer", -7, "ola@example.no", "")]
        assert [sweep(at(4)), sweep(at(4, 9))] == [1, 0]
    assert ledger()[2:] == [("offer", -7, KARI, "")]


def test_a_kind_must_say_that_it_has_several_recipients(kari):
    offer(kari)
    kind = replace(everybody(kari, UserFactory()), to_many=False)
    with only(kind), pytest.raises(ExceptionGroup) as raised:
        sweep(WEEK_BEFORE)
    assert [str(each) for each in raised.value.exceptions] == [
        "The kind offer has several recipients of a row, and does not say so."
    ]


# --- Faults -------------------------------------------------------------------------------------------


def test_a_sweep_that_is_cut_off_leaves_nothing_half(kari, monkeypatch):
    offer(kari)
    whole = outbox.post_all

    def cut_off(messages):
        whole(messages)
        raise KeyboardInterrupt

    with monkeypatch.context() as fault:
        fault.setattr(outbox, "post_all", cut_off)
        with pytest.raises(KeyboardInterrupt):
            sweep(WEEK_BEFORE)
    assert (ledger(), mails()) == ([], [])
    assert sweep(WEEK_BEFORE) == 1


def test_who_cannot_be_reminded_holds_up_nobody(kari, monkeypatch):
    offer(kari)
    offer(UserFactory(email="ola@example.no", name="Ola"))
    compose = outbox.compose

    def fails_for_ola(**values):
        if values["name"] == "Ola":
            raise ValueError("no template for Ola")
        return compose(**values)

    with monkeypatch.context() as fault:
        fault.setattr(outbox, "compose", fails_for_ola)
        with pytest.raises(ExceptionGroup):
            sweep(WEEK_BEFORE)
    assert ledger() == [("offer", -7, KARI, "")]
    assert sweep(WEEK_BEFORE) == 1


def test_a_kind_that_fails_holds_up_no_other(kari):
    offer(kari)
    request(kari)
    broken = replace(ANSWER, title=lambda row: row.nothing)
    with only(broken, REPLY), pytest.raises(ExceptionGroup):
        sweep(WEEK_BEFORE)
    assert ledger() == [("information", -7, KARI, "")]


def test_what_was_done_since_it_was_found_is_not_written(kari, monkeypatch):
    answered = offer(kari)
    not_heard = actions._not_heard_today

    def meanwhile(*values):
        Offer.objects.filter(pk=answered.pk).update(state=OfferState.ACCEPTED, answered_at=NOW)
        return not_heard(*values)

    monkeypatch.setattr(actions, "_not_heard_today", meanwhile)
    assert sweep(WEEK_BEFORE) == 0
    assert ledger() == []


def test_the_longest_names_find_room(kari):
    address = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.no"
    kind = replace(
        ANSWER, title=lambda row: "Long " * 100, to=lambda row: [Recipient(address, "N" * 150, "en")]
    )
    offer(kari)
    with only(kind):
        assert sweep(WEEK_BEFORE) == 1
    line, message = Reminder.objects.get(), Message.objects.get()
    for row in (line, message):
        row.clean_fields()
    assert (len(line.title), line.to_email) == (120, address)


# --- Counting -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_rows(rows, django_assert_num_queries):
    for _number in range(rows):
        offer(UserFactory())
    ContentType.objects.get_for_model(Application)  # remembered by every worker after its first mail
    with django_assert_num_queries(14):
        assert sweep(WEEK_BEFORE) == rows
    with django_assert_num_queries(6):
        assert sweep(at(3, 9)) == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_nor_with_several_recipients(rows, django_assert_num_queries):
    people = [UserFactory() for _number in range(rows)]
    for _number in range(rows):
        offer(people[0])
    ContentType.objects.get_for_model(Application)  # remembered by every worker after its first mail
    with only(everybody(*people)):
        with django_assert_num_queries(13):
            assert sweep(WEEK_BEFORE) == rows
        with django_assert_num_queries(5):
            assert sweep(at(3, 9)) == 0


def test_the_task_reads_the_clock(now, kari):
    offer(kari, due_at=now + timedelta(days=2), sent_at=now - timedelta(days=14))
    assert task() == 1
    assert ledger() == [("offer", -7, KARI, "overtaken"), ("offer", -2, KARI, "")]


def test_the_tests_kinds_are_the_products():
    assert (ANSWER.key, REPLY.key) == (OFFER.key, INFORMATION.key)


def test_a_sweep_takes_no_more_than_it_has_time_for_and_the_next_one_goes_on(monkeypatch) -> None:
    monkeypatch.setattr(actions, "MOST_LINES", 2)
    for _each in range(5):
        offer()
    assert [sweep(WEEK_BEFORE) for _tick in range(4)] == [2, 2, 1, 0]
    assert Message.objects.count() == len(set(Message.objects.values_list("to_email", flat=True))) == 5
