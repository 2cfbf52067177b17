"""A typing error in a published grade: what somebody has asked to correct, and what another has answered.

Source: forvaltningsloven § 35 on the reversal of a decision without an appeal, and good administrative
practice: what was written is put right to what was decided. What should be judged otherwise is no matter of a
correction.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessment.models.exam.grades import Grade
from assessment.models.exam.grading import Mark
from assessment.states import CorrectionState


class GradeCorrectionQuerySet(models.QuerySet["GradeCorrection"]):
    def waiting(self) -> "GradeCorrectionQuerySet":
        return self.filter(state=CorrectionState.ASKED)

    def with_names(self) -> "GradeCorrectionQuerySet":
        return self.select_related(
            "grade__candidate__exam__cohort__intake",
            "grade__candidate__participant__member__user",
            "grade__candidate__participant__team__application__lead",
            "grade__set_by",
            "grade__confirmed_by",
            "asked_by",
        )


class GradeCorrection(models.Model):
    """grade: the version in force with the error. paper_mark, steps: what was decided; the mark follows.

    answer: why it was turned down. The version that it leads to carries its reason.
    """

    grade = models.ForeignKey(Grade, on_delete=models.PROTECT, related_name="corrections")
    state = models.CharField(
        _("state"), max_length=12, choices=CorrectionState.choices, default=CorrectionState.ASKED
    )
    paper_mark = models.CharField(_("grade of the paper"), max_length=1, choices=Mark.choices)
    steps = models.SmallIntegerField(_("adjusted by the oral"))
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked for"))
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = GradeCorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["grade"], condition=Q(state="asked"), name="one_open_correction_per_grade"
            ),
            models.CheckConstraint(
                condition=Q(state__in=CorrectionState.values), name="correction_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(paper_mark__in=Mark.values, steps__gte=-5, steps__lte=5) & ~Q(reason=""),
                name="correction_says_what_and_why",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", answered_by=None, answered_at=None)
                | ~Q(state="asked") & Q(answered_by__isnull=False, answered_at__isnull=False),
                name="answered_correction_has_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="made", answered_by=models.F("asked_by")),
                name="a_correction_is_made_by_two",
            ),
        ]

    def __str__(self) -> str:
        """Without a mark: it must not slip into a log by its name."""
        return str(self.grade)
