"""Decisions and releases that wait for a second person."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Decision, Release
from applications.states import ReleaseState
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting


def decision_waits(user: User, now: datetime) -> list[Waiting]:
    """What somebody else has prepared. Two queries."""
    if not has_role(user, Role.COURSE_ADMINISTRATOR):
        return []
    prepared = Release.objects.filter(state=ReleaseState.PREPARED).exclude(prepared_by=user)
    found = [
        Waiting(
            _("Approve the letters of the selection: %(intake)s") % {"intake": release.intake},
            reverse("applications:release", args=[release.intake.slug]),
            due_at=None if release.leaves_when_approved else release.leaves_at,
            since_at=release.prepared_at,
            explanation=_("%(name)s has prepared them; another person must approve them.")
            % {"name": release.prepared_by},
        )
        for release in prepared.with_people().order_by("leaves_at")
    ]
    single = Decision.objects.to_approve().exclude(prepared_by=user).with_subject()
    return found + [
        Waiting(
            _("Approve a decision on %(subject)s: %(kind)s")
            % {"subject": decision.member or decision.application.lead, "kind": decision.get_kind_display()},
            reverse("applications:decision", args=[decision.pk]),
            due_at=None if decision.leaves_when_approved else decision.leaves_at,
            since_at=decision.prepared_at,
            explanation=_("Another person has prepared it, and a second one must approve it."),
        )
        for decision in single.order_by("prepared_at", "pk")
    ]
