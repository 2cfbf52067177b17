"""What of the machinery waits for a person."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting
from innoskole.jobs import health


def what_does_not_run(user: User, now: datetime) -> list[Waiting]:
    """To administrators, once the machinery has ever run: what of it has stopped."""
    if not has_role(user, Role.COURSE_ADMINISTRATOR):
        return []
    picture = health.look(now)
    found = health.troubles(picture) if picture.has_run else []
    if not found:
        return []
    return [
        Waiting(
            title=_("Periodic tasks or e-mail stand still"),
            url=reverse("jobs:jobs"),
            count=len(found),
            explanation=_("See what has stopped, and what to do about it."),
            since_at=min((trouble.since_at for trouble in found if trouble.since_at), default=None),
        )
    ]
