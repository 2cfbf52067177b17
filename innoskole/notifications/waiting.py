"""What of the mail waits for a person."""

from datetime import datetime

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting
from innoskole.notifications.models import Message


def undelivered(user: User, now: datetime) -> list[Waiting]:
    """To administrators: the letters that were not sent, or perhaps sent."""
    if not has_role(user, Role.COURSE_ADMINISTRATOR):
        return []
    found = Message.objects.need_a_person().aggregate(count=Count("pk"), oldest=Min("queued_at"))
    if not found["count"]:
        return []
    return [
        Waiting(
            title=_("E-mails that have not arrived"),
            url=reverse("notifications:messages") + "?state=undelivered",
            count=found["count"],
            explanation=_("Send them again, or cancel them."),
            since_at=found["oldest"],
        )
    ]
