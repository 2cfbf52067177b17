"""The school's letters to a coordinator before the draw: one function per letter."""

from datetime import datetime
from typing import Any

from applications.models import Application, InformationRequest
from innoskole.notifications import outbox


def deadline_extended(
    application: Application, *, old_closes_at: datetime, reason: str, now: datetime
) -> None:
    """The intake's deadline has moved; one letter per application and new deadline."""
    _to_coordinator(
        application,
        key=f"deadline-extended:{application.pk}:{application.intake.closes_at.isoformat()}",
        template="deadline_extended",
        context={"old_closes_at": old_closes_at, "reason": reason},
        now=now,
    )


def not_submitted(application: Application, *, lacked_guarantee: bool, now: datetime) -> None:
    """The deadline passed and the draft was not submitted, or the guarantee that it waited for not given."""
    _to_coordinator(
        application,
        key=f"not-submitted:{application.pk}",
        template="not_submitted",
        context={"lacked_guarantee": lacked_guarantee},
        now=now,
    )


def information_requested(request: InformationRequest, *, now: datetime) -> None:
    """The school asks for something; the letter names the parts that are open and the deadline."""
    _to_coordinator(
        request.application,
        key=f"information-requested:{request.pk}",
        template="information_requested",
        context={"request": request, "parts": request.part_labels()},
        now=now,
    )


def request_recalled(request: InformationRequest, *, reason: str, now: datetime) -> None:
    """The school does not need the answer any more."""
    _to_coordinator(
        request.application,
        key=f"request-recalled:{request.pk}",
        template="request_recalled",
        context={"request": request, "reason": reason},
        now=now,
    )


def ready_for_selection(application: Application, *, now: datetime) -> None:
    """The application takes part in the selection. It may be said again after a return to review."""
    _to_coordinator(
        application,
        key=f"ready-for-selection:{application.pk}:{now.isoformat()}",
        template="ready_for_selection",
        context={},
        now=now,
    )


def back_in_review(application: Application, *, reason: str, now: datetime) -> None:
    """The application is not ready for selection after all."""
    _to_coordinator(
        application,
        key=f"back-in-review:{application.pk}:{now.isoformat()}",
        template="back_in_review",
        context={"reason": reason},
        now=now,
    )


def _to_coordinator(
    application: Application, *, key: str, template: str, context: dict[str, Any], now: datetime
) -> None:
    outbox.post(
        key=key,
        kind=template,
        to=application.coordinator,
        template=template,
        context={"application": application, "intake": application.intake, **context},
        now=now,
        about=application,
    )
