"""Where a person belongs: each story registers a question, the home page links to the answers."""

from collections.abc import Callable
from dataclasses import dataclass

from innoskole.accounts.models import User


@dataclass(frozen=True)
class Room:
    """A link under a heading of the home page. title, hint: translated."""

    title: str
    url: str
    hint: str = ""


@dataclass(frozen=True)
class Section:
    """heading: translated, such as «My course»."""

    heading: str
    rooms: list[Room]


Question = Callable[[User], Section]

_questions: list[Question] = []


def register(question: Question) -> Question:
    """Add a question to the home page; call it from the app's ready(). Adding it twice does no harm."""
    if question not in _questions:
        _questions.append(question)
    return question


def rooms_of(user: User) -> list[Section]:
    """The sections that have something in them for a person, in the order of registration."""
    return [section for question in _questions if (section := question(user)).rooms]
