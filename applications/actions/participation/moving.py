"""One step of a person: the state, the line in their own history and in the application's."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from applications.actions.drafts import require_proven
from applications.actions.moves import move
from applications.models import Application, TeamMember
from applications.states import Participation
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User


def step(
    member: TeamMember,
    to: str,
    *,
    about: Application,
    verb: str,
    by: User | None,
    now: datetime,
    by_label: str = "",
    reason: str = "",
    **fields: Any,
) -> None:
    """Move a person of a locked application. Raises Refused as `move` does."""
    before = _label(member.participation)
    move(
        member,
        to,
        field="participation",
        verb=verb,
        by=by,
        now=now,
        by_label=by_label,
        reason=reason,
        **fields,
    )
    audit.record(
        about,
        verb,
        by=by,
        now=now,
        by_label=by_label,
        reason=reason,
        changes={member.name: (before, _label(to))},
    )


def fresh(application: Application, member: TeamMember) -> TeamMember:
    """The person's row as it is now; the application is locked. Raises Refused when it is gone."""
    rows = TeamMember.everyone.filter(application=application).select_related("user")
    stored = rows.prefetch_related("decisions").filter(pk=member.pk).first()
    if stored is None:
        raise Refused(_("Somebody else has removed this person from the team."))
    stored.application = application
    return stored


def require_speaks(application: Application, by: User) -> None:
    """Raise Refused unless `by` is the school, or proven to act for the lead municipality."""
    if not by.is_course_administrator:
        require_proven(application, by)


def _label(participation: str) -> str:
    """In the source language: the history translates it for its reader."""
    with override("en"):
        return str(Participation(participation).label)
