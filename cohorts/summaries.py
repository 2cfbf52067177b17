"""What a participant's front page says of the rooms above: each of them registers its line."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cohorts.models import Participant


@dataclass(frozen=True, kw_only=True)
class Summary:
    """label: what it is about. text: where the participant stands, one sentence. url: where more stands."""

    label: str
    text: str
    url: str


Provider = Callable[[Participant, datetime], Summary]

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Add a line; call it from the app's ready(). Adding one twice does no harm."""
    if provider not in _providers:
        _providers.append(provider)


def summaries(participant: Participant, now: datetime) -> list[Summary]:
    """The lines in the order in which they were added."""
    return [provider(participant, now) for provider in _providers]
