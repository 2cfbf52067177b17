"""The project of our team with its log, its file and a page that its municipality is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cohorts.models import Team
from tests.cohorts.project.factories import (
    LogEntryFactory,
    ProjectFactory,
    StakeholderFactory,
    TeamFileFactory,
)
from tests.cohorts.project.page_factories import (
    LibraryEntryFactory,
    PresentationFactory,
    answer,
    published,
)

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """Objects: `our-stakeholder`, `our-entry`, `our-file`, `our-talk` (the student's own); `old-record`."""
    student = world.people["student"]
    ours = ProjectFactory(team=Team.objects.get(application__reference=world.objects["our-team"]))
    theirs = ProjectFactory(team=Team.objects.get(application__reference=world.objects["other-team"]))
    page = LibraryEntryFactory(project=ours)
    for participant in ours.team.participants.present():
        answer(page, participant)
    published(project=theirs)
    world.objects |= {
        "our-stakeholder": StakeholderFactory(project=ours, made_by=student).pk,
        "our-entry": LogEntryFactory(project=ours, made_by=student).pk,
        "our-file": TeamFileFactory(project=ours, made_by=student).pk,
        "our-talk": PresentationFactory(project=ours, made_by=student).pk,
        "old-record": LibraryEntryFactory(record=True).reference,
    }
