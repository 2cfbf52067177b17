"""The source of every person's own deadlines: what the kinds of reminders say still waits for them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
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
    for kind in (each for each in all_kinds() if each.is_deadline and not each.is_appointment):
        for row in kind.open():
            for recipient in kind.to(row):
                account = recipient.user
                person = by_pk.get(account.pk) if account else by_email.get(recipient.email.lower())
                if person:
                    yield person, _event(kind, row, person, recipient)


def _event(kind: Kind, row: Any, person: User, recipient: Recipient) -> Event:
    due_at: datetime = getattr(row, kind.due_field)
    url = kind.url(row, recipient)
    is_closed = _asks_for_a_log_in(url)
    with translation.override(person.language):
        lines = [str(kind.demand).format(when=formats.deadline(due_at)), str(kind.why)]
        if not is_closed:
            lines.append(
                _("The link is in the e-mail about this. It is not in calendars, which others may read.")
            )
        return Event(
            uid=f"deadline-{kind.key}-{row.pk}",
            title=_("Deadline: %(what)s") % {"what": kind.title(row)},
            starts=due_at.astimezone(UTC) - LENGTH,
            ends=due_at,
            description="\n\n".join(lines),
            url=url if is_closed else "",
        )


def _asks_for_a_log_in(url: str) -> bool:
    """Whether a link is harmless in other hands; one without a log-in may answer for whoever holds it."""
    try:
        view = resolve(urlsplit(url).path).func
    except Resolver404:
        return False
    return bool(getattr(view, "login_required", True))
