"""What every step of an appeal does: look at it anew under lock, see who handles it, and write it down."""

from datetime import datetime

from django.utils.translation import gettext as _

from applications.actions.moves import move
from applications.models import Appeal
from applications.states import DecisionState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

UNTOLD = (DecisionState.PREPARED, DecisionState.APPROVED)


def fresh(appeal: Appeal) -> None:
    """Read the appeal as it is now, under lock."""
    appeal.refresh_from_db(from_queryset=Appeal.objects.select_for_update(of=("self",)))


def obstacle_to_handling(appeal: Appeal, by: User) -> str:
    """Why this person cannot decide anything in the case now, as a sentence; empty when they can."""
    if appeal.handler is not None and appeal.handler != by:
        return _("%(name)s prepares this appeal. Take it over first, if you are to decide.") % {
            "name": appeal.handler.name
        }
    if has_answer_under_way(appeal):
        return _("A new decision has been prepared. Take it back first.")
    return ""


def handled(appeal: Appeal, by: User) -> None:
    """Read it anew under lock; refuse unless `by` prepares it, or nobody does, and nothing is under way."""
    fresh(appeal)
    refuse(obstacle_to_handling(appeal, by))


def has_answer_under_way(appeal: Appeal) -> bool:
    """Whether a new decision that upholds the appeal is prepared, and not yet told."""
    return appeal.led_to is not None and appeal.led_to.state in UNTOLD


def stated(grounds: str) -> str:
    """The grounds, without which no appeal is answered (forvaltningsloven § 24)."""
    if not grounds.strip():
        raise Refused(_("State the grounds: they are sent to the appellant."))
    return grounds.strip()


def end(
    appeal: Appeal,
    to: str,
    verb: str,
    *,
    outcome: str,
    by: User | None,
    now: datetime,
    by_label: str = "",
    reason: str = "",
) -> None:
    """Move the appeal to its last state, with the answer."""
    move(
        appeal,
        to,
        verb=verb,
        by=by,
        by_label=by_label,
        now=now,
        reason=reason or outcome,
        outcome=outcome,
        ended_at=now,
    )
    tell_application(appeal, verb, by=by, by_label=by_label, now=now)


def tell_application(
    appeal: Appeal, verb: str, *, by: User | None, now: datetime, by_label: str = ""
) -> None:
    """A line in the history that the municipality reads too; a person's own appeal is not its business."""
    if not appeal.decision.is_of_person:
        audit.record(appeal.decision.application, verb, by=by, by_label=by_label, now=now)


def refuse(obstacle: str) -> None:
    if obstacle:
        raise Refused(obstacle)
