"""The one grade of a candidate: an append-only history, told when it is published."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessment.models.exam.candidates import Candidate
from assessment.models.exam.grading import Mark
from innoskole.accounts.models import Unchangeable, User


class GradeSource(models.TextChoices):
    ORDINARY = "ordinary", _("Paper and oral")
    APPEAL = "appeal", _("Appeal")
    CORRECTION = "correction", _("Correction")


class GradeQuerySet(models.QuerySet["Grade"]):
    def published(self) -> "GradeQuerySet":
        return self.filter(published_at__isnull=False)

    def current(self) -> "GradeQuerySet":
        """The latest of each candidate; the database keeps one."""
        return self.filter(superseded_at=None)

    def told_to(self, user: User) -> "GradeQuerySet":
        """A candidate's own, after publication. There is no other way to a grade for a candidate."""
        return self.published().filter(candidate__participant__member__user=user)

    def seen_by_staff(self, user: User) -> "GradeQuerySet":
        """Published grades of the cohorts that the person teaches; nobody's before publication."""
        return self.published().filter(candidate__in=Candidate.objects.taught_by(user))

    def delete(self) -> tuple[int, dict[str, int]]:
        raise Unchangeable("Grades are never deleted: a later version takes the place of the former.")


class Grade(models.Model):
    """A version of a candidate's grade. set_by and confirmed_by are its two examiners; one with one examiner.

    Only publication (`published_at`) and a later version (`superseded_at`) are ever written afterwards.
    """

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="grades")
    version = models.PositiveSmallIntegerField(_("version"))
    mark = models.CharField(_("grade"), max_length=1, choices=Mark.choices)
    paper_mark = models.CharField(_("grade of the paper"), max_length=1, choices=Mark.choices)
    steps = models.SmallIntegerField(_("adjusted by the oral"), default=0)
    source = models.CharField(
        _("rests on"), max_length=10, choices=GradeSource.choices, default=GradeSource.ORDINARY
    )
    appeal = models.ForeignKey(
        "assessment.GradeAppeal", on_delete=models.PROTECT, null=True, blank=True, related_name="grades"
    )
    reason = models.TextField(_("reason"), blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(_("set"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = GradeQuerySet.as_manager()

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint("candidate", "version", name="grades_are_numbered"),
            models.UniqueConstraint(
                fields=["candidate"], condition=Q(superseded_at=None), name="one_current_grade_per_candidate"
            ),
            models.CheckConstraint(
                condition=Q(mark__in=Mark.values, paper_mark__in=Mark.values), name="grade_is_known"
            ),
            models.CheckConstraint(
                condition=Q(source="appeal", appeal__isnull=False)
                | Q(source="ordinary", appeal=None)
                | Q(source="correction") & ~Q(reason=""),
                name="a_later_grade_says_why",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(confirmed_at__isnull=False),
                name="only_a_confirmed_grade_is_published",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="confirmed_grade_has_somebody",
            ),
        ]

    def __str__(self) -> str:
        """Without the mark: a grade must not slip into a log by its name."""
        return f"{self.candidate_id} v{self.version}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise Unchangeable("Grades are never deleted: a later version takes the place of the former.")
