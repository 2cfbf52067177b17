"""A participant's consent to the employer's view, and who has used it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cohorts.models import Consent, Participant
from cohorts.models.employer import consent_text
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import AuditEvent, User

GIVEN = gettext_noop("let the municipality see attendance and milestones")
WITHDRAWN = gettext_noop("does not let the municipality see attendance and milestones any more")
LOOKED = gettext_noop("looked at attendance and milestones for the municipality")

# Reloading a page is no new look.
SAME_LOOK = timedelta(hours=1)


@transaction.atomic
def consent(participant: Participant, *, by: User, now: datetime) -> Consent:
    """Store the yes with its words. Raises Refused for another's participation, and if one stands."""
    _require_own(participant, by)
    try:
        with transaction.atomic():
            given = Consent.objects.create(
                participant=participant, text=consent_text(participant), given_at=now
            )
    except IntegrityError as error:
        raise Refused(_("You have already agreed.")) from error
    audit.record(given, GIVEN, by=by, now=now)
    return given


@transaction.atomic
def withdraw_consent(participant: Participant, *, by: User, now: datetime) -> None:
    """From now on the municipality sees nothing of them. Raises Refused where no consent stands."""
    _require_own(participant, by)
    standing = Consent.objects.filter(participant=participant).standing().select_for_update().first()
    if standing is None:
        raise Refused(_("You have not agreed, so there is nothing to withdraw."))
    standing.withdrawn_at = now
    standing.save(update_fields=["withdrawn_at"])
    audit.record(standing, WITHDRAWN, by=by, now=now)


@transaction.atomic
def record_look(consents: Iterable[Consent], *, by: User, now: datetime) -> None:
    """Write on each consent who has used it, so that the participant can read it; once an hour."""
    for each in consents:
        recent = AuditEvent.objects.about(each).filter(verb=LOOKED, by=by, occurred_at__gt=now - SAME_LOOK)
        if not recent.exists():
            audit.record(each, LOOKED, by=by, now=now)


def _require_own(participant: Participant, by: User) -> None:
    if participant.member.user_id != by.pk or not participant.is_present:
        raise Refused(_("Only the participant can decide this."))
