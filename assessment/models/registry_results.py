"""What the student registry shall know of an exam: the published results, and who did not come."""

from django.db.models import Prefetch

from assessment.models.exam import Exam, Grade
from assessment.models.exam.candidates import Candidate
from assessment.registry.sheet import ABSENT, VALID_ABSENCE, Row
from assessment.states import CandidateState
from innoskole.ui import formats

WITH_A_GRADE = (CandidateState.PUBLISHED, CandidateState.FINAL)
WITHOUT = {CandidateState.ABSENT: ABSENT, CandidateState.VALID_ABSENCE: VALID_ABSENCE}


def results(exam: Exam) -> list[Row]:
    """A row for each candidate, by group. Nothing before publication. Two queries.

    Of a grade the day on which its latest version was published; of an absence the last day of the exam.
    """
    if not exam.is_published:
        return []
    told = Prefetch("grades", Grade.objects.published().order_by("version"), to_attr="told")
    found = exam.candidates.filter(state__in=[*WITH_A_GRADE, *WITHOUT])
    return [_row(candidate, exam) for candidate in found.with_names().in_order().prefetch_related(told)]


def _row(candidate: Candidate, exam: Exam) -> Row:
    if candidate.state in WITH_A_GRADE:
        grade: Grade = candidate.told[-1]  # type: ignore[attr-defined]  # of the prefetch
        assert grade.published_at is not None
        result, day = grade.mark, formats.local(grade.published_at).date()
    else:
        result, day = WITHOUT[CandidateState(candidate.state)], exam.last_day
    member = candidate.participant.member
    return Row(
        candidate.pk, member.name, member.email, candidate.attempt, result, day.isoformat()
    ).in_one_form()
