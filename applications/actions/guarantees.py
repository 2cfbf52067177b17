"""Deeds on the approver's guarantee («garanterer deltakelse»): ask for it, give it, refuse it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions.drafts import discard_draft, locked, require_open, require_proven
from applications.actions.moves import move
from applications.actions.submission import SENT_BY_GUARANTEE, send_in
from applications.emails import coordinator as letters
from applications.models import Application, Guarantee, Part
from applications.models.completeness import lacks
from applications.models.content import content_digest, guaranteed_digest, open_parts, version_of
from applications.permissions import may_submit
from applications.states import GuaranteeState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

APPROVER = gettext_noop("Approver")
TITLE = gettext_noop("Title")
ADDRESS = gettext_noop("E-mail")
ASKED = gettext_noop("asked for the guarantee")
REPLACED = gettext_noop("replaced the request for the guarantee")
GIVEN = gettext_noop("gave the guarantee")
REFUSED = gettext_noop("did not give the guarantee")
BACK = gettext_noop("became a draft again, because the guarantee was not given")
LACKS = gettext_noop("became a draft again, because something is missing")


@transaction.atomic
def ask_guarantee(
    application: Application,
    *,
    name: str,
    title: str,
    email: str,
    version: str,
    by: User,
    now: datetime,
) -> Guarantee:
    """Mail the approver a link; an earlier request, answered or not, is replaced and its link void.

    version: content.version_of the part when `by` opened it. Raises Refused unproven, and when the request
    or its answer has changed since, so that a double click sends one letter.
    """
    current = locked(application)
    require_open(current, Part.GUARANTEE, now)
    require_proven(current, by)
    if version != version_of(current, Part.GUARANTEE):
        raise Refused(_("The guarantee has just been asked for or answered. See below what is new."))
    standing = current.current_guarantee()
    if standing is not None:
        move(standing, GuaranteeState.REPLACED, verb=REPLACED, by=by, now=now, about=current)
        letters.recall(current, letters.guarantee_request_key(standing), now=now)
    guarantee = Guarantee.objects.create(
        application=current,
        approver_name=name,
        approver_title=title,
        approver_email=email.lower(),
        asked_by=by,
        asked_at=now,
    )
    current.changed_at = now
    current.save(update_fields=["changed_at"])
    audit.record(
        current,
        ASKED,
        by=by,
        now=now,
        changes={
            APPROVER: (None, name),
            TITLE: (None, title),
            ADDRESS: (None, guarantee.approver_email),
        },
    )
    discard_draft(current, Part.GUARANTEE, by=by)
    letters.guarantee_request(guarantee, now=now)
    return guarantee


def may_be_answered(application: Application, now: datetime) -> bool:
    """Whether an approver's answer still counts at `now`."""
    if application.state == State.AWAITING_APPROVAL:
        return application.accepts_at(now)
    return Part.GUARANTEE in open_parts(application, now)


@transaction.atomic
def answer_guarantee(
    guarantee: Guarantee, *, given: bool, name: str, text: str, comment: str, seen: str, now: datetime
) -> Guarantee:
    """Give or refuse the guarantee, with the text as the approver read it.

    seen: digest of the content that the approver was shown. An application that waits for the guarantee is
    sent in when it is given, and becomes a draft again when it is refused. The same answer twice changes
    nothing. Raises Refused when the request is replaced or answered otherwise, after the deadline, and
    when the content has changed since the approver read it.
    """
    current = locked(guarantee.application)
    stored = Guarantee.objects.get(pk=guarantee.pk)
    state = GuaranteeState.GIVEN if given else GuaranteeState.REFUSED
    if stored.state == state:
        return stored  # the same click twice
    if stored.state == GuaranteeState.REPLACED:
        raise Refused(_("A newer request has replaced this one. Use the link in the newest e-mail."))
    if not may_be_answered(current, now):
        raise Refused(_("The deadline for the answer has passed, or the application has been withdrawn."))
    if seen != content_digest(current):
        raise Refused(
            _("The application has been changed since you opened this page. Read it again before you answer.")
        )
    label = f"{name}, {stored.approver_title} ({stored.approver_email})"
    move(
        stored,
        state,
        verb=GIVEN if given else REFUSED,
        by=None,
        by_label=label,
        now=now,
        reason=comment,
        about=current,
        answered_at=now,
        answered_name=name,
        text=text,
        comment=comment,
        content_digest=guaranteed_digest(current),
    )
    if current.state == State.AWAITING_APPROVAL:
        _go_on(current, given=given, label=label, now=now)
    stored.application = current
    letters.guarantee_answered(stored, now=now)
    return stored


def _go_on(application: Application, *, given: bool, label: str, now: datetime) -> None:
    """What happens to an application that has waited for the guarantee."""
    submitter = application.submitted_by
    if not given:
        _back_to_draft(application, verb=BACK, label=label, now=now)
    elif submitter is None or not may_submit(submitter, application) or lacks(application):
        _back_to_draft(application, verb=LACKS, label=label, now=now)
    else:
        send_in(application, submitter=submitter, by=None, by_label=label, now=now, verb=SENT_BY_GUARANTEE)


def _back_to_draft(application: Application, *, verb: str, label: str, now: datetime) -> None:
    move(
        application,
        State.DRAFT,
        verb=verb,
        by=None,
        by_label=label,
        now=now,
        submitted_by=None,
        changed_at=now,
    )
