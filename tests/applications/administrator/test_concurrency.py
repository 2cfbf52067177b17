"""What two administrators, two workers, or an administrator and the freeze do in the same second."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from applications.actions import admission, deadlines, intakes, review
from applications.models import Application, Assessment, Intake
from applications.models.rules import Bounds
from applications.states import IntakeState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.factories import OSLO, ApplicationFactory, TeamMemberFactory, municipality

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

AFTER = datetime(2027, 6, 2, 9, 0, tzinfo=OSLO)


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Run the deeds in threads that start together; returns what each gave, or Refused."""
    together = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        together.wait()
        try:
            return deed()
        except Refused:
            return Refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def fresh(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


@pytest.fixture
def closed(intake: Intake) -> Intake:
    Intake.objects.update(state=IntakeState.CLOSED)
    intake.state = IntakeState.CLOSED
    return intake


def test_one_of_ten_takes_the_application_into_review(closed: Intake, administrator: User) -> None:
    application = ApplicationFactory(intake=closed, state=State.SUBMITTED)
    results = at_once(
        *[
            lambda: review.take_into_review(fresh(application), by=administrator, now=AFTER)
            for _number in range(10)
        ]
    )
    assert sorted(map(str, results)).count("None") == 1
    assert [event.verb for event in audit.history(application)] == [review.TAKEN]


def test_two_workers_close_an_intake_once(intake: Intake) -> None:
    for code in ("1804", "4646", "5057"):
        ApplicationFactory(intake=intake, lead=municipality(code))
    late = intake.closes_at + timedelta(seconds=1)
    assert sum(at_once(*[lambda: deadlines.sweep(late)] * 5)) == 4
    assert (Intake.objects.get().state, Message.objects.count()) == (IntakeState.CLOSED, 3)
    assert [event.verb for event in audit.history(intake)] == [deadlines.CLOSED]


def test_versions_of_an_assessment_are_numbered(closed: Intake, administrator: User) -> None:
    member = TeamMemberFactory(application=ApplicationFactory(intake=closed, state=State.IN_REVIEW))
    at_once(
        *[
            lambda: admission.assess(member, outcome="qualified", reason="B.", by=administrator, now=AFTER)
            for _number in range(5)
        ]
    )
    assert list(Assessment.objects.values_list("version", flat=True)) == [1, 2, 3, 4, 5]


def test_ready_or_frozen_but_not_ready_after_the_freeze(closed: Intake, administrator: User) -> None:
    """Whoever is first: either the application is ready before the freeze, or it stays in review."""
    application = ApplicationFactory(
        intake=closed, complete=True, state=State.IN_REVIEW, formal_checked_at=AFTER
    )
    application.members.update(basis="qualified")

    def freeze() -> int:
        return Intake.objects.filter(pk=closed.pk, state=IntakeState.CLOSED).update(state=IntakeState.LOCKED)

    ready, _frozen = at_once(
        lambda: review.make_ready(fresh(application), by=administrator, now=AFTER), freeze
    )
    assert Intake.objects.get().state == IntakeState.LOCKED
    assert fresh(application).state == (State.IN_REVIEW if ready is Refused else State.READY)
    assert Message.objects.count() == (0 if ready is Refused else 1)


def test_rules_do_not_change_while_the_intake_opens(intake: Intake, administrator: User) -> None:
    municipality()
    Intake.objects.update(state=IntakeState.PLANNED)
    stale = Intake.objects.get()
    now = intake.opens_at
    opened, changed, quotas = at_once(
        lambda: intakes.open_intake(Intake.objects.get(), by=administrator, now=now),
        lambda: intakes.change_intake(stale, {"capacity": 24}, by=administrator, now=now),
        lambda: intakes.set_quotas(stale, {("region", "NN"): Bounds(2)}, by=administrator, now=now),
    )
    assert opened is None
    after = Intake.objects.get()
    assert (after.state, after.capacity) == (IntakeState.OPEN, 20 if changed is Refused else 24)
    assert after.quotas.count() == (0 if quotas is Refused else 1)
    # Opening is the last word: what came after it was refused.
    assert audit.history(after)[0].verb == intakes.OPENED
