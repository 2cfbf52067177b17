"""What is remembered about the machinery: who starts the periodic tasks, when each ran, what went wrong."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext_lazy as _


class BeatLease(models.Model):
    """The right to start the periodic tasks: whoever holds it is the only beat. One row, key 1."""

    owner = models.CharField(max_length=200)
    began_at = models.DateTimeField()
    renewed_at = models.DateTimeField()
    until_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="beat_lease_is_one")]


class Heartbeat(models.Model):
    """How a periodic task runs. since_at: when it came into the timetable."""

    name = models.CharField(_("task"), max_length=60, unique=True)
    since_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    seconds = models.FloatField(null=True)
    runs = models.PositiveBigIntegerField(default=0)

    @property
    def is_failing(self) -> bool:
        """Whether the last run that came to an end ended in an error."""
        if self.failed_at is None:
            return False
        return self.finished_at is None or self.failed_at > self.finished_at


class WorkerQuerySet(models.QuerySet["Worker"]):
    def seen_since(self, moment: datetime) -> Self:
        return self.filter(seen_at__gte=moment).order_by("name")


class Worker(models.Model):
    """A worker that has run a periodic task."""

    name = models.CharField(max_length=200, unique=True)
    seen_at = models.DateTimeField()

    objects = WorkerQuerySet.as_manager()


class IncidentQuerySet(models.QuerySet["Incident"]):
    def still_open(self) -> Self:
        return self.filter(ended_at=None)


class Incident(models.Model):
    """A time in which letters or reminders stood still; one alert when it begins, one mail when it is over.

    alarms: keys of innoskole.jobs.health.Trouble, as they were when it began.
    """

    alarms: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                ExpressionWrapper(Q(ended_at__isnull=True), output_field=BooleanField()),
                condition=Q(ended_at__isnull=True),
                name="incident_open_is_one",
            ),
        ]
