"""Do the periodic tasks run, and do letters leave? Reads only; every answer is reckoned from `now`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Case, Count, F, Min, Q, When
from django.utils.translation import gettext as _

from innoskole.jobs import timetable
from innoskole.jobs.models import BeatLease, Heartbeat, Worker
from innoskole.notifications import delivery
from innoskole.notifications.models import Message

# A task is late when it has not run for so long after it was due.
GRACE = timedelta(minutes=15)
# A beat renews its lease every few seconds, and another takes over within a minute.
BEAT_GRACE = timedelta(minutes=2)
# Every worker runs a periodic task every minute or so.
SEEN_LATELY = timedelta(minutes=5)
WATCH_EVERY = timedelta(minutes=5)
UNSENT_FOR = timedelta(minutes=60)
LONG_QUEUE = 500
LATE = "late:"  # begins the key of a task that is late

State = Message.State


class Pace(StrEnum):
    NEW = "new"
    FRESH = "fresh"
    LATE = "late"
    FAILED = "failed"


@dataclass(frozen=True)
class Trouble:
    """Something that needs a person.

    title, advice: translated, what is wrong and what to do about it. error: as a program said it, if one did.
    """

    key: str
    title: str
    advice: str
    since_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True)
class Pulse:
    """A task of the timetable and how it runs; no heartbeat when no beat has ever known it."""

    entry: timetable.Entry
    heartbeat: Heartbeat | None
    now: datetime

    @property
    def succeeded_at(self) -> datetime | None:
        return self.heartbeat.finished_at if self.heartbeat else None

    @property
    def due_at(self) -> datetime | None:
        """When the beat asks for it next; None without a beat."""
        if self.heartbeat is None:
            return None
        return max(self.entry.due_after(self.heartbeat.asked_at or self.heartbeat.since_at), self.now)

    @property
    def is_late(self) -> bool:
        if self.heartbeat is None:
            return True
        return self.now > self.entry.due_after(self.succeeded_at or self.heartbeat.since_at) + GRACE

    @property
    def pace(self) -> Pace:
        if self.heartbeat and self.heartbeat.is_failing:
            return Pace.FAILED
        if self.is_late:
            return Pace.LATE
        return Pace.FRESH if self.succeeded_at else Pace.NEW


@dataclass(frozen=True)
class Picture:
    """What the database tells of the machinery at a moment."""

    now: datetime
    pulses: list[Pulse]
    watch: Heartbeat | None
    lease: BeatLease | None
    workers: list[Worker]
    oldest_unsent_at: datetime | None
    stale_claims: int

    @property
    def has_run(self) -> bool:
        """Whether a beat has ever known the timetable."""
        return any(pulse.heartbeat for pulse in self.pulses)

    @property
    def unsent_for(self) -> timedelta:
        if self.oldest_unsent_at is None:
            return timedelta()
        return max(self.now - self.oldest_unsent_at, timedelta())

    @property
    def beat_silent_for(self) -> timedelta | None:
        return max(self.now - self.lease.renewed_at, timedelta()) if self.lease else None


def look(now: datetime) -> Picture:
    """Four queries, however many tasks and letters there are."""
    heartbeats = {heartbeat.name: heartbeat for heartbeat in Heartbeat.objects.all()}
    mail = Message.objects.filter(state__in=[State.QUEUED, State.SENDING]).aggregate(
        oldest_at=Min(
            Case(
                When(state=State.SENDING, then=F("claimed_at")),
                When(attempts=0, then=F("next_attempt_at")),
                default=F("queued_at"),
            )
        ),
        stale=Count("pk", filter=Q(state=State.SENDING, claimed_at__lt=now - delivery.STALE_AFTER - GRACE)),
    )
    return Picture(
        now=now,
        pulses=[Pulse(entry, heartbeats.get(entry.name), now) for entry in timetable.entries()],
        watch=heartbeats.get(timetable.WATCH),
        lease=BeatLease.objects.first(),
        workers=list(Worker.objects.seen_since(now - SEEN_LATELY)),
        oldest_unsent_at=mail["oldest_at"],
        stale_claims=mail["stale"],
    )


def letters_by_state() -> dict[str, int]:
    """How many letters of the outbox are in each state, also in those that hold none."""
    found = dict(Message.objects.order_by().values_list("state").annotate(Count("pk")))
    return {str(state): found.get(state, 0) for state in State.values}


def troubles(picture: Picture) -> list[Trouble]:
    """Everything that needs a person, the most basic first.

    That tasks are late says nothing more where no beat or no worker runs.
    """
    processes = list(_processes(picture))
    runs = not {"beat", "workers"} & {trouble.key for trouble in processes}
    tasks = [trouble for trouble in _tasks(picture) if runs or not trouble.key.startswith(LATE)]
    return [*processes, *tasks, *_mail(picture)]


def alarms(picture: Picture) -> list[Trouble]:
    """Of the troubles those for which somebody is called: reminders or letters stand still."""
    stopped = [
        _late(pulse)
        for pulse in picture.pulses
        if pulse.entry.name in (timetable.REMIND, timetable.DELIVER) and pulse.is_late
    ]
    return [*stopped, *(trouble for trouble in _mail(picture) if trouble.key == "unsent")]


def queue_troubles(depth: int | None) -> list[Trouble]:
    """depth: as innoskole.jobs.queue tells it."""
    if depth is None:
        return [
            Trouble(
                "broker",
                _("The broker does not answer"),
                _(
                    "Start Redis, or mend REDIS_URL. No letter and no reminder is lost meanwhile; they leave"
                    " when it runs again."
                ),
            )
        ]
    if depth > LONG_QUEUE:
        return [
            Trouble(
                "queue",
                _("Many tasks wait in the queue"),
                _("See that a worker runs. If the workers run and the queue still grows, start one more."),
            )
        ]
    return []


def _processes(picture: Picture) -> Iterator[Trouble]:
    silent = picture.beat_silent_for
    if silent is None or silent > BEAT_GRACE:
        yield Trouble(
            "beat",
            _("No beat is running"),
            _(
                "Start the process «beat». Without it no periodic task is started; all that is due is done"
                " when it runs again."
            ),
            picture.lease.renewed_at if picture.lease else None,
        )
    elif not picture.workers and any(pulse.is_late for pulse in picture.pulses):
        yield Trouble(
            "workers",
            _("No worker has run a task lately"),
            _("Start the process «worker», and read its log if it ends by itself."),
        )
    if picture.watch and picture.now > (picture.watch.finished_at or picture.watch.since_at) + (
        WATCH_EVERY + GRACE
    ):
        yield Trouble(
            "watch",
            _("The watch has stopped"),
            _(
                "Start «manage.py watch», or mend its line in cron. Without it nobody is told when letters"
                " stand still."
            ),
            picture.watch.finished_at,
        )


def _tasks(picture: Picture) -> Iterator[Trouble]:
    for pulse in picture.pulses:
        if pulse.pace == Pace.FAILED and pulse.heartbeat:
            yield Trouble(
                f"failed:{pulse.entry.name}",
                _("A task failed: %(task)s") % {"task": pulse.entry.title},
                _(
                    "Read the error below. The task is tried again when it is next due; tell those who run"
                    " the product if it goes on."
                ),
                pulse.heartbeat.failed_at,
                pulse.heartbeat.error,
            )
        elif pulse.pace == Pace.LATE:
            yield _late(pulse)


def _late(pulse: Pulse) -> Trouble:
    return Trouble(
        f"{LATE}{pulse.entry.name}",
        _("A task has not run as it should: %(task)s") % {"task": pulse.entry.title},
        _(
            "See that the processes «beat» and «worker» run, and that Redis and the database answer. What is"
            " due is done when they run again."
        ),
        pulse.succeeded_at,
    )


def _mail(picture: Picture) -> Iterator[Trouble]:
    if picture.unsent_for > UNSENT_FOR:
        yield Trouble(
            "unsent",
            _("E-mail has waited for more than an hour"),
            _(
                "See that the worker runs and that the mail server answers. Its last answer stands on the"
                " page of the e-mail."
            ),
            picture.oldest_unsent_at,
        )
    if picture.stale_claims:
        yield Trouble(
            "stale",
            _("E-mail was being sent when a worker stopped"),
            _("The task that sends e-mail takes it up again when it runs. See that it does."),
        )
