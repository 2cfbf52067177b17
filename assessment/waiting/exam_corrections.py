"""Corrections of published grades that another person is to confirm. No line holds a mark or a name."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.models import GradeCorrection
from assessment.permissions.corrections import can_answer
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting


def correction_waits(user: User, now: datetime) -> list[Waiting]:
    """For those who have set the grade, and for course administrators. One query, none without a role."""
    if not (has_role(user, Role.INSTRUCTOR) or has_role(user, Role.COURSE_ADMINISTRATOR)):
        return []
    return list(_to_confirm(user))


def _to_confirm(user: User) -> Iterator[Waiting]:
    rows = GradeCorrection.objects.waiting().with_names().exclude(asked_by=user)
    if not has_role(user, Role.COURSE_ADMINISTRATOR):
        rows = rows.filter(Q(grade__set_by=user) | Q(grade__confirmed_by=user))
    for each in rows:
        if can_answer(user, each):
            yield Waiting(
                _("Answer a correction of a grade: %(exam)s") % {"exam": each.grade.candidate.exam},
                reverse("assessment:grade_correction", args=[each.grade_id]),
                since_at=each.asked_at,
            )


QUESTIONS = (correction_waits,)
