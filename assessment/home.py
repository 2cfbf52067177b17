"""What the home page links to: to whoever is an examiner, the papers that they grade."""

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from assessment.models import Exam, Paper
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.rooms import Room, Section


def examining(user: User) -> Section:
    """The exams in which the person grades papers. One query, none for who cannot be an examiner."""
    found = (
        Exam.objects.filter(pk__in=Paper.objects.graded_by(user).order_by().values("exam"))
        .with_names()
        .order_by("-oral_to_on")
    )
    return Section(
        _("To grade"),
        [Room(capfirst(str(one)), reverse("assessment:grading"), one.get_state_display()) for one in found]
        if has_role(user, Role.INSTRUCTOR)
        else [],
    )


QUESTIONS = (examining,)
