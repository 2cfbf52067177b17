from __future__ import annotations

import pytest

from assessment.models import Candidate, Grade
from assessment.states import CandidateState
from innoskole.accounts.models import Unchangeable
from tests.assessment.exam.factories import ExamFactory, GradeAppealFactory, GradeFactory, sitting

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("stage", ["locked", "grading", "published"])
def test_each_stage_of_an_exam_is_one_that_the_database_takes(stage):
    exam = ExamFactory(**{stage: True})
    assert exam.state == stage


def test_a_grade_is_told_to_nobody_before_publication():
    grade = GradeFactory(candidate__exam__grading=True, candidate__exam__published=False, published_at=None)
    user = grade.candidate.participant.member.user
    assert list(Grade.objects.told_to(user)) == []
    assert list(Grade.objects.seen_by_staff(user)) == []


def test_a_published_grade_is_told_to_its_candidate_alone():
    mine, others = GradeFactory(), GradeFactory(candidate__exam__cohort__intake__slug="another")
    assert list(Grade.objects.told_to(mine.candidate.participant.member.user)) == [mine]
    assert list(Grade.objects.told_to(others.candidate.participant.member.user)) == [others]


def test_grades_are_never_deleted():
    grade = GradeFactory()
    with pytest.raises(Unchangeable):
        grade.delete()
    with pytest.raises(Unchangeable):
        Grade.objects.all().delete()


def test_a_sitting_has_its_people_paper_and_examiners():
    paper = sitting(ExamFactory(grading=True), state=CandidateState.DELIVERED)
    assert Candidate.objects.filter(paper=paper).count() == 3
    assert paper.appointments.count() == 2
    appeal = GradeAppealFactory(grade=GradeFactory(candidate__exam=paper.exam))
    assert appeal.exam == paper.exam
