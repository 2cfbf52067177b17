"""An appeal comes in, on its page or by letter. One is open on a decision at a time."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions.appeals.handling import refuse, tell_application
from applications.emails import appeals as letters
from applications.models import Appeal, Decision
from applications.states import AppealState, DecisionState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.deadlines import rules
from innoskole.deadlines.models import Kind
from innoskole.ui import formats

RECEIVED = gettext_noop("appealed against the decision")
REGISTERED = gettext_noop("registered an appeal that came by letter")

MIDDAY = time(12)  # a letter has a day and no moment


@dataclass(frozen=True)
class Received:
    """The open appeal on a decision, and whether it was received just now."""

    appeal: Appeal
    is_new: bool


def obstacle_to_appeal(decision: Decision) -> str:
    """Why no new appeal can be made on the decision, as a sentence; empty when it can, late or not."""
    if decision.state == DecisionState.SUPERSEDED:
        return _("This decision has been replaced by a new one. You can appeal against the new one.")
    if decision.state != DecisionState.ISSUED:
        return _("This decision has not been made known, so it cannot be appealed against.")
    if decision.appeals.exclude(state=AppealState.WITHDRAWN).exists():
        return _("The appeal on this decision has been received already.")
    return ""


def standing_on(decision: Decision) -> Appeal | None:
    """The appeal on the decision that is not answered yet."""
    return decision.appeals.open().first()


@transaction.atomic
def receive(
    decision: Decision, *, text: str, name: str, email: str, by: User | None, now: datetime
) -> Received:
    """Receive an appeal, also a late one, and mail the receipt.

    by: the person's account, if they are logged in. The second of two finds the appeal that is open. Raises
    Refused without a text, for a decision that is not in force, and when it has been appealed to the end.
    """
    received = _keep(decision, text, name, email, at=now, in_time_by=formats.local(now).date(), sent_by=by)
    if received.is_new:
        label = "" if by else f"{name} ({received.appeal.appellant_email})"
        _write_down(received.appeal, RECEIVED, by=by, by_label=label, now=now)
        letters.received(received.appeal, now=now)
    return received


@transaction.atomic
def register(
    decision: Decision,
    *,
    text: str,
    name: str,
    email: str,
    came_on: date,
    posted_on: date | None,
    by: User,
    now: datetime,
) -> Received:
    """Register an appeal that came by letter; the receipt goes to the appellant's address.

    posted_on: when it was handed to the post, if that is known. That day decides whether it came in time
    (forvaltningsloven § 30). Raises Refused as `receive` does, and for days that cannot be.
    """
    if came_on > formats.local(now).date():
        raise Refused(_("The letter cannot have come on a day in the future."))
    if posted_on and posted_on > came_on:
        raise Refused(_("The letter cannot have been posted after it came."))
    if decision.issued_at and (posted_on or came_on) < formats.local(decision.issued_at).date():
        raise Refused(_("The letter cannot be older than the decision."))
    at = datetime.combine(came_on, MIDDAY, timezone.get_default_timezone())
    received = _keep(decision, text, name, email, at=at, in_time_by=posted_on or came_on, sent_by=None)
    if received.is_new:
        _write_down(received.appeal, REGISTERED, by=by, now=now, posted_on=posted_on)
        letters.received(received.appeal, now=now)
    return received


def _keep(
    decision: Decision,
    text: str,
    name: str,
    email: str,
    *,
    at: datetime,
    in_time_by: date,
    sent_by: User | None,
) -> Received:
    """One open appeal per decision: the database decides who is first."""
    if not text.strip():
        raise Refused(_("Write what you want changed, and why."))
    if standing := standing_on(decision):
        return Received(standing, is_new=False)
    current = Decision.objects.select_related("application__intake", "application__lead", "member").get(
        pk=decision.pk
    )
    refuse(obstacle_to_appeal(current))
    until_on = current.appeal_until_on
    fresh = Appeal(
        decision=current,
        text=text.strip(),
        received_at=at,
        appellant_name=name.strip(),
        appellant_email=email.strip().lower(),
        sent_by=sent_by,
        is_late=until_on is not None and in_time_by > until_on,
        due_on=rules.deadline(Kind.APPEAL_ANSWER, at).day,
    )
    try:
        with transaction.atomic():
            fresh.save()
    except IntegrityError:
        if standing := standing_on(decision):
            return Received(standing, is_new=False)
        raise
    return Received(fresh, is_new=True)


def _write_down(
    appeal: Appeal,
    verb: str,
    *,
    by: User | None,
    now: datetime,
    by_label: str = "",
    posted_on: date | None = None,
) -> None:
    posted = {gettext_noop("Posted"): ("", posted_on)} if posted_on else {}
    facts = {
        "appellant_name": ("", appeal.appellant_name),
        "received_at": ("", appeal.received_at),
        **posted,
        "is_late": (False, appeal.is_late),
        "due_on": ("", appeal.due_on),
    }
    audit.record(appeal, verb, by=by, by_label=by_label, now=now, changes=facts)
    tell_application(appeal, verb, by=by, by_label=by_label, now=now)
