"""What the municipality sees of those who have agreed: each room above adds the milestones that it knows of.

A milestone has a title and a day, and never a grade: what is given is chosen by whoever registers it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cohorts.models import Participant


@dataclass(frozen=True)
class Milestone:
    """title: in the language in force. reached_on: None while it is not reached."""

    title: str
    reached_on: date | None = None


Provider = Callable[[Sequence[Participant]], Mapping[int, Sequence[Milestone]]]

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Add a source; call it from the app's ready(). It gives participant key → milestones, in a constant
    number of queries. Adding one twice does no harm."""
    if provider not in _providers:
        _providers.append(provider)


def milestones(participants: Sequence[Participant]) -> dict[int, list[Milestone]]:
    """The milestones of each, in the order of the sources."""
    found: dict[int, list[Milestone]] = {person.pk: [] for person in participants}
    for provider in _providers:
        for key, given in provider(participants).items():
            found[key].extend(given)
    return found
