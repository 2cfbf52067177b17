"""Course fee per municipality as an invoice basis, and semester fee per student: paid or not."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from applications.models.intake import Intake
from applications.models.team import TeamMember


class FeeRateQuerySet(models.QuerySet["FeeRate"]):
    def valid_on(self, day: date) -> "FeeRate | None":
        return self.filter(valid_from_on__lte=day).order_by("-valid_from_on").first()


class FeeRate(models.Model):
    """The course fee of one municipality's team, in whole kroner, from a day on."""

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


class CourseFee(models.Model):
    """What one accepted application is invoiced, to whom, with the buyer's own reference."""

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
