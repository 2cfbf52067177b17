"""How a participant stands against the required attendance: plain arithmetic on half-days.

The rule (docs/decisions/0123): of the cohort's half-days since the person began, so many per cent must be
attended. An absence counts as one whether or not there was an apology.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Whether somebody was there on a half-day. EXCUSED: away, and had told so."""

    PRESENT = "present", _("Present")
    ABSENT = "absent", _("Not present")
    EXCUSED = "excused", _("Away with an apology")


@dataclass(frozen=True)
class Count:
    """Numbers of half-days. left: neither attended nor missed, because coming or not registered yet.

    percent: how much of all of them must be attended, 0 to 100.
    """

    attended: int
    missed: int
    left: int
    percent: int

    @property
    def total(self) -> int:
        return self.attended + self.missed + self.left

    @property
    def required(self) -> int:
        """The fewest half-days that are at least the percentage; rounded up."""
        return -(-self.percent * self.total // 100)

    @property
    def lacking(self) -> int:
        """How many more must be attended."""
        return max(self.required - self.attended, 0)

    @property
    def is_met(self) -> bool:
        """Whether it is reached, whatever comes. Nothing is reached while no half-day is planned."""
        return not self.lacking and (self.total > 0 or self.percent == 0)

    @property
    def can_reach(self) -> bool:
        """Whether it is reached if everything that is left is attended."""
        return self.attended + self.left >= self.required

    @property
    def may_miss(self) -> int:
        """How many more may be missed, of those that are left."""
        return max(min(self.attended + self.left - self.required, self.left), 0)


def count(statuses: Iterable[str | None], *, percent: int) -> Count:
    """statuses: one for each half-day at which the person is expected; None where nothing is registered."""
    found = list(statuses)
    attended = found.count(Status.PRESENT)
    left = found.count(None)
    return Count(attended=attended, missed=len(found) - attended - left, left=left, percent=percent)
