"""What a recipient does about reminders by the link in the mail: why it came, no more of them, more again.

The page itself stands in the post office, which knows nothing of reminders; it asks by way of what is
registered in apps.py.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from innoskole.accounts import audit
from innoskole.notifications.models import Message
from innoskole.notifications.reasons import Line, Reason
from innoskole.notifications.stops import Stop
from innoskole.reminders.kinds import Kind, all_kinds
from innoskole.reminders.models import Pause, PauseQuerySet, Why

REASON = Reason(
    label=_("Reminder of deadlines"),
    why=_("You got this because a deadline was near, or had passed, and it was your turn to do something."),
)


def lines(message: Message) -> list[Line]:
    """Each deadline that the mail tells of, and of those struck at the last moment, why."""
    kinds = {kind.key: kind for kind in all_kinds()}
    found = [(line, kinds.get(line.kind)) for line in message.reminders.order_by("due_at", "pk")]
    return [
        Line(
            title=line.title,
            due_at=line.due_at,
            why=str(kind.why) if kind else "",
            is_deadline=kind is None or kind.is_deadline,
            note=str(Why(line.why_not).label) if line.why_not else "",
        )
        for line, kind in found
    ]


@transaction.atomic
def stop(message: Message, now: datetime) -> None:
    """The recipient wants no more reminders of the kinds in the mail; decisions and receipts still arrive."""
    declined = set(_declined(message, now).values_list("kind", flat=True))
    missing = [kind for kind in _kinds(message) if kind.key not in declined]
    if not missing:
        return
    Pause.objects.bulk_create(
        [Pause(kind=kind.key, to_email=message.to_email, began_at=now) for kind in missing]
    )
    audit.record(message, gettext_noop("stopped such reminders"), by=None, by_label=message.to_email, now=now)


@transaction.atomic
def undo(message: Message, now: datetime) -> None:
    """The recipient wants them after all. What the school has paused stays so."""
    if _declined(message, now).update(ended_at=now):
        audit.record(
            message,
            gettext_noop("asked for such reminders again"),
            by=None,
            by_label=message.to_email,
            now=now,
        )


def is_stopped(message: Message, now: datetime) -> bool:
    kinds = {kind.key for kind in _kinds(message)}
    return bool(kinds) and kinds == set(_declined(message, now).values_list("kind", flat=True))


def subjects(message: Message) -> list[str]:
    return [str(kind.label) for kind in _kinds(message)]


def _kinds(message: Message) -> list[Kind]:
    """Those of which the mail reminds, also in lines that were struck, and which its reader may stop."""
    named = set(message.reminders.values_list("kind", flat=True))
    return [kind for kind in all_kinds() if kind.key in named and not kind.is_of_decision]


def _declined(message: Message, now: datetime) -> PauseQuerySet:
    """What the recipient has stopped and not undone, of the kinds in the mail."""
    mine = Pause.objects.in_force(now).filter(to_email=message.to_email, object_id=None, by=None)
    return mine.filter(kind__in=[kind.key for kind in _kinds(message)])


STOP = Stop(subjects=subjects, is_stopped=is_stopped, stop=stop, undo=undo)
