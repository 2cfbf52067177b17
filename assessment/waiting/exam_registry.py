"""Results that the student registry does not have yet, or has otherwise; and figures to release."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessment.models import Candidate, Exam, RegistryExport, RegistryImport, StatisticsRelease
from assessment.states import CandidateState, ExamState
from assessment.states.exam import SITTING
from cohorts.models import Cohort
from cohorts.states import CohortState
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting


def exam_registry_waits(user: User, now: datetime) -> list[Waiting]:
    """For course administrators. Three queries, however many exams and cohorts."""
    if not has_role(user, Role.COURSE_ADMINISTRATOR):
        return []
    return [*_to_hand_over(), *_differing(), *_to_release()]


def _to_hand_over() -> Iterator[Waiting]:
    """Exams without a sheet, and those in which a grade was published, or an absence recorded otherwise,
    after the latest one."""
    sheets = RegistryExport.objects.filter(exam=OuterRef("pk")).order_by("-number")
    rows = Exam.objects.filter(state=ExamState.PUBLISHED).annotate(
        sheet_at=Subquery(sheets.values("made_at")[:1]),
        told_at=Max("candidates__grades__published_at"),
        ended_at=Max("candidates__ended_at"),
    )
    is_behind = Q(told_at__gt=F("sheet_at")) | Q(ended_at__gt=F("sheet_at"))
    rows = rows.filter(Q(sheet_at=None) | is_behind, told_at__isnull=False)
    exam: Any  # with the annotations
    for exam in rows.with_names().order_by("pk"):
        facts = {"cohort": exam.cohort, "number": exam.number}
        first = _("Hand results over to the student registry: %(cohort)s, exam %(number)s")
        again = _("The sheet differs from what is published: make a new one (%(cohort)s, exam %(number)s)")
        yield Waiting(
            (first if exam.sheet_at is None else again) % facts,
            reverse("assessment:registry", args=[exam.cohort.slug, exam.number]),
            since_at=max(filter(None, (exam.told_at, exam.ended_at))) if exam.sheet_at else exam.told_at,
        )


def _differing() -> Iterator[Waiting]:
    """Sheets that count, from which the registry differed when they were last compared."""
    later = RegistryImport.objects.filter(export=OuterRef("export"), pk__gt=OuterRef("pk"))
    rows = RegistryImport.objects.filter(
        ~Exists(later), export__in=RegistryExport.objects.latest_of_exams()
    ).exclude(differences=[])
    for found in rows.select_related("export__exam__cohort__intake").order_by("pk"):
        exam = found.export.exam
        yield Waiting(
            _("The student registry differs from the results: %(cohort)s, exam %(number)s")
            % {"cohort": exam.cohort, "number": exam.number},
            reverse("assessment:registry_sheet", args=[exam.cohort.slug, exam.number, found.export.number]),
            count=len(found.differences),
            since_at=found.read_at,
            explanation=ngettext(
                "%(count)s difference has not been put right.",
                "%(count)s differences have not been put right.",
                len(found.differences),
            )
            % {"count": len(found.differences)},
        )


def _to_release() -> Iterator[Waiting]:
    """Completed cohorts whose grades are all final, and whose figures nobody can see yet."""
    waiting = [state for state in SITTING if state != CandidateState.FINAL]
    unsettled = Candidate.objects.filter(exam__cohort=OuterRef("pk"), state__in=waiting)
    released = StatisticsRelease.objects.filter(cohort=OuterRef("pk"))
    rows = Cohort.objects.filter(~Exists(unsettled), ~Exists(released), state=CohortState.COMPLETED)
    for cohort in rows.select_related("intake").order_by("pk"):
        yield Waiting(
            _("Release the statistics of %(cohort)s") % {"cohort": cohort},
            reverse("assessment:cohort_statistics", args=[cohort.slug]),
            since_at=cohort.completed_at,
        )


QUESTIONS = (exam_registry_waits,)
