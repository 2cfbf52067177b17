"""Why somebody got a letter: each room registers what its kinds of letters are, and for whom.

Here stands as well whether a kind tells of a decision, which settles what SMTP cannot: whether a letter whose
fate is unknown is sent a second time (docs/decisions/0111).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from innoskole.notifications.models import Message

OnCrash = Message.OnCrash


@dataclass(frozen=True)
class Reason:
    """label: the kind in a few words, for the school's lists. why: a whole sentence to the recipient."""

    label: str | Promise
    why: str | Promise


@dataclass(frozen=True)
class Line:
    """One of the things that a letter is about.

    is_deadline: whether due_at is one; else the moment since which the thing waits. note: what has become of
    it before the letter left; empty when it was told of.
    """

    title: str
    due_at: datetime
    why: str
    is_deadline: bool = True
    note: str = ""


Explainer = Callable[[Message], list[Line]]

# Of letters of a kind that the product no longer sends.
FORGOTTEN = Reason(
    label=_("Other"), why=_("You got this because you took part in a matter that the school handled.")
)
_reasons: dict[str, Reason] = {}
_on_crash: dict[str, str] = {}
_explainers: dict[str, Explainer] = {}


def register(reasons: Mapping[str, Reason], *, on_crash: str = OnCrash.AGAIN) -> None:
    """Add a room's kinds; call it from the app's ready(). Adding one twice does no harm.

    on_crash: «unsure» for letters of decisions, of which no second copy is to arrive unasked.
    """
    _reasons.update(reasons)
    _on_crash.update(dict.fromkeys(reasons, on_crash))


def explain_with(kind: str, explainer: Explainer) -> None:
    """Let a room tell of each thing that a letter of a kind is about; call it from the app's ready()."""
    _explainers[kind] = explainer


def all_reasons() -> Mapping[str, Reason]:
    return _reasons


def reason_of(kind: str) -> Reason:
    return _reasons.get(kind, FORGOTTEN)


def on_crash_of(kind: str) -> str:
    return _on_crash.get(kind, OnCrash.AGAIN)


def lines_of(message: Message) -> list[Line]:
    explainer = _explainers.get(message.kind)
    return explainer(message) if explainer else []
