"""A team that has accepted its place, and the Bjugn team of the seed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from applications import models as a
from applications.models.people import everyone_of
from applications.models.viability import Viability, viability
from applications.states import Basis, OfferState, Participation, State
from innoskole.accounts.models import User
from tests.factories import (
    NOW,
    ApplicationFactory,
    DecisionFactory,
    TeamMemberFactory,
)

KINDS = {
    Basis.QUALIFIED: a.DecisionKind.STUDENT,
    Basis.INDIVIDUALLY_QUALIFIED: a.DecisionKind.INDIVIDUALLY_QUALIFIED,
    Basis.COURSE_PARTICIPANT: a.DecisionKind.COURSE_PARTICIPANT,
}


def tell(member: a.TeamMember, basis: str = Basis.QUALIFIED) -> a.Decision:
    """Decide and tell on which basis a person is admitted."""
    a.TeamMember.everyone.filter(pk=member.pk).update(basis=basis)
    decision: a.Decision = DecisionFactory(of=member, kind=KINDS[basis], issued=True)
    return decision


def accepted(application: a.Application) -> a.Offer:
    """An accepted offer of a place."""
    return a.Offer.objects.create(
        application=application,
        state=OfferState.ACCEPTED,
        made_at=NOW,
        sent_at=NOW,
        due_at=NOW,
        answered_at=NOW,
        answered_by=application.coordinator,
    )


def stand_of(application: a.Application) -> Viability:
    fresh = a.Application.objects.select_related("intake", "offer").get(pk=application.pk)
    return viability(fresh, everyone_of(fresh), NOW)


def states(application: a.Application) -> dict[str, str]:
    """Name → participation, of everybody who has been named."""
    rows = a.TeamMember.everyone.filter(application=application)
    return dict(rows.values_list("name", "participation"))


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sentences as the source has them."""
    with translation.override("en"):
        yield


@pytest.fixture
def team(intake: a.Intake, coordinator: User) -> a.Application:
    """Three from three sectors, told that they are students; the place is accepted, nobody is invited."""
    application: a.Application = ApplicationFactory(
        intake=intake, coordinator=coordinator, state=State.ADMITTED, complete=True
    )
    for member in application.members.all():
        tell(member)
    accepted(application)
    return a.Application.objects.select_related("intake", "lead", "coordinator", "offer").get(
        pk=application.pk
    )


@pytest.fixture
def reserve(team: a.Application) -> a.TeamMember:
    """A reserve from the technical sector, whom nobody has assessed."""
    member: a.TeamMember = TeamMemberFactory(
        application=team,
        name="Reserve Prøve",
        email="reserve@example.no",
        unit="Technical unit",
        sector=a.Sector.TECHNICAL,
        participation=Participation.RESERVE,
    )
    return member
