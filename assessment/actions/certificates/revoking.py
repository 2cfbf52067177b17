"""A certificate that should not have been issued, or is wrong, is revoked; it is never changed."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessment.emails import certificates as letters
from assessment.models import Certificate
from assessment.permissions.certificates import may_issue
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

REVOKED = gettext_noop("revoked the certificate")


def obstacle_to_revoking(certificate: Certificate) -> str:
    """Why it cannot be revoked, as a sentence; empty when it can."""
    return _("It has been revoked already.") if certificate.is_revoked else ""


@transaction.atomic
def revoke(certificate: Certificate, *, reason: str, by: User, now: datetime) -> None:
    """Revoke with a reason, which the person gets by letter; the public page says so at once.

    Raises Refused without a reason, when it is revoked already, and for somebody who may not.
    """
    if not may_issue(by):
        raise Refused(_("Only course administrators issue and revoke certificates."))
    if not reason.strip():
        raise Refused(_("Give a reason."))
    withdraw(certificate, reason=reason.strip(), by=by, now=now)
    letters.revoked(certificate, now=now)


def withdraw(certificate: Certificate, *, reason: str, by: User, now: datetime) -> None:
    """Revoke without the letter: where another document takes its place, and the letter of that one tells."""
    valid = Certificate.objects.valid().filter(pk=certificate.pk)
    if not valid.update(revoked_by=by, revoked_at=now, revoked_because=reason):
        raise Refused(_("It has been revoked already."))
    certificate.revoked_by, certificate.revoked_at, certificate.revoked_because = by, now, reason
    audit.record(certificate, REVOKED, by=by, now=now, reason=reason)
    letters.recall(certificate, now=now)
