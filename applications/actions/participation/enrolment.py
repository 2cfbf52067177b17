"""A team is enrolled when its place is accepted, everybody has confirmed, and the rules hold."""

from datetime import datetime

from django.utils.translation import gettext_noop

from applications.actions.moves import move
from applications.emails import people as letters
from applications.models import Application
from applications.models.viability import is_complete
from applications.states import State

ENROLLED = gettext_noop("enrolled the team: everybody has confirmed, and the rules hold")


def enrol(application: Application, *, now: datetime) -> bool:
    """Enrol a locked application as soon as it is due, and tell everybody in the team; whether it did.

    An enrolled team that loses somebody stays enrolled: the pages say what it lacks.
    """
    if application.state != State.ADMITTED or not is_complete(application):
        return False
    move(application, State.ENROLLED, verb=ENROLLED, by=None, now=now, changed_at=now)
    letters.team_confirmed(application, now=now)
    return True
