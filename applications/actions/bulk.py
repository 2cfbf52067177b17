"""One deed on many applications: first a preview of what would happen, then each in its own transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.actions import review
from applications.models import Application
from applications.models.concerns import concerns, with_formal_faults
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User


class Deed(Protocol):
    def __call__(self, application: Application, *, by: User, now: datetime) -> None: ...


Concerns = Callable[[Sequence[Application]], Mapping[int, Sequence[str]]]


@dataclass(frozen=True)
class BulkDeed:
    """A deed that can be done to many: its obstacle tells why one of them would be refused.

    concerns: what should be looked at before, a sentence each, by the application's key.
    """

    label: str | Promise
    obstacle: Callable[[Application, datetime], str]
    deed: Deed
    sends_letter: bool
    concerns: Concerns


@dataclass(frozen=True)
class Plan:
    """What would happen to one application; an empty obstacle means that it would change.

    concerns: what should be looked at before, a sentence each.
    """

    application: Application
    obstacle: str
    concerns: Sequence[str] = ()


BULK_DEEDS: Mapping[str, BulkDeed] = {
    "review": BulkDeed(
        _("Take into review"),
        review.obstacle_to_review,
        review.take_into_review,
        sends_letter=False,
        concerns=lambda applications: {},
    ),
    "check": BulkDeed(
        _("Pass the formal check"),
        review.obstacle_to_check,
        review.pass_formal_check,
        sends_letter=False,
        concerns=with_formal_faults,
    ),
    "ready": BulkDeed(
        _("Make ready for selection"),
        review.obstacle_to_ready,
        review.make_ready,
        sends_letter=True,
        concerns=concerns,
    ),
}


def preview(deed: BulkDeed, applications: Sequence[Application], now: datetime) -> list[Plan]:
    """What the deed would do to each application, in their order. Writes nothing."""
    found = deed.concerns(applications)
    return [
        Plan(application, deed.obstacle(application, now), found.get(application.pk, ()))
        for application in applications
    ]


def carry_out(deed: BulkDeed, applications: Iterable[Application], *, by: User, now: datetime) -> list[Plan]:
    """Do the deed to each; a refusal leaves that one as it was, and does not hold up the others."""
    done = []
    for application in applications:
        try:
            deed.deed(application, by=by, now=now)
        except Refused as refusal:
            done.append(Plan(application, str(refusal)))
        else:
            done.append(Plan(application, ""))
    return done
