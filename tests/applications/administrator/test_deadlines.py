"""What happens by itself at a deadline: once, whole, and also when ticks were missed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine

from applications.actions import deadlines, review
from applications.models import ApplicantMunicipality, Application, InformationRequest, Intake
from applications.states import IntakeState, State
from applications.tasks import sweep_deadlines
from innoskole.accounts import audit
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.factories import OSLO, ApplicationFactory, PartnerFactory, municipality

DEADLINE = datetime(2027, 6, 1, 15, 0, tzinfo=OSLO)
SECOND = timedelta(seconds=1)


@pytest.fixture
def applications(intake: Intake) -> dict[str, Application]:
    states = (State.DRAFT, State.AWAITING_APPROVAL, State.SUBMITTED, State.WITHDRAWN)
    return {
        state: ApplicationFactory(intake=intake, lead=municipality(code), state=state, reference=f"IS-{code}")
        for code, state in zip(("1804", "4646", "5057", "5607"), states, strict=True)
    }


def states() -> list[str]:
    return list(Application.objects.order_by("reference").values_list("state", flat=True))


def test_nothing_closes_at_the_last_second(applications: dict[str, Application]) -> None:
    assert deadlines.sweep(DEADLINE) == 0
    assert (Intake.objects.get().state, Message.objects.count()) == (IntakeState.OPEN, 0)


def test_the_sweep_closes_tells_and_releases(intake: Intake, applications: dict[str, Application]) -> None:
    draft = applications[State.DRAFT]
    PartnerFactory(application=draft, municipality=municipality("5001"), confirmed=True)
    assert deadlines.sweep(DEADLINE + SECOND) == 3
    assert Intake.objects.get().state == IntakeState.CLOSED
    assert states() == [State.NOT_SUBMITTED, State.NOT_SUBMITTED, State.SUBMITTED, State.WITHDRAWN]
    spending = ApplicantMunicipality.objects.filter(spends=True)
    assert [part.municipality.name for part in spending] == ["Ørland"]
    assert {letter.to_user: letter.subject for letter in Message.objects.all()} == {
        draft.coordinator: "Application IS-1804 was not submitted",
        applications[State.AWAITING_APPROVAL].coordinator: "Application IS-4646 was not submitted",
    }
    assert {
        letter.about.reference: "waited for the municipal director's guarantee" in letter.body_text
        for letter in Message.objects.all()
    } == {"IS-1804": False, "IS-4646": True}
    assert [(event.verb, event.by, event.by_label) for event in audit.history(draft)] == [
        (deadlines.NOT_SUBMITTED, None, audit.SYSTEM)
    ]
    assert [event.verb for event in audit.history(intake)] == [deadlines.CLOSED]


def test_a_doubled_tick_does_nothing(intake: Intake, applications: dict[str, Application]) -> None:
    deadlines.sweep(DEADLINE + SECOND)
    assert deadlines.sweep(DEADLINE + 2 * SECOND) == 0
    assert Message.objects.count() == 2


def test_a_sweep_that_was_cut_off_is_completed(intake: Intake, applications: dict[str, Application]) -> None:
    assert deadlines.close_intake(intake.pk, DEADLINE + SECOND) is True
    assert states() == [State.DRAFT, State.AWAITING_APPROVAL, State.SUBMITTED, State.WITHDRAWN]
    # The next tick comes a day later.
    assert deadlines.sweep(DEADLINE + timedelta(days=1)) == 2
    assert Message.objects.count() == 2


def test_one_who_submitted_meanwhile_is_left_alone(applications: dict[str, Application]) -> None:
    draft = applications[State.DRAFT]
    Intake.objects.update(state=IntakeState.CLOSED)
    Application.objects.filter(pk=draft.pk).update(state=State.SUBMITTED)
    assert deadlines.close_draft(draft.pk, DEADLINE + SECOND) is False
    assert Message.objects.count() == 0


def test_an_extended_deadline_counts(intake: Intake, applications: dict[str, Application]) -> None:
    Intake.objects.update(
        closes_at=DEADLINE + timedelta(days=7), objections_close_at=DEADLINE + timedelta(days=21)
    )
    assert deadlines.sweep(DEADLINE + SECOND) == 0


def test_the_task_reads_the_clock(applications: dict[str, Application]) -> None:
    with time_machine.travel(DEADLINE + SECOND, tick=False):
        assert sweep_deadlines() == 3


@pytest.fixture
def asked(applications: dict[str, Application], administrator: User) -> InformationRequest:
    deadlines.sweep(DEADLINE + SECOND)
    application = Application.objects.get(state=State.SUBMITTED)
    now = DEADLINE + timedelta(days=1)
    review.take_into_review(application, by=administrator, now=now)
    return review.request_information(
        application,
        question="Who leads the team?",
        parts=["team"],
        due_at=now + timedelta(days=7),
        by=administrator,
        now=now,
    )


def test_an_overdue_request_closes_and_locks(asked: InformationRequest) -> None:
    assert deadlines.sweep(asked.due_at) == 0
    letters = Message.objects.count()
    late = asked.due_at + SECOND
    assert deadlines.sweep(late) == 1
    asked.refresh_from_db()
    assert (asked.closed_at, asked.answered_by, asked.application.state) == (late, None, State.IN_REVIEW)
    assert audit.history(asked.application)[0].verb == deadlines.NOT_ANSWERED
    assert (deadlines.sweep(late), Message.objects.count()) == (0, letters)
