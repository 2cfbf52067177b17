"""The municipality's answer to the school's request for information."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions.drafts import locked, require_proven
from applications.actions.moves import move
from applications.actions.submission import write_receipt
from applications.emails import coordinator as letters
from applications.models import Application
from applications.models.completeness import lacks
from applications.models.readiness import current_guarantee
from applications.states import GuaranteeState, State
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

ANSWERED = gettext_noop("answered the request for information")


@transaction.atomic
def answer_request(application: Application, *, answer: str, by: User, now: datetime) -> Application:
    """Answer the open request: its parts lock again, a new receipt replaces the old one.

    A second click finds the request answered and changes nothing. Raises Refused after the request's
    deadline, unproven, without an answer, or when the changed application is not complete.
    """
    current = locked(application)
    request = current.open_request()
    if request is None or current.state != State.INFORMATION_REQUESTED:
        if current.state == State.IN_REVIEW:
            return current
        raise Refused(_("The school does not wait for an answer."))
    if now > request.due_at:
        raise Refused(_("The deadline for the answer has passed."))
    require_proven(current, by)
    if not answer.strip():
        raise Refused(_("Write an answer."))
    missing = lacks(current)
    if missing:
        raise Refused(missing[0].text)
    guarantee = current_guarantee(current)
    if guarantee is None or guarantee.state != GuaranteeState.GIVEN:
        raise Refused(_("The guarantee has not been given yet. Wait for it before you answer."))
    request.answer = answer.strip()
    request.answered_by = by
    request.closed_at = now
    request.save(update_fields=["answer", "answered_by", "closed_at"])
    move(current, State.IN_REVIEW, verb=ANSWERED, by=by, now=now, reason=request.answer, changed_at=now)
    submission = write_receipt(current, submitter=by, now=now)
    letters.receipt(submission, now=now)
    return current
