"""Signed links for people without an account: a partner municipality's contact, and the approver.

A link carries no deadline of its own: it is good as long as the answer may be given (content.answer_by), and
a new request makes the old link void.
"""

from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from applications.models import ApplicantMunicipality, Guarantee

PARTNER = "applications.partner"
GUARANTEE = "applications.guarantee"


def partner_url(part: ApplicantMunicipality) -> str:
    token = _sign({"part": part.pk, "asked": part.asked_at.timestamp()}, PARTNER)
    return f"{settings.BASE_URL}{reverse('applications:partner_answer', args=[token])}"


def guarantee_url(guarantee: Guarantee) -> str:
    token = _sign({"guarantee": guarantee.pk}, GUARANTEE)
    return f"{settings.BASE_URL}{reverse('applications:guarantee_answer', args=[token])}"


def partner_of(token: str) -> ApplicantMunicipality | None:
    """The request behind a link; None when the link is not ours, or when a newer one has replaced it."""
    found = _load(token, PARTNER)
    if found is None:
        return None
    part = ApplicantMunicipality.objects.select_related("municipality").filter(pk=found["part"]).first()
    return part if part and part.asked_at.timestamp() == found["asked"] else None


def guarantee_of(token: str) -> Guarantee | None:
    """The request behind a link, which may have been replaced; None when the link is not ours."""
    found = _load(token, GUARANTEE)
    return Guarantee.objects.filter(pk=found["guarantee"]).first() if found else None


def _sign(content: dict[str, Any], salt: str) -> str:
    return signing.Signer(salt=salt).sign_object(content)


def _load(token: str, salt: str) -> dict[str, Any] | None:
    try:
        loaded: dict[str, Any] = signing.Signer(salt=salt).unsign_object(token)
    except signing.BadSignature:
        return None
    return loaded
