"""The sessions of a cohort and their days.

Source: programme page, «6 samlinger fordelt på 14 dager», each of 2 to 3 days; the sixth is a study tour.
"""

from collections.abc import Sequence
from datetime import date, datetime, time

from django.db import models
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from cohorts.models.cohort import Cohort


class Half(models.TextChoices):
    """What attendance is counted in."""

    MORNING = "morning", _("Before lunch")
    AFTERNOON = "afternoon", _("After lunch")


class Halves(models.TextChoices):
    BOTH = "both", _("The whole day")
    MORNING = "morning", _("Before lunch only")
    AFTERNOON = "afternoon", _("After lunch only")


def in_language(row: models.Model, field: str) -> str:
    """A text that has a field for each language, in the one in force; else in bokmål."""
    chosen: str = getattr(row, f"{field}_{translation.get_language()}", "")
    fallback: str = getattr(row, f"{field}_nb")
    return chosen or fallback


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
    number = models.PositiveSmallIntegerField(_("number"))
    title_nb = models.CharField(_("title (bokmål)"), max_length=120)
    title_nn = models.CharField(_("title (nynorsk)"), max_length=120, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=120, blank=True)
    about_nb = models.TextField(_("content (bokmål)"), blank=True)
    about_nn = models.TextField(_("content (nynorsk)"), blank=True)
    about_en = models.TextField(_("content (English)"), blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    is_study_tour = models.BooleanField(_("study tour"), default=False)
    changed_at = models.DateTimeField(_("time or place changed"), null=True, blank=True)

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


class SessionDay(models.Model):
    """A day of a session. halves: what attendance is registered of."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="days")
    held_on = models.DateField(_("date"))
    starts = models.TimeField(_("starts"), default=time(9, 0))
    ends = models.TimeField(_("ends"), default=time(16, 0))
    halves = models.CharField(
        _("attendance is registered"), max_length=10, choices=Halves.choices, default=Halves.BOTH
    )
    place = models.CharField(_("place, if another than the session's"), max_length=200, blank=True)

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
    def half_days(self) -> tuple[Half, ...]:
        """The half-days that attendance is registered of, the earlier one first."""
        return tuple(Half) if self.halves == Halves.BOTH else (Half(self.halves),)

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.held_on, self.starts, tzinfo=timezone.get_default_timezone())

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.held_on, self.ends, tzinfo=timezone.get_default_timezone())
