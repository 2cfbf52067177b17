"""The sessions of a cohort and their days.

Source: programme page, «6 samlinger fordelt på 14 dager», each of 2 to 3 days; the sixth is a study tour.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from hashlib import sha256
from itertools import pairwise

from django.db import models
from django.db.models import F, Q
from django.utils import dateformat, timezone, translation
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models.cohort import Cohort
from innoskole.deadlines.reckoning import DAY
from innoskole.ui import formats


class Half(models.TextChoices):
    """What attendance is counted in."""

    MORNING = "morning", gettext_lazy("Before lunch")
    AFTERNOON = "afternoon", gettext_lazy("After lunch")


class Halves(models.TextChoices):
    BOTH = "both", gettext_lazy("The whole day")
    MORNING = "morning", gettext_lazy("Before lunch only")
    AFTERNOON = "afternoon", gettext_lazy("After lunch only")


def in_language(row: models.Model, field: str) -> str:
    """A text that has a field for each language, in the one in force; else in bokmål."""
    chosen: str = getattr(row, f"{field}_{translation.get_language()}", "")
    fallback: str = getattr(row, f"{field}_nb")
    return chosen or fallback


def fingerprint(*rows: models.Model) -> str:
    """What rows say now, so that nobody overwrites what they have not seen."""
    told = [[field.value_to_string(row) for field in row._meta.concrete_fields] for row in rows]
    return sha256(repr(told).encode()).hexdigest()[:16]


def clock(value: time) -> str:
    """«09.00», as the language writes it."""
    return dateformat.time_format(value, formats.patterns().clock)


def hours(starts: time, ends: time) -> str:
    """«09.00–16.00»."""
    return f"{clock(starts)}–{clock(ends)}"


def span(days: Sequence[date]) -> str:
    """Days in order, in words: «tirsdag 14. september 2027 – torsdag 16. september 2027».

    Days that do not follow upon each other are told one by one; empty for none.
    """
    told = [formats.day(day, weekday=True) for day in days]
    if len(days) > 1 and all(later - earlier == DAY for earlier, later in pairwise(days)):
        return f"{told[0]} – {told[-1]}"
    return get_text_list(told, _("and"))


class SessionQuerySet(models.QuerySet["Session"]):
    def with_days(self) -> "SessionQuerySet":
        return self.prefetch_related("days")

    def with_programme(self) -> "SessionQuerySet":
        """With days, their items, and what the items have to do with."""
        return self.prefetch_related("days__items__outcomes")

    def in_order(self) -> "SessionQuerySet":
        return self.order_by("cohort", "number")


class Session(models.Model):
    """A session («samling»). Its time is that of its days; one without days is not placed in time yet.

    changed_at: since when time and place are as they are; empty when they never were otherwise.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="sessions")
    number = models.PositiveSmallIntegerField(gettext_lazy("number"))
    title_nb = models.CharField(gettext_lazy("title (bokmål)"), max_length=120)
    title_nn = models.CharField(gettext_lazy("title (nynorsk)"), max_length=120, blank=True)
    title_en = models.CharField(gettext_lazy("title (English)"), max_length=120, blank=True)
    about_nb = models.TextField(gettext_lazy("content (bokmål)"), blank=True)
    about_nn = models.TextField(gettext_lazy("content (nynorsk)"), blank=True)
    about_en = models.TextField(gettext_lazy("content (English)"), blank=True)
    place = models.CharField(gettext_lazy("place"), max_length=200, blank=True)
    is_study_tour = models.BooleanField(gettext_lazy("study tour"), default=False)
    changed_at = models.DateTimeField(gettext_lazy("time or place changed"), null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["cohort", "number"]
        constraints = [models.UniqueConstraint("cohort", "number", name="session_number_once_per_cohort")]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    @property
    def title(self) -> str:
        """In the language in force; in bokmål where nobody has translated it."""
        return in_language(self, "title")

    @property
    def about(self) -> str:
        return in_language(self, "about")

    @property
    def dates(self) -> Sequence[date]:
        """The days in order. Reads the relation `days` only."""
        return sorted(day.held_on for day in self.days.all())

    @property
    def last_on(self) -> date | None:
        """The last day, if there is any. Reads the relation `days` only."""
        return max((day.held_on for day in self.days.all()), default=None)

    @property
    def item_count(self) -> int:
        """Reads the relation `days` and their `items` only."""
        return sum(len(day.items.all()) for day in self.days.all())

    @property
    def calendar_uid(self) -> str:
        """What it goes by in people's calendars, for ever."""
        return f"session-{self.pk}"

    @property
    def version(self) -> str:
        """Of the session with its days, for the form in which both are changed."""
        return fingerprint(self, *sorted(self.days.all(), key=lambda day: day.pk))

    @property
    def when(self) -> str:
        """In words; empty when it is not placed in time."""
        return span(self.dates)


class SessionDay(models.Model):
    """A day of a session. halves: what attendance is registered of."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="days")
    held_on = models.DateField(gettext_lazy("date"))
    starts = models.TimeField(gettext_lazy("starts"), default=time(9, 0))
    ends = models.TimeField(gettext_lazy("ends"), default=time(16, 0))
    halves = models.CharField(
        gettext_lazy("attendance is registered"), max_length=10, choices=Halves.choices, default=Halves.BOTH
    )
    place = models.CharField(gettext_lazy("place, if another than the session's"), max_length=200, blank=True)

    class Meta:
        ordering = ["held_on", "pk"]
        constraints = [
            models.UniqueConstraint("session", "held_on", name="day_once_per_session"),
            models.CheckConstraint(condition=Q(starts__lt=F("ends")), name="day_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(halves__in=Halves.values), name="halves_are_known"),
        ]

    def __str__(self) -> str:
        return self.held_on.isoformat()

    @property
    def hours(self) -> str:
        return hours(self.starts, self.ends)

    @property
    def half_days(self) -> tuple[Half, ...]:
        """The half-days that attendance is registered of, the earlier one first."""
        return tuple(Half) if self.halves == Halves.BOTH else (Half(self.halves),)

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.held_on, self.starts, tzinfo=timezone.get_default_timezone())

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.held_on, self.ends, tzinfo=timezone.get_default_timezone())
