"""Signed links for people without an account: a speaker from outside.

The link carries no deadline of its own: it works until some time after the session (Speaker.closes_on), which
may be moved. A new address makes the old link void.
"""

from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from cohorts.models import Speaker

SPEAKER = "cohorts.speaker"


def speaker_url(speaker: Speaker) -> str:
    """The speaker's own page; only the mail to them holds it."""
    token = signing.Signer(salt=SPEAKER).sign_object({"speaker": speaker.pk, "email": speaker.email})
    return f"{settings.BASE_URL}{reverse('cohorts:speaker_answer', args=[token])}"


def speaker_of(token: str) -> Speaker | None:
    """The speaker behind a link, open or not; None when it is not ours or went to an earlier address."""
    try:
        found: dict[str, Any] = signing.Signer(salt=SPEAKER).unsign_object(token)
    except signing.BadSignature:
        return None
    return Speaker.objects.with_plan().filter(pk=found["speaker"], email=found["email"]).first()
