"""From two provisional grades to one per candidate; nothing of it is seen outside before publication."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessment.models.exam.candidates import Candidate
from assessment.models.exam.exam import Examiner
from assessment.models.exam.papers import Appointment, Paper
from innoskole.accounts.models import User


class Mark(models.TextChoices):
    """The national scale, best first; F is not passed."""

    A = "A", "A"
    B = "B", "B"
    C = "C", "C"
    D = "D", "D"
    E = "E", "E"
    F = "F", "F"


PASSED = tuple(mark for mark in Mark if mark != Mark.F)


def steps_between(one: str, other: str) -> int:
    """How many grades lie between two marks: 0 for the same, 5 between A and F."""
    return abs(Mark.values.index(one) - Mark.values.index(other))


class ProvisionalGradeQuerySet(models.QuerySet["ProvisionalGrade"]):
    def by(self, user: User) -> "ProvisionalGradeQuerySet":
        return self.filter(appointment__examiner__user=user)

    def shown_to(self, user: User) -> "ProvisionalGradeQuerySet":
        """One's own; and a colleague's on the same paper once one has given one's own.

        So the grades are independent by construction: whoever has not graded sees nothing.
        """
        graded = ProvisionalGrade.objects.by(user).filter(submitted_at__isnull=False)
        both = Q(
            appointment__paper__in=graded.filter(appointment__appeal=None).values("appointment__paper"),
            appointment__appeal=None,
        ) | Q(
            appointment__appeal__in=graded.filter(appointment__appeal__isnull=False).values(
                "appointment__appeal"
            )
        )
        return self.filter(Q(appointment__examiner__user=user) | Q(both, submitted_at__isnull=False))


class ProvisionalGrade(models.Model):
    """What one examiner thinks of a paper. Until submitted it is a draft that can be changed."""

    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="grade")
    mark = models.CharField(_("grade"), max_length=1, choices=Mark.choices, blank=True)
    grounds = models.TextField(_("grounds"), blank=True)
    saved_at = models.DateTimeField(_("saved"))
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)

    objects = ProvisionalGradeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(mark__in=["", *Mark.values]), name="provisional_mark_is_known"
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None) | ~Q(mark=""), name="submitted_grade_has_a_mark"
            ),
        ]

    def __str__(self) -> str:
        return str(self.appointment)


class PaperGrade(models.Model):
    """The grade of the paper on which its examiners agree, before the oral; with an `appeal`, the new one.

    proposed_by has agreed by proposing; agreed_by is the other one. With one examiner the two are the same.
    """

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="grades")
    appeal = models.OneToOneField(
        "assessment.GradeAppeal", on_delete=models.PROTECT, null=True, blank=True, related_name="paper_grade"
    )
    mark = models.CharField(_("grade of the paper"), max_length=1, choices=Mark.choices)
    grounds = models.TextField(_("grounds for the grade"))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"))
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agreed_at = models.DateTimeField(_("agreed"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["paper"], condition=Q(appeal=None), name="one_ordinary_grade_per_paper"
            ),
            models.CheckConstraint(condition=Q(mark__in=Mark.values), name="paper_mark_is_known"),
            models.CheckConstraint(
                condition=Q(agreed_by=None, agreed_at=None)
                | Q(agreed_by__isnull=False, agreed_at__isnull=False),
                name="agreed_paper_grade_has_somebody",
            ),
        ]

    def __str__(self) -> str:
        """Without the mark: it must not slip into a log by its name."""
        return str(self.paper)

    @property
    def is_agreed(self) -> bool:
        return self.agreed_at is not None


class Oral(models.Model):
    """The group's oral: when, where, before whom. With an `appeal` it is the new one that follows it.

    Two orals never share a room, an examiner or a group at one time: the same beginning is refused here,
    overlaps by the deed, which holds the exam's row.
    """

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="orals")
    appeal = models.OneToOneField(
        "assessment.GradeAppeal", on_delete=models.PROTECT, null=True, blank=True, related_name="oral"
    )
    room = models.CharField(_("room"), max_length=80)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    held_at = models.DateTimeField(_("held"), null=True, blank=True)
    told_at = models.DateTimeField(_("group told"), null=True, blank=True)

    class Meta:
        ordering = ["starts_at", "room", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["paper"], condition=Q(appeal=None), name="one_ordinary_oral_per_paper"
            ),
            models.UniqueConstraint("room", "starts_at", name="one_oral_in_a_room_at_a_time"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="oral_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id}: {self.starts_at:%Y-%m-%d %H:%M}"


class OralExaminer(models.Model):
    """Who examines at an oral. An examiner begins one oral at a time."""

    oral = models.ForeignKey(Oral, on_delete=models.CASCADE, related_name="examiners")
    examiner = models.ForeignKey(Examiner, on_delete=models.PROTECT, related_name="orals")
    starts_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("oral", "examiner", name="an_examiner_once_per_oral"),
            models.UniqueConstraint("examiner", "starts_at", name="an_examiner_in_one_oral_at_a_time"),
        ]

    def __str__(self) -> str:
        return str(self.examiner)


class OralResult(models.Model):
    """What the oral did to one candidate's grade. steps: +1 is one grade better, -1 one worse, 0 the same.

    was_absent: did not come to the new oral after an appeal (steps is 0 then, and not read). At the ordinary
    oral absence is a state of the candidate, and there is no row.
    """

    oral = models.ForeignKey(Oral, on_delete=models.PROTECT, related_name="results")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="oral_results")
    steps = models.SmallIntegerField(_("adjustment"), default=0)
    note = models.TextField(_("note"))
    was_absent = models.BooleanField(_("did not come"), default=False)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(_("written"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("oral", "candidate", name="one_result_of_an_oral_per_candidate"),
            models.CheckConstraint(condition=Q(steps__gte=-5, steps__lte=5), name="adjustment_within_scale"),
            models.CheckConstraint(condition=Q(was_absent=True) | ~Q(note=""), name="adjustment_has_a_note"),
            models.CheckConstraint(
                condition=Q(was_absent=False) | Q(steps=0), name="absence_from_an_oral_moves_nothing"
            ),
        ]

    def __str__(self) -> str:
        """Without the adjustment: it must not slip into a log by its name."""
        return str(self.candidate)
