"""Rows for tests of a cohort's year. Nothing here goes through the product's actions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import factory

from applications import models as a
from applications.states import Basis, IntakeState, Participation, State
from cohorts import models as c
from cohorts.states import CohortState
from tests.factories import (
    NOW,
    ApplicationFactory,
    IntakeFactory,
    MunicipalityFactory,
    UserFactory,
)

BEGAN_ON = NOW.date() - timedelta(days=60)
IN_A_WEEK = NOW.date() + timedelta(days=7)


class CohortFactory(factory.django.DjangoModelFactory):
    """A cohort that began sixty days ago; `planned=True` for one that has not begun."""

    class Meta:
        model = c.Cohort

    class Params:
        planned = factory.Trait(state=CohortState.PLANNED, begun_at=None)

    intake = factory.SubFactory(IntakeFactory, state=IntakeState.PUBLISHED, published_at=NOW)
    slug = factory.LazyAttribute(lambda o: o.intake.slug)
    state = CohortState.RUNNING
    made_at = NOW - timedelta(days=90)
    begun_at = NOW - timedelta(days=60)


class InstructorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = c.Instructor

    cohort = factory.SubFactory(CohortFactory)
    user = factory.SubFactory(UserFactory, is_instructor=True)
    added_at = NOW


class TeamFactory(factory.django.DjangoModelFactory):
    """An enrolled application in its cohort, with `people` who take part (3 unless told).

    Each of them has an account and is admitted as a student.
    """

    class Meta:
        model = c.Team

    cohort = factory.SubFactory(CohortFactory)
    application = factory.LazyAttribute(
        lambda o: ApplicationFactory(
            intake=o.cohort.intake, state=State.ENROLLED, lead=o.lead, complete=True, team=0
        )
    )
    number = factory.Sequence(lambda n: n + 1)
    formed_at = NOW - timedelta(days=90)

    class Params:
        lead = factory.SubFactory(MunicipalityFactory)

    @classmethod
    def _create(cls, model_class: type[c.Team], *args: Any, people: int = 3, **kwargs: Any) -> c.Team:
        team: c.Team = super()._create(model_class, *args, **kwargs)
        ParticipantFactory.create_batch(people, team=team)
        return team


class ParticipantFactory(factory.django.DjangoModelFactory):
    """A student who takes part since the cohort began.

    `course_participant=True` for one who cannot sit the exam; `gone=True` for one who left ten days ago.
    Names of sectors go round, so that a team of three has three.
    """

    class Meta:
        model = c.Participant

    class Params:
        course_participant = factory.Trait(basis=Basis.COURSE_PARTICIPANT)
        gone = factory.Trait(participation=Participation.WITHDRAWN, left_on=NOW.date() - timedelta(days=10))

    team = factory.SubFactory(TeamFactory, people=0)
    began_on = BEGAN_ON
    left_on = None

    @classmethod
    def _create(
        cls,
        model_class: type[c.Participant],
        *args: Any,
        team: c.Team,
        user: Any = None,
        basis: str = Basis.QUALIFIED,
        participation: str = Participation.ACTIVE,
        left_on: date | None = None,
        **kwargs: Any,
    ) -> c.Participant:
        user = user or UserFactory()
        sectors = a.Sector.values
        member = a.TeamMember.everyone.create(
            application=team.application,
            name=user.name,
            email=user.email,
            user=user,
            position="Adviser",
            unit="Development unit",
            sector=sectors[team.participants.count() % len(sectors)],
            role_type=a.RoleType.KEY_FUNCTION,
            education=a.EducationLevel.THREE_YEARS,
            basis=basis,
            participation=participation,
            added_at=NOW - timedelta(days=120),
            left_at=NOW - timedelta(days=10) if left_on else None,
        )
        return super()._create(model_class, *args, team=team, member=member, left_on=left_on, **kwargs)


class SessionFactory(factory.django.DjangoModelFactory):
    """A session of two days that begins on `starts_on` (a week after NOW unless told)."""

    class Meta:
        model = c.Session

    cohort = factory.SubFactory(CohortFactory)
    number = factory.Sequence(lambda n: n + 1)
    title_nb = "Tjenestedesign"
    title_nn = "Tenestedesign"
    title_en = "Service design"
    place = "Lillehammer"

    @classmethod
    def _create(
        cls,
        model_class: type[c.Session],
        *args: Any,
        starts_on: date = IN_A_WEEK,
        days: int = 2,
        **kwargs: Any,
    ) -> c.Session:
        session: c.Session = super()._create(model_class, *args, **kwargs)
        for day in range(days):
            c.SessionDay.objects.create(session=session, held_on=starts_on + timedelta(days=day))
        return session
