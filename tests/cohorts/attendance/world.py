"""Behind the doors of attendance: a registered half-day, an apology, a consent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from cohorts.models import Apology, Attendance, Consent, Participant, SessionDay
from tests.factories import NOW

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """Objects: `own-apology` of the student, who was there on the morning of `session-day`."""
    me = Participant.objects.get(pk=world.objects["me"])
    Attendance.objects.create(
        participant=me,
        day_id=world.objects["session-day"],
        half="morning",
        status="present",
        registered_by=world.people["teacher"],
        registered_at=NOW,
    )
    coming = SessionDay.objects.filter(
        session__cohort=me.team.cohort, held_on__gt=NOW.date(), session__number=2
    ).earliest("held_on")
    apology = Apology.objects.create(
        participant=me, day=coming, half="morning", sent_at=NOW - timedelta(days=1)
    )
    Consent.objects.create(participant=me, text="I agree.", given_at=NOW)
    world.objects |= {"own-apology": apology.pk}
