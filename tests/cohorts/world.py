"""The cohort that runs, as it stands behind the doors: Bodø's team with the student, and another team."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from applications.states import IntakeState, State
from tests.assessment.exam import world as exam_world
from tests.assessment.requirements import world as requirements_world
from tests.cohorts.attendance import world as attendance_world
from tests.cohorts.contributions import world as contributions_world
from tests.cohorts.factories import (
    CohortFactory,
    InstructorFactory,
    ParticipantFactory,
    SessionFactory,
    TeamFactory,
)
from tests.cohorts.people import world as people_world
from tests.cohorts.plan import world as plan_world
from tests.cohorts.project import world as project_world
from tests.cohorts.speakers import world as speakers_world
from tests.cohorts.study_tour import world as study_tour_world
from tests.cohorts.supervision import world as supervision_world
from tests.factories import NOW, ApplicationFactory, IntakeFactory, municipality

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """Objects: `our-team`, `other-team`; `me`, `mate`, `leaver` (participants); `session`, `session-day`."""
    intake = IntakeFactory(slug="running", state=IntakeState.PUBLISHED, published_at=NOW)
    cohort = CohortFactory(intake=intake)
    InstructorFactory(cohort=cohort, user=world.people["teacher"])
    ours = TeamFactory(
        cohort=cohort,
        number=1,
        people=1,
        application=ApplicationFactory(
            intake=intake,
            state=State.ENROLLED,
            lead=municipality("1804"),
            coordinator=world.people["owner"],
            complete=True,
            team=0,
        ),
    )
    theirs = TeamFactory(cohort=cohort, number=2, lead=municipality("4646"))
    me = ParticipantFactory(team=ours, user=world.people["student"])
    gone = ParticipantFactory(team=ours, gone=True)
    session = SessionFactory(cohort=cohort, number=1, starts_on=NOW.date() - timedelta(days=30))
    SessionFactory(cohort=cohort, number=2)
    world.objects |= {
        "our-team": ours.reference,
        "other-team": theirs.reference,
        "me": me.pk,
        "mate": ours.participants.earliest("pk").pk,
        "leaver": gone.pk,
        "session": session.pk,
        "session-day": session.days.first().pk,
    }
    people_world.build(world)
    speakers_world.build(world)
    study_tour_world.build(world)
    attendance_world.build(world)
    plan_world.build(world)
    project_world.build(world)
    supervision_world.build(world)
    contributions_world.build(world)
    requirements_world.build(world)
    exam_world.build(world)
