"""The school's decisions on a group's paper: a later deadline, one that came late, one that never came."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessment.actions.exam import absence
from assessment.actions.exam.papers import count, locked
from assessment.actions.requirements import require_teaches
from assessment.emails import exam_paper as letters
from assessment.models import Candidate, Paper, PaperDelivery
from assessment.states import CandidateState, ExamState
from cohorts.permissions import administers
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

EXTENDED = gettext_noop("gave the group a later deadline for its paper")
ACCEPTED = gettext_noop("let the paper that came late count")
NOT_DELIVERED = gettext_noop("decided that the group has delivered no paper that counts")
VERSION = gettext_noop("version")


def obstacle(paper: Paper, by: User, now: datetime) -> str:
    """Why nothing can be decided on this paper any more, as a sentence; empty when it can. No query."""
    if paper.exam.state != ExamState.LOCKED:
        return _("This is decided between the locking of the list and the opening of grading.")
    if paper.version:
        return _("The group has delivered a paper that counts.")
    return ""


def obstacle_to_extending(paper: Paper, by: User, now: datetime) -> str:
    """No group that has delivered needs more time once the deadline has passed; until then it may have it."""
    if paper.version and now <= paper.due_at and paper.exam.state == ExamState.LOCKED:
        return ""
    return obstacle(paper, by, now)


def _to_decide(paper: Paper, by: User) -> Paper:
    require_teaches(paper.exam.cohort, by)
    return locked(paper)


@transaction.atomic
def extend(paper: Paper, *, due_at: datetime, reason: str, by: User, now: datetime) -> None:
    """Give a group a later deadline, with a reason; each who sits the exam in it hears of it by mail.

    A paper that came after the former deadline counts from then on, until the group delivers anew. Raises
    Refused for a moment that has passed or is no later, and where a paper counts or grading has opened.
    """
    current = _to_decide(paper, by)
    if why_not := obstacle_to_extending(current, by, now):
        raise Refused(why_not)
    if due_at <= max(current.due_at, now):
        raise Refused(_("The new deadline must be later than the present one, and later than now."))
    before, current.due_at, current.extension_reason = current.due_at, due_at, reason
    current.save(update_fields=["due_at", "extension_reason"])
    audit.record(current, EXTENDED, by=by, now=now, changes={"due_at": (before, due_at)}, reason=reason)
    late = _late(current)
    if late is not None:
        count(late, by=by, now=now)
    letters.extended(current, late=late, now=now)


@transaction.atomic
def accept(paper: Paper, *, reason: str, by: User, now: datetime) -> None:
    """Let the latest delivery count although it came late; the group hears of it, and why. Raises Refused."""
    current = _to_decide(paper, by)
    if why_not := obstacle(current, by, now):
        raise Refused(why_not)
    late = _late(current)
    if late is None:
        raise Refused(_("The group has delivered nothing."))
    audit.record(current, ACCEPTED, by=by, now=now, changes={VERSION: (None, late.version)}, reason=reason)
    count(late, by=by, now=now)
    letters.accepted(late, reason=reason, now=now)


@transaction.atomic
def close(paper: Paper, *, reason: str, by: User, now: datetime) -> None:
    """Decide that no paper of the group counts: those who were registered are absent, and their attempt is
    spent unless they prove a valid reason. Each hears of it, and why.

    Raises Refused before the deadline, and for all but course administrators, who record absence.
    """
    current = _to_decide(paper, by)
    if why_not := obstacle(current, by, now) or obstacle_to_closing(current, by, now):
        raise Refused(why_not)
    people = list(Candidate.objects.filter(paper=current, state=CandidateState.REGISTERED).order_by("pk"))
    if not people:
        raise Refused(_("Nobody who sits the exam is left in this group."))
    audit.record(current, NOT_DELIVERED, by=by, now=now, reason=reason)
    for candidate in people:
        absence.record(candidate, is_valid=False, reason=reason, by=by, now=now)


def obstacle_to_closing(paper: Paper, by: User, now: datetime) -> str:
    """Why it cannot be said, by this person or yet, that no paper counts. No query."""
    if not administers(by):
        return _("Only course administrators record absence.")
    if now <= paper.due_at:
        return _("The deadline of the paper has not passed.")
    return ""


def _late(paper: Paper) -> PaperDelivery | None:
    if paper.version:
        return None
    found: PaperDelivery | None = paper.deliveries.select_related("delivered_by").last()
    if found is not None:
        found.paper = paper
    return found
