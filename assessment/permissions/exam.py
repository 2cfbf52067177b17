"""Who may do what with an exam. What somebody may see is asked of the QuerySets."""

from assessment.models import Exam, Paper
from cohorts.permissions import teaches
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role


def examines(user: User, exam: Exam) -> bool:
    """An examiner of the sitting, ordinary or of appeals."""
    return user.is_active and exam.examiners.filter(user=user).exists()


def grades(user: User, paper: Paper) -> bool:
    """One of the examiners appointed to the paper before publication; those of appeals are not."""
    return user.is_active and paper.appointments.filter(appeal=None, examiner__user=user).exists()


def staffs(user: User, exam: Exam) -> bool:
    """The staff of its cohort: course administrators, and its instructors."""
    return teaches(user, exam.cohort)


def can_examine(user: User) -> bool:
    """Who may be named as an examiner: instructors, of the school or hired for the exam."""
    return has_role(user, Role.INSTRUCTOR)
