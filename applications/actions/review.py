"""The school's handling of a submitted application, from review to ready for selection."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions import decisions
from applications.actions.moves import move
from applications.actions.submission import renew_receipt
from applications.emails import administrator as letters
from applications.models import Application, Decision, DecisionKind, InformationRequest, Intake
from applications.models.readiness import READS, first_lacking
from applications.states import LIST_IS_UNFROZEN, TRANSITIONS, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

TAKEN = gettext_noop("took the application into review")
CHECKED = gettext_noop("passed the formal check")
UNCHECKED = gettext_noop("undid the formal check")
REJECTED = gettext_noop("rejected the application on formal grounds")
ASKED = gettext_noop("asked for information")
RECALLED = gettext_noop("recalled the request for information")
READY = gettext_noop("found the application ready for selection")
RETURNED = gettext_noop("took the application back into review")

# What the obstacles read: fetch it together for a list.
EVIDENCE = (*READS, "decisions")


def obstacle_to_review(application: Application, now: datetime) -> str:
    """Why the application cannot be taken into review, as a sentence; empty when it can.

    Not before the deadline: until then the municipality may reopen and change what it has submitted. Late
    applications are reviewed as they come, because the places are given in the order of receipt.
    """
    if application.state != State.SUBMITTED:
        return _state_is(application)
    if not application.is_late and now <= application.closes_at:
        return _("The municipality may change its application until the deadline has passed.")
    return ""


@transaction.atomic
def take_into_review(application: Application, *, by: User, now: datetime) -> None:
    """Begin the review of a submitted application. Raises Refused before the deadline."""
    _lock(application)
    _refuse(obstacle_to_review(application, now))
    move(application, State.IN_REVIEW, verb=TAKEN, by=by, now=now, changed_at=now)


def obstacle_to_check(application: Application, now: datetime) -> str:
    """Why the formal check cannot be passed, as a sentence; empty when it can."""
    if application.state != State.IN_REVIEW:
        return _state_is(application)
    if application.formal_checked_at is not None:
        return _("The formal check is passed already.")
    return ""


@transaction.atomic
def pass_formal_check(application: Application, *, by: User, now: datetime) -> None:
    """Record that the application is complete and admissible in form."""
    _lock(application)
    _refuse(obstacle_to_check(application, now))
    application.formal_checked_at = application.changed_at = now
    application.save(update_fields=["formal_checked_at", "changed_at"])
    audit.record(application, CHECKED, by=by, now=now)


def obstacle_to_uncheck(application: Application) -> str:
    """Why the formal check cannot be undone, as a sentence; empty when it can."""
    if application.state != State.IN_REVIEW:
        return _state_is(application)
    if application.formal_checked_at is None:
        return _("The formal check is not done.")
    return ""


@transaction.atomic
def undo_formal_check(application: Application, *, reason: str, by: User, now: datetime) -> None:
    """Let the formal check be done again, while the application is in review. Nobody gets mail."""
    _lock(application)
    _refuse(_without(reason))
    _refuse(obstacle_to_uncheck(application))
    application.formal_checked_at = None
    application.changed_at = now
    application.save(update_fields=["formal_checked_at", "changed_at"])
    audit.record(application, UNCHECKED, by=by, now=now, reason=reason)


@transaction.atomic
def reject(application: Application, *, reason: str, by: User, now: datetime) -> Decision:
    """Prepare the rejection on formal grounds with its letter; `carry_out_rejection` is its effect.

    It leaves as soon as a second person has approved it. Raises Refused without a reason, and outside the
    review.
    """
    current = _lock(application)
    _refuse(_without(reason))
    if State.REJECTED not in TRANSITIONS[current.state]:
        raise Refused(_state_is(current))
    return decisions.decide(application, DecisionKind.REJECTED, grounds=reason, leaves_at=now, by=by, now=now)


def carry_out_rejection(decision: Decision, *, now: datetime) -> None:
    """Let an application leave the intake with the decision that rejects it. Closes an open request."""
    application = decision.application
    application.information_requests.open().update(closed_at=now)
    move(
        application,
        State.REJECTED,
        verb=REJECTED,
        by=decision.approved_by,
        now=now,
        reason=decision.grounds,
        changed_at=now,
        state_reason=decision.grounds,
    )


@transaction.atomic
def request_information(
    application: Application,
    *,
    question: str,
    parts: Sequence[str],
    due_at: datetime,
    by: User,
    now: datetime,
) -> InformationRequest:
    """Ask the coordinator for something; `parts` (values of Part) are unlocked until `due_at`.

    The formal check is to be done again afterwards. Raises Refused unless the application is in review.
    """
    _lock(application)
    if not parts:
        raise Refused(_("Choose at least one part that the municipality may change."))
    if due_at <= now:
        raise Refused(_("The deadline for the answer must be in the future."))
    move(
        application,
        State.INFORMATION_REQUESTED,
        verb=ASKED,
        by=by,
        now=now,
        reason=question,
        changed_at=now,
        formal_checked_at=None,
    )
    request = InformationRequest.objects.create(
        application=application,
        question=question,
        parts=list(parts),
        due_at=due_at,
        asked_by=by,
        asked_at=now,
    )
    letters.information_requested(request, now=now)
    return request


@transaction.atomic
def recall_request(application: Application, *, reason: str, by: User, now: datetime) -> None:
    """Close an open request unanswered, and tell the coordinator that no answer is needed.

    What the municipality has changed meanwhile stands, with a new receipt.
    """
    current = _lock(application)
    _refuse(_without(reason))
    request = application.open_request()
    if request is None:
        raise Refused(_("No request for information is open."))
    request.closed_at = now
    request.save(update_fields=["closed_at"])
    move(application, State.IN_REVIEW, verb=RECALLED, by=by, now=now, reason=reason, changed_at=now)
    letters.request_recalled(request, reason=reason, now=now)
    renew_receipt(current, by=by, now=now)


def obstacle_to_ready(application: Application, now: datetime) -> str:
    """What the application lacks to be ready for selection, as a sentence; empty when nothing.

    Reads the relations of EVIDENCE.
    """
    if application.state != State.IN_REVIEW:
        return _state_is(application)
    if not application.is_late and application.intake.state not in LIST_IS_UNFROZEN:
        return _("The list of applicants is not open for changes: the intake is «%(state)s».") % {
            "state": application.intake.get_state_display()
        }
    lacking = first_lacking(application)
    if lacking:
        return lacking.evidence
    if any(each.kind == DecisionKind.REJECTED and each.is_standing for each in application.decisions.all()):
        return _("A rejection of the application waits for approval. Void it first.")
    return ""


@transaction.atomic
def make_ready(application: Application, *, by: User, now: datetime) -> None:
    """Let the application take part in the selection, and tell the coordinator.

    Raises Refused while a condition of models.readiness is not met, or a rejection waits for approval.
    """
    _refuse(obstacle_to_ready(_lock(application), now))
    move(application, State.READY, verb=READY, by=by, now=now, changed_at=now, state_reason="")
    letters.ready_for_selection(application, now=now)


@transaction.atomic
def return_to_review(application: Application, *, reason: str, by: User, now: datetime) -> None:
    """Take a ready application back before the freeze of a round, and tell the coordinator why.

    After the freeze nobody is removed from the list (docs: selection, rules of conduct).
    """
    _lock(application)
    _refuse(_without(reason))
    if not application.is_late and application.intake.state not in LIST_IS_UNFROZEN:
        raise Refused(_("The list of applicants is frozen: nobody is taken off it any more."))
    if application.is_late and application.decisions.standing().exists():
        raise Refused(_("A decision on the application is prepared. Void it first."))
    move(
        application,
        State.IN_REVIEW,
        verb=RETURNED,
        by=by,
        now=now,
        reason=reason,
        changed_at=now,
        state_reason=reason,
    )
    letters.back_in_review(application, reason=reason, now=now)


def _lock(application: Application) -> Application:
    """Hold the intake against a freeze at the same moment, then the application. Returns it as it is now."""
    intake = Intake.objects.select_for_update(no_key=True).get(pk=application.intake_id)
    fresh = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    fresh.intake = application.intake = intake
    application.state = fresh.state
    application.formal_checked_at = fresh.formal_checked_at
    return fresh


def _refuse(obstacle: str) -> None:
    if obstacle:
        raise Refused(obstacle)


def _without(reason: str) -> str:
    return "" if reason.strip() else _("State the reason.")


def _state_is(application: Application) -> str:
    return _("This cannot be done now: the state is «%(state)s».") % {
        "state": application.get_state_display()
    }
