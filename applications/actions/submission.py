"""Sending in, reopening, withdrawing. One application has one valid receipt."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions.drafts import locked, require_proven
from applications.actions.moves import move
from applications.actions.offers import leave
from applications.actions.promotions import locked_intake
from applications.emails import coordinator as letters
from applications.models import Application, MunicipalityRole, Submission
from applications.models.application import RECEIVED_STATES
from applications.models.completeness import lacks
from applications.models.content import PARTS, content_digest, digest, receipt_content
from applications.models.readiness import current_guarantee
from applications.permissions import may_withdraw
from applications.states import GuaranteeState, PartnerState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

SENT = gettext_noop("sent in the application")
SENT_BY_GUARANTEE = gettext_noop("sent in the application, because the guarantee was given")
WAITS = gettext_noop("sent in the application, which waits for the guarantee")
REOPENED = gettext_noop("reopened the application; the receipt is void")
TAKEN_BACK = gettext_noop("reopened the application before the guarantee was given")
RENEWED = gettext_noop("wrote a new receipt: the request for information was closed unanswered, with changes")
WITHDRAWN = gettext_noop("withdrew the application")


@transaction.atomic
def submit(application: Application, *, seen: str, by: User, now: datetime) -> Application:
    """Send the application in; without the guarantee it waits, and is sent in when the guarantee is given.

    seen: digest of the content that `by` has checked (content.content_digest). A second click, tab or
    colleague finds the application sent in and changes nothing. Raises Refused after the deadline, unproven,
    incomplete, or when somebody has changed the content since `by` looked.
    """
    current = locked(application)
    if current.state in (State.AWAITING_APPROVAL, *RECEIVED_STATES):
        return current
    if not current.accepts_at(now):
        raise Refused(_("The deadline has passed. The application can no longer be sent in."))
    require_proven(current, by)
    _require_complete(current)
    if seen != content_digest(current):
        raise Refused(
            _("Somebody has changed the application since you opened this page. Check the answers again.")
        )
    if _is_guaranteed(current):
        send_in(current, submitter=by, by=by, now=now, verb=SENT)
    else:
        move(
            current,
            State.AWAITING_APPROVAL,
            verb=WAITS,
            by=by,
            now=now,
            submitted_by=by,
            changed_at=now,
        )
    return current


def send_in(
    application: Application,
    *,
    submitter: User,
    by: User | None,
    now: datetime,
    verb: str,
    by_label: str = "",
) -> Submission:
    """Move a locked application to submitted, write down what was sent in, and mail the receipt."""
    move(
        application,
        State.SUBMITTED,
        verb=verb,
        by=by,
        by_label=by_label,
        now=now,
        submitted_at=now,
        submitted_by=submitter,
        changed_at=now,
    )
    submission = write_receipt(application, submitter=submitter, now=now)
    letters.receipt(submission, now=now)
    return submission


def write_receipt(application: Application, *, submitter: User, now: datetime) -> Submission:
    """The next numbered copy of the content, with its digest; the one before it is void."""
    application.submissions.filter(voided_at__isnull=True).update(voided_at=now)
    content = receipt_content(application)
    return Submission.objects.create(
        application=application,
        number=application.submissions.count() + 1,
        submitted_at=now,
        submitted_by=submitter,
        content=content,
        digest=digest(content),
    )


def renew_receipt(application: Application, *, by: User | None, now: datetime) -> None:
    """Let the valid receipt match a locked application whose request for information ends unanswered.

    What was changed meanwhile stands. Then there is a new receipt, and the municipality is told.
    """
    valid = application.current_submission()
    if valid is None or valid.digest == digest(receipt_content(application)):
        return
    submission = write_receipt(application, submitter=application.coordinator, now=now)
    audit.record(application, RENEWED, by=by, now=now)
    letters.receipt(submission, now=now, answered=False)


@transaction.atomic
def reopen(application: Application, *, by: User, now: datetime) -> Application:
    """Make a draft of what was sent in, until the deadline; the receipt is void.

    A second click finds the draft and changes nothing. Raises Refused after the deadline, unproven, or when
    the school has begun to work on the application.
    """
    current = locked(application)
    if current.state == State.DRAFT:
        return current
    if not current.accepts_at(now):
        raise Refused(_("The deadline has passed. The application can no longer be reopened."))
    require_proven(current, by)
    if current.state == State.AWAITING_APPROVAL:
        move(current, State.DRAFT, verb=TAKEN_BACK, by=by, now=now, submitted_by=None, changed_at=now)
        return current
    submission = current.current_submission()
    move(
        current,
        State.DRAFT,
        verb=REOPENED,
        by=by,
        now=now,
        submitted_at=None,
        submitted_by=None,
        changed_at=now,
    )
    if submission is not None:
        submission.voided_at = now
        submission.save(update_fields=["voided_at"])
        letters.recall(current, "receipt:", now=now)
        letters.reopened(submission, by=by, now=now)
    return current


@transaction.atomic
def withdraw(application: Application, *, by: User, now: datetime, reason: str) -> None:
    """Withdraw the application; every municipality in it may apply again while the intake is open.

    A place that it holds goes to whoever is next. Raises Refused without a reason, for somebody who may not,
    and where there is nothing to withdraw.
    """
    locked_intake(application.intake_id)
    current = locked(application)
    if not reason.strip():
        raise Refused(_("State the reason."))
    if not (by.is_course_administrator or may_withdraw(by, current)):
        require_proven(current, by)
    move(
        current,
        State.WITHDRAWN,
        verb=WITHDRAWN,
        by=by,
        now=now,
        reason=reason.strip(),
        state_reason=reason.strip(),
        changed_at=now,
    )
    current.information_requests.open().update(closed_at=now)
    letters.recall(current, "receipt:", "partner-request:", "guarantee-request:", now=now)
    partners = current.municipalities.filter(role=MunicipalityRole.PARTNER).exclude(
        state=PartnerState.DECLINED
    )
    for part in partners.select_related("municipality", "application__coordinator", "intake"):
        letters.partner_released(part, now=now)
    current.municipalities.filter(spends=True).update(spends=False)
    letters.withdrawn(current, by=by, reason=reason.strip(), now=now)
    leave(current, reason=reason.strip(), by=by, now=now)


def _is_guaranteed(application: Application) -> bool:
    guarantee = current_guarantee(application)
    return guarantee is not None and guarantee.state == GuaranteeState.GIVEN


def _require_complete(application: Application) -> None:
    with_parts = Application.objects.prefetch_related(*PARTS).select_related("intake").get(pk=application.pk)
    if lacks(with_parts):
        raise Refused(_("Something is still missing in the application."))
