"""The letter of a decision, written once and kept exactly as it is sent."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from applications import letters
from applications.models import Decision, Letter
from innoskole.accounts.guards import Refused
from innoskole.ui.pdf import render_pdf


@transaction.atomic
def write_letter(decision: Decision, *, now: datetime) -> Letter:
    """Write the letter of a decision in the language form of the municipality, dated the day it leaves.

    Raises Refused when the decision has its letter: what a letter says is changed by a new decision only.
    """
    if Letter.objects.filter(decision=decision).exists():
        raise Refused(_("This decision has its letter, which is never rewritten. Make a new decision."))
    language = letters.language_of(decision.application)
    content = render_pdf(
        "decision", letters.content(decision, language=language), language=language, at=decision.leaves_at
    )
    name, email = letters.recipient(decision, language=language)
    return Letter.objects.create(
        decision=decision,
        language=language,
        to_name=name,
        to_email=email,
        content=content,
        digest=hashlib.sha256(content).hexdigest(),
        written_at=now,
    )
