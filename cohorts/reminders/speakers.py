"""What a speaker from outside is reminded of: to answer the invitation, and to send the material."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts import tokens
from cohorts.models import Speaker
from cohorts.states.speakers import SpeakerState
from innoskole.reminders.kinds import Kind, Recipient, at_the_end_of
from innoskole.reminders.steps import Rule

WHY = gettext_lazy("You get this because the school has asked you to contribute to one of its sessions.")


def _speaker(speaker: Speaker) -> Iterator[Recipient]:
    yield Recipient(speaker.email, speaker.name, speaker.language)


def _unanswered() -> "QuerySet[Any]":
    rows = Speaker.objects.with_plan().filter(state=SpeakerState.INVITED)
    return at_the_end_of(rows, "answer_by_on")


def _without_material() -> "QuerySet[Any]":
    rows = Speaker.objects.with_plan().filter(state=SpeakerState.CONFIRMED, material_by_on__isnull=False)
    return at_the_end_of(rows, "material_by_on")


ANSWER = Kind(
    key="speaker",
    label=gettext_lazy("A speaker's answer"),
    demand=gettext_lazy("Answer by {when}"),
    why=WHY,
    open=_unanswered,
    due_field="due_at",
    since_field="invited_at",
    to=_speaker,
    title=lambda speaker: _("Can you speak about «%(title)s»?") % {"title": speaker.title},
    url=lambda speaker, recipient: tokens.speaker_url(speaker),
    scope=lambda speaker: speaker.cohort.intake.slug,
    about=lambda speaker: speaker,
    rule=Rule(before=(2,), every=3, most=2),
)

MATERIAL = Kind(
    key="speaker-material",
    label=gettext_lazy("A speaker's material"),
    demand=gettext_lazy("Send the material by {when}"),
    why=WHY,
    open=_without_material,
    due_field="due_at",
    since_field="answered_at",
    to=_speaker,
    title=lambda speaker: _("The material for «%(title)s»") % {"title": speaker.title},
    url=lambda speaker, recipient: tokens.speaker_url(speaker),
    scope=lambda speaker: speaker.cohort.intake.slug,
    about=lambda speaker: speaker,
    rule=Rule(before=(7, 1), every=2, most=1),
)

KINDS = (ANSWER, MATERIAL)
