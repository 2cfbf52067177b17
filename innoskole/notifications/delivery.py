"""Claim, send, mark: the only place that speaks to a mail server.

No transaction is open while the mail server is spoken to, so a kill at any moment leaves the row either
queued (nothing happened), sending (the sweep decides by on_crash) or settled.
"""

import logging
import smtplib
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from time import monotonic
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_noop

from innoskole.notifications.models import Message
from innoskole.notifications.stops import stop_of

logger = logging.getLogger(__name__)

# Waiting times after the first, second … attempt that a mail server put off; then the letter has failed.
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440))
# A fault of our own is mended some day: its letters never fail, and are tried at least this often.
OUR_OWN_WAIT = timedelta(hours=1)
# Longer than a task may live (CELERY_TASK_TIME_LIMIT), so a claim this old has no living owner.
STALE_AFTER = timedelta(minutes=10)
SWEEP_LIMIT = 500
# A slow mail server must not let a sweep run into its time limit, which would cut a letter in two: what is
# left is the next sweep's.
SWEEP_SECONDS = 90
# Mail servers put an end to a connection after some number of letters; 100 is common.
LETTERS_OF_A_CONNECTION = 50

State = Message.State

ACCOUNT_CLOSED = gettext_noop("The recipient's account is closed.")


Check = Callable[[Message, datetime], str]
_checks: dict[str, Check] = {}


def ask_before(kind: str, check: Check) -> None:
    """Let a room look at each letter of a kind just before it leaves; call it from the app's ready().

    check: why the letter must not leave any more, as an English message id; empty when it may. It may write
    the letter anew, in the database and in its argument. Asked after the claim, with no transaction open.
    """
    _checks[kind] = check


class Refusal(Exception):
    """The mail server did not take the letter.

    permanent: it never will. certain: the letter has not been taken for sure, so a new attempt cannot
    make two of it. ours: our own mail server or set-up is at fault, and not the address. str() is the answer,
    «550 5.1.1 No such user», or what Python says where there was none.
    """

    def __init__(self, error: Exception, *, permanent: bool, certain: bool, ours: bool = False) -> None:
        super().__init__(_words_of(error))
        self.permanent = permanent
        self.certain = certain
        self.ours = ours


class Unreachable(Refusal):
    """The mail server cannot be spoken to at all, so there is no use in trying the next letter now.

    None listens, it has no time (421), it knows neither our certificate nor our password (535), or it says
    nothing.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(error, permanent=False, certain=True, ours=True)


def _words_of(error: Exception) -> str:
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused) if len(refused) == 1:
            ((code, text),) = refused.values()
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=text):
            pass
        case _:
            return f"{type(error).__name__}: {error}"
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"


class Connection:
    """A connection to the mail server that is kept from letter to letter, and made anew when it is gone."""

    def __init__(self) -> None:
        self._backend: BaseEmailBackend | None = None
        self._carried = 0

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def open(self) -> BaseEmailBackend:
        """One that answers; raises Unreachable when there is none to be had."""
        if self._backend and (self._carried >= LETTERS_OF_A_CONNECTION or not _answers(self._backend)):
            self.close()
        if self._backend is None:
            self._backend, self._carried = get_connection(), 0
            try:
                self._backend.open()
            except (smtplib.SMTPException, OSError) as error:
                self.close()
                raise Unreachable(error) from error
        self._carried += 1
        return self._backend

    def close(self) -> None:
        backend, self._backend = self._backend, None
        if backend is None:
            return
        try:
            backend.close()
        except (smtplib.SMTPException, OSError) as error:
            # The letter's fate was settled before the good-bye.
            logger.info("The mail server hung up first: %s", error)


def _answers(backend: BaseEmailBackend) -> bool:
    """Asked before each further letter: of one that goes unanswered, nobody knows whether it was taken."""
    server = getattr(backend, "connection", None)
    if server is None:  # a backend without a server
        return True
    try:
        code, _words = server.noop()
    except (smtplib.SMTPException, OSError):
        return False
    return bool(code == 250)


def deliver(pk: int, now: datetime, connection: Connection | None = None) -> bool:
    """Send one queued message that is due. Returns whether the mail server took it.

    connection: to be used and kept; else one is made for this letter. Whoever wins the conditional update
    sends; everybody else returns at once. Raises Unreachable, after the letter has been put off, if no mail
    server answers.
    """
    claimed = Message.objects.due(now).filter(pk=pk)
    if not claimed.update(state=State.SENDING, claimed_at=now, attempts=F("attempts") + 1):
        return False
    message = Message.objects.select_related("to_user").get(pk=pk)
    if message.expires_at and message.expires_at < now:
        _settle(message, State.VOID)
        return False
    if message.to_user and not message.to_user.is_active:
        _hold_back(message, ACCOUNT_CLOSED)
        return False
    check = _checks.get(message.kind)
    if check and (why := check(message, now)):
        _hold_back(message, why)
        return False
    try:
        _send(message, connection)
    except Refusal as refusal:
        _put_off(message, refusal, now)
        if isinstance(refusal, Unreachable):
            raise
        return False
    _settle(message, State.SENT, sent_at=now)
    return True


def sweep(now: datetime) -> int:
    """Deal with claims whose sender died, then send all that is due. Returns how many were sent."""
    stale = Message.objects.claimed_before(now - STALE_AFTER)
    stale.filter(on_crash=Message.OnCrash.UNSURE).update(state=State.UNSURE)
    stale.filter(attempts__gt=len(BACKOFF)).update(state=State.FAILED, failed_at=now)
    stale.update(state=State.QUEUED, next_attempt_at=now)
    sent, began = 0, monotonic()
    with Connection() as connection:
        for pk in list(Message.objects.due(now).values_list("pk", flat=True)[:SWEEP_LIMIT]):
            if monotonic() - began > SWEEP_SECONDS:
                break
            try:
                sent += deliver(pk, now, connection)
            except Unreachable as error:
                logger.error("The mail server cannot be reached: %s", error)
                break
    return sent


def _settle(message: Message, state: Message.State, *, sent_at: datetime | None = None) -> None:
    # A letter that has left is sent, whatever a sweep made of its claim in the meantime.
    blanked = {"body_text": "", "body_html": ""} if message.secret else {}
    Message.objects.filter(pk=message.pk).update(state=state, sent_at=sent_at, error="", **blanked)


def _hold_back(message: Message, why: str) -> None:
    Message.objects.filter(pk=message.pk).update(state=State.SUPPRESSED, held_back_because=why)


def _put_off(message: Message, refusal: Refusal, now: datetime) -> None:
    mine = Message.objects.filter(pk=message.pk, state=State.SENDING, claimed_at=message.claimed_at)
    error = str(refusal)[:2000]
    if not refusal.certain and message.on_crash == Message.OnCrash.UNSURE:
        mine.update(state=State.UNSURE, error=error)
    elif refusal.permanent or (message.attempts > len(BACKOFF) and not refusal.ours):
        mine.update(state=State.FAILED, failed_at=now, error=error)
        logger.error("Message %s was not sent: %s", message.pk, error)
    else:
        wait = BACKOFF[min(message.attempts, len(BACKOFF)) - 1]
        if refusal.ours:
            wait = min(wait, OUR_OWN_WAIT)
        mine.update(state=State.QUEUED, next_attempt_at=now + wait, error=error)


def _send(message: Message, connection: Connection | None) -> None:
    """Hand the letter to the mail server; raises Refusal if that does not take it."""
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.body_text,
        to=[message.to_email],
        headers=_headers(message),
    )
    mail.attach_alternative(message.body_html, "text/html")
    with nullcontext(connection) if connection else Connection() as used:
        try:
            _hand_over(mail, used.open())
        except Refusal:
            used.close()  # what it is in the middle of, nobody knows
            raise


def _hand_over(mail: EmailMultiAlternatives, backend: BaseEmailBackend) -> None:
    """Translate what a mail server can say, and what can break, into a Refusal."""
    try:
        backend.send_messages([mail])
    except smtplib.SMTPHeloError as error:
        # It has not even heard of the letter.
        raise Unreachable(error) from error
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        raise Refusal(error, permanent=all(code >= 500 for code in codes), certain=True) from error
    except smtplib.SMTPSenderRefused as error:
        # Our own address is refused: a fault of the set-up, which can be mended while letters wait.
        logger.error("The mail server refuses our own address: %s", _words_of(error))
        raise Refusal(error, permanent=False, certain=True, ours=True) from error
    except smtplib.SMTPResponseException as error:
        raise Refusal(error, permanent=error.smtp_code >= 500, certain=True) from error
    except (smtplib.SMTPNotSupportedError, ValueError) as error:
        # An address or a header that cannot be written as mail.
        raise Refusal(error, permanent=True, certain=True) from error
    except (smtplib.SMTPException, OSError) as error:
        # Somewhere between «here is a letter» and «taken»: smtplib does not say where.
        raise Refusal(error, permanent=False, certain=False) from error


def _headers(message: Message) -> dict[str, str]:
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    headers = {
        # Out of the row, so that a copy after a crash is recognised as the same letter.
        "Message-ID": f"<{message.uuid}@{host}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": message.language,
    }
    if stop_of(message):
        # One click in the mail program (RFC 2369 and RFC 8058).
        page = reverse("notifications:stop", args=[message.uuid])
        headers["List-Unsubscribe"] = f"<{settings.BASE_URL}{page}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers
