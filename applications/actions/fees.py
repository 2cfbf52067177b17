"""The course fee: its rates, whom a municipality wants invoiced, and what the accounts have taken over."""

from collections.abc import Collection
from datetime import date, datetime

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions.drafts import locked, require_proven
from applications.models import Application, CourseFee, FeeRate, Intake
from applications.models.fees import organisation_number as checked
from applications.states import OfferState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.ui import formats

RATE_ADDED = gettext_noop("set the course fee")
STATED = gettext_noop("stated who shall be invoiced")
CHANGED = gettext_noop("changed who shall be invoiced")
EXPORTED = gettext_noop("marked the course fee as exported to the accounts")
DOWNLOADED = gettext_noop("downloaded the list of course fees")

LABELS = {
    "organisation_number": gettext_noop("Organisation number"),
    "buyer_reference": gettext_noop("Your reference"),
    "amount": gettext_noop("Amount in kroner"),
}


@transaction.atomic
def add_rate(*, amount: int, valid_from_on: date, source: str, by: User, now: datetime) -> FeeRate:
    """Set the course fee, in whole kroner, from a day on; fees set earlier stay as they are.

    Raises Refused for a day that has come, unless no fee was valid on it, and for a day that has a fee.
    """
    has_come = valid_from_on <= formats.local(now).date()
    if has_come and FeeRate.objects.valid_on(valid_from_on):
        raise Refused(_("Choose a coming day: the fee that is valid on this day stays as it is."))
    rate = FeeRate(amount=amount, valid_from_on=valid_from_on, source=source.strip(), set_by=by, set_at=now)
    try:
        with transaction.atomic():
            rate.save()
    except IntegrityError as error:
        raise Refused(_("Another course fee is valid from the same day.")) from error
    changes = {name: (None, getattr(rate, name)) for name in ("amount", "valid_from_on", "source")}
    audit.record(rate, RATE_ADDED, by=by, now=now, changes=changes)
    return rate


def fee_of(application: Application) -> CourseFee | None:
    """What is stated about the invoice; None while nothing is."""
    try:
        return application.course_fee
    except ObjectDoesNotExist:
        return None


def obstacle_to_stating(application: Application, rate: FeeRate | None, by: User) -> str:
    """Why `by` cannot state who shall be invoiced, as a sentence; empty when that is possible.

    rate: the course fee of the application's intake.
    """
    try:
        is_accepted = application.offer.state == OfferState.ACCEPTED
    except ObjectDoesNotExist:
        is_accepted = False
    if not is_accepted:
        return _("You can state who shall be invoiced when the municipality has accepted a place.")
    if rate is None:
        return _("The school has not set the course fee yet. It is invoiced later.")
    fee = fee_of(application)
    if fee is not None and fee.exported_at and not by.is_course_administrator:
        return _("The school has taken this over for the invoice. Write to the school if it must be changed.")
    return ""


@transaction.atomic
def state_invoice(
    application: Application,
    *,
    organisation_number: str,
    buyer_reference: str,
    reason: str = "",
    by: User,
    now: datetime,
) -> CourseFee:
    """State or change who shall be invoiced for an accepted place, at the intake's course fee.

    Raises Refused without an accepted place or a course fee, for a number that is none, for a coordinator
    once the data are exported, and then for the school without a reason.
    """
    current = locked(application)
    rate = FeeRate.objects.of_intake(current.intake)
    if not by.is_course_administrator:
        require_proven(current, by)
    if (obstacle := obstacle_to_stating(current, rate, by)) or rate is None:
        raise Refused(obstacle)
    before = fee_of(current)
    if before is not None and before.exported_at and not reason.strip():
        raise Refused(_("Give a reason: the accounts have got what is changed now."))
    values = {
        "organisation_number": _number(organisation_number),
        "buyer_reference": buyer_reference.strip(),
        "amount": rate.amount,
    }
    if not values["buyer_reference"]:
        raise Refused(_("Write the reference that shall stand on the invoice."))
    old = {name: getattr(before, name, None) for name in values}
    if before is not None and old == values:
        return before
    fee = before or CourseFee(application=current)
    for name, value in values.items():
        setattr(fee, name, value)
    fee.stated_by, fee.stated_at = by, now
    fee.save()
    changes = {LABELS[name]: (old[name], value) for name, value in values.items()}
    verb = CHANGED if before else STATED
    audit.record(current, verb, by=by, now=now, changes=changes, reason=reason.strip())
    return fee


@transaction.atomic
def mark_exported(
    intake: Intake, references: Collection[str], *, seen_at: datetime, by: User, now: datetime
) -> int:
    """Mark course fees as taken over for the accounts; returns how many were.

    seen_at: when the list was looked at: what was stated later is left for the next time. Raises Refused
    when nothing in the list waits for the accounts.
    """
    waiting = Q(exported_at__isnull=True) | Q(stated_at__gt=F("exported_at"))
    fees = CourseFee.objects.select_for_update(of=("self",)).filter(
        waiting,
        application__intake=intake,
        application__reference__in=references,
        application__offer__state=OfferState.ACCEPTED,
        stated_at__lte=seen_at,
    )
    marked = list(fees.select_related("application").order_by("application__reference"))
    if not marked:
        raise Refused(_("Nothing was marked: no course fee in the list waits for the accounts."))
    for fee in marked:
        fee.exported_at = now
        fee.save(update_fields=["exported_at"])
        audit.record(fee.application, EXPORTED, by=by, now=now)
    return len(marked)


def record_download(
    intake: Intake,
    *,
    verb: str = DOWNLOADED,
    filters: str,
    rows: int,
    file_name: str,
    by: User,
    now: datetime,
) -> None:
    """Write down that a person took a list of fees out of the program, and which one."""
    changes = {
        gettext_noop("File"): ("", file_name),
        gettext_noop("Filter"): ("", filters),
        gettext_noop("Rows"): ("", rows),
    }
    audit.record(intake, verb, by=by, now=now, changes=changes)


def _number(text: str) -> str:
    try:
        return checked(text)
    except ValidationError as error:
        raise Refused(error.messages[0]) from error
