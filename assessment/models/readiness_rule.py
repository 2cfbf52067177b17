"""What a cohort asks of its people, besides the work requirements, before the exam and the certificate."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort


class ReadinessRuleQuerySet(models.QuerySet["ReadinessRule"]):
    def of(self, cohort: Cohort) -> "ReadinessRule":
        """The cohort's rule; the usual one, not stored, where nobody has set another."""
        return self.filter(cohort=cohort).first() or ReadinessRule(cohort=cohort)


class ReadinessRule(models.Model):
    """A cohort without a row has the defaults.

    exam_needs_attendance: the programme page speaks of students who have taken part actively.
    certificate_needs_requirements: a certificate tells of attendance; a school may ask for more.
    """

    cohort = models.OneToOneField(Cohort, on_delete=models.CASCADE, related_name="readiness_rule")
    exam_needs_attendance = models.BooleanField(
        _("The attendance must be reached before the exam"), default=True
    )
    certificate_needs_requirements = models.BooleanField(
        _("The work requirements must be approved for the certificate"), default=False
    )

    objects = ReadinessRuleQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.cohort)
