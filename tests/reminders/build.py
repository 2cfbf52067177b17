"""Offers and requests that wait for an answer: rows of two kinds, with rules of the tests' own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from applications.models import Application, InformationRequest, Intake, Offer
from applications.reminders import INFORMATION, OFFER
from applications.states import OfferState, State
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from innoskole.reminders.models import Reminder
from innoskole.reminders.steps import Rule
from tests.factories import NOW, OSLO, ApplicationFactory, IntakeFactory, MunicipalityFactory

WEEKDAYS = Rule(before=(7, 2))
ANSWER = replace(OFFER, rule=WEEKDAYS)
REPLY = replace(INFORMATION, rule=WEEKDAYS)

DUE = datetime(2027, 6, 10, 23, 59, tzinfo=OSLO)  # a Thursday
WEEK_BEFORE = datetime(2027, 6, 3, 8, 0, tzinfo=OSLO)
TWO_DAYS_BEFORE = datetime(2027, 6, 8, 8, 0, tzinfo=OSLO)


def at(day: int, hour: int = 8, minute: int = 0, month: int = 6) -> datetime:
    """A moment of June 2027, or of another month; the 7th is a Monday."""
    return datetime(2027, month, day, hour, minute, tzinfo=OSLO)


def only_intake() -> Intake:
    return Intake.objects.first() or IntakeFactory()


def application(coordinator: User | None = None, **fields: Any) -> Application:
    people = {"coordinator": coordinator} if coordinator else {}
    return ApplicationFactory(intake=only_intake(), lead=MunicipalityFactory(), **people, **fields)


def offer(coordinator: User | None = None, *, due_at: datetime = DUE, sent_at: datetime = NOW) -> Offer:
    """An offer that waits for its answer."""
    return Offer.objects.create(
        application=application(coordinator, state=State.ADMITTED),
        state=OfferState.SENT,
        made_at=sent_at,
        sent_at=sent_at,
        due_at=due_at,
    )


def request(coordinator: User, *, due_at: datetime = DUE, asked_at: datetime = NOW) -> InformationRequest:
    """A request for information that waits for its answer."""
    return InformationRequest.objects.create(
        application=application(coordinator, state=State.INFORMATION_REQUESTED),
        question="Which plan?",
        parts=["anchoring"],
        due_at=due_at,
        asked_by=coordinator,
        asked_at=asked_at,
    )


def ledger() -> list[tuple[str, int, str, str]]:
    """Every line as (kind, step, address, why not), in the order in which they were written."""
    return list(
        Reminder.objects.order_by("happened_at", "to_email", "kind", "step").values_list(
            "kind", "step", "to_email", "why_not"
        )
    )


def mails() -> list[tuple[str, str]]:
    """Every mail as (address, subject)."""
    return list(Message.objects.order_by("queued_at", "to_email").values_list("to_email", "subject"))
