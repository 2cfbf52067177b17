"""Colleagues who have signed up and wait for the coordinator's answer."""

from datetime import datetime

from django.db.models import Count, F, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Application, InternalCall
from applications.models.call import OVER
from applications.states import InterestState
from innoskole.accounts import facts
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting


def call_waits(user: User, now: datetime) -> list[Waiting]:
    """Calls that are closed, with people whom nobody has answered. One query."""
    if has_role(user, Role.COURSE_ADMINISTRATOR) or not facts.holds(user, "acts_for_municipality"):
        return []
    unanswered = Q(interests__state=InterestState.INTERESTED)
    calls = (
        InternalCall.objects.filter(
            Q(closed_at__isnull=False) | Q(closes_at__lt=now),
            unanswered,
            application__in=Application.objects.editable_by(user).exclude(state__in=OVER),
        )
        .annotate(people=Count("interests"), since_at=Min(F("interests__signed_up_at")))
        .select_related("application__lead")
        .order_by("closes_at", "pk")
    )
    return [
        Waiting(
            _("Choose the team among the colleagues of %(municipality)s")
            % {"municipality": call.application.lead},
            reverse("applications:call", args=[call.application.reference]),
            count=call.people,
            since_at=call.since_at,
            explanation=_("They have signed up and wait for your answer."),
        )
        for call in calls
    ]
