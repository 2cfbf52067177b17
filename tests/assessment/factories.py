"""Rows for tests of work requirements. Nothing here goes through the product's actions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import factory

from assessment import models as m
from assessment.states import Outcome, RequirementState
from tests.cohorts.factories import CohortFactory, TeamFactory
from tests.factories import NOW, UserFactory

OPENED = NOW - timedelta(days=20)
DUE = NOW + timedelta(days=10)


class RequirementFactory(factory.django.DjangoModelFactory):
    """A work requirement that opened twenty days ago and is due in ten; `planned=True` without dates."""

    class Meta:
        model = m.WorkRequirement

    class Params:
        planned = factory.Trait(opens_at=None, due_at=None)

    cohort = factory.SubFactory(CohortFactory)
    number = factory.Sequence(lambda n: n % 12 + 1)
    title_nb = "Problem og innsikt"
    title_nn = "Problem og innsikt"
    title_en = "Problem and insight"
    opens_at = OPENED
    due_at = DUE
    changed_at = NOW


class WorkFactory(factory.django.DjangoModelFactory):
    """A team's work on a requirement, open; `participant=` for one who delivers alone."""

    class Meta:
        model = m.TeamRequirement

    team = factory.SubFactory(TeamFactory)
    requirement = factory.SubFactory(
        RequirementFactory, cohort=factory.SelfAttribute("..team.cohort"), number=1
    )
    state = RequirementState.OPEN
    due_at = factory.SelfAttribute("requirement.due_at")
    opened_at = OPENED


class DeliveryFactory(factory.django.DjangoModelFactory):
    """The next attempt of an open work, by everybody who is in the team now; the work follows.

    claimed_by: somebody who assesses it.
    """

    class Meta:
        model = m.Delivery

    work = factory.SubFactory(WorkFactory)
    attempt = factory.LazyAttribute(lambda o: o.work.attempt + 1)
    text = "What we have found out."
    delivered_by = factory.SubFactory(UserFactory)
    delivered_at = NOW - timedelta(days=3)
    due_at = factory.SelfAttribute("work.due_at")

    @classmethod
    def _create(
        cls, model_class: type[m.Delivery], *args: Any, claimed_by: Any = None, **kwargs: Any
    ) -> m.Delivery:
        delivery: m.Delivery = super()._create(model_class, *args, **kwargs)
        work = delivery.work
        people = [work.participant] if work.participant else work.team.participants.present()
        for person in people:
            m.DeliveryMember.objects.create(delivery=delivery, participant=person)
        work.state = RequirementState.UNDER_ASSESSMENT if claimed_by else RequirementState.DELIVERED
        work.attempt, work.delivered_at = delivery.attempt, delivery.delivered_at
        work.claimed_by, work.claimed_at = claimed_by, NOW if claimed_by else None
        work.save()
        return delivery


class ResultFactory(factory.django.DjangoModelFactory):
    """A participant's current result, approved unless told."""

    class Meta:
        model = m.Result

    delivery = factory.SubFactory(DeliveryFactory)
    requirement = factory.SelfAttribute("delivery.work.requirement")
    participant = factory.LazyAttribute(lambda o: o.delivery.members.earliest("pk").participant)
    version = 1
    outcome = Outcome.APPROVED
    revise_due_at = factory.LazyAttribute(
        lambda o: NOW + timedelta(days=14) if o.outcome == Outcome.REVISE else None
    )
    given_by = factory.SubFactory(UserFactory, is_instructor=True)
    given_at = NOW - timedelta(days=1)
