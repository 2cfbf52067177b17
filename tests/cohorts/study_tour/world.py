"""The study tour behind the doors: open, with the student on it and a room; the teacher does not lead it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cohorts import models as c
from tests.cohorts.study_tour.factories import (
    STARTS_ON,
    NeedsFactory,
    SignUpFactory,
    StudyTourFactory,
    room,
)

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """Objects: `tour-entry`, `tour-room` (empty), `tour-sign-up` (the student's), `tour-asker`."""
    cohort = c.Cohort.objects.get(slug="running")
    me = c.Participant.objects.get(pk=world.objects["me"])
    mate = c.Participant.objects.get(pk=world.objects["mate"])
    tour = StudyTourFactory(cohort=cohort)
    entry = c.TourEntry.objects.create(tour=tour, held_on=STARTS_ON, title="Harbour")
    mine = SignUpFactory(tour=tour, participant=me)
    NeedsFactory(sign_up=mine)
    asker = SignUpFactory(tour=tour, participant=mate, shares_with=me)
    world.objects |= {
        "tour-entry": entry.pk,
        "tour-room": room(tour, "Double", 2).pk,
        "tour-sign-up": mine.pk,
        "tour-asker": asker.pk,
    }
