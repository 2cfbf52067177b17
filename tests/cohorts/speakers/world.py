"""Speakers behind the doors: one who has sent material to the cohort that runs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from cohorts import models as c
from cohorts import tokens
from tests.cohorts.speakers.factories import SpeakerFactory, SpeakerFileFactory
from tests.factories import NOW

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """Objects: `speaker`, `speaker-link`, `speaker-file`; `closed-speaker-link`, of a session long ago."""
    cohort = c.Cohort.objects.get(slug="running")
    session = c.Session.objects.get(cohort=cohort, number=2)
    speaker = SpeakerFactory(session=session, invited_by=world.people["teacher"], sent=True)
    file = SpeakerFileFactory(speaker=speaker)
    old = c.Session.objects.create(cohort=cohort, number=12, title_nb="Gammel samling")
    c.SessionDay.objects.create(session=old, held_on=NOW.date() - timedelta(days=31))
    closed = SpeakerFactory(session=old, invited_by=world.people["teacher"], confirmed=True)
    world.objects |= {
        "speaker": speaker.pk,
        "speaker-file": file.pk,
        "speaker-link": _token(speaker),
        "closed-speaker-link": _token(closed),
    }


def _token(speaker: c.Speaker) -> str:
    return tokens.speaker_url(speaker).rstrip("/").rpartition("/")[2]
