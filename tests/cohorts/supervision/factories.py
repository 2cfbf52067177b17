"""Rows of supervision for tests. Nothing here goes through the product's actions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import factory

from cohorts import models as c
from tests.cohorts.factories import CohortFactory, InstructorFactory, TeamFactory
from tests.factories import NOW

IN_THREE_DAYS = NOW + timedelta(days=3)


class SlotFactory(factory.django.DjangoModelFactory):
    """45 minutes in three days, of an instructor of the cohort."""

    class Meta:
        model = c.Slot

    class Params:
        minutes = 45

    cohort = factory.SubFactory(CohortFactory)
    user = factory.LazyAttribute(lambda o: InstructorFactory(cohort=o.cohort).user)
    starts_at = IN_THREE_DAYS
    ends_at = factory.LazyAttribute(lambda o: o.starts_at + timedelta(minutes=o.minutes))
    place = "Room 2"
    published_at = NOW - timedelta(days=10)


class BookingFactory(factory.django.DjangoModelFactory):
    """A team that has booked a slot; `starts_at` and `user` are those of the slot."""

    class Meta:
        model = c.Booking

    team = factory.SubFactory(TeamFactory)
    subject = "Which stakeholders we have forgotten"
    starts_at = IN_THREE_DAYS
    free_until_at = factory.LazyAttribute(lambda o: o.starts_at - timedelta(hours=24))
    booked_by = factory.LazyAttribute(lambda o: o.team.participants.earliest("pk").member.user)
    booked_at = NOW - timedelta(days=5)

    @classmethod
    def _create(cls, model_class: type[c.Booking], *args: Any, user: Any = None, **kwargs: Any) -> c.Booking:
        if "slot" not in kwargs:
            given = {"user": user} if user else {}
            kwargs["slot"] = SlotFactory(cohort=kwargs["team"].cohort, starts_at=kwargs["starts_at"], **given)
        return super()._create(model_class, *args, **kwargs)


class SupervisionFactory(factory.django.DjangoModelFactory):
    """A supervision a week ago, with a next step that was to be taken yesterday."""

    class Meta:
        model = c.Supervision

    team = factory.SubFactory(TeamFactory)
    user = factory.LazyAttribute(lambda o: InstructorFactory(cohort=o.team.cohort).user)
    held_on = NOW.date() - timedelta(days=7)
    discussed = "The map of stakeholders"
    next_step = "Talk to the school"
    next_step_on = NOW.date() - timedelta(days=1)
    written_by = factory.SelfAttribute("user")
    written_at = NOW - timedelta(days=7)


class StaffNoteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = c.StaffNote

    team = factory.SubFactory(TeamFactory)
    text = "They need help with the figures"
    written_by = factory.LazyAttribute(lambda o: InstructorFactory(cohort=o.team.cohort).user)
    written_at = NOW - timedelta(days=7)


class SupervisorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = c.Supervisor

    team = factory.SubFactory(TeamFactory)
    user = factory.LazyAttribute(lambda o: InstructorFactory(cohort=o.team.cohort).user)
    is_main = True
    began_on = NOW.date() - timedelta(days=30)
