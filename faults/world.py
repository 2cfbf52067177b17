"""Municipalities that have been offered a place: the rows whose deadlines the suite reminds of."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from django.utils import timezone

from applications.models import Application, Offer
from applications.states import IntakeState, OfferState, State
from innoskole.accounts.models import User
from innoskole.reminders.kinds import all_kinds
from innoskole.reminders.models import ReminderRule
from innoskole.reminders.steps import USUAL, Rule
from tests.factories import IntakeFactory, UserFactory, municipality

KIND = "offer"
# Two days before, at any hour of any day: the suite must not depend on when it is run.
AT_ANY_HOUR = replace(USUAL, before=(2,), hour=0, quiet_from=0, quiet_until=0, on_working_days=False)


def noon(now: datetime, days: int) -> datetime:
    """Twelve o'clock, Norwegian time, some days after the day of `now`."""
    oslo = timezone.get_default_timezone()
    day = now.astimezone(oslo).date() + timedelta(days=days)
    return datetime.combine(day, time(12), tzinfo=oslo)


def offer_places(addresses: Sequence[str], *, due_at: datetime, rule: Rule = AT_ANY_HOUR) -> list[Offer]:
    """An offer that waits for an answer to each address, sent ten days before the deadline.

    In the same order. The other kinds of reminders are switched off.
    """
    sent_at = due_at - timedelta(days=10)
    _set_rules(rule, sent_at)
    users = User.objects.bulk_create(
        [
            User(email=address, name=f"Prøve {number}", language=("nb", "nn", "en")[number % 3], password="!")
            for number, address in enumerate(addresses)
        ]
    )
    intake = IntakeFactory(state=IntakeState.PUBLISHED)
    lead = municipality()
    applications = Application.objects.bulk_create(
        [
            Application(
                intake=intake,
                reference=f"IS-F-{number}",
                state=State.ADMITTED,
                lead=lead,
                coordinator=user,
                created_at=sent_at,
                changed_at=sent_at,
            )
            for number, user in enumerate(users)
        ]
    )
    return Offer.objects.bulk_create(
        [
            Offer(
                application=application,
                state=OfferState.SENT,
                made_at=sent_at,
                sent_at=sent_at,
                due_at=due_at,
            )
            for application in applications
        ]
    )


def _set_rules(rule: Rule, now: datetime) -> None:
    administrator = UserFactory(is_course_administrator=True)
    for kind in all_kinds():
        in_force = rule if kind.key == KIND else replace(kind.rule, is_active=False)
        values = {name: getattr(in_force, name) for name in Rule.__dataclass_fields__}
        values["before"] = list(in_force.before)
        ReminderRule.objects.create(kind=kind.key, changed_at=now, changed_by=administrator, **values)
