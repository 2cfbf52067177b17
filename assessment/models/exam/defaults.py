"""What a new exam begins with: the rules of the former one, and its dates moved to the year of the cohort."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from assessment.models.exam.exam import Exam
from cohorts.models import Cohort, SessionDay
from innoskole.ui import formats

MOMENTS = ("registration_opens_at", "registration_closes_at", "paper_opens_at", "paper_due_at")
DAYS = ("oral_from_on", "oral_to_on")
DATES = (*MOMENTS, *DAYS)
RULES = (
    "two_examiners",
    "appeal_is_joint",
    "third_assessment_from",
    "new_oral_after_change",
    "most_adjustment",
    "most_attempts",
)
FIELDS = (*DATES, *RULES, "similarity_url")


def proposed(cohort: Cohort) -> dict[str, Any]:
    """Values of a new sitting; empty where the school has held no exam. At most three queries.

    The rules are those of the cohort's former sitting, else of the school's latest exam. From another cohort
    the dates come too: moved by the whole weeks between the last sessions of both, if both have sessions.
    """
    former = cohort.exams.order_by("-number").first()
    if former is not None:
        return _values(former, (*RULES, "similarity_url"))
    latest = Exam.objects.order_by("-made_at", "-pk").first()
    if latest is None:
        return {}
    values = _values(latest, (*RULES, "similarity_url"))
    shift = _weeks_between(latest.cohort_id, cohort.pk)
    if shift is not None:
        values |= {field: _moved(getattr(latest, field), shift) for field in MOMENTS}
        values |= {field: getattr(latest, field) + shift for field in DAYS}
    return values


def _values(exam: Exam, fields: tuple[str, ...]) -> dict[str, Any]:
    return {field: getattr(exam, field) for field in fields}


def _weeks_between(one: int, other: int) -> timedelta | None:
    rows = SessionDay.objects.filter(session__cohort__in=(one, other))
    last: dict[int, date] = dict(
        rows.order_by()
        .values_list("session__cohort")
        .annotate(last=Max("held_on"))
        .values_list("session__cohort", "last")
    )
    if one not in last or other not in last:
        return None
    return timedelta(weeks=round((last[other] - last[one]).days / 7))


def _moved(moment: datetime, shift: timedelta) -> datetime:
    """The same hour on a Norwegian clock, in summer time and out of it."""
    return timezone.make_aware(
        formats.local(moment).replace(tzinfo=None) + shift, formats.local(moment).tzinfo
    )
