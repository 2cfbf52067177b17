"""Peer contributions between Bodø's team and the other one behind the doors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cohorts.models import Participant, Team
from tests.cohorts.contributions.factories import ContributionFactory, PairFactory, RoundFactory

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """Objects: `our-pair` (we give), `our-contribution`, `got`. Round 1 is open, round 2 planned."""
    ours, theirs = (
        Team.objects.get(application__reference=world.objects[name]) for name in ("our-team", "other-team")
    )
    opened = RoundFactory(cohort=ours.cohort, number=1)
    planned = RoundFactory(cohort=ours.cohort, number=2, planned=True)
    pair, back = (
        PairFactory(round=opened, giver=giver, receiver=receiver)
        for giver, receiver in ((ours, theirs), (theirs, ours))
    )
    for giver, receiver in ((ours, theirs), (theirs, ours)):
        PairFactory(round=planned, giver=giver, receiver=receiver)
    me = Participant.objects.get(pk=world.objects["me"])
    world.objects |= {
        "our-pair": pair.pk,
        "our-contribution": ContributionFactory(pair=pair, participant=me).pk,
        "got": ContributionFactory(pair=back, participant=theirs.participants.earliest("pk"), given=True).pk,
    }
