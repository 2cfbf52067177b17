"""What a real smtplib makes of a real socket: the classes of fault that decide a letter's fate."""

from __future__ import annotations

from email import message_from_bytes

import pytest

from innoskole.notifications import delivery
from innoskole.notifications.delivery import Unreachable, deliver
from tests.factories import NOW
from tests.notifications import smtp_server
from tests.notifications.factories import post
from tests.notifications.smtp_server import GREETING, HANG, HANG_UP, TEXT

pytestmark = pytest.mark.django_db
TIMED_OUT = "SMTPServerDisconnected: Connection unexpectedly closed: timed out"


@pytest.fixture(autouse=True)
def _really_send(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_TIMEOUT = 20
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.BASE_URL = "https://innoskole.example.no"


def fate(replies, settings, *, on_crash="again"):
    """After one attempt: state and answer of the letter, whether the server let us in, copies it has read."""
    letter = post(on_crash=on_crash)
    if any(HANG in reply for reply in replies.values()):
        settings.EMAIL_TIMEOUT = 0.5
    with smtp_server.running(**replies) as server:
        settings.EMAIL_PORT = server.port
        try:
            deliver(letter.pk, NOW)
        except Unreachable:
            reached = False
        else:
            reached = True
    letter.refresh_from_db()
    return letter.state, letter.error, reached, len(server.letters)


def test_a_letter_is_handed_over(settings):
    letter = post()
    with smtp_server.running() as server:
        settings.EMAIL_PORT = server.port
        assert deliver(letter.pk, NOW)
    (text,) = server.letters
    sent = message_from_bytes(text)
    assert (sent["Message-ID"], sent["To"], sent.is_multipart()) == (
        f"<{letter.uuid}@innoskole.example.no>",
        "kari@example.no",
        True,
    )


@pytest.mark.parametrize("on_crash", ["again", "unsure"])
@pytest.mark.parametrize(
    ("replies", "state", "answer"),
    [
        # The recipient's address, for now (greylisting too) and for good.
        ({"RCPT": "450 4.2.0 Greylisted"}, "queued", "450 4.2.0 Greylisted"),
        ({"RCPT": "451 4.7.1 Come back later"}, "queued", "451 4.7.1 Come back later"),
        ({"RCPT": "421 4.7.0 Too many"}, "queued", "421 4.7.0 Too many"),
        ({"RCPT": "550 5.1.1 Unknown"}, "failed", "550 5.1.1 Unknown"),
        ({"RCPT": "552 5.2.2 Full"}, "failed", "552 5.2.2 Full"),
        # Our own address: never the letter's fault.
        ({"MAIL": "451 4.1.8 Later"}, "queued", "451 4.1.8 Later"),
        ({"MAIL": "530 5.7.0 Log in first"}, "queued", "530 5.7.0 Log in first"),
        ({"MAIL": "553 5.7.1 Not you"}, "queued", "553 5.7.1 Not you"),
        # The text, before and after it was read: an answer is certain.
        ({"DATA": "451 4.3.0 Later"}, "queued", "451 4.3.0 Later"),
        ({"DATA": "554 5.5.1 No"}, "failed", "554 5.5.1 No"),
        ({TEXT: "451 4.3.0 Later"}, "queued", "451 4.3.0 Later"),
        ({TEXT: "421 4.3.2 Shutting down"}, "queued", "421 4.3.2 Shutting down"),
        ({TEXT: "452 4.3.1 Disk full"}, "queued", "452 4.3.1 Disk full"),
        ({TEXT: "554 5.7.1 Spam"}, "failed", "554 5.7.1 Spam"),
    ],
)
def test_an_answer_is_certain(replies, state, answer, on_crash, settings):
    assert fate(replies, settings, on_crash=on_crash)[:3] == (state, answer, True)


@pytest.mark.parametrize("on_crash", ["again", "unsure"])
@pytest.mark.parametrize(
    ("replies", "answer"),
    [
        ({GREETING: "421 4.3.2 Too busy"}, "421 4.3.2 Too busy"),
        ({GREETING: "554 No mail here"}, "554 No mail here"),
        ({GREETING: HANG}, TIMED_OUT),
        ({GREETING: f"22{HANG}"}, TIMED_OUT),
        ({GREETING: HANG_UP}, "SMTPServerDisconnected: Connection unexpectedly closed"),
        ({"EHLO": "550 5.7.1 Your network is blocked", "HELO": "550 5.7.1 Blocked"}, "550 5.7.1 Blocked"),
    ],
)
def test_a_server_that_does_not_let_us_in_is_unreachable(replies, answer, on_crash, settings):
    assert fate(replies, settings, on_crash=on_crash) == ("queued", answer, False, 0)


@pytest.mark.parametrize("answer", ["535 5.7.8 Wrong password", "454 4.7.0 Not now"])
def test_a_wrong_password_is_the_set_ups_fault(answer, settings):
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "skole"
    assert fate({"AUTH": answer}, settings, on_crash="unsure") == ("queued", answer, False, 0)


@pytest.mark.parametrize(
    ("replies", "answer"),
    [
        ({"EHLO": "250 test"}, "SMTPNotSupportedError"),
        ({"STARTTLS": "454 4.7.0 TLS not available"}, "454 4.7.0 TLS not available"),
        ({"STARTTLS": "220 go ahead\r\n250 this is no TLS"}, "SSLError"),
        ({"STARTTLS": f"220 go ahead\r\n{HANG}"}, "TimeoutError"),
    ],
)
def test_without_tls_nothing_is_sent(replies, answer, settings):
    """Neither the letter nor the password leaves in the clear when the server has lost its certificate."""
    settings.EMAIL_USE_TLS = True
    state, error, reached, copies = fate(replies, settings, on_crash="unsure")
    assert (state, error[: len(answer)], reached, copies) == ("queued", answer, False, 0)


@pytest.mark.parametrize(("on_crash", "state"), [("again", "queued"), ("unsure", "unsure")])
@pytest.mark.parametrize(
    ("replies", "copies"),
    [
        ({"RCPT": HANG}, 0),
        ({"DATA": HANG_UP}, 0),
        ({TEXT: HANG}, 1),
        ({TEXT: f"25{HANG}"}, 1),
        ({TEXT: HANG_UP}, 1),
    ],
)
def test_a_silence_on_the_way_is_not_certain(replies, copies, on_crash, state, settings):
    found, error, reached, taken = fate(replies, settings, on_crash=on_crash)
    assert (found, error[:22], reached, taken) == (state, "SMTPServerDisconnected", True, copies)


@pytest.mark.parametrize("reply", [HANG, HANG_UP, "451 stay"])
def test_a_bad_good_bye_changes_nothing(reply, settings):
    assert fate({"QUIT": reply}, settings, on_crash="unsure") == ("sent", "", True, 1)


def test_no_server_at_all(settings):
    with smtp_server.running() as server:
        settings.EMAIL_PORT = server.port
    letter = post(on_crash="unsure")
    with pytest.raises(Unreachable):
        deliver(letter.pk, NOW)
    letter.refresh_from_db()
    assert (letter.state, letter.error.partition(":")[0]) == ("queued", "ConnectionRefusedError")


# --- One connection for many letters ------------------------------------------------------------------


def swept(settings, **replies: str) -> tuple[int, int, list[str]]:
    """Connections, letters that the server has read, and states, after one sweep over three letters."""
    letters = [post(key, on_crash="unsure") for key in "abc"]
    with smtp_server.running(**replies) as server:
        settings.EMAIL_PORT = server.port
        delivery.sweep(NOW)
    for letter in letters:
        letter.refresh_from_db()
    return server.conversations, len(server.letters), [letter.state for letter in letters]


def test_a_sweep_sends_all_over_one_connection(settings):
    assert swept(settings) == (1, 3, ["sent", "sent", "sent"])


def test_a_connection_carries_only_so_many(settings, monkeypatch):
    monkeypatch.setattr(delivery, "LETTERS_OF_A_CONNECTION", 2)
    assert swept(settings) == (2, 3, ["sent", "sent", "sent"])


@pytest.mark.parametrize("reply", ["421 bye", "500 what?", HANG_UP])
def test_a_connection_that_does_not_answer_is_made_anew_and_no_letter_is_unsure(reply, settings):
    assert swept(settings, NOOP=reply) == (3, 3, ["sent", "sent", "sent"])


def test_a_refused_letter_does_not_harm_the_next(settings):
    refused, taken = post("a"), post("b")
    with smtp_server.running(RCPT="550 no such user") as server, delivery.Connection() as connection:
        settings.EMAIL_PORT = server.port
        assert not deliver(refused.pk, NOW, connection)
        server.replies["RCPT"] = "250 ok"
        assert deliver(taken.pk, NOW, connection)
    assert (server.conversations, len(server.letters)) == (2, 1)


def test_a_sweep_stops_at_a_server_that_went_away(settings):
    assert swept(settings, **{GREETING: "421 too busy"}) == (1, 0, ["queued", "queued", "queued"])
