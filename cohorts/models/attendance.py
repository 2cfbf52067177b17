"""Attendance of each half-day, and the apologies that people send beforehand."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cohorts.models.attendance_count import Count, Status, count
from cohorts.models.cohort import Cohort
from cohorts.models.evidence import Evidence
from cohorts.models.session import Half, SessionDay
from cohorts.models.team import Participant

# A day has no field for its lunch: from then on nobody can send an apology for the afternoon.
LUNCH = time(12, 0)


class Attendance(models.Model):
    """Whether a participant was there on a half-day. A row that stands is changed with a reason only."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="attendance")
    day = models.ForeignKey(SessionDay, on_delete=models.PROTECT, related_name="attendance")
    half = models.CharField(gettext_lazy("half-day"), max_length=10, choices=Half.choices)
    status = models.CharField(gettext_lazy("attendance"), max_length=10, choices=Status.choices)
    note = models.CharField(gettext_lazy("note"), max_length=200, blank=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField(gettext_lazy("registered at"))

    class Meta:
        constraints = [
            models.UniqueConstraint("participant", "day", "half", name="attendance_once_per_half_day"),
            models.CheckConstraint(condition=Q(half__in=Half.values), name="attendance_half_is_known"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="attendance_status_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.day_id} {self.half}"


class Apology(models.Model):
    """A participant has told that they will be away on a half-day. Taken back: the row goes.

    reason: may hold what is nobody's business for long; it is blanked when the attendance is registered.
    """

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="apologies")
    day = models.ForeignKey(SessionDay, on_delete=models.PROTECT, related_name="apologies")
    half = models.CharField(gettext_lazy("half-day"), max_length=10, choices=Half.choices)
    reason = models.CharField(gettext_lazy("reason"), max_length=200, blank=True)
    sent_at = models.DateTimeField(gettext_lazy("sent"))

    class Meta:
        constraints = [
            models.UniqueConstraint("participant", "day", "half", name="apology_once_per_half_day"),
            models.CheckConstraint(condition=Q(half__in=Half.values), name="apology_half_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.day_id} {self.half}"


# --- The half-days of a cohort ---------------------------------------------------------------------


@dataclass(frozen=True)
class HalfDay:
    """What attendance is registered of: one half of one day."""

    day: SessionDay
    half: Half

    @property
    def key(self) -> tuple[int, str]:
        return self.day.pk, self.half.value

    @property
    def starts_at(self) -> datetime:
        """When the afternoon begins is not planned: at LUNCH, unless the day begins later."""
        if self.half == Half.MORNING or self.half not in self.day.half_days[1:]:
            return self.day.starts_at
        begins = max(self.day.starts, LUNCH)
        return datetime.combine(self.day.held_on, begins, tzinfo=timezone.get_default_timezone())


def half_days(days: Sequence[SessionDay]) -> list[HalfDay]:
    """In the order in which they are held."""
    ordered = sorted(days, key=lambda day: (day.held_on, day.starts, day.pk))
    return [HalfDay(day, half) for day in ordered for half in day.half_days]


def days_of(cohort: Cohort) -> "models.QuerySet[SessionDay]":
    """The days of a cohort in order, with their sessions."""
    found = SessionDay.objects.filter(session__cohort=cohort).select_related("session__cohort")
    return found.order_by("held_on", "starts", "pk")


def everybody_on(day: SessionDay) -> "models.QuerySet[Participant]":
    """Those who take part on a day, with their names, by team."""
    found = Participant.objects.filter(team__cohort=day.session.cohort_id).on(day.held_on)
    return found.with_names().in_order()


# --- A participant's sheet -------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A participant on a half-day. is_expected: whether they took part in the cohort on that day."""

    half_day: HalfDay
    is_expected: bool
    attendance: Attendance | None = None
    apology: Apology | None = None

    @property
    def status(self) -> str | None:
        return self.attendance.status if self.attendance else None


@dataclass(frozen=True)
class Sheet:
    """All half-days of the cohort for one participant. The count is of those at which they are expected."""

    participant: Participant
    cells: tuple[Cell, ...]

    @property
    def expected(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.is_expected]

    @cached_property
    def count(self) -> Count:
        percent = self.participant.team.cohort.attendance_percent
        return count((cell.status for cell in self.expected), percent=percent)

    @property
    def reached_on(self) -> date | None:
        """The day on which the requirement was reached."""
        attended = [cell.half_day.day.held_on for cell in self.expected if cell.status == Status.PRESENT]
        required = self.count.required
        return attended[required - 1] if required and self.count.is_met else None


def sheets(participants: Sequence[Participant]) -> dict[int, Sheet]:
    """The sheet of each, by their keys. Three queries.

    The participants must have been read with their teams and cohorts (`with_names`).
    """
    cohorts = {person.team.cohort_id for person in participants}
    days: dict[int, list[SessionDay]] = defaultdict(list)
    for day in SessionDay.objects.filter(session__cohort__in=cohorts).select_related("session"):
        days[day.session.cohort_id].append(day)
    halves = {cohort: half_days(found) for cohort, found in days.items()}
    registered = {
        (row.participant_id, row.day_id, row.half): row
        for row in Attendance.objects.filter(participant__in=participants).select_related("registered_by")
    }
    apologies = {
        (row.participant_id, row.day_id, row.half): row
        for row in Apology.objects.filter(participant__in=participants)
    }

    def cells(person: Participant) -> Iterator[Cell]:
        for each in halves.get(person.team.cohort_id, ()):
            key = (person.pk, *each.key)
            day = each.day.held_on
            takes_part = person.began_on <= day and (person.left_on is None or day <= person.left_on)
            yield Cell(each, takes_part, registered.get(key), apologies.get(key))

    return {person.pk: Sheet(person, tuple(cells(person))) for person in participants}


# --- What it says ----------------------------------------------------------------------------------


def figure(found: Count) -> str:
    """How much is attended, and how much must be: one sentence."""
    if not found.total:
        return _("No days are set yet.")
    return _(
        "%(attended)s of %(total)s half-days are attended, and at least %(required)s must be (%(percent)s per"
        " cent)."
    ) % {
        "attended": found.attended,
        "total": found.total,
        "required": found.required,
        "percent": found.percent,
    }


def outlook(found: Count) -> str:
    """What that means for the half-days that are left: one sentence, empty while none is planned."""
    if not found.total:
        return ""
    if found.is_met:
        return _("The requirement is reached.")
    if not found.can_reach:
        return _("The requirement cannot be reached any more.")
    if not found.may_miss:
        return _("It can still be reached, if no more half-days are missed.")
    return ngettext(
        "It can still be reached: %(n)s more half-day may be missed.",
        "It can still be reached: %(n)s more half-days may be missed.",
        found.may_miss,
    ) % {"n": found.may_miss}


def evidence(participants: Sequence[Participant], now: datetime) -> dict[int, Evidence]:
    """The condition «required attendance» of each, by their keys. Three queries."""
    return {key: _evidence(sheet, now) for key, sheet in sheets(participants).items()}


def _evidence(sheet: Sheet, now: datetime) -> Evidence:
    found = sheet.count
    ends = [cell.half_day.day.ends_at for cell in sheet.expected if cell.attendance is None]
    due_at = max(ends, default=None)
    return Evidence(
        is_met=found.is_met,
        says=figure(found),
        happened_on=sheet.reached_on,
        next_step=_next_step(found),
        url=reverse("cohorts:own_attendance", args=[sheet.participant.team.cohort.slug]),
        due_at=due_at if due_at and due_at > now and found.lacking and found.can_reach else None,
    )


def _next_step(found: Count) -> str:
    if found.is_met or not found.total:
        return ""
    if not found.can_reach:
        return _("The requirement cannot be reached any more: talk with the instructors.")
    return ngettext(
        "Attend at least %(lacking)s of the %(n)s half-day that is left.",
        "Attend at least %(lacking)s of the %(n)s half-days that are left.",
        found.left,
    ) % {"lacking": found.lacking, "n": found.left}


# --- What has not been registered ------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """How far the registration of a half-day has come: of how many who take part."""

    half_day: HalfDay
    registered: int
    expected: int

    @property
    def is_whole(self) -> bool:
        return self.registered >= self.expected


def progress(cohorts: "models.QuerySet[Cohort]") -> dict[int, list[Progress]]:
    """Each half-day of the cohorts, by the cohorts' keys, in order. Three queries."""
    days: dict[int, list[SessionDay]] = defaultdict(list)
    for day in SessionDay.objects.filter(session__cohort__in=cohorts).select_related("session__cohort"):
        days[day.session.cohort_id].append(day)
    people: dict[int, dict[int, tuple[date, date | None]]] = defaultdict(dict)
    rows = Participant.objects.filter(team__cohort__in=list(days))
    for pk, cohort, began, left in rows.values_list("pk", "team__cohort", "began_on", "left_on"):
        people[cohort][pk] = began, left
    registered: dict[tuple[int, str], set[int]] = defaultdict(set)
    marks = Attendance.objects.filter(day__session__cohort__in=list(days))
    for day_id, half, person in marks.values_list("day", "half", "participant"):
        registered[day_id, half].add(person)

    def here(cohort: int, on: date) -> set[int]:
        return {
            pk for pk, (began, left) in people[cohort].items() if began <= on and (left is None or on <= left)
        }

    return {
        cohort: [
            Progress(each, len(registered[each.key] & expected), len(expected))
            for each in half_days(found)
            for expected in (here(cohort, each.day.held_on),)
        ]
        for cohort, found in days.items()
    }
