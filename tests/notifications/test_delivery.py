from __future__ import annotations

import smtplib
from datetime import timedelta

import pytest

from innoskole.notifications import delivery
from innoskole.notifications.delivery import BACKOFF, STALE_AFTER, Unreachable, deliver, sweep
from innoskole.notifications.models import Message
from tests.factories import NOW, UserFactory
from tests.notifications.factories import message, post
from tests.notifications.mail_server import Killed

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def row(found: Message) -> tuple:
    found.refresh_from_db()
    return found.state, found.attempts, found.next_attempt_at, found.sent_at


def test_a_letter_goes_out_as_text_and_html_with_its_own_id(server, settings):
    settings.BASE_URL = "https://innoskole.example.no"
    settings.DEFAULT_FROM_EMAIL = "Innoskole <skole@example.no>"
    letter = post(language="nn")
    assert deliver(letter.pk, NOW)
    assert row(letter) == ("sent", 1, NOW, NOW)
    (mail,) = server.taken
    sent = mail.message()
    assert {
        name: sent[name] for name in ("From", "To", "Message-ID", "Auto-Submitted", "Content-Language")
    } == {
        "From": "Innoskole <skole@example.no>",
        "To": "kari@example.no",
        "Message-ID": f"<{letter.uuid}@innoskole.example.no>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": "nn",
    }
    assert [part.get_content_type() for part in sent.walk()] == [
        *("multipart/alternative", "text/plain", "text/html")
    ]
    assert mail.body == letter.body_text


def test_a_letter_is_sent_once_however_often_it_is_delivered(server):
    letter = post()
    server.meanwhile = lambda: deliver(letter.pk, NOW)
    assert [deliver(letter.pk, NOW), deliver(letter.pk, NOW)] == [True, False]
    assert len(server.taken) == 1


def test_a_letter_waits_for_its_time(server):
    letter = message(next_attempt_at=NOW + MINUTE)
    assert not deliver(letter.pk, NOW)
    assert deliver(letter.pk, NOW + MINUTE)


def test_a_code_is_blanked_when_it_has_left(server):
    letter = post(secret=True)
    deliver(letter.pk, NOW)
    letter.refresh_from_db()
    assert (letter.state, letter.body_text, letter.body_html) == ("sent", "", "")
    assert "Register" in server.taken[0].body


def test_a_letter_of_no_use_any_more_is_cancelled(server):
    letter = post(secret=True, expires_at=NOW)
    assert not deliver(letter.pk, NOW + MINUTE)
    letter.refresh_from_db()
    assert (letter.state, letter.body_text, server.taken) == ("void", "", [])


def test_people_whose_account_is_closed_get_no_letters(server):
    letter = post(to=UserFactory(is_active=False))
    assert not deliver(letter.pk, NOW)
    assert (row(letter)[0], server.taken) == ("suppressed", [])


# --- What the mail server says ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "state", "answer"),
    [
        (
            smtplib.SMTPRecipientsRefused({"kari@example.no": (550, b"5.1.1 no such user")}),
            *("failed", "550 5.1.1 no such user"),
        ),
        (
            smtplib.SMTPRecipientsRefused({"kari@example.no": (450, b"greylisted")}),
            *("queued", "450 greylisted"),
        ),
        (smtplib.SMTPDataError(554, b"spam"), "failed", "554 spam"),
        (smtplib.SMTPDataError(451, b"try later"), "queued", "451 try later"),
        (smtplib.SMTPSenderRefused(550, b"who?", "skole@example.no"), "queued", "550 who?"),
        (smtplib.SMTPNotSupportedError("no UTF8"), "failed", "SMTPNotSupportedError: no UTF8"),
        (ValueError("header"), "failed", "ValueError: header"),
    ],
)
@pytest.mark.parametrize("on_crash", ["again", "unsure"])
def test_what_was_refused_for_sure_fails_or_is_tried_again(server, error, state, answer, on_crash):
    server.before_taking = error
    letter = post(on_crash=on_crash)
    assert not deliver(letter.pk, NOW)
    wait = MINUTE if state == "queued" else timedelta(0)
    assert row(letter) == (state, 1, NOW + wait, None)
    assert (letter.error, letter.failed_at) == (answer, NOW if state == "failed" else None)


@pytest.mark.parametrize(("on_crash", "state"), [("again", "queued"), ("unsure", "unsure")])
@pytest.mark.parametrize("error", [smtplib.SMTPServerDisconnected("gone"), TimeoutError("slow")])
def test_what_may_have_been_taken_is_sent_again_or_left_to_a_person(server, on_crash, state, error):
    server.after_taking = error
    letter = post(on_crash=on_crash)
    assert not deliver(letter.pk, NOW)
    assert row(letter)[0] == state


def test_a_second_copy_carries_the_same_id(server):
    letter = post()
    server.after_taking = TimeoutError("slow")
    deliver(letter.pk, NOW)
    server.after_taking = None
    deliver(letter.pk, NOW + MINUTE)
    assert len(server.ids()) == 2
    assert len(set(server.ids())) == 1


def test_a_letter_is_put_off_longer_each_time_and_fails_in_the_end(server):
    server.before_taking = smtplib.SMTPDataError(451, b"try later")
    letter, at, waits = post(), NOW, []
    while row(letter)[0] == "queued":
        deliver(letter.pk, at)
        waits.append(row(letter)[2] - at)
        at = letter.next_attempt_at
    assert waits == [*BACKOFF, timedelta(0)]
    assert row(letter)[:2] == ("failed", len(BACKOFF) + 1)
    assert letter.failed_at == NOW + sum(BACKOFF, timedelta())
    assert list(Message.objects.need_a_person()) == [letter]


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError("no"), smtplib.SMTPAuthenticationError(535, b"wrong password")]
)
def test_without_a_mail_server_nothing_fails_and_the_sweep_stops(server, error):
    server.on_open = error
    letters = [post(key) for key in "abc"]
    with pytest.raises(Unreachable):
        deliver(letters[0].pk, NOW)
    assert row(letters[0]) == ("queued", 1, NOW + MINUTE, None)
    assert sweep(NOW) == 0
    assert [row(letter)[1] for letter in letters] == [1, 1, 0]
    server.on_open = None
    assert sweep(NOW + MINUTE) == 3
    assert len(server.taken) == 3


@pytest.mark.parametrize(
    ("moment", "error"),
    [
        ("on_open", ConnectionRefusedError("no")),
        ("on_open", smtplib.SMTPAuthenticationError(535, b"wrong password")),
        ("before_taking", smtplib.SMTPSenderRefused(550, b"who?", "skole@example.no")),
    ],
)
def test_a_fault_of_our_own_fails_no_letter_however_long_it_lasts(server, moment, error, caplog):
    setattr(server, moment, error)
    letter, at = post(), NOW
    for _attempt in range(2 * len(BACKOFF)):
        sweep(at)
        assert row(letter)[0] == "queued"
        at = letter.next_attempt_at
    assert letter.next_attempt_at - at <= delivery.OUR_OWN_WAIT
    assert "ERROR" in {record.levelname for record in caplog.records}
    setattr(server, moment, None)
    assert sweep(at) == 1


def test_a_sweep_that_takes_long_leaves_the_rest_to_the_next(server, monkeypatch):
    """Half-way through a letter the task's time limit would make «perhaps sent» of it."""
    letters = [post(key) for key in "abc"]
    clock = iter([0.0, 0.0, delivery.SWEEP_SECONDS, delivery.SWEEP_SECONDS + 0.1])
    monkeypatch.setattr(delivery, "monotonic", lambda: next(clock))
    assert sweep(NOW) == 2
    assert [row(letter)[0] for letter in letters] == ["sent", "sent", "queued"]


def test_a_sweep_ends_before_its_time_limit(settings):
    longest_letter = 7 * settings.EMAIL_TIMEOUT  # connect, EHLO, log in, MAIL, RCPT, DATA, the text
    assert delivery.SWEEP_SECONDS + longest_letter < settings.CELERY_TASK_SOFT_TIME_LIMIT


def test_a_bad_good_bye_does_not_undo_a_letter(server):
    server.on_close = smtplib.SMTPServerDisconnected("gone")
    letter = post()
    assert deliver(letter.pk, NOW)
    assert row(letter)[0] == "sent"


# --- A worker that dies -----------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["before_taking", "after_taking"])
@pytest.mark.parametrize(
    ("on_crash", "copies", "state"),
    [("again", 1, "sent"), ("unsure", 0, "unsure")],
)
def test_a_claim_whose_worker_died_is_settled_by_the_sweep(server, moment, on_crash, copies, state):
    letter = post(on_crash=on_crash)
    setattr(server, moment, Killed())
    with pytest.raises(Killed):
        deliver(letter.pk, NOW)
    setattr(server, moment, None)
    taken = len(server.taken)
    assert row(letter)[0] == "sending"
    assert sweep(NOW + STALE_AFTER) == 0
    assert row(letter)[0] == "sending"
    sweep(NOW + STALE_AFTER + MINUTE)
    assert (row(letter)[0], len(server.taken) - taken) == (state, copies)
    assert len(set(server.ids())) <= 1


def test_a_letter_that_kills_its_worker_every_time_fails_in_the_end(server):
    letter = message(state="sending", claimed_at=NOW, attempts=len(BACKOFF) + 1)
    sweep(NOW + STALE_AFTER + MINUTE)
    assert (row(letter)[0], server.taken) == ("failed", [])
    assert letter.failed_at == NOW + STALE_AFTER + MINUTE


def test_a_late_answer_wins_over_the_sweep(server):
    letter = post(on_crash="unsure")
    server.meanwhile = lambda: sweep(NOW + STALE_AFTER + MINUTE)
    assert deliver(letter.pk, NOW)
    assert row(letter) == ("sent", 1, NOW, NOW)


def test_a_late_refusal_does_not_disturb_the_next_attempt(server):
    letter = post()

    def sent_by_another() -> None:
        server.meanwhile = lambda: None
        sweep(NOW + STALE_AFTER + MINUTE)
        server.before_taking = smtplib.SMTPDataError(554, b"spam")

    server.meanwhile = sent_by_another
    assert not deliver(letter.pk, NOW)
    assert row(letter)[0] == "sent"


def test_the_sweep_sends_what_is_due_the_oldest_first(server):
    post("later", now=NOW + 2 * MINUTE)
    for key, at in (("b", NOW), ("a", NOW - MINUTE)):
        post(key, to=f"{key}@example.no", now=at)
    message("void", state="void")
    assert sweep(NOW) == 2
    assert [mail.to for mail in server.taken] == [["a@example.no"], ["b@example.no"]]


def test_a_claim_outlives_every_worker(settings):
    assert timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT) < STALE_AFTER
    assert delivery.SWEEP_LIMIT > 0


def test_the_tasks_read_the_clock(server, now):
    from innoskole.notifications import tasks

    first, second = post("a"), post("b")
    tasks.deliver.delay(first.pk)
    tasks.sweep.delay()
    assert [row(letter) for letter in (first, second)] == [("sent", 1, NOW, NOW)] * 2
