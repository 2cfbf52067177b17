"""A published intake with an enrolled team of three, all confirmed and told, and people who act on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import translation

from applications import models as a
from applications.states import Basis, IntakeState, Participation, State
from cohorts import models as c
from cohorts.actions.cohorts import make_cohort
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.applications.people.conftest import accepted, tell
from tests.factories import NOW, ApplicationFactory, TeamMemberFactory, UserFactory, municipality

LATER = NOW + timedelta(hours=2)
NEXT_DAY = NOW + timedelta(days=1)
NEXT_WEEK = NOW + timedelta(days=7)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sentences as the source has them."""
    with translation.override("en"):
        yield


@pytest.fixture
def published(intake: a.Intake) -> a.Intake:
    a.Intake.objects.filter(pk=intake.pk).update(state=IntakeState.PUBLISHED, published_at=NOW)
    intake.refresh_from_db()
    return intake


def enrolled(
    intake: a.Intake, coordinator: User, code: str = "1804", *, unsure: int = 0, **values: object
) -> a.Application:
    """An enrolled application of three; `unsure` of them are only invited."""
    application: a.Application = ApplicationFactory(
        intake=intake,
        coordinator=coordinator,
        lead=municipality(code),
        complete=True,
        **{"state": State.ENROLLED, **values},
    )
    accepted(application)
    for number, member in enumerate(application.members.order_by("pk")):
        tell(member, basis=Basis.COURSE_PARTICIPANT if number == 2 else Basis.QUALIFIED)
        fields = {"participation": Participation.INVITED, "invited_at": NOW}
        if number >= unsure:
            user = UserFactory(name=member.name, email=member.email, language="en")
            fields |= {"participation": Participation.CONFIRMED, "confirmed_at": NOW, "user": user}
        a.TeamMember.objects.filter(pk=member.pk).update(**fields)
    return a.Application.objects.select_related("intake", "lead", "coordinator").get(pk=application.pk)


@pytest.fixture
def bodo(published: a.Intake, coordinator: User) -> a.Application:
    return enrolled(published, coordinator)


@pytest.fixture
def cohort(bodo: a.Application, administrator: User) -> c.Cohort:
    """Planned, with Bodø's team."""
    return make_cohort(bodo.intake, by=administrator, now=NOW)


def names(cohort: c.Cohort) -> list[tuple[int, str]]:
    return [(team.number, str(team)) for team in cohort.teams.in_order()]


def states(application: a.Application) -> list[str]:
    rows = a.TeamMember.everyone.filter(application=application).order_by("pk")
    return list(rows.values_list("participation", flat=True))


def stays(team: c.Team) -> list[tuple[object, object]]:
    return list(team.participants.order_by("pk").values_list("began_on", "left_on"))


def mails(kind: str) -> list[str]:
    return list(Message.objects.filter(kind=kind).order_by("pk").values_list("to_email", flat=True))


def reserve_of(application: a.Application, **values: object) -> a.TeamMember:
    member: a.TeamMember = TeamMemberFactory(
        application=application,
        **{
            "name": "Reserve Prøve",
            "email": "reserve@example.no",
            "sector": a.Sector.TECHNICAL,
            "participation": Participation.RESERVE,
            **values,
        },
    )
    return member
