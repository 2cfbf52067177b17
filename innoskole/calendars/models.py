"""Private calendar addresses, and what has been published at each of them."""

import hashlib
from datetime import date
from typing import Self, cast

from django.conf import settings
from django.db import models
from django.db.models import Q

from innoskole.calendars.sources import Event


def digest_of(token: str) -> str:
    """A token has 256 random bits, so no salt and no slow hash is needed to keep it from being found."""
    return hashlib.sha256(token.encode()).hexdigest()


class FeedQuerySet(models.QuerySet["Feed"]):
    def at(self, token: str) -> Self:
        """The one at an address, if its person can log in."""
        return self.filter(token_digest=digest_of(token), user__is_active=True)


class Feed(models.Model):
    """A person's private calendar address. Whoever knows the token reads the calendar; we know its digest.

    Revoking it deletes it, with all that was published there.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feed")
    token_digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    objects = FeedQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.user)


class Entry(models.Model):
    """An event as it stands in a feed, with its version, so that calendars know an update from a copy.

    sequence: raised by each change. cancelled_at: since when it has been published as cancelled.
    """

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="entries")
    uid = models.CharField(max_length=120)
    title = models.TextField()
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    description = models.TextField(blank=True)
    url = models.TextField(blank=True)
    location = models.TextField(blank=True)
    is_busy = models.BooleanField(default=False)
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["feed", "uid"], name="calendar_entry_once"),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=False, ends_at__isnull=False, starts_on=None, ends_on=None)
                | Q(starts_on__isnull=False, ends_on__isnull=False, starts_at=None, ends_at=None),
                name="calendar_entry_has_moments_or_days",
            ),
        ]

    def __str__(self) -> str:
        return self.uid

    @property
    def event(self) -> Event:
        return Event(
            uid=self.uid,
            title=self.title,
            starts=cast(date, self.starts_at or self.starts_on),  # the database keeps one of them
            ends=cast(date, self.ends_at or self.ends_on),
            description=self.description,
            url=self.url,
            location=self.location,
            is_busy=self.is_busy,
            is_cancelled=self.cancelled_at is not None,
        )

    def tell(self, event: Event) -> None:
        """Take over everything about an event but its version."""
        days = event.is_all_day
        self.uid = event.uid
        self.title = event.title
        self.starts_on, self.ends_on = (event.starts, event.ends) if days else (None, None)
        self.starts_at, self.ends_at = (None, None) if days else (event.starts, event.ends)
        self.description = event.description
        self.url = event.url
        self.location = event.location
        self.is_busy = event.is_busy
