"""What the cohort makes of the persons of an enrolled team: they begin, complete, and begin again."""

from datetime import datetime

from django.utils.translation import gettext_noop

from applications.actions.participation.moving import step
from applications.models import TeamMember
from applications.states import Participation
from innoskole.accounts.models import User

BEGAN = gettext_noop("began the course")
COMPLETED = gettext_noop("completed the course")
RESUMED = gettext_noop("opened a person's course again")


def begin_course(member: TeamMember, *, by: User | None, now: datetime) -> None:
    """The course begins for a person of a locked application who has confirmed. The cohort welcomes them."""
    step(
        member,
        Participation.ACTIVE,
        about=member.application,
        verb=BEGAN,
        by=by,
        now=now,
        began_at=now,
    )


def complete_course(member: TeamMember, *, by: User, now: datetime) -> None:
    """A person of a locked application has taken part to the end."""
    step(member, Participation.COMPLETED, about=member.application, verb=COMPLETED, by=by, now=now)


def resume_course(member: TeamMember, *, by: User, now: datetime) -> None:
    """The cohort of a person of a locked application is opened again."""
    step(member, Participation.ACTIVE, about=member.application, verb=RESUMED, by=by, now=now)
