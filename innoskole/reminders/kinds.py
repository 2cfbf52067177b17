"""What people are reminded of: each story registers its kinds, and this room does the rest.

A kind asks the database what is still to be done (`open`), so nobody is reminded who is done; who is to hear
of it, and in which words, it says for one row at a time.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, DateTimeField, Model, QuerySet, Value, When
from django.utils.functional import Promise

from innoskole.accounts.models import User
from innoskole.deadlines.rules import deadline_at
from innoskole.reminders.steps import USUAL, Rule


@dataclass(frozen=True)
class Recipient:
    """An address, and the account behind it if there is one. language: nb, nn or en."""

    email: str
    name: str
    language: str
    user: User | None = None

    @classmethod
    def of(cls, user: User) -> "Recipient":
        return cls(user.email, user.name, user.language, user)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of deadline.

    key: short and for ever, part of the key of each reminder. label: what the deadline is for. demand: the
    act, as in the subject: «Answer by {when}». why: «You get this because …», a whole sentence.
    open: the rows that still wait for the act, with what the other questions read.
    due_field, since_field: names of the fields or annotations of `open` that hold the deadline, and the
    moment at which the person heard of it: no reminder is sent whose turn had come before that.
    to: who is to act. title: the thing in a few words, in the language in force. url: a full address.
    scope: what the ledger groups by, as the slug of an intake. about: on whose page the mail is listed.
    rule: what holds until the school changes it.
    to_many: whether a row may have several recipients: then each is asked for, instead of each row.
    is_of_decision: whether the reminder goes with a decision, as of an offer that lapses unanswered: its
    recipient cannot stop it.
    is_deadline: whether the moment is a deadline; else it is one since which the thing waits, and every
    reminder comes after it. The demand has no «{when}» then.
    is_appointment: the moment is when something begins that stands in people's calendars by itself.
    """

    key: str
    label: str | Promise
    demand: str | Promise
    why: str | Promise
    open: Callable[[], "QuerySet[Any]"]
    due_field: str
    since_field: str
    to: Callable[[Any], Iterable[Recipient]]
    title: Callable[[Any], str]
    url: Callable[[Any, Recipient], str]
    scope: Callable[[Any], str]
    about: Callable[[Any], Model]
    rule: Rule = USUAL
    to_many: bool = False
    is_deadline: bool = True
    is_appointment: bool = False
    is_of_decision: bool = False


def at_the_end_of(rows: "QuerySet[Any]", day: str, *, name: str = "due_at") -> "QuerySet[Any]":
    """The rows with the last minute of a day, in Norway, as a moment: for deadlines that are days.

    day: name of a field without time. Asks for the days that there are: databases disagree on time zones.
    """
    days = rows.order_by().values_list(day, flat=True).distinct()
    whens = [When(**{day: each}, then=Value(deadline_at(each))) for each in days]
    annotated: QuerySet[Any] = rows.annotate(**{name: Case(*whens, output_field=DateTimeField())})
    return annotated


_kinds: dict[str, Kind] = {}


def register(kinds: Iterable[Kind]) -> None:
    """Add a story's kinds; call it from the app's ready(). Adding one twice does no harm."""
    _kinds.update({kind.key: kind for kind in kinds})


def all_kinds() -> list[Kind]:
    """In the order in which the stories have registered them."""
    return list(_kinds.values())


def kind_of(key: str) -> Kind:
    """Raises KeyError for a kind that no story has registered."""
    return _kinds[key]


@contextmanager
def only(*kinds: Kind) -> Iterator[None]:
    """Nothing but these kinds, for a test or a measurement that brings its own."""
    before = dict(_kinds)
    _kinds.clear()
    register(kinds)
    try:
        yield
    finally:
        _kinds.clear()
        _kinds.update(before)
