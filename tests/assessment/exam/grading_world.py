"""Grading as it stands behind the doors: the teacher grades our team's paper, whose oral is planned."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from assessment.states import CandidateState
from cohorts.models import Cohort, Participant
from tests.assessment.exam.factories import (
    AppointmentFactory,
    CandidateFactory,
    ExamFactory,
    ExaminerFactory,
    PaperFactory,
)
from tests.assessment.exam.grading import graded_paper, planned
from tests.factories import NOW

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """Objects: `graded` (the code of our team's paper in exam 31, which the teacher grades), `not-mine` (of a
    paper of the same exam that others grade)."""
    cohort = Cohort.objects.get(slug="running")
    me = Participant.objects.get(pk=world.objects["me"])
    exam = ExamFactory(cohort=cohort, number=31, grading=True)
    paper = PaperFactory(exam=exam, team=me.team, delivered=True)
    CandidateFactory(exam=exam, participant=me, paper=paper, state=CandidateState.DELIVERED, attempt=1)
    AppointmentFactory(paper=paper, examiner=ExaminerFactory(exam=exam, user=world.people["teacher"]))
    AppointmentFactory(paper=paper, place=2)
    planned(paper, starts_at=NOW + timedelta(days=1))
    world.objects |= {"graded": paper.code, "not-mine": graded_paper(exam).code}
