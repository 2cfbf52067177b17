"""Semester fees: paid or not, one by one or from a list of payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from applications.models import Intake, SemesterFee, TeamMember
from applications.models.fees import SEMESTERS
from applications.models.semester_fees import everybody, is_student
from applications.payments import Payment
from applications.states import IN_TEAM
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.ui import formats

PAID = gettext_noop("recorded the semester fee as paid")
NOT_PAID = gettext_noop("recorded the semester fee as not paid")
IMPORTED = gettext_noop("imported payments of semester fees from a list")
DOWNLOADED = gettext_noop("downloaded the list of semester fees")


class Kind(models.TextChoices):
    """What an import does with a row of the list."""

    RECORD = "record", gettext_lazy("Is recorded as paid")
    CHANGE = "change", gettext_lazy("Gets another day")
    KNOWN = "known", gettext_lazy("Is recorded already")
    REPEATED = "repeated", gettext_lazy("Stands in the list before")
    NOBODY = "nobody", gettext_lazy("Matches nobody")
    SEVERAL = "several", gettext_lazy("Matches several")
    NO_FEE = "no_fee", gettext_lazy("Has no semester fee")
    UNREADABLE = "unreadable", gettext_lazy("Cannot be read")


DOES_SOMETHING = (Kind.RECORD, Kind.CHANGE)
NEEDS_A_PERSON = (Kind.NOBODY, Kind.SEVERAL, Kind.NO_FEE, Kind.UNREADABLE)


@dataclass(frozen=True)
class Line:
    """A row of the list and what becomes of it. why: a sentence, empty where the kind says it all."""

    payment: Payment
    kind: Kind
    member: TeamMember | None = None
    why: str = ""

    @property
    def needs_a_person(self) -> bool:
        return self.kind in NEEDS_A_PERSON


@dataclass(frozen=True)
class Import:
    """What a list does, row by row. digest: of that, so that a preview and the deed can be compared."""

    lines: list[Line]

    @property
    def digest(self) -> str:
        facts = [
            (line.payment, line.kind.value, line.member.pk if line.member else None) for line in self.lines
        ]
        return sha256(repr(facts).encode()).hexdigest()

    def of(self, *kinds: Kind) -> list[Line]:
        return [line for line in self.lines if line.kind in kinds]

    @property
    def to_record(self) -> list[Line]:
        return self.of(*DOES_SOMETHING)

    @property
    def left_over(self) -> list[Line]:
        """The rows that a person must look at: nothing is recorded for them."""
        return self.of(*NEEDS_A_PERSON)

    @property
    def settled(self) -> list[Line]:
        return self.of(Kind.KNOWN, Kind.REPEATED)


@transaction.atomic
def record_payment(
    member: TeamMember, semester: int, *, paid_on: date | None, by: User, now: datetime
) -> bool:
    """Record that a student paid the fee of a semester on a day, or, without a day, has not paid it.

    Returns whether anything changed. Raises Refused for somebody without a semester fee and a coming day.
    """
    if semester not in SEMESTERS:
        raise Refused(_("The course has two semesters."))
    if paid_on is not None and not is_student(member):
        raise Refused(_("%(name)s has no semester fee.") % {"name": member.name})
    if paid_on is not None and paid_on > formats.local(now).date():
        raise Refused(_("The day of the payment has not come yet."))
    fee = SemesterFee.objects.select_for_update().filter(member=member, semester=semester).first()
    before = fee.paid_on if fee else None
    if before == paid_on:
        return False
    if fee is None:
        fee = SemesterFee(member=member, semester=semester, intake_id=member.application.intake_id)
    fee.paid_on, fee.recorded_by, fee.recorded_at = paid_on, by, now
    fee.save()
    audit.record(
        fee,
        PAID if paid_on else NOT_PAID,
        by=by,
        now=now,
        changes={
            gettext_noop("Student"): (None, member.name),
            "semester": (None, semester),
            "paid_on": (before, paid_on),
        },
    )
    return True


def preview(intake: Intake, semester: int, payments: Sequence[Payment], now: datetime) -> Import:
    """What a list would do, row by row. Two queries, however many rows."""
    people: dict[str, list[TeamMember]] = {}
    for member in everybody(intake).order_by("pk"):
        people.setdefault(member.email.casefold(), []).append(member)
    fees = SemesterFee.objects.filter(intake=intake, semester=semester).values_list("member", "paid_on")
    paid = {member: paid_on for member, paid_on in fees if paid_on}
    today = formats.local(now).date()
    lines: list[Line] = []
    first_lines: dict[int, int] = {}
    for payment in payments:
        line = _line(payment, people.get(payment.email.casefold(), []), paid, today)
        if line.member is not None and not line.needs_a_person:
            earlier = first_lines.setdefault(line.member.pk, payment.line)
            if earlier != payment.line:
                why = _("Line %(line)s counts.") % {"line": earlier}
                line = Line(payment, Kind.REPEATED, line.member, why)
        lines.append(line)
    return Import(lines)


@transaction.atomic
def import_payments(
    intake: Intake, semester: int, payments: Sequence[Payment], *, seen: str, by: User, now: datetime
) -> Import:
    """Record a list as its preview said, all of it or nothing. The same list once more changes nothing.

    seen: the digest of the preview. Raises Refused when the list would do something else by now.
    """
    Intake.objects.select_for_update().get(pk=intake.pk)  # of two imports at once, one waits
    found = preview(intake, semester, payments, now)
    if found.digest != seen:
        raise Refused(_("Something has changed meanwhile. Look at the rows again before you import them."))
    for line in found.to_record:
        assert line.member is not None
        record_payment(line.member, semester, paid_on=line.payment.paid_on, by=by, now=now)
    if found.to_record:
        changes = {
            gettext_noop("Semester"): (None, semester),
            gettext_noop("Recorded as paid"): (None, len(found.to_record)),
            gettext_noop("Rows left over"): (None, len(found.left_over)),
        }
        audit.record(intake, IMPORTED, by=by, now=now, changes=changes)
    return found


def _line(payment: Payment, named: list[TeamMember], paid: dict[int, date], today: date) -> Line:
    """What becomes of a row; named: those with its address."""
    paid_on = payment.paid_on
    if not payment.email:
        return Line(payment, Kind.UNREADABLE, why=_("The row has no e-mail address."))
    if paid_on is None:
        return Line(payment, Kind.UNREADABLE, why=_("The day cannot be read. Write it as 1.9.2027."))
    if paid_on > today:
        return Line(payment, Kind.UNREADABLE, why=_("The day of the payment has not come yet."))
    candidates = _candidates(payment, named)
    if not candidates:
        return Line(payment, Kind.NOBODY, why=_("Nobody in this intake has the e-mail address."))
    if len(candidates) > 1:
        return Line(payment, Kind.SEVERAL, why=_("Several in this intake have the e-mail address."))
    (member,) = candidates
    if not is_student(member):
        why = (
            _("Is not admitted as a student.")
            if member.participation in IN_TEAM
            else _("Is not in the team now.")
        )
        return Line(payment, Kind.NO_FEE, member, why)
    if member.pk not in paid:
        return Line(payment, Kind.RECORD, member, _other_name(payment, member))
    if paid[member.pk] == paid_on:
        return Line(payment, Kind.KNOWN, member)
    why = _("%(day)s was recorded before.") % {"day": formats.day(paid[member.pk])}
    return Line(payment, Kind.CHANGE, member, why)


def _candidates(payment: Payment, named: list[TeamMember]) -> list[TeamMember]:
    """Whom a row can mean: of several with its address the students, and of those the one with its name."""
    if len(named) > 1:
        named = [member for member in named if is_student(member)] or named
    if len(named) > 1 and payment.name:
        named = [member for member in named if _same(member.name, payment.name)] or named
    return named


def _other_name(payment: Payment, member: TeamMember) -> str:
    if not payment.name or _same(payment.name, member.name):
        return ""
    return _("The list says “%(name)s”.") % {"name": payment.name}


def _same(name: str, other: str) -> bool:
    """Whether two names have the same words: «Prøve, Kari» is Kari Prøve."""
    return sorted(name.casefold().replace(",", " ").split()) == sorted(other.casefold().split())
