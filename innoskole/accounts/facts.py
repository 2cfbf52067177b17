"""What every page knows about the person: each story registers a fact, read in one query with the account."""

from collections.abc import Callable
from typing import Any

from django.db.models.expressions import BaseExpression

# Makes an expression over the account, which is OuterRef("pk") in it.
Fact = Callable[[], "BaseExpression | Any"]

_facts: dict[str, Fact] = {}


def register(name: str, fact: Fact) -> None:
    """Let `user.<name>` be known; call it from the app's ready(). Adding it twice does no harm."""
    _facts[name] = fact


def annotations() -> dict[str, Any]:
    return {name: fact() for name, fact in _facts.items()}
