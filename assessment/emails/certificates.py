"""Letters about certificates: one function per letter. None of them holds a grade: they link to the page."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.models import Certificate
from innoskole.notifications import outbox
from innoskole.notifications.actions import cancel_unsent
from innoskole.notifications.reasons import Reason

HAS_EARNED = gettext_lazy(
    "You got this because you have taken part in the innovation school for municipalities, and the school has"
    " issued a document to you."
)
REASONS = {
    "certificate_issued": Reason(label=gettext_lazy("Certificate or transcript issued"), why=HAS_EARNED),
    "certificate_revoked": Reason(label=gettext_lazy("Certificate or transcript revoked"), why=HAS_EARNED),
}


def issued(certificate: Certificate, *, now: datetime) -> None:
    """It can be read, in which languages, and how others verify it; and which one it takes the place of."""
    # What was revoked before that has had a letter of its own.
    replaced = Certificate.objects.filter(
        participant=certificate.participant, revoked_at=certificate.issued_at
    ).last()
    _to(
        certificate,
        "certificate_issued",
        key=f"certificate-issued:{certificate.pk}",
        now=now,
        replaced=replaced,
    )


def revoked(certificate: Certificate, *, now: datetime) -> None:
    """It does not hold any more, and why."""
    _to(
        certificate,
        "certificate_revoked",
        key=f"certificate-revoked:{certificate.pk}",
        now=now,
        reason=certificate.revoked_because,
    )


def recall(certificate: Certificate, *, now: datetime) -> None:
    """Cancel the letter of its issue, if that has not left: contradictory ones must not arrive together."""
    why = _("Something newer has overtaken this letter.")
    cancel_unsent(certificate, ["certificate_issued"], by=None, now=now, reason=why)


def _to(certificate: Certificate, template: str, *, key: str, now: datetime, **context: Any) -> None:
    member, cohort = certificate.participant.member, certificate.participant.team.cohort
    path = reverse("assessment:own_certificates", args=[cohort.slug])
    outbox.post(
        key=key,
        kind=template,
        to=member.user or member.email,
        template=template,
        context={
            "recipient_name": member.name,
            "certificate": certificate,
            "is_transcript": certificate.kind == Certificate.Kind.TRANSCRIPT,
            "cohort": cohort,
            "url": f"{settings.BASE_URL}{path}",
            **context,
        },
        now=now,
        about=certificate,
    )
