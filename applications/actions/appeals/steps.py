"""The steps of an appeal that lead to no new decision."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions.appeals.handling import (
    end,
    fresh,
    handled,
    has_answer_under_way,
    obstacle_to_handling,
    stated,
)
from applications.actions.appeals.upholding import take_back
from applications.actions.moves import move
from applications.emails import appeals as letters
from applications.models import Appeal
from applications.states import APPEAL_TRANSITIONS, AppealState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.deadlines import rules
from innoskole.deadlines.models import Kind

TAKEN = gettext_noop("began to prepare the appeal")
TAKEN_OVER = gettext_noop("took over the appeal")
SENT = gettext_noop("sent the appeal to the appeals board")
NOT_UPHELD = gettext_noop("recorded that the appeals board keeps the decision")
DISMISSED = gettext_noop("dismissed the appeal")
WITHDRAWN = gettext_noop("withdrew the appeal")
WITHDRAWN_FOR = gettext_noop("recorded that the appellant withdrew the appeal")


def obstacle_to_step(appeal: Appeal, to: str, by: User) -> str:
    """Why this person cannot take the appeal to a state now, as a sentence; empty when they can."""
    if to not in APPEAL_TRANSITIONS[appeal.state]:
        return _("This cannot be done now: the state is «%(state)s».") % {"state": appeal.get_state_display()}
    if to in (AppealState.IN_PREPARATION, AppealState.WITHDRAWN):
        return ""
    return obstacle_to_handling(appeal, by)


@transaction.atomic
def take(appeal: Appeal, *, by: User, now: datetime) -> None:
    """Begin to prepare an appeal, as its handler; the appellant is told who it is."""
    fresh(appeal)
    move(appeal, AppealState.IN_PREPARATION, verb=TAKEN, by=by, now=now, handler=by)
    letters.in_preparation(appeal, now=now)


@transaction.atomic
def take_over(appeal: Appeal, *, by: User, now: datetime) -> None:
    """Become the handler of an appeal that somebody else has begun. Nobody gets mail."""
    fresh(appeal)
    if appeal.handler is None or appeal.handler == by or appeal.ended_at is not None:
        raise Refused(_("This appeal cannot be taken over now."))
    before = appeal.handler
    appeal.handler = by
    appeal.save(update_fields=["handler"])
    audit.record(appeal, TAKEN_OVER, by=by, now=now, changes={"handler": (before, by)})


@transaction.atomic
def send_to_board(appeal: Appeal, *, statement: str, by: User, now: datetime) -> None:
    """Keep the decision and let the appeals board judge; the appellant gets the statement too (§ 33)."""
    handled(appeal, by)
    if not statement.strip():
        raise Refused(_("Write the statement: why the school keeps its decision."))
    move(
        appeal,
        AppealState.SENT_TO_BOARD,
        verb=SENT,
        by=by,
        now=now,
        reason=statement.strip(),
        statement=statement.strip(),
        to_board_at=now,
    )
    letters.sent_to_board(appeal, now=now)


# --- Ended ----------------------------------------------------------------------------------------


@transaction.atomic
def not_upheld(appeal: Appeal, *, grounds: str, by: User, now: datetime) -> None:
    """Record that the appeals board keeps the decision, with the board's grounds."""
    handled(appeal, by)
    end(appeal, AppealState.NOT_UPHELD, NOT_UPHELD, outcome=stated(grounds), by=by, now=now)
    letters.not_upheld(appeal, now=now)


@transaction.atomic
def dismiss(appeal: Appeal, *, grounds: str, by: User, now: datetime) -> None:
    """Refuse to take up an appeal, such as one that came too late (§ 31); a dismissal can be appealed."""
    handled(appeal, by)
    end(appeal, AppealState.DISMISSED, DISMISSED, outcome=stated(grounds), by=by, now=now)
    letters.dismissed(appeal, until_on=rules.deadline(Kind.ADMISSION_APPEAL, now).day, now=now)


@transaction.atomic
def withdraw(appeal: Appeal, *, by: User | None, now: datetime, reason: str = "") -> None:
    """Take an appeal back before it is answered. The school does so on the appellant's word, with a reason.

    by: None for an appellant who came by a link.
    """
    fresh(appeal)
    if has_answer_under_way(appeal):
        take_back(appeal, reason=_("The appeal was withdrawn."), by=by, now=now)
    for_another = by is not None and by.is_course_administrator
    if for_another and not reason.strip():
        raise Refused(_("State how the appellant has said so."))
    label = "" if by else f"{appeal.appellant_name} ({appeal.appellant_email})"
    verb = WITHDRAWN_FOR if for_another else WITHDRAWN
    end(
        appeal, AppealState.WITHDRAWN, verb, outcome="", by=by, by_label=label, now=now, reason=reason.strip()
    )
    letters.withdrawn(appeal, now=now)
