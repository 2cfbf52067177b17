"""What happens by itself when a deadline has passed.

Sweeps over «due and not done»: a missed or doubled tick does no harm.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from applications.actions.drafts import locked
from applications.actions.interests import answer_the_unanswered
from applications.actions.moves import move
from applications.actions.submission import renew_receipt
from applications.emails import administrator as letters
from applications.models import Application, InformationRequest, Intake
from applications.states import IntakeState, State
from innoskole.accounts import audit

CLOSED = gettext_noop("The deadline passed; the intake closed")
NOT_SUBMITTED = gettext_noop("The deadline passed before the application was submitted")
NOT_ANSWERED = gettext_noop("The deadline of the request for information passed without an answer")


def sweep(now: datetime) -> int:
    """Close what is past its deadline. Returns how many intakes, applications, requests, interests it moved.

    Every one is its own transaction: what a sweep that was cut off left undone, the next one does.
    """
    intakes = Intake.objects.past_deadline(now).values_list("pk", flat=True)
    moved = sum(close_intake(pk, now) for pk in list(intakes))
    drafts = Application.objects.unfinished().too_late(now)
    moved += sum(close_draft(pk, now) for pk in list(drafts.values_list("pk", flat=True)))
    overdue = InformationRequest.objects.filter(closed_at__isnull=True, due_at__lt=now)
    moved += sum(close_request(pk, now) for pk in list(overdue.values_list("pk", flat=True)))
    return moved + answer_the_unanswered(now)


@transaction.atomic
def close_intake(pk: int, now: datetime) -> bool:
    """Close an intake that is past its deadline; False when there is nothing to do any more."""
    intake = Intake.objects.select_for_update().past_deadline(now).filter(pk=pk).first()
    if intake is None:
        return False
    move(intake, IntakeState.CLOSED, verb=CLOSED, by=None, now=now)
    return True


@transaction.atomic
def close_draft(pk: int, now: datetime) -> bool:
    """A draft at the deadline becomes «not submitted»: its owner is told, its municipalities are free."""
    application = Application.objects.select_for_update().unfinished().filter(pk=pk).first()
    if application is None or not Application.objects.too_late(now).filter(pk=pk).exists():
        return False
    lacked_guarantee = application.state == State.AWAITING_APPROVAL
    move(application, State.NOT_SUBMITTED, verb=NOT_SUBMITTED, by=None, now=now, changed_at=now)
    application.municipalities.filter(spends=True).update(spends=False)
    letters.not_submitted(application, lacked_guarantee=lacked_guarantee, now=now)
    return True


@transaction.atomic
def close_request(pk: int, now: datetime) -> bool:
    """A request for information that nobody answered in time: the parts lock again, the school goes on.

    What the municipality has changed meanwhile stands, with a new receipt.
    """
    application = locked(InformationRequest.objects.select_related("application").get(pk=pk).application)
    request = application.information_requests.open().filter(pk=pk, due_at__lt=now).first()
    if request is None:
        return False
    request.closed_at = now
    request.save(update_fields=["closed_at"])
    if application.state == State.INFORMATION_REQUESTED:
        move(application, State.IN_REVIEW, verb=NOT_ANSWERED, by=None, now=now, changed_at=now)
    else:
        audit.record(application, NOT_ANSWERED, by=None, now=now)
    renew_receipt(application, by=None, now=now)
    return True
