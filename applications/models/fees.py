"""Course fee per municipality as an invoice basis, and semester fee per student: paid or not."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from applications.models.intake import Intake
from applications.models.team import TeamMember
from innoskole.accounts.models import Unchangeable
from innoskole.ui import formats

SEMESTERS = (1, 2)
ORGANISATION_NUMBER_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


def organisation_number(text: str) -> str:
    """The nine digits of an organisation number, without the spaces that people write in it.

    Raises ValidationError, with a sentence, when it is not nine digits or its check digit does not fit: the
    eight first, weighted 3 2 7 6 5 4 3 2, and the ninth add up to a multiple of 11 (Brønnøysundregistrene).
    """
    digits = "".join(text.split())
    if len(digits) != 9 or not (digits.isascii() and digits.isdigit()):
        raise ValidationError(_("An organisation number has nine digits, for example 972 418 013."))
    weighted = zip(ORGANISATION_NUMBER_WEIGHTS, digits, strict=False)
    if (sum(weight * int(digit) for weight, digit in weighted) + int(digits[-1])) % 11:
        raise ValidationError(
            _("This is no organisation number: its last digit does not fit the others. Look for a slip.")
        )
    return digits


class FeeRateQuerySet(models.QuerySet["FeeRate"]):
    def valid_on(self, day: date) -> "FeeRate | None":
        """The course fee on a day; None before the first one."""
        return self.filter(valid_from_on__lte=day).order_by("-valid_from_on").first()

    def of_intake(self, intake: Intake) -> "FeeRate | None":
        """The course fee of an intake: the one of the day on which its result was published."""
        if intake.published_at is None:
            return None
        return self.valid_on(formats.local(intake.published_at).date())

    def expected(self, intake: Intake, today: date) -> "FeeRate | None":
        """The course fee of an intake as far as it is known: before the publication, the one of today."""
        return self.of_intake(intake) if intake.published_at else self.valid_on(today)

    def update(self, **kwargs: Any) -> int:
        raise Unchangeable("Course fees are never changed: add one that is valid from a later day.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise Unchangeable("Course fees are never deleted: add one that is valid from a later day.")


class FeeRate(models.Model):
    """The course fee of one municipality's team, in whole kroner, from a day on. Append-only."""

    amount = models.PositiveIntegerField(_("course fee in kroner"))
    valid_from_on = models.DateField(_("valid from"), unique=True)
    source = models.CharField(_("decided where"), max_length=300)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    objects = FeeRateQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_from_on"]

    def __str__(self) -> str:
        return f"{self.amount} ({self.valid_from_on:%Y-%m-%d})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Unchangeable("Course fees are never changed: add one that is valid from a later day.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise Unchangeable("Course fees are never deleted: add one that is valid from a later day.")


class CourseFee(models.Model):
    """What one accepted application is invoiced, to whom, with the buyer's own reference.

    exported_at: when the school took it over for the accounts; stated later than that, it has changed since.
    """

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="course_fee")
    organisation_number = models.CharField(_("organisation number"), max_length=9)
    buyer_reference = models.CharField(_("your reference"), max_length=80)
    amount = models.PositiveIntegerField(_("amount in kroner"))
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField()
    exported_at = models.DateTimeField(_("exported"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation_number__regex=r"^\d{9}$"), name="organisation_number_has_nine_digits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.amount}"


class SemesterFee(models.Model):
    """Whether a student has paid the semester fee of one semester."""

    member = models.ForeignKey(TeamMember, on_delete=models.PROTECT, related_name="semester_fees")
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="+")
    semester = models.PositiveSmallIntegerField(_("semester of the course"))
    paid_on = models.DateField(_("paid"), null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "semester"], name="one_fee_per_person_and_semester"),
            models.CheckConstraint(condition=Q(semester__in=(1, 2)), name="the_course_has_two_semesters"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}/{self.semester}: {self.paid_on}"


def has_paid(member: TeamMember, semester: int) -> bool:
    """Whether the semester fee of the first (1) or second (2) semester is recorded as paid.

    The exam asks. Course participants have no semester fee, and so have never paid one.
    """
    return member.semester_fees.filter(semester=semester, paid_on__isnull=False).exists()
