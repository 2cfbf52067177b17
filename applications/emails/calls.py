"""Letters to employees who have answered an internal call: one function per letter.

They are about the call, not the application: the school's case file holds no names of those not chosen.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from applications import tokens
from applications.models import Interest
from applications.models.call import OVER
from applications.models.promises import letter_language
from innoskole.notifications import outbox


def signed_up(interest: Interest, *, again: bool, now: datetime) -> None:
    """A confirmation with the link to what is stored, in the language of the page.

    again: somebody has signed up with an address that is on the list already. Secret: whoever has the link
    reads what the employee wrote.
    """
    _post(
        interest,
        key=f"interest-signed-up:{interest.pk}:{now.isoformat()}",
        template="interest_signed_up",
        language=None,
        context={"again": again, "url": tokens.interest_url(interest)},
        now=now,
        secret=True,
    )


def nominated(interest: Interest, *, now: datetime) -> None:
    """The employee is in the team."""
    _decided(interest, "interest_nominated", now=now)


def named_reserve(interest: Interest, *, now: datetime) -> None:
    """The employee is a reserve."""
    _decided(interest, "interest_reserve", now=now)


def not_chosen(interest: Interest, *, now: datetime) -> None:
    """Thank you, and when what is stored is deleted."""
    _decided(interest, "interest_not_chosen", now=now)


def over(interest: Interest, *, now: datetime) -> None:
    """Nobody has decided, and nobody will: the same promise of deletion."""
    _decided(interest, "interest_over", now=now)


def _decided(interest: Interest, template: str, *, now: datetime) -> None:
    application = interest.call.application
    _post(
        interest,
        key=f"{template}:{interest.pk}",
        template=template,
        language=letter_language(application.lead, application.coordinator),
        context={},
        now=now,
    )


def _post(
    interest: Interest,
    *,
    key: str,
    template: str,
    language: str | None,
    context: Mapping[str, Any],
    now: datetime,
    secret: bool = False,
) -> None:
    application = interest.call.application
    outbox.post(
        key=key,
        kind=template,
        to=interest.email,
        language=language,
        template=template,
        context={
            "recipient_name": interest.name,
            "interest": interest,
            "call": interest.call,
            "application": application,
            "intake": application.intake,
            "is_over": application.state in OVER,
            **context,
        },
        now=now,
        about=interest.call,
        secret=secret,
    )
