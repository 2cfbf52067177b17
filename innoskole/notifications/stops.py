"""Letters that their recipient may do without, and how to stop them: never those of a decision."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from innoskole.notifications.models import Message


@dataclass(frozen=True)
class Stop:
    """What a room does when a recipient wants no more letters like this one, or wants them again after all.

    subjects: what stops, in the reader's language; empty when nothing in the letter can be stopped.
    is_stopped: whether all of it is stopped for the letter's address. stop, undo: doing what is done already
    does no harm.
    """

    subjects: Callable[[Message], list[str]]
    is_stopped: Callable[[Message, datetime], bool]
    stop: Callable[[Message, datetime], None]
    undo: Callable[[Message, datetime], None]


_stops: dict[str, Stop] = {}


def register(kind: str, stop: Stop) -> None:
    """Let letters of a kind be stopped by their recipients; call it from the app's ready()."""
    _stops[kind] = stop


def stop_of(message: Message) -> Stop | None:
    """How the letter's like can be stopped; None where they belong to a decision or to the matter itself."""
    how = _stops.get(message.kind)
    return how if how and how.subjects(message) else None
