"""What stands behind the doors of a cohort's people: rows of persons by the applications' keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cohorts.models import Instructor, Participant

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """Objects: `mate-member`, `leaver-member` (persons of Bodø's team); `instructor` (the teacher's row)."""
    participants = Participant.objects.in_bulk([world.objects["mate"], world.objects["leaver"]])
    world.objects |= {
        "mate-member": participants[world.objects["mate"]].member_id,
        "leaver-member": participants[world.objects["leaver"]].member_id,
        "instructor": Instructor.objects.get(cohort__slug="running").pk,
    }
