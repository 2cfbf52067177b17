"""The source of every person's own deadlines: what the kinds of reminders say still waits for them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.translation import gettext as _

from innoskole.accounts.models import User
from innoskole.calendars.sources import Event
from innoskole.reminders.kinds import Kind, Recipient, all_kinds
from innoskole.ui import formats

# An event without length is drawn as a line, or not at all, by most calendars.
LENGTH = timedelta(minutes=15)


def of(people: Sequence[User], now: datetime) -> Iterator[tuple[User, Event]]:
    """One event for each open row of each kind that waits for one of the people, by account or address.

    Reads every open row once, however many people there are.
    """
    by_pk = {person.pk: person for person in people}
    by_email = {person.email: person for person in people}
    for kind in (each for each in all_kinds() if each.is_deadline):
        for row in kind.open():
            for recipient in kind.to(row):
                account = recipient.user
                person = by_pk.get(account.pk) if account else by_email.get(recipient.email.lower())
                if person:
                    yield person, _event(kind, row, person, recipient)


def _event(kind: Kind, row: Any, person: User, recipient: Recipient) -> Event:
    due_at: datetime = getattr(row, kind.due_field)
    with translation.override(person.language):
        demand = str(kind.demand).format(when=formats.deadline(due_at))
        return Event(
            uid=f"deadline-{kind.key}-{row.pk}",
            title=_("Deadline: %(what)s") % {"what": kind.title(row)},
            starts=due_at.astimezone(UTC) - LENGTH,
            ends=due_at,
            description=f"{demand}\n\n{kind.why}",
            url=_behind_the_log_in(kind.url(row, recipient)),
        )


def _behind_the_log_in(url: str) -> str:
    """The address, unless it opens without a log-in: a calendar is read by more than its person, so a link
    that answers for whoever holds it stays in the letter, and the home page leads to the same question."""
    try:
        view = resolve(urlsplit(url).path).func
    except Resolver404:
        view = None
    if view and getattr(view, "login_required", True):
        return url
    return f"{settings.BASE_URL}{reverse('home')}"
