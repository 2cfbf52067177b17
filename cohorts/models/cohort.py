"""A cohort: the teams of one intake, and the year that they live through."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models import Intake
from cohorts.states import CohortState
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role


class CohortQuerySet(models.QuerySet["Cohort"]):
    def taught_by(self, user: User) -> "CohortQuerySet":
        """All for a course administrator; an instructor's own."""
        if has_role(user, Role.COURSE_ADMINISTRATOR):
            return self
        if has_role(user, Role.INSTRUCTOR):
            return self.filter(instructors__user=user)
        return self.none()

    def newest_first(self) -> "CohortQuerySet":
        return self.order_by("-intake__opens_at", "-pk")


class Cohort(models.Model):
    """What an intake becomes.

    sessions_planned, days_planned: programme page, «6 samlinger», «14 dager». attendance_percent: how much of
    the half-days somebody must have attended. joins_until_on: the last day on which the school takes somebody
    into a team that has begun. programme_published_at: since when everybody may read the programme.
    """

    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, related_name="cohort")
    slug = models.SlugField(_("address"), unique=True)
    state = models.CharField(
        _("state"), max_length=10, choices=CohortState.choices, default=CohortState.PLANNED
    )
    sessions_planned = models.PositiveSmallIntegerField(_("sessions"), default=6)
    days_planned = models.PositiveSmallIntegerField(_("days in all"), default=14)
    days_min = models.PositiveSmallIntegerField(_("fewest days of a session"), default=2)
    days_max = models.PositiveSmallIntegerField(_("most days of a session"), default=3)
    attendance_percent = models.PositiveSmallIntegerField(
        _("required attendance, per cent of the half-days"),
        default=80,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    joins_until_on = models.DateField(_("last day to take somebody into a team"), null=True, blank=True)
    programme_published_at = models.DateTimeField(_("programme published"), null=True, blank=True)
    copied_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="copies"
    )
    made_at = models.DateTimeField()
    begun_at = models.DateTimeField(_("begun"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)

    objects = CohortQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CohortState.values), name="cohort_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=CohortState.PLANNED) | Q(begun_at__isnull=False),
                name="cohort_that_runs_has_begun",
            ),
            models.CheckConstraint(
                condition=~Q(state=CohortState.COMPLETED) | Q(completed_at__isnull=False),
                name="completed_cohort_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(attendance_percent__lte=100), name="cohort_attendance_within_all"
            ),
            models.CheckConstraint(
                condition=Q(days_min__gte=1, days_min__lte=F("days_max")), name="cohort_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return str(self.intake)


class Instructor(models.Model):
    """Somebody who teaches, supervises and assesses in a cohort."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="instructors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="teaching")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["user__sort_key", "pk"]
        constraints = [models.UniqueConstraint("cohort", "user", name="instructor_once_per_cohort")]

    def __str__(self) -> str:
        return str(self.user)
