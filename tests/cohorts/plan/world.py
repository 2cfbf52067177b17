"""What stands behind the doors of the plan: a cohort without a plan, and the running one's programme."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from applications.states import IntakeState
from cohorts.models import Session
from tests.cohorts.factories import CohortFactory, SessionFactory
from tests.cohorts.plan.factories import ItemFactory, MaterialFactory, OutcomeFactory
from tests.factories import NOW, IntakeFactory

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """Objects: `free-session` (nothing hangs on it), `item`, `outcome`; `material`, a published file, and
    `draft-material`, one that is not. The intakes `unplanned` and `public-programme` have cohorts."""
    running = Session.objects.get(pk=world.objects["session"]).cohort
    free = SessionFactory(cohort=running, number=41, starts_on=NOW.date() + timedelta(days=60))
    later = SessionFactory(cohort=running, number=42, starts_on=NOW.date() + timedelta(days=90))
    outcome = OutcomeFactory(cohort=running)
    item = ItemFactory(day=later.days.first(), outcomes=[outcome])
    CohortFactory(
        planned=True,
        intake=IntakeFactory(
            slug="unplanned", season="autumn", year=2030, state=IntakeState.PUBLISHED, published_at=NOW
        ),
    )
    public = CohortFactory(
        programme_published_at=NOW,
        intake=IntakeFactory(
            slug="public-programme", season="spring", year=2030, state=IntakeState.PUBLISHED, published_at=NOW
        ),
    )
    SessionFactory(cohort=public, number=1)
    world.objects |= {
        "free-session": free.pk,
        "later-session": later.pk,
        "item": item.pk,
        "outcome": outcome.pk,
        "material": MaterialFactory(item=item, pdf=True, published=True).pk,
        "draft-material": MaterialFactory(item=item, pdf=True, digest="2" * 64).pk,
    }
