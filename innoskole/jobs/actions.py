"""What the machinery writes about itself: the lease of the beat, the heartbeats of the tasks, incidents."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import translation

from innoskole.jobs import emails, health, timetable
from innoskole.jobs.models import BeatLease, Heartbeat, Incident, Worker
from innoskole.notifications import delivery
from innoskole.notifications.models import Message

logger = logging.getLogger(__name__)

# How long a beat may be silent before another takes over.
LEASE = timedelta(seconds=40)
FORGET_WORKERS_AFTER = timedelta(days=1)
ERROR_LENGTH = 2_000


# --- The lease of the beat ----------------------------------------------------------------------------


def hold_lease(owner: str, *, now: datetime) -> bool:
    """Take or renew the right to start the periodic tasks. Returns whether the owner has it.

    Two conditional updates decide, so of two who ask at once only one gets it. A lease that lasts longer than
    any can was written by a clock that went wrong, and binds nobody.
    """
    values = {"renewed_at": now, "until_at": now + LEASE}
    if BeatLease.objects.filter(owner=owner, until_at__gt=now).update(**values):
        return True
    free = BeatLease.objects.filter(Q(until_at__lte=now) | Q(until_at__gt=now + 2 * LEASE) | Q(owner=owner))
    if free.update(owner=owner, began_at=now, **values):
        return True
    if BeatLease.objects.exists():
        return False
    BeatLease.objects.bulk_create(
        [BeatLease(pk=1, owner=owner, began_at=now, **values)], ignore_conflicts=True
    )
    return BeatLease.objects.filter(owner=owner).exists()


def let_go_of_lease(owner: str, *, now: datetime) -> None:
    """A beat that ends in order is followed at once."""
    BeatLease.objects.filter(owner=owner, until_at__gt=now).update(until_at=now)


# --- Heartbeats ---------------------------------------------------------------------------------------


def know(names: Collection[str], *, now: datetime) -> None:
    """Begin to follow the tasks of the timetable, and forget those that have left it."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, since_at=now) for name in names], ignore_conflicts=True
    )
    Heartbeat.objects.exclude(name__in=[*names, timetable.WATCH]).delete()


def ask(name: str, *, now: datetime) -> None:
    """The beat has put a task into the queue."""
    Heartbeat.objects.filter(name=name).update(asked_at=now)


def start(name: str, *, worker: str, now: datetime) -> None:
    """A worker has begun with a task."""
    Heartbeat.objects.filter(name=name).update(started_at=now)
    if Worker.objects.filter(name=worker).update(seen_at=now):
        return
    Worker.objects.filter(seen_at__lt=now - FORGET_WORKERS_AFTER).delete()
    Worker.objects.bulk_create([Worker(name=worker, seen_at=now)], ignore_conflicts=True)


def finish(name: str, *, seconds: float, now: datetime) -> None:
    """A task has done its work."""
    Heartbeat.objects.filter(name=name).update(finished_at=now, seconds=seconds, runs=F("runs") + 1)


def fail(name: str, *, error: str, seconds: float, now: datetime) -> None:
    """A task has ended in an error."""
    Heartbeat.objects.filter(name=name).update(
        failed_at=now, error=error[:ERROR_LENGTH], seconds=seconds, runs=F("runs") + 1
    )


# --- The watch ----------------------------------------------------------------------------------------


@transaction.atomic
def watch(now: datetime) -> list[health.Trouble]:
    """One look at reminders and delivery: begins or ends an incident, and writes its mails.

    Nothing is put into the broker's queue, because the broker may be what has died; `deliver_alerts` sends.
    Returns what is wrong.
    """
    know(timetable.names(), now=now)
    Heartbeat.objects.bulk_create([Heartbeat(name=timetable.WATCH, since_at=now)], ignore_conflicts=True)
    with translation.override(settings.LANGUAGE_CODE):
        alarms = health.alarms(health.look(now))
        incident = Incident.objects.still_open().select_for_update().first()
        if alarms and incident is None:
            _begin_incident(alarms, now)
        elif incident and not alarms:
            _end_incident(incident, now)
    finish(timetable.WATCH, seconds=0, now=now)
    return alarms


def _begin_incident(alarms: list[health.Trouble], now: datetime) -> None:
    try:
        with transaction.atomic():
            incident = Incident.objects.create(alarms=[alarm.key for alarm in alarms], began_at=now)
    except IntegrityError:
        logger.info("Another watch has just begun the same incident.")
        return
    Message.objects.bulk_create(
        [emails.alert_began(incident, alarms, to=email, now=now) for email in settings.ALERT_EMAILS]
    )


def _end_incident(incident: Incident, now: datetime) -> None:
    if Incident.objects.still_open().filter(pk=incident.pk).update(ended_at=now):
        Message.objects.bulk_create(
            [emails.alert_over(incident, to=email, now=now) for email in settings.ALERT_EMAILS]
        )


def deliver_alerts(now: datetime) -> int:
    """Send the alerts that are due from this very process. Returns how many the mail server took."""
    sent = 0
    for pk in list(Message.objects.due(now).filter(kind__in=emails.REASONS).values_list("pk", flat=True)):
        try:
            sent += delivery.deliver(pk, now)
        except delivery.Unreachable as error:
            logger.error("The alert could not be sent, because the mail server cannot be reached: %s", error)
            break
    return sent
