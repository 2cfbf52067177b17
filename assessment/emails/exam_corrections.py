"""Letters about a typing error in a grade: none holds a mark."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy

from assessment.models import Grade, GradeCorrection
from assessment.models.exam.rights import rights
from assessment.states import CorrectionState
from innoskole.accounts.models import User
from innoskole.deadlines.rules import deadline_at
from innoskole.notifications import outbox
from innoskole.notifications.reasons import Reason

SAT = gettext_lazy("You got this because you have sat the exam.")
GRADES = gettext_lazy("You got this because you have set the grade, or are a course administrator.")
REASONS = {
    "grade_corrected": Reason(label=gettext_lazy("Grade corrected"), why=SAT),
    "grade_correction_asked": Reason(label=gettext_lazy("Correction of a grade to confirm"), why=GRADES),
    "grade_correction_answered": Reason(label=gettext_lazy("Correction of a grade answered"), why=GRADES),
}


def asked(correction: GradeCorrection, *, now: datetime) -> None:
    """To those who have set the grade; to the course administrators where that is nobody else."""
    grade = correction.grade
    setters = User.objects.filter(pk__in=[grade.set_by_id, grade.confirmed_by_id], is_active=True)
    users = list(setters.exclude(pk=correction.asked_by_id).order_by("pk"))
    for user in users or User.objects.administrators().exclude(pk=correction.asked_by_id):
        _to(user, "grade_correction_asked", correction, now=now, by=correction.asked_by)


def answered(correction: GradeCorrection, *, now: datetime) -> None:
    """To the one who has asked."""
    is_made = correction.state == CorrectionState.MADE
    _to(correction.asked_by, "grade_correction_answered", correction, now=now, is_made=is_made)


def corrected(grade: Grade, *, now: datetime) -> None:
    """To the candidate: that it is another version, why, and until when what can be asked for."""
    candidate = grade.candidate
    exam, member = candidate.exam, candidate.participant.member
    found = rights(candidate)
    assert found is not None, "a corrected grade is published"
    until = found.appeal_clock.until_on
    outbox.post(
        key=f"grade_corrected:{grade.pk}",
        kind="grade_corrected",
        to=member.user or member.email,
        template="grade_corrected",
        context={
            "recipient_name": member.name,
            "exam": exam,
            "explanation_until": found.request_until,
            "appeal_until": None if found.obstacle_to_appealing("grade") else until and deadline_at(until),
            "url": f"{settings.BASE_URL}{reverse('assessment:course_exam', args=[exam.cohort.slug])}",
        },
        about=candidate,
        now=now,
    )


def _to(user: User, template: str, correction: GradeCorrection, *, now: datetime, **context: Any) -> None:
    path = reverse("assessment:grade_correction", args=[correction.grade_id])
    outbox.post(
        key=f"{template}:{correction.pk}:{user.pk}",
        kind=template,
        to=user,
        template=template,
        context={
            "recipient_name": user.name,
            "exam": correction.grade.candidate.exam,
            "url": f"{settings.BASE_URL}{path}",
            **context,
        },
        about=correction.grade.candidate,
        now=now,
    )
