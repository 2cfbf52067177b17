"""Rows of peer contributions for tests. Nothing here goes through the product's actions."""

from __future__ import annotations

from datetime import timedelta

import factory

from cohorts import models as c
from cohorts.states.contributions import ContributionState, RoundState
from tests.cohorts.factories import CohortFactory, ParticipantFactory, TeamFactory
from tests.factories import NOW

OPENED = NOW - timedelta(days=10)
DUE = NOW + timedelta(days=7)


class RoundFactory(factory.django.DjangoModelFactory):
    """A round that was opened ten days ago, with a week left; `planned=True`, or `over=True`."""

    class Meta:
        model = c.PeerRound

    class Params:
        planned = factory.Trait(state=RoundState.PLANNED, opened_at=None, due_at=None)
        over = factory.Trait(due_at=NOW - timedelta(days=1))

    cohort = factory.SubFactory(CohortFactory)
    number = factory.Sequence(lambda n: n + 1)
    title = factory.LazyAttribute(lambda o: f"Round {o.number}")
    state = RoundState.OPEN
    made_at = OPENED
    opened_at = OPENED
    due_at = DUE
    changed_at = OPENED


class PairFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = c.PeerPair

    round = factory.SubFactory(RoundFactory)
    giver = factory.SubFactory(TeamFactory, cohort=factory.SelfAttribute("..round.cohort"))
    receiver = factory.SubFactory(TeamFactory, cohort=factory.SelfAttribute("..round.cohort"))


class ContributionFactory(factory.django.DjangoModelFactory):
    """What somebody of the giving team was asked for; `given=True` when they have given it."""

    class Meta:
        model = c.Contribution

    class Params:
        given = factory.Trait(
            state=ContributionState.GIVEN,
            strengths="You know whom it concerns.",
            questions="Who pays?",
            ideas="Ask the pupils.",
            given_at=NOW - timedelta(days=3),
            changed_at=NOW - timedelta(days=3),
        )
        waived = factory.Trait(state=ContributionState.WAIVED, waived_reason="Was ill")

    pair = factory.SubFactory(PairFactory)
    participant = factory.LazyAttribute(lambda o: ParticipantFactory(team=o.pair.giver))
    asked_at = OPENED
