"""What of the reminders waits for a person: acts that nobody can be reminded of."""

from collections import defaultdict
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting
from innoskole.reminders.kinds import all_kinds
from innoskole.reminders.models import Reminder, Why


def forsaken(user: User, now: datetime) -> list[Waiting]:
    """Things that still wait for somebody's act, when there is nobody to remind of it.

    One query, and one more for each kind of which the ledger knows such a thing.
    """
    if not has_role(user, Role.COURSE_ADMINISTRATOR):
        return []
    known: dict[str, set[int]] = defaultdict(set)
    for kind, object_id in Reminder.objects.filter(why_not=Why.NOBODY).values_list("kind", "object_id"):
        known[kind].add(object_id)
    count = sum(
        not any(kind.to(row))
        for kind in all_kinds()
        if kind.key in known
        for row in kind.open().filter(pk__in=known[kind.key])
    )
    if not count:
        return []
    return [
        Waiting(
            title=_("Deadlines with nobody to remind"),
            explanation=_(
                "The one who is to act has no open account or address. See to it that somebody does."
            ),
            url=f"{reverse('reminders:ledger')}?state={Why.NOBODY.value}",
            count=count,
        )
    ]
