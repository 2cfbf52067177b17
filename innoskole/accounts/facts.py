"""What every page knows about the person: each story registers a fact, read in one query with the account."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import BaseExpression

from innoskole.accounts.models import User

# Makes an expression over the account, which is OuterRef("pk") in it.
Fact = Callable[[], "BaseExpression | Any"]

_facts: dict[str, Fact] = {}


def register(name: str, fact: Fact) -> None:
    """Let `user.<name>` be known; call it from the app's ready(). Adding it twice does no harm."""
    _facts[name] = fact


@cache
def accounts() -> QuerySet[User]:
    """Every account with its facts. Put together once: that takes longer than to ask, and every page asks."""
    found: QuerySet[User] = User.objects.annotate(**{name: fact() for name, fact in _facts.items()})
    return found


def known(user: User) -> User:
    """The account with its facts: itself when it has been read with them, as that of who is logged in."""
    return user if all(hasattr(user, name) for name in _facts) else accounts().get(pk=user.pk)


def holds(user: User, name: str) -> bool:
    """Whether a fact is true of an account. No query when it has been read with its facts."""
    return bool(getattr(known(user), name))
