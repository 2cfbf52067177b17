"""A published exam that has been handed over, and a cohort whose figures are released."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from assessment.models import RegistryExport
from assessment.models.registry_results import results
from assessment.registry.sheet import digest
from assessment.states import CandidateState
from cohorts.models import Cohort
from cohorts.states import CohortState
from tests.assessment.exam.factories import ExamFactory, GradeFactory, sitting
from tests.assessment.statistics.factories import StatisticsReleaseFactory
from tests.cohorts.factories import CohortFactory
from tests.factories import NOW

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """Exam 9 of the running cohort, with sheet 1; the cohort `released`."""
    exam = ExamFactory(cohort=Cohort.objects.get(slug="running"), number=9, published=True)
    for candidate in sitting(exam, people=1, state=CandidateState.FINAL).candidates.all():
        GradeFactory(candidate=candidate)
    rows = results(exam)
    RegistryExport.objects.create(
        exam=exam,
        number=1,
        rows=[row.as_json() for row in rows],
        digest=digest(rows),
        made_by=world.people["administrator"],
        made_at=NOW - timedelta(hours=1),
    )
    cohort = CohortFactory(
        intake__slug="released", slug="released", state=CohortState.COMPLETED, completed_at=NOW
    )
    StatisticsReleaseFactory(cohort=cohort, released_by=world.people["administrator"])
