"""What a person decides about letters that could not simply be sent."""

from datetime import datetime

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.notifications import outbox
from innoskole.notifications.models import Message

State = Message.State


@transaction.atomic
def send_again(message: Message, *, by: User, now: datetime) -> None:
    """Put a letter that was not sent, or perhaps sent, back in the queue.

    Raises Refused for any other state, and for a letter whose code has been blanked or is out of date.
    """
    if message.secret:
        raise Refused(
            _("This letter held a code that is of no use any more. The person can ask for a new one.")
        )
    _move(
        message, (State.FAILED, State.UNSURE, State.SUPPRESSED), State.QUEUED, attempts=0, next_attempt_at=now
    )
    audit.record(
        message,
        gettext_noop("sent the letter again"),
        by=by,
        now=now,
        changes={"state": (message.state, State.QUEUED)},
    )
    outbox.nudge(message)


@transaction.atomic
def confirm_sent(message: Message, *, by: User, now: datetime, reason: str) -> None:
    """Settle a letter that was perhaps sent: it has arrived, somebody has asked. Raises Refused otherwise."""
    if not reason.strip():
        raise Refused(_("Write how you know that the letter has arrived."))
    _move(message, (State.UNSURE,), State.SENT, sent_at=message.claimed_at or now)
    audit.record(
        message,
        gettext_noop("confirmed that the letter has arrived"),
        by=by,
        now=now,
        changes={"state": (message.state, State.SENT)},
        reason=reason.strip(),
    )


@transaction.atomic
def came_back(message: Message, *, by: User, now: datetime, reason: str) -> None:
    """A letter that the mail server had taken was returned to the school's mailbox after all.

    reason: what the returned mail says; it is read like the mail server's own answer. Raises Refused for a
    letter that is not sent.
    """
    if not reason.strip():
        raise Refused(_("Copy what the mail that came back says."))
    _move(message, (State.SENT,), State.FAILED, failed_at=now, error=reason.strip())
    audit.record(
        message,
        gettext_noop("noted that the letter came back"),
        by=by,
        now=now,
        changes={"state": (message.state, State.FAILED)},
        reason=reason.strip(),
    )


@transaction.atomic
def cancel(message: Message, *, by: User | None, now: datetime, reason: str) -> None:
    """Cancel a letter that has not left. Raises Refused if it has, or without a reason."""
    if not reason.strip():
        raise Refused(_("Give a reason."))
    blanked = {"body_text": "", "body_html": ""} if message.secret else {}
    _move(message, (State.QUEUED, State.FAILED, State.UNSURE, State.SUPPRESSED), State.VOID, **blanked)
    audit.record(
        message,
        gettext_noop("cancelled the letter"),
        by=by,
        now=now,
        changes={"state": (message.state, State.VOID)},
        reason=reason.strip(),
    )


@transaction.atomic
def cancel_unsent(about: Model, kinds: list[str], *, by: User | None, now: datetime, reason: str) -> int:
    """Cancel what still waits to be sent about an object, because a new decision says otherwise.

    kinds: the kinds of letters that the new decision contradicts. Returns how many were cancelled.
    """
    waiting = Message.objects.about(about).filter(kind__in=kinds, state__in=[State.QUEUED, State.FAILED])
    messages = list(waiting.select_for_update())
    for message in messages:
        cancel(message, by=by, now=now, reason=reason)
    return len(messages)


def _move(message: Message, origins: tuple[str, ...], to: str, **fields: object) -> None:
    moved = Message.objects.filter(pk=message.pk, state__in=origins).update(state=to, **fields)
    if not moved:
        raise Refused(_("The letter has just been sent or cancelled."))
