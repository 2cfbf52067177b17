"""What one condition for the exam or the certificate rests on, for one participant."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """is_met: whether the condition holds now. says: what it rests on, a sentence. happened_on: since when.

    next_step: what the participant does next, a sentence, empty when nothing. url: where they do it.
    due_at: until when, if there is a deadline.
    """

    is_met: bool
    says: str
    happened_on: date | None = None
    next_step: str = ""
    url: str = ""
    due_at: datetime | None = None
