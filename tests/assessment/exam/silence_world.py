"""What must be kept silent, as it stands behind the doors: a sitting with every grade set and none published,
and one that is published, with explanations, an appeal, and a transcript; and who stands close to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessment import models as m
from assessment.states import CandidateState, ExplanationState, GradeAppealState
from cohorts.models import Cohort, Participant, Team
from tests.assessment.certificates.factories import CertificateFactory
from tests.assessment.exam.factories import (
    AppointmentFactory,
    ExamFactory,
    ExaminerFactory,
    GradeAppealFactory,
)
from tests.assessment.exam.grading import candidates, people_of, set_paper
from tests.cohorts.factories import InstructorFactory
from tests.factories import NOW, UserFactory

if TYPE_CHECKING:
    from innoskole.accounts.models import User
    from tests.world import World

# What new examiners must not come upon: thoughts, words and name of a former one, and the words of an appeal.
THOUGHT = ("Grounds of examiner", "Agreed grounds.", "Answered well.")
EXPLAINED = "The problem was described well."
FORMER = "Sonja Sensor"
APPEALED = "We have worked on it for a whole year."


def build(world: World) -> None:
    """Objects: `silent-paper` (the code of our team's paper in exam 51), `told-paper` (in exam 61, which is
    published), `told-grade` and `told-explanation` (of mate, who waits for it), `told-appeal` (of me),
    `transcript` with its token.

    `me` and `mate` are the candidates, `teacher` and the `second examiner` grade them.
    """
    cohort = Cohort.objects.get(slug="running")
    silent = ExamFactory(cohort=cohort, number=51, grading=True)
    ours = _of_our_team(world, set_paper(silent, room="Room 51"))
    theirs = set_paper(silent, room="Room 52")
    told = _of_our_team(
        world, set_paper(ExamFactory(cohort=cohort, number=61, published=True), room="Room 61")
    )
    second = ours.appointments.get(place=2).examiner.user
    second.name = FORMER
    second.save()
    m.Examiner.objects.filter(appointments__in=told.appointments.filter(place=2)).update(user=second)
    mine, mates = _publish(told, world.people["teacher"], second)
    explained = {"asked_at": NOW, "words": EXPLAINED, "given_by": second, "given_at": NOW}
    m.Explanation.objects.create(grade=mine, state=ExplanationState.GIVEN, **explained)
    asked = m.Explanation.objects.create(grade=mates, asked_at=NOW)
    appeal = _appeal(told, mine)
    transcript = CertificateFactory(grade=mine, number="KU-2027-0061")
    world.objects |= {
        "silent-paper": ours.code,
        "told-paper": told.code,
        "told-grade": mates.pk,
        "told-explanation": asked.pk,
        "told-appeal": appeal.pk,
        "transcript": transcript.number,
        "transcript-token": transcript.token,
    }
    elsewhere = Cohort.objects.get(slug="released")
    world.people |= {
        "team mate": people_of(ours)[1],
        "candidate of another team": people_of(theirs)[0],
        "second examiner": second,
        "examiner of another paper": theirs.appointments.get(place=1).examiner.user,
        "new examiner": appeal.appointments.get(place=1).examiner.user,
        "colleague of the teacher": InstructorFactory(cohort=cohort).user,
        "teacher of another cohort": InstructorFactory(cohort=elsewhere).user,
        "second administrator": UserFactory(is_course_administrator=True),
    }


def _of_our_team(world: World, paper: m.Paper) -> m.Paper:
    """Hand a paper with its two candidates over to our team, and its first place to the teacher."""
    paper.team = Team.objects.get(application__reference=world.objects["our-team"])
    paper.save()
    for candidate, name in zip(candidates(paper), ("me", "mate"), strict=True):
        candidate.participant = Participant.objects.get(pk=world.objects[name])
        candidate.save()
    first = paper.appointments.get(place=1).examiner
    first.user = world.people["teacher"]
    first.save()
    return paper


def _publish(paper: m.Paper, first: User, second: User) -> list[m.Grade]:
    """Tell all grades of a paper, which two have set; those of `me` and of `mate`."""
    m.Grade.objects.filter(candidate__paper=paper).update(
        set_by=first, confirmed_by=second, published_at=paper.exam.published_at
    )
    paper.candidates.update(state=CandidateState.PUBLISHED)
    return [each.grades.get() for each in candidates(paper)]


def _appeal(paper: m.Paper, grade: m.Grade) -> m.GradeAppeal:
    """An appeal with two new examiners, both of whom have graded."""
    appeal: m.GradeAppeal = GradeAppealFactory(
        grade=grade,
        candidates=[grade],
        state=GradeAppealState.REGRADING,
        words=APPEALED,
    )
    for place in (1, 2):
        examiner = ExaminerFactory(exam=paper.exam, for_appeals=True)
        appointment = AppointmentFactory(paper=paper, appeal=appeal, examiner=examiner, place=place)
        m.ProvisionalGrade.objects.create(
            appointment=appointment, mark="B", grounds="Godt.", saved_at=NOW, submitted_at=NOW
        )
    return appeal
