"""An intake with accepted places, a course fee, and a reader who reads English."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from applications.models import Application, FeeRate, Intake, Offer, Place
from applications.states import Basis, IntakeState, OfferState, State
from innoskole.accounts.models import User
from tests.factories import OSLO, ApplicationFactory, TeamMemberFactory, municipality

PUBLISHED = datetime(2027, 4, 20, 12, 0, tzinfo=OSLO)
BODO = "972418013"
VADSO = "964994218"


def table(content: bytes) -> list[list[str]]:
    """The lines of a CSV file as we write it."""
    return list(csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";"))


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def published(intake: Intake) -> Intake:
    Intake.objects.filter(pk=intake.pk).update(state=IntakeState.PUBLISHED, published_at=PUBLISHED)
    intake.refresh_from_db()
    return intake


@pytest.fixture
def rate(administrator: User) -> FeeRate:
    """30 000 kroner when the result was published; 35 000 from the summer on."""
    rows = [
        FeeRate(
            amount=amount, valid_from_on=day, source="The board, 3/27", set_by=administrator, set_at=PUBLISHED
        )
        for amount, day in ((30_000, date(2027, 1, 1)), (35_000, date(2027, 7, 1)))
    ]
    return FeeRate.objects.bulk_create(rows)[0]


@pytest.fixture
def accepted(published: Intake) -> Callable[..., Application]:
    """`accepted("1804", coordinator=…)`: an application whose place is accepted; state: of the offer."""

    def made(code: str, *, state: str = OfferState.ACCEPTED, **fields: Any) -> Application:
        held = state in (OfferState.SENT, OfferState.ACCEPTED)
        application = ApplicationFactory(
            intake=published,
            lead=municipality(code),
            reference=f"IS-2027H-{code}",
            state=State.ADMITTED if held else State.DECLINED,
            **fields,
        )
        offer = Offer.objects.create(
            application=application,
            state=state,
            made_at=PUBLISHED,
            sent_at=PUBLISHED,
            due_at=PUBLISHED + timedelta(days=14),
            answered_at=None if state == OfferState.SENT else PUBLISHED + timedelta(days=2),
        )
        number = Place.objects.filter(intake=published).count() + 1
        Place.objects.create(intake=published, number=number, offer=offer if held else None)
        return Application.objects.get(pk=application.pk)

    return made


@pytest.fixture
def bodo(accepted: Callable[..., Application], coordinator: User) -> Application:
    return accepted("1804", coordinator=coordinator)


@pytest.fixture
def team(bodo: Application) -> list[Any]:
    """Bodø's Kari and Ola are students, Per is a course participant, and Eva has left."""
    rows = (
        ("Kari Prøve", Basis.QUALIFIED, {}),
        ("Ola Prøve", Basis.INDIVIDUALLY_QUALIFIED, {}),
        ("Per Prøve", Basis.COURSE_PARTICIPANT, {}),
        ("Eva Prøve", Basis.QUALIFIED, {"participation": "withdrawn", "left_at": PUBLISHED}),
    )
    return [
        TeamMemberFactory(
            application=bodo, name=name, email=f"{name.split()[0].lower()}@example.no", basis=basis, **fields
        )
        for name, basis, fields in rows
    ]


@pytest.fixture
def browser(administrator: User, log_in: Callable[[User], Client]) -> Client:
    return log_in(administrator)
