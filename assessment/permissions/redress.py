"""Who explains a grade, who handles an appeal, and who grades anew."""

from assessment.models import Explanation, GradeAppeal
from cohorts.permissions import administers
from innoskole.accounts.models import User


def explains(user: User, explanation: Explanation) -> bool:
    """One of the examiners who set the grade; an administrator writes down what one of them has said."""
    if not user.is_active:
        return False
    return administers(user) or Explanation.objects.given_by(user).filter(pk=explanation.pk).exists()


def regrades(user: User, appeal: GradeAppeal) -> bool:
    """One of the new examiners, who see neither the grade nor its explanation."""
    return user.is_active and appeal.appointments.filter(examiner__user=user).exists()
