"""What waits for a person: each story registers a question, the home page shows the answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from innoskole.accounts import facts
from innoskole.accounts.models import User


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a person.

    title, explanation: translated sentences. count: how many, or None for a single thing.
    due_at: the deadline, if any. since_at: since when it has waited, if known.
    """

    title: str
    url: str
    count: int | None = None
    due_at: datetime | None = None
    explanation: str = ""
    since_at: datetime | None = None


Question = Callable[[User, datetime], list[Waiting]]

_questions: list[Question] = []
_END = datetime.max.replace(tzinfo=UTC)


def register(question: Question) -> Question:
    """Add a question to the home page; call it from the app's ready(). Adding it twice does no harm."""
    if question not in _questions:
        _questions.append(question)
    return question


def waiting_for(user: User, now: datetime) -> list[Waiting]:
    """Everything that waits for a person: the nearest deadline first, then what has waited longest."""
    user = facts.known(user)
    found = [item for question in _questions for item in question(user, now)]
    return sorted(found, key=lambda item: (item.due_at or _END, item.since_at or _END, item.title))
