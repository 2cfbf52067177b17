"""Letters about who takes part: one function per letter."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy

from cohorts.models import Participant, SessionDay
from innoskole.notifications import outbox
from innoskole.notifications.reasons import Reason

REASONS = {
    "course_welcome": Reason(
        label=gettext_lazy("The course begins for a person"),
        why=gettext_lazy("You got this because you take part in a course of the school."),
    ),
}


def welcome(participant: Participant, following: SessionDay | None, *, now: datetime) -> None:
    """The course begins for a person: what comes next, and where they find it.

    following: the next day of a session, with its session.
    """
    member, team = participant.member, participant.team
    url = reverse("cohorts:course", args=[team.cohort.slug])
    outbox.post(
        key=f"course-welcome:{participant.pk}",
        kind="course_welcome",
        to=member.user or member.email,
        template="course_welcome",
        context={
            "recipient_name": member.name,
            "member": member,
            "team": team,
            "intake": team.cohort.intake,
            "day": following,
            "place": (following.place or following.session.place) if following else "",
            "course_url": f"{settings.BASE_URL}{url}",
        },
        now=now,
        about=team.application,
    )
