"""A month of sweeps at random minutes, with outages, over random deadlines and rules: what always holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications.models import Offer
from applications.states import OfferState
from innoskole.notifications.models import Message
from innoskole.reminders.actions import sweep
from innoskole.reminders.kinds import only
from innoskole.reminders.models import Reminder
from innoskole.reminders.steps import Rule, is_quiet, opens_at, quiet_ends
from innoskole.ui import formats
from tests.factories import UserFactory
from tests.reminders.build import ANSWER, offer

pytestmark = pytest.mark.django_db

# A month of long nights, in which summer time ends.
BEGINS = datetime(2027, 10, 10, tzinfo=UTC)
MINUTES = 30 * 24 * 60

minutes = st.integers(0, MINUTES).map(lambda number: BEGINS + timedelta(minutes=number))
hours = st.integers(0, 23)
rules = st.builds(
    Rule,
    before=st.sets(st.integers(1, 20), max_size=4).map(tuple),
    every=st.integers(0, 4),
    most=st.integers(0, 3),
    hour=hours,
    quiet_from=hours,
    quiet_until=hours,
    on_working_days=st.booleans(),
    in_digest=st.booleans(),
)
# When it is due, whose it is, and the sweep after which it is answered.
deeds = st.lists(st.tuples(minutes, st.integers(0, 1), st.integers(0, 12)), min_size=1, max_size=4)
sweeps = st.lists(minutes, min_size=4, max_size=12, unique=True).map(sorted)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rule=rules, deeds=deeds, moments=sweeps)
def test_nobody_hears_twice_too_late_at_night_or_after_the_deed(rule, deeds, moments):
    with transaction.atomic(), only(replace(ANSWER, rule=rule)):
        people = [UserFactory(), UserFactory()]
        answered = {
            offer(people[whose], due_at=due_at, sent_at=BEGINS - timedelta(days=60)).pk: until
            for due_at, whose, until in deeds
        }
        for number, now in enumerate(moments):
            done = [pk for pk, until in answered.items() if until <= number]
            Offer.objects.filter(pk__in=done).update(state=OfferState.ACCEPTED, answered_at=now)
            written = sweep(now)
            new = list(Reminder.objects.filter(happened_at=now, message__isnull=False))
            judge(rule, now, new, done=set(done))
            assert written == Message.objects.filter(queued_at=now).count()
            assert sweep(now) == 0
        assert_nothing_is_lost(rule, moments[-1])
        transaction.set_rollback(True)


def judge(rule, now, new, *, done):
    """What the laws say of the lines that a sweep has sent."""
    said = Reminder.objects.filter(message__isnull=False).values_list(
        "object_id", "due_on", "step", "to_email"
    )
    assert max(Counter(said).values(), default=1) == 1
    assert not done & {line.object_id for line in new}
    mails = Counter((line.to_email, line.message_id) for line in new)
    assert not rule.in_digest or max(Counter(email for email, _mail in mails).values(), default=1) == 1
    for line in new:
        assert opens_at(line.due_on, line.step, rule) <= now
        if line.step < 0:
            assert now < line.due_at
        if is_quiet(rule, now):
            assert line.step < 0
            assert line.due_at <= quiet_ends(rule, now)
    nearest = Counter((line.object_id, line.due_on) for line in new)
    assert max(nearest.values(), default=1) == 1


def assert_nothing_is_lost(rule, now):
    """Whoever still waits has been told of the nearest step whose window is open, if anything may leave."""
    if is_quiet(rule, now) or rule.on_working_days:
        return
    for waiting in Offer.objects.filter(state=OfferState.SENT):
        day = formats.local(waiting.due_at).date()
        is_open = [
            step
            for step in rule.steps
            if opens_at(day, step, rule) <= now and (step > 0 or waiting.due_at > now)
        ]
        lines = Reminder.objects.filter(object_id=waiting.pk, step__gte=is_open[0]) if is_open else None
        heard_today = Reminder.objects.filter(
            to_user=waiting.application.coordinator, message__queued_at__gt=now - timedelta(days=1, hours=1)
        )
        assert lines is None or lines.exists() or (rule.in_digest and heard_today.exists())
