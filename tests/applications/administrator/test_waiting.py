"""What waits for an administrator on the home page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from applications.actions import admission, deadlines, review
from applications.models import Application, Intake
from applications.states import IntakeState, State
from applications.waiting import administrator_waits, intake_waits
from innoskole.accounts.models import User
from tests.factories import (
    NOW,
    AffiliationFactory,
    ApplicationFactory,
    IntakeFactory,
    TeamMemberFactory,
    UserFactory,
    municipality,
)

AFTER = datetime.fromisoformat("2027-06-02T09:00:00+02:00")


def waits(user: User, now: datetime = AFTER) -> list[tuple[str, int | None]]:
    return [(each.title, each.count) for each in administrator_waits(user, now)]


@pytest.fixture
def closed(intake: Intake) -> Intake:
    Intake.objects.update(state=IntakeState.CLOSED)
    intake.state = IntakeState.CLOSED
    return intake


def test_nothing_waits_for_others(
    closed: Intake, coordinator: User, instructor: User, administrator: User
) -> None:
    ApplicationFactory(intake=closed, state=State.SUBMITTED)
    assert [waits(user) for user in (coordinator, instructor)] == [[], []]
    assert waits(administrator) == [("Applications to take into review: Autumn 2027", 1)]


def test_claims_wait_when_their_address_is_confirmed(administrator: User) -> None:
    AffiliationFactory(pending=True)
    AffiliationFactory(pending=True, user=UserFactory(confirmed=False))
    (claims,) = administrator_waits(administrator, AFTER)
    assert (claims.title, claims.count, claims.since_at) == (
        "People who want to act for a municipality",
        1,
        NOW,
    )


def test_an_intake_whose_time_has_come(intake: Intake, administrator: User) -> None:
    Intake.objects.update(state=IntakeState.PLANNED)
    assert waits(administrator, intake.opens_at - timedelta(seconds=1)) == []
    assert waits(administrator, intake.opens_at) == [("Open the intake for Autumn 2027", None)]
    assert waits(administrator, intake.closes_at) == []


def test_persons_and_the_second_person(
    closed: Intake, administrator: User, second_administrator: User
) -> None:
    application = ApplicationFactory(intake=closed, state=State.IN_REVIEW)
    clerk = TeamMemberFactory(application=application, education="one_or_two")
    persons = "Applications with persons to assess: Autumn 2027"
    second = "Applications with assessments that wait for a second person: Autumn 2027"
    assert waits(administrator) == [(persons, 1)]
    admission.assess(clerk, outcome="individually_qualified", reason="Work.", by=administrator, now=AFTER)
    assert (waits(administrator), waits(second_administrator)) == ([], [(second, 1)])


def test_answers_and_missing_answers(closed: Intake, administrator: User) -> None:
    application = ApplicationFactory(intake=closed, state=State.IN_REVIEW)
    ask = {"question": "Who?", "parts": ["team"], "by": administrator}
    request = review.request_information(application, due_at=AFTER + timedelta(days=1), now=AFTER, **ask)
    assert waits(administrator) == []
    deadlines.sweep(request.due_at + timedelta(seconds=1))
    missing = "Requests for information that nobody answered in time: Autumn 2027"
    assert waits(administrator) == [(missing, 1)]
    # Asked again and answered.
    application = Application.objects.get()
    later = AFTER + timedelta(days=2)
    request = review.request_information(application, due_at=later + timedelta(days=1), now=later, **ask)
    request.closed_at, request.answered_by = later, application.coordinator
    request.save()
    Application.objects.update(state=State.IN_REVIEW)
    assert waits(administrator) == [("Answers to requests for information: Autumn 2027", 1)]
    review.pass_formal_check(Application.objects.get(), by=administrator, now=later)
    assert waits(administrator) == []


def test_frozen_intakes_wait_for_nobody_here(closed: Intake, administrator: User) -> None:
    ApplicationFactory(intake=closed, state=State.SUBMITTED)
    Intake.objects.update(state=IntakeState.LOCKED)
    assert waits(administrator) == []


@pytest.mark.parametrize("intakes", [1, 3])
def test_as_many_questions_for_three_intakes_as_for_one(
    db: None, administrator: User, intakes: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for number in range(intakes):
        each = IntakeFactory(slug=f"intake-{number}", state=IntakeState.CLOSED)
        ApplicationFactory(intake=each, lead=municipality("1804"), state=State.SUBMITTED)
    with django_assert_num_queries(8):
        assert len(administrator_waits(administrator, AFTER)) == intakes


def test_the_page_of_an_intake_tells_of_that_intake(closed: Intake, administrator: User) -> None:
    other = IntakeFactory(slug="other", state=IntakeState.CLOSED)
    ApplicationFactory(intake=other, state=State.SUBMITTED)
    assert [len(intake_waits(administrator, each, AFTER)) for each in (closed, other)] == [0, 1]
