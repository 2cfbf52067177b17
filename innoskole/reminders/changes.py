"""What people decide about reminders: rules, pauses, one more mail, and not to hear of a kind."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.notifications import outbox
from innoskole.notifications.models import Message
from innoskole.reminders.actions import TITLE, mail_of, rules
from innoskole.reminders.kinds import Kind, Recipient, kind_of
from innoskole.reminders.models import Pause, Reminder, ReminderRule
from innoskole.reminders.steps import Rule
from innoskole.ui import formats

ON_ITS_WAY = (Message.State.QUEUED, Message.State.SENDING)


# --- Rules ----------------------------------------------------------------------------------------------


@transaction.atomic
def set_rule(kind: Kind, rule: Rule, *, by: User, now: datetime) -> None:
    """Let another rule hold for a kind from the next sweep on. The kind's own rule needs no row.

    Raises Refused if it holds already.
    """
    before = rules()[kind.key]
    if rule == before:
        raise Refused(_("This rule holds already."))
    values = {**asdict(rule), "before": list(rule.before)}
    row, _is_new = ReminderRule.objects.update_or_create(
        kind=kind.key, defaults={**values, "changed_at": now, "changed_by": by}
    )
    was = asdict(before)
    audit.record(
        row,
        gettext_noop("changed when people are reminded"),
        by=by,
        now=now,
        changes={
            gettext_noop("Kind"): ("", _in_source(kind)),
            **{name: (was[name], value) for name, value in asdict(rule).items()},
        },
    )
    if rule == kind.rule:
        row.delete()


def _in_source(kind: Kind) -> str:
    """The kind's name as the audit keeps labels: a message id, which its reader sees translated."""
    with translation.override("en"):
        return str(kind.label)


# --- Pauses ---------------------------------------------------------------------------------------------


@transaction.atomic
def pause(
    *,
    kind: str,
    email: str,
    object_id: int | None,
    until_at: datetime | None,
    reason: str,
    by: User,
    now: datetime,
) -> Pause:
    """Let nobody be reminded of a kind, of one row of it, or at an address; empty means every one.

    Raises Refused without a reason, for everything at once, for a row of no kind, for an end that has
    passed, and if the very same is paused already.
    """
    reason, email = reason.strip(), email.strip().lower()
    if not reason:
        raise Refused(_("Give a reason."))
    if not kind and not email:
        raise Refused(_("Choose a kind of reminder or an address: everything cannot be paused at once."))
    if object_id is not None and not kind:
        raise Refused(_("Choose a kind of reminder."))
    if until_at is not None and until_at <= now:
        raise Refused(_("Choose a day that has not passed."))
    same = Pause.objects.in_force(now).filter(
        kind=kind, to_email=email, object_id=object_id, by__isnull=False
    )
    if same.exists():
        raise Refused(_("This is paused already."))
    made = Pause.objects.create(
        kind=kind,
        to_email=email,
        object_id=object_id,
        until_at=until_at,
        reason=reason,
        by=by,
        began_at=now,
    )
    audit.record(made, gettext_noop("paused reminders"), by=by, now=now, reason=reason)
    return made


@transaction.atomic
def end_pause(pause: Pause, *, by: User, now: datetime) -> None:
    """Let people be reminded again. What would have left meanwhile does not leave now.

    Raises Refused if the pause is over, and for one that the recipient has asked for.
    """
    if pause.by_id is None:
        raise Refused(_("The recipient has asked for this, and only the recipient can take it back."))
    if not Pause.objects.in_force(now).filter(pk=pause.pk).update(ended_at=now):
        raise Refused(_("The pause is over already."))
    audit.record(pause, gettext_noop("ended the pause"), by=by, now=now)


# --- One more mail --------------------------------------------------------------------------------------


@transaction.atomic
def send_again(line: Reminder, *, reason: str, by: User, now: datetime) -> Reminder:
    """Post a new mail about one line of the ledger, as a line of its own. Returns that line.

    The last look before it leaves holds for it as for every other. Raises Refused without a reason, and if
    the act is done, the deadline moved, the person no longer the one to act, the reminders paused or a mail
    about it on its way.
    """
    reason = reason.strip()
    if not reason:
        raise Refused(_("Give a reason."))
    line = Reminder.objects.select_for_update().get(pk=line.pk)
    obstacle, recipient, row = _look(line, now)
    if obstacle or recipient is None:
        raise Refused(obstacle)
    kind = kind_of(line.kind)
    with translation.override(recipient.language):
        title = Truncator(kind.title(row)).chars(TITLE)
    again = Reminder.objects.create(
        key=f"again:{uuid4()}",
        kind=line.kind,
        object_id=line.object_id,
        scope=line.scope,
        due_at=getattr(row, kind.due_field),
        due_on=line.due_on,
        step=line.step,
        to_email=line.to_email,
        to_name=recipient.name,
        to_user=recipient.user,
        language=recipient.language,
        title=title,
        url=kind.url(row, recipient),
        claim=uuid4(),
        happened_at=now,
        search_text=f"{recipient.name} {line.to_email} {title}".casefold(),
    )
    (again.message,) = outbox.post_all([mail_of([again], 0, now, about=kind.about(row))])
    again.save(update_fields=["message"])
    for each in (line, again):
        audit.record(each, gettext_noop("sent the reminder again"), by=by, now=now, reason=reason)
    return again


def obstacle_to_sending_again(line: Reminder, now: datetime) -> str:
    """Why no new mail about the line can be sent now, as a sentence; empty when it can."""
    return _look(line, now)[0]


def _look(line: Reminder, now: datetime) -> tuple[str, Recipient | None, Any]:
    """The obstacle, and when there is none the recipient and the row as they are now."""
    try:
        kind = kind_of(line.kind)
    except KeyError:
        return _("Nobody is reminded of this kind of deadline any more."), None, None
    if not line.to_email:
        return (
            _("The line has no recipient. The next reminder finds one, if there is one by then."),
            None,
            None,
        )
    row = kind.open().filter(pk=line.object_id).first()
    if row is None:
        return _("Nothing is left to do: nobody is reminded of it any more."), None, None
    if formats.local(getattr(row, kind.due_field)).date() != line.due_on:
        return (
            _("The deadline has been moved. Send the reminder of the new deadline again instead."),
            None,
            row,
        )
    if line.step <= 0 and getattr(row, kind.due_field) <= now:
        return _("The deadline has passed."), None, row
    if not rules()[line.kind].is_active:
        return _("Nobody is reminded of this kind of deadline any more."), None, row
    recipient = next((to for to in kind.to(row) if to.email.lower() == line.to_email), None)
    if recipient is None:
        return _("This recipient is not the one to act now."), None, row
    pauses = Pause.objects.in_force(now)
    if any(each.covers(line.kind, line.object_id, line.to_email) for each in pauses):
        return _("These reminders are paused. End the pause first."), None, row
    same = Reminder.objects.filter(
        kind=line.kind, object_id=line.object_id, due_on=line.due_on, to_email=line.to_email, why_not=""
    )
    if same.filter(message__state__in=ON_ITS_WAY).exists():
        return _("A reminder of this is on its way already."), None, row
    return "", recipient, row


# --- One's own ------------------------------------------------------------------------------------------


@transaction.atomic
def mute(kind: Kind, *, by: User, now: datetime) -> None:
    """Let a person not hear of a kind any more. Doing it twice does no harm."""
    if _own(kind, by, now).exists():
        return
    made = Pause.objects.create(kind=kind.key, to_email=by.email.lower(), began_at=now)
    audit.record(made, gettext_noop("asked not to be reminded"), by=by, now=now)


@transaction.atomic
def unmute(kind: Kind, *, by: User, now: datetime) -> None:
    """Let a person hear of a kind again. Doing it twice does no harm."""
    for each in _own(kind, by, now).select_for_update():
        each.ended_at = now
        each.save(update_fields=["ended_at"])
        audit.record(each, gettext_noop("asked to be reminded again"), by=by, now=now)


def _own(kind: Kind, user: User, now: datetime) -> QuerySet[Pause]:
    mine = Pause.objects.in_force(now).filter(by__isnull=True, to_email=user.email.lower())
    return mine.filter(kind=kind.key, object_id__isnull=True)


# --- Files ----------------------------------------------------------------------------------------------


@transaction.atomic
def record_export(*, filters: str, rows: int, file_name: str, by: User, now: datetime) -> None:
    """Write down in the history of the person that they took the ledger out of the program."""
    audit.record(
        by,
        gettext_noop("downloaded the ledger of reminders"),
        by=by,
        now=now,
        changes={
            gettext_noop("File"): ("", file_name),
            gettext_noop("Filter"): ("", filters),
            gettext_noop("Rows"): ("", rows),
        },
    )
