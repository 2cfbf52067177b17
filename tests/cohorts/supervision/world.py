"""Supervision of Bodø's team behind the doors."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from cohorts.models import Team
from tests.cohorts.supervision.factories import (
    BookingFactory,
    SlotFactory,
    StaffNoteFactory,
    SupervisionFactory,
    SupervisorFactory,
)
from tests.factories import NOW

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """Objects: `free-slot`, `booking`, `past-booking`, `supervision`, `staff-note`, `supervisor`."""
    team = Team.objects.get(application__reference=world.objects["our-team"])
    teacher, student = world.people["teacher"], world.people["student"]
    given = {"team": team, "user": teacher, "booked_by": student}
    world.objects |= {
        "free-slot": SlotFactory(cohort=team.cohort, user=teacher, starts_at=NOW + timedelta(days=4)).pk,
        "booking": BookingFactory(**given).pk,
        "past-booking": BookingFactory(**given, starts_at=NOW - timedelta(days=1)).pk,
        "supervision": SupervisionFactory(team=team, user=teacher).pk,
        "staff-note": StaffNoteFactory(team=team, written_by=teacher).pk,
        "supervisor": SupervisorFactory(team=team, user=teacher).pk,
    }
