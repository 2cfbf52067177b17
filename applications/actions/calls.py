"""Deeds on the internal call: publish it, change it, close it. See docs/decisions/0104."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions.drafts import locked, require_proven
from applications.models import Application, InternalCall
from applications.models.call import LOOKS_FOR_PEOPLE
from applications.models.content import fingerprint
from applications.states import State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

PUBLISHED = gettext_noop("published a call to colleagues")
CHANGED = gettext_noop("changed the call to colleagues")
REOPENED = gettext_noop("opened the call to colleagues again")
CLOSED = gettext_noop("closed the call to colleagues")
TEXT = gettext_noop("To your colleagues")
DEADLINE = gettext_noop("Deadline for signing up")


def version_of_call(call: InternalCall) -> str:
    """The fingerprint of what the call says now."""
    return fingerprint({"text": call.text, "closes_at": call.closes_at.timestamp()})


def require_search(application: Application, now: datetime) -> None:
    """Raise Refused, with the reason, unless colleagues may be asked at `now`."""
    if application.state not in LOOKS_FOR_PEOPLE:
        raise Refused(
            _(
                "Colleagues can be asked while the application is a draft, and when the municipality has a"
                " place. The application is now «%(state)s»."
            )
            % {"state": application.get_state_display()}
        )
    if application.state == State.DRAFT and not application.intake.accepts_at(now):
        raise Refused(_("The deadline has passed. The application can no longer be changed."))


@transaction.atomic
def publish_call(
    application: Application, *, text: str, closes_at: datetime, by: User, now: datetime
) -> InternalCall:
    """Open the colleagues' page; nobody gets mail, the coordinator shares its link.

    A second click, tab or colleague finds the call that exists. Raises Refused unproven, when nobody is
    looked for, and for a deadline that has passed or comes after the application's own.
    """
    current = locked(application)
    existing = InternalCall.objects.filter(application=current).first()
    if existing is not None:
        return existing
    _require(current, closes_at, by=by, now=now)
    call = InternalCall.objects.create(
        application=current, text=text, closes_at=closes_at, published_by=by, published_at=now
    )
    audit.record(current, PUBLISHED, by=by, now=now, changes={DEADLINE: (None, closes_at)})
    return call


@transaction.atomic
def change_call(
    call: InternalCall, *, text: str, closes_at: datetime, version: str, by: User, now: datetime
) -> None:
    """Change the text and the deadline; a call that was closed is open again.

    version: of what `by` had before them. Raises Refused as `publish_call` does, and when a colleague has
    changed the call meanwhile.
    """
    current = locked(call.application)
    _require(current, closes_at, by=by, now=now)
    stored = InternalCall.objects.select_for_update(of=("self",)).get(pk=call.pk)
    stored.application = current
    if version_of_call(stored) != version:
        raise Refused(_("A colleague has changed the call since you opened this page. Look at it again."))
    verb = CHANGED if stored.accepts_at(now) else REOPENED
    changes = {TEXT: (stored.text, text), DEADLINE: (stored.closes_at, closes_at)}
    stored.text, stored.closes_at, stored.closed_at = text, closes_at, None
    stored.save(update_fields=["text", "closes_at", "closed_at"])
    audit.record(current, verb, by=by, now=now, changes=changes)


@transaction.atomic
def close_call(call: InternalCall, *, by: User, now: datetime) -> None:
    """Take no more sign-ups; those who are interested stay on the list. A second click changes nothing."""
    if InternalCall.objects.filter(pk=call.pk, closed_at__isnull=True).update(closed_at=now):
        audit.record(call.application, CLOSED, by=by, now=now)


def _require(application: Application, closes_at: datetime, *, by: User, now: datetime) -> None:
    require_search(application, now)
    require_proven(application, by)
    if closes_at <= now:
        raise Refused(_("The deadline for signing up must be later than now."))
    if application.state == State.DRAFT and closes_at > application.intake.closes_at:
        raise Refused(_("The deadline for signing up must come before the application deadline."))
