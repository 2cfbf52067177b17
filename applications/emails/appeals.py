"""The letters of an appeal, all to the one who appeals: every step, with its grounds."""

from datetime import date, datetime
from typing import Any

from applications import tokens
from applications.models import Appeal
from applications.models.promises import letter_language
from innoskole.notifications import outbox


def received(appeal: Appeal, *, now: datetime) -> None:
    """The receipt: what was received, when, and by when the school answers."""
    _to_appellant(appeal, "appeal_received", now=now)


def in_preparation(appeal: Appeal, *, now: datetime) -> None:
    """Somebody has begun to look into it."""
    _to_appellant(appeal, "appeal_in_preparation", now=now)


def sent_to_board(appeal: Appeal, *, now: datetime) -> None:
    """The school keeps its decision; with the statement that goes to the board (forvaltningsloven § 33)."""
    _to_appellant(appeal, "appeal_sent_to_board", now=now)


def upheld(appeal: Appeal, *, now: datetime) -> None:
    """The school, or the board, agrees: what was decided instead. That decision has a letter of its own."""
    _to_appellant(appeal, "appeal_upheld", now=now, new_decision=appeal.led_to)


def not_upheld(appeal: Appeal, *, now: datetime) -> None:
    """The board keeps the decision, which stands."""
    _to_appellant(appeal, "appeal_not_upheld", now=now)


def dismissed(appeal: Appeal, *, until_on: date, now: datetime) -> None:
    """The appeal is not taken up, why, and until when that can be appealed against."""
    _to_appellant(appeal, "appeal_dismissed", now=now, until_on=until_on)


def withdrawn(appeal: Appeal, *, now: datetime) -> None:
    """The appeal is taken back, and the decision stands."""
    _to_appellant(appeal, "appeal_withdrawn", now=now)


def _to_appellant(appeal: Appeal, template: str, *, now: datetime, **context: Any) -> None:
    """Each step happens once, so each has one letter. To somebody without an account in the language of
    letters to the municipality."""
    decision, application = appeal.decision, appeal.decision.application
    outbox.post(
        key=f"{template.replace('_', '-')}:{appeal.pk}",
        kind=template,
        to=appeal.sent_by or appeal.appellant_email,
        language=None if appeal.sent_by else letter_language(application.lead, application.coordinator),
        template=template,
        context={
            "recipient_name": appeal.appellant_name,
            "appeal": appeal,
            "decision": decision,
            "application": application,
            "intake": application.intake,
            "subject_of_decision": decision.member or application.lead,
            "page_url": tokens.appeal_url(decision),
            **context,
        },
        about=appeal,
        now=now,
    )
