"""What the tests of the pages stand on: places to answer for, which are the one kind of deadline there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from applications import models as a
from applications.reminders import KINDS
from applications.states import OfferState, State
from innoskole.accounts.models import User
from innoskole.reminders.kinds import Kind
from tests.factories import NOW, ApplicationFactory, IntakeFactory, MunicipalityFactory, UserFactory

OFFER: Kind = next(kind for kind in KINDS if kind.key == "offer")
OFFER = replace(OFFER, rule=replace(OFFER.rule, before=(7, 2), every=0, most=0), is_of_decision=False)


def offer(
    *,
    due_at: datetime,
    coordinator: User | None = None,
    sent_at: datetime = NOW - timedelta(days=30),
    **fields,
) -> a.Offer:
    """A place that waits for an answer."""
    application = ApplicationFactory(
        intake=a.Intake.objects.first() or IntakeFactory(),
        lead=fields.pop("lead", None) or MunicipalityFactory(),
        coordinator=coordinator or UserFactory(),
        state=State.ADMITTED,
        **fields,
    )
    made: a.Offer = a.Offer.objects.create(
        application=application, state=OfferState.SENT, made_at=sent_at, sent_at=sent_at, due_at=due_at
    )
    return made
