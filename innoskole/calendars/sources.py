"""What stands in people's calendars: each story registers a source, and this room does the rest."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.utils import timezone

from innoskole.accounts.models import User


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something at a time, in the words and the language of the person who sees it.

    uid: within the product, for ever, letters, digits and hyphens: «session-12». starts, ends: two moments;
    or two days, of which `ends` is the last one. url: a full address that asks for a log-in. is_busy: whether
    the person is taken up by it, as by a session, and not by a deadline. is_cancelled: it is called off; it
    may also just no longer be given.
    """

    uid: str
    title: str
    starts: date
    ends: date
    description: str = ""
    url: str = ""
    location: str = ""
    is_busy: bool = False
    is_cancelled: bool = False

    def __post_init__(self) -> None:
        # Moments are compared with those of the database, and Python calls any two moments of different zones
        # unequal in the hour that comes twice.
        for name in ("starts", "ends"):
            value = getattr(self, name)
            if isinstance(value, datetime):
                object.__setattr__(self, name, value.astimezone(UTC))

    @property
    def is_all_day(self) -> bool:
        return not isinstance(self.starts, datetime)

    @property
    def begins_at(self) -> datetime:
        """What events are put in order by: of a day, its midnight in Norway."""
        if isinstance(self.starts, datetime):
            return self.starts
        return datetime.combine(self.starts, time(), tzinfo=timezone.get_default_timezone())


# For some people at once, with a number of queries that does not depend on them. What is no longer given is
# cancelled in their calendars, so a source goes on giving what has taken place for as long as it is to stand.
Source = Callable[[Sequence[User], datetime], Iterable[tuple[User, Event]]]

_sources: list[Source] = []


def register(source: Source) -> None:
    """Add a story's source; call it from the app's ready(). Adding one twice does no harm."""
    if source not in _sources:
        _sources.append(source)


def events_of(people: Sequence[User], now: datetime) -> dict[int, dict[str, Event]]:
    """Everything in some people's calendars: key of the person → uid → event."""
    found: dict[int, dict[str, Event]] = defaultdict(dict)
    for source in _sources:
        for person, event in source(people, now):
            found[person.pk][event.uid] = event
    return found
