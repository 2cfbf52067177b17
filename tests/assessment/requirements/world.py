"""Work requirements as they stand behind the doors: delivered, in a draft, and of one who delivers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.files.base import ContentFile

from assessment.models import DeliveryFile
from cohorts.models import Participant, Team
from tests.assessment.factories import DeliveryFactory, RequirementFactory, WorkFactory
from tests.factories import NOW

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """Objects: `work` (delivered by our team), `open-work`, `their-work`; `delivery-file`, `draft-file`.

    Our team has delivered requirement 1, writes on 2, and of 3 `mate` has delivered alone.
    """
    ours = Team.objects.get(application__reference=world.objects["our-team"])
    theirs = Team.objects.get(application__reference=world.objects["other-team"])
    mate = Participant.objects.get(pk=world.objects["mate"])
    first, second, third = (RequirementFactory(cohort=ours.cohort, number=number) for number in (1, 2, 3))
    work = WorkFactory(team=ours, requirement=first)
    delivery = DeliveryFactory(work=work, delivered_by=world.people["student"])
    open_work = WorkFactory(team=ours, requirement=second)
    alone = WorkFactory(team=ours, requirement=third, participant=mate)
    DeliveryFactory(work=alone)
    their_work = WorkFactory(team=theirs, requirement=first)
    DeliveryFactory(work=their_work)
    world.objects |= {
        "work": work.pk,
        "open-work": open_work.pk,
        "their-work": their_work.pk,
        "delivery-file": _file(work, delivery, world).pk,
        "draft-file": _file(open_work, None, world).pk,
    }


def _file(work, delivery, world: World) -> DeliveryFile:
    return DeliveryFile.objects.create(
        work=work,
        delivery=delivery,
        file=ContentFile(b"%PDF-1.7", name="paper"),
        original_name="paper.pdf",
        content_type="application/pdf",
        size=8,
        digest="0" * 64,
        uploaded_by=world.people["student"],
        uploaded_at=NOW,
    )
