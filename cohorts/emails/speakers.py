"""Letters to speakers from outside, and to the person of the school who has asked them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts import tokens
from cohorts.models import Speaker
from innoskole.accounts.models import User
from innoskole.notifications import outbox
from innoskole.notifications.actions import cancel_unsent
from innoskole.notifications.reasons import Reason

SPEAKER = gettext_lazy("You got this because the school has asked you to contribute to one of its sessions.")
INVITER = gettext_lazy("You got this because you have asked somebody to contribute to a session.")

REASONS = {
    "speaker_invitation": Reason(label=gettext_lazy("Invitation to a speaker"), why=SPEAKER),
    "speaker_changed": Reason(label=gettext_lazy("A speaker's contribution changed"), why=SPEAKER),
    "speaker_withdrawn": Reason(label=gettext_lazy("Invitation to a speaker withdrawn"), why=SPEAKER),
    "speaker_thanks": Reason(label=gettext_lazy("Thanks to a speaker"), why=SPEAKER),
    "speaker_answered": Reason(label=gettext_lazy("A speaker's answer"), why=INVITER),
    "speaker_material": Reason(label=gettext_lazy("A speaker's material"), why=INVITER),
}
# What a newer letter overtakes when it has not left.
OVERTAKEN = ["speaker_invitation", "speaker_changed"]


def invitation(speaker: Speaker, *, now: datetime) -> None:
    """The speaker's own link; each sending has a key of its own."""
    _to_speaker(speaker, "speaker_invitation", key=now.isoformat(), now=now)


def changed(speaker: Speaker, *, now: datetime) -> None:
    """Time, place, title or address are new: to somebody who has said yes."""
    _to_speaker(speaker, "speaker_changed", key=now.isoformat(), now=now)


def withdrawn(speaker: Speaker, *, reason: str, now: datetime) -> None:
    """The school takes the invitation back."""
    _to_speaker(speaker, "speaker_withdrawn", key=now.isoformat(), now=now, context={"reason": reason})


def thanks(speaker: Speaker, *, words: str, now: datetime) -> None:
    """Once for each contribution."""
    _to_speaker(speaker, "speaker_thanks", key="once", now=now, context={"words": words})


def answered(speaker: Speaker, *, now: datetime) -> None:
    """The speaker has said yes or no: to the person who asked."""
    _to_inviter(speaker, "speaker_answered", now=now)


def material(speaker: Speaker, *, now: datetime) -> None:
    """The speaker has sent material: to the person who asked."""
    _to_inviter(speaker, "speaker_material", now=now)


def recall(speaker: Speaker, *, now: datetime) -> None:
    """Cancel letters to the speaker that have not left: a newer one is to arrive, or none."""
    cancel_unsent(
        speaker, OVERTAKEN, by=None, now=now, reason=_("Something newer has overtaken this letter.")
    )


def _to_speaker(
    speaker: Speaker, kind: str, *, key: str, now: datetime, context: Mapping[str, Any] | None = None
) -> None:
    outbox.post(
        key=f"{kind}:{speaker.pk}:{key}",
        kind=kind,
        to=speaker.email,
        language=speaker.language,
        template=kind,
        context={
            "recipient_name": speaker.name,
            "speaker": speaker,
            "cohort": speaker.cohort,
            "url": tokens.speaker_url(speaker),
            **(context or {}),
        },
        now=now,
        about=speaker,
    )


def _to_inviter(speaker: Speaker, kind: str, *, now: datetime) -> None:
    user: User = speaker.invited_by
    path = reverse("cohorts:speaker", args=[speaker.cohort.slug, speaker.pk])
    outbox.post(
        key=f"{kind}:{speaker.pk}:{now.isoformat()}",
        kind=kind,
        to=user,
        template=kind,
        context={"speaker": speaker, "cohort": speaker.cohort, "url": f"{settings.BASE_URL}{path}"},
        now=now,
        about=speaker,
    )
