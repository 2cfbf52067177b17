"""Who asks for a correction of a grade, and who confirms it."""

from assessment.models import Grade, GradeCorrection
from cohorts.permissions import administers
from innoskole.accounts.models import User


def has_set(user: User, grade: Grade) -> bool:
    """One of those who set and confirmed this version: they know what was decided."""
    return user.is_active and user.pk in (grade.set_by_id, grade.confirmed_by_id)


def can_correct(user: User, grade: Grade) -> bool:
    return has_set(user, grade) or (user.is_active and administers(user))


def can_answer(user: User, correction: GradeCorrection) -> bool:
    """Two persons, of whom at least one has set the grade: the school alone changes no grade."""
    if user.pk == correction.asked_by_id or not can_correct(user, correction.grade):
        return False
    return has_set(user, correction.grade) or has_set(correction.asked_by, correction.grade)
