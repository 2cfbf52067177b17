"""The registration as it stands behind the doors: an open exam, and one whose list is locked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessment.models.exam.registration import digest_of
from cohorts.models import Cohort, Participant
from tests.assessment.exam.factories import CandidateFactory, ExamFactory, PaperFactory

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """Exam 1 of the running cohort is open; on the locked list of exam 11 stands `me`."""
    cohort = Cohort.objects.get(slug="running")
    me = Participant.objects.get(pk=world.objects["me"])
    ExamFactory(cohort=cohort, number=1)
    locked = ExamFactory(cohort=cohort, number=11, locked=True)
    evidence = [
        {
            "key": "fee-1",
            "label": "Semester fee, first semester",
            "is_met": True,
            "says": "Betalt.",
            "language": "nb",
        }
    ]
    CandidateFactory(
        exam=locked,
        participant=me,
        paper=PaperFactory(exam=locked, team=me.team),
        attempt=1,
        evidence=evidence,
        evidence_digest=digest_of(evidence),
    )
