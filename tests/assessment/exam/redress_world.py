"""Explanations and appeals as they stand behind the doors: published grades, and examiners who are blind."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from assessment.models import Explanation, GradeAppeal, Oral, OralExaminer, PaperGrade, ProvisionalGrade
from assessment.states import CandidateState, GradeAppealState
from cohorts.models import Participant, Team
from tests.assessment.exam.factories import (
    AppointmentFactory,
    CandidateFactory,
    ExamFactory,
    ExaminerFactory,
    GradeAppealFactory,
    GradeFactory,
    PaperFactory,
)
from tests.factories import NOW

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """Objects: `redress-grade`, `redress-explanation`, `redress-appeal` (of me), `redress-oral`,
    `redress-received` (of mate).

    `teacher` has graded, `instructor`, who teaches elsewhere, grades anew.
    """
    ours = Team.objects.get(application__reference=world.objects["our-team"])
    exam = ExamFactory(cohort=ours.cohort, number=41, published=True)
    paper = PaperFactory(exam=exam, team=ours, delivered=True, code="REDRES")
    AppointmentFactory(paper=paper, examiner=ExaminerFactory(exam=exam, user=world.people["teacher"]))
    grades = [
        GradeFactory(
            candidate=CandidateFactory(
                exam=exam,
                participant=Participant.objects.get(pk=world.objects[name]),
                paper=paper,
                state=CandidateState.PUBLISHED,
            ),
            set_by=world.people["teacher"],
        )
        for name in ("me", "mate")
    ]
    asked = Explanation.objects.create(grade=grades[0], asked_at=NOW)
    blind = ExaminerFactory(exam=exam, user=world.people["instructor"], for_appeals=True)
    other = ExaminerFactory(exam=exam, for_appeals=True)
    regrading = GradeAppealFactory(grade=grades[0], candidates=[grades[0]], state=GradeAppealState.REGRADING)
    heard = GradeAppealFactory(grade=grades[1], candidates=[grades[1]], state=GradeAppealState.NEW_ORAL)
    received = GradeAppealFactory(grade=grades[1], candidates=[grades[1]], kind=GradeAppeal.Kind.FORMAL_FAULT)
    for appeal in (regrading, heard):
        for place, examiner in ((1, blind), (2, other)):
            made = AppointmentFactory(paper=paper, appeal=appeal, examiner=examiner, place=place)
            if appeal == heard:
                ProvisionalGrade.objects.create(
                    appointment=made, mark="B", grounds="Bra.", saved_at=NOW, submitted_at=NOW
                )
    PaperGrade.objects.create(
        paper=paper,
        appeal=heard,
        mark="B",
        grounds="Bra.",
        proposed_by=blind.user,
        proposed_at=NOW,
        agreed_by=other.user,
        agreed_at=NOW,
    )
    starts_at = NOW - timedelta(hours=2)
    oral = Oral.objects.create(
        paper=paper, appeal=heard, room="R41", starts_at=starts_at, ends_at=NOW - timedelta(hours=1)
    )
    for examiner in (blind, other):
        OralExaminer.objects.create(oral=oral, examiner=examiner, starts_at=starts_at)
    world.objects |= {
        "redress-grade": grades[0].pk,
        "redress-explanation": asked.pk,
        "redress-appeal": regrading.pk,
        "redress-oral": heard.pk,
        "redress-received": received.pk,
    }
