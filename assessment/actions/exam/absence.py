"""Who did not sit the exam that they were registered for: with a valid reason no attempt is used."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessment.actions.exam.setting_up import locked_exam, require_administers
from assessment.actions.moves import move
from assessment.emails import exam_registration as letters
from assessment.models import Candidate
from assessment.states import CandidateState, ExamState
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

ABSENT = gettext_noop("recorded an absence")
VALID = gettext_noop("recorded an absence with a valid reason")


@transaction.atomic
def record(candidate: Candidate, *, is_valid: bool, reason: str, by: User, now: datetime) -> None:
    """Record that a candidate was absent, or that the reason of an absence is (or is not) a valid one.

    reason: what the school rests it on, never what somebody suffers from. The person gets a letter. Raises
    Refused before the list is locked, before the deadline of the paper for an absence without a valid
    reason, without a reason, and for somebody who has delivered.
    """
    require_administers(by)
    exam = locked_exam(candidate.exam)
    current = Candidate.objects.with_names().select_related("paper").get(pk=candidate.pk)
    obstacle = obstacle_to(current, is_valid=is_valid, now=now)
    if obstacle:
        raise Refused(obstacle)
    if not reason.strip():
        raise Refused(_("Give a reason."))
    current.exam, current.reason = exam, reason.strip()
    Candidate.objects.filter(pk=current.pk).update(reason=current.reason)
    move(
        current,
        CandidateState.VALID_ABSENCE if is_valid else CandidateState.ABSENT,
        verb=VALID if is_valid else ABSENT,
        by=by,
        now=now,
        reason=current.reason,
        ended_at=now,
        decided_by=by,
    )
    letters.absent(current, now=now)


def obstacle_to(candidate: Candidate, *, is_valid: bool, now: datetime) -> str:
    """Why the absence cannot be recorded now, as a sentence; empty when it can.

    Reads `exam` and `paper`. Who was absent from the oral is recorded by the examiners.
    """
    if candidate.exam.state in (ExamState.PLANNED, ExamState.OPEN):
        return _("The list of candidates is not locked yet.")
    wanted = CandidateState.VALID_ABSENCE if is_valid else CandidateState.ABSENT
    if candidate.state == wanted:
        return _("This is recorded already.")
    known = (CandidateState.REGISTERED, CandidateState.ABSENT, CandidateState.VALID_ABSENCE)
    if candidate.state not in known:
        return _("The person is not registered, or the group has delivered with them.")
    due_at = candidate.paper.due_at if candidate.paper else candidate.exam.paper_due_at
    if candidate.state == CandidateState.REGISTERED and not is_valid and now <= due_at:
        return _("The deadline of the paper has not passed yet.")
    return ""
