"""The timetable of innoskole/celery.py in words, and when each task is due."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from celery import current_app
from celery.schedules import crontab
from django.utils import dateformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from innoskole.ui import formats

# The watch runs beside the timetable, because it looks after it.
WATCH = "watch"

REMIND = "remind"
DELIVER = "deliver-queued-mail"

TITLES: dict[str, str | Promise] = {
    "delete-interests": gettext_lazy("Delete what is stored about those who were not chosen for a team"),
    "forget-cohort-details": gettext_lazy(
        "Delete what is known of people for a study tour, and of speakers, when its time is up"
    ),
    DELIVER: gettext_lazy("Send the e-mails that wait"),
    "invite-newcomers": gettext_lazy("Invite those who take over a place in a team"),
    "close-and-tell": gettext_lazy("Close intakes whose deadline has passed"),
    "release-decisions": gettext_lazy("Let decisions leave at their minute"),
    "sweep-offers": gettext_lazy("Let offers expire that nobody has answered"),
    REMIND: gettext_lazy("Remind people of deadlines"),
    "refresh-calendars": gettext_lazy("Bring people's calendars up to date"),
    "write-letters": gettext_lazy("Write letters of decisions that were left unwritten"),
    "begin-course": gettext_lazy("Let the course begin for those who have confirmed"),
    "let-go-of-late-places": gettext_lazy("Free places that were held for late applications"),
    "let-go-of-voided-answers": gettext_lazy("Let go of answers to appeals that were voided"),
    "open-work-requirements": gettext_lazy("Open the work requirements whose day has come"),
    "open-exams": gettext_lazy("Open registrations for exams whose moment has come"),
    "make-grades-final": gettext_lazy("Make grades final that nobody can appeal against any more"),
    "write-certificates": gettext_lazy("Write the documents of certificates"),
    "forget-certificates": gettext_lazy("Delete what certificates said that were revoked a year ago"),
    WATCH: gettext_lazy("Watch over reminders and e-mail"),
}


@dataclass(frozen=True)
class Entry:
    """A line of the timetable. schedule: seconds between runs, or a crontab in the time of Norway."""

    name: str
    schedule: float | crontab

    @property
    def title(self) -> str:
        return str(TITLES.get(self.name, self.name))

    @property
    def words(self) -> str:
        """«Every hour», «Every day at 03:15»; raises ValueError for a schedule without words."""
        if isinstance(self.schedule, float):
            minutes = round(self.schedule / 60)
            if minutes == 60:
                return _("Every hour")
            return ngettext("Every minute", "Every %(count)s minutes", minutes) % {"count": minutes}
        daily = re.fullmatch(
            r"(\d+) (\d+) \* \* \*", str(self.schedule).partition(": ")[2].partition(" (")[0]
        )
        if daily is None:
            raise ValueError(f"No words for {self.schedule}")
        at = time(hour=int(daily[2]), minute=int(daily[1]))
        return _("Every day at %(clock)s") % {"clock": dateformat.time_format(at, formats.patterns().clock)}

    def due_after(self, moment: datetime) -> datetime:
        """When the task is to run next if it ran at the moment."""
        if isinstance(self.schedule, float):
            return moment + timedelta(seconds=self.schedule)
        began, until_due, _now = self.schedule.remaining_delta(moment)
        due: datetime = began + until_due
        return due.astimezone(UTC)


def entries() -> Iterator[Entry]:
    """The timetable in the order of innoskole/celery.py."""
    for name, line in current_app.conf.beat_schedule.items():
        yield Entry(name, line["schedule"])


def names() -> list[str]:
    return list(current_app.conf.beat_schedule)


def name_of(task: str) -> str | None:
    """The name in the timetable of a Celery task; None if it does not stand there."""
    return next((name for name, line in current_app.conf.beat_schedule.items() if line["task"] == task), None)
