"""An exam of a cohort: one sitting, with its dates, rules, guidelines and examiners.

Source: programme page, «gruppeeksamen … justeres gjennom en muntlig gruppeeksamen», one grade A to F.
"""

from datetime import date
from pathlib import PurePath
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessment.states import ExamState
from cohorts.models import Cohort
from innoskole.accounts.models import User
from innoskole.municipalities.models import Municipality


class ExamQuerySet(models.QuerySet["Exam"]):
    def taught_by(self, user: User) -> "ExamQuerySet":
        """Those of the cohorts that the person teaches; all for a course administrator."""
        return self.filter(cohort__in=Cohort.objects.taught_by(user))

    def examined_by(self, user: User) -> "ExamQuerySet":
        """Those in which the person is an examiner, ordinary or of an appeal."""
        return self.filter(pk__in=Examiner.objects.filter(user=user).values("exam"))

    def for_staff(self, user: User) -> "ExamQuerySet":
        """Whose pages the person may open as staff: the cohort's staff, and its examiners."""
        examined = Examiner.objects.filter(user=user).values("exam")
        return self.filter(Q(cohort__in=Cohort.objects.taught_by(user)) | Q(pk__in=examined))

    def with_names(self) -> "ExamQuerySet":
        return self.select_related("cohort__intake")


class Exam(models.Model):
    """One sitting. The first is number 1; who was absent with a valid reason comes to the next.

    paper_opens_at, paper_due_at: between which the groups deliver. oral_from_on, oral_to_on: the days of
    the orals; the period of grading is counted from the last day of the exam. two_examiners: one examiner
    alone grades otherwise. appeal_is_joint: those of a group can join one appeal, each by
    an act of their own.
    third_assessment_from: from how many grades' difference an appeal gets a further assessment; 0 for
    never. new_oral_after_change: a paper grade that an appeal has changed is followed by a new oral.
    most_adjustment: by how many grades the oral may move a candidate. similarity_url: the service that a
    paper is checked in by hand; empty for none.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="exams")
    number = models.PositiveSmallIntegerField(_("sitting"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=ExamState.choices, default=ExamState.PLANNED)
    registration_opens_at = models.DateTimeField(_("registration opens"))
    registration_closes_at = models.DateTimeField(_("registration closes"))
    paper_opens_at = models.DateTimeField(_("the paper can be delivered from"))
    paper_due_at = models.DateTimeField(_("the paper is due"))
    oral_from_on = models.DateField(_("first day of orals"))
    oral_to_on = models.DateField(_("last day of orals"))
    two_examiners = models.BooleanField(_("Two examiners grade"), default=True)
    appeal_is_joint = models.BooleanField(_("A group can appeal together"), default=False)
    third_assessment_from = models.PositiveSmallIntegerField(
        _("a further assessment from this many grades' difference"),
        default=2,
        validators=[MaxValueValidator(5)],
    )
    new_oral_after_change = models.BooleanField(
        _("A new oral when an appeal has changed the grade of the paper"), default=True
    )
    most_adjustment = models.PositiveSmallIntegerField(
        _("how many grades the oral may move a candidate"),
        default=1,
        validators=[MinValueValidator(0), MaxValueValidator(5)],
    )
    most_attempts = models.PositiveSmallIntegerField(
        _("attempts a candidate has"), default=3, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    similarity_url = models.URLField(_("service that checks for similarity"), blank=True)
    made_at = models.DateTimeField()
    locked_at = models.DateTimeField(_("list locked"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = ExamQuerySet.as_manager()

    class Meta:
        ordering = ["cohort", "number"]
        constraints = [
            models.UniqueConstraint("cohort", "number", name="sitting_number_once_per_cohort"),
            models.CheckConstraint(condition=Q(state__in=ExamState.values), name="exam_state_is_known"),
            models.CheckConstraint(
                condition=Q(
                    registration_opens_at__lt=F("registration_closes_at"),
                    registration_closes_at__lte=F("paper_due_at"),
                    paper_opens_at__lt=F("paper_due_at"),
                    oral_from_on__lte=F("oral_to_on"),
                ),
                name="exam_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("planned", "open"), locked_at=None)
                | Q(state__in=("locked", "grading", "published"), locked_at__isnull=False),
                name="locked_exam_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False)
                | (~Q(state="published") & Q(published_at=None)),
                name="published_exam_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return _("exam %(number)s, %(cohort)s") % {"number": self.number, "cohort": self.cohort}

    @property
    def is_published(self) -> bool:
        return self.state == ExamState.PUBLISHED

    @property
    def last_day(self) -> date:
        """The day from which the period of grading is counted."""
        return self.oral_to_on


def guidelines_path(guidelines: "Guidelines", filename: str) -> str:
    """A name that tells nothing: the original name is kept in the row."""
    return str(PurePath("exams", str(guidelines.exam_id), uuid4().hex))


class Guidelines(models.Model):
    """Guidelines for the examiners (sensorveiledning). They stand before grading opens; the latest counts."""

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="guidelines")
    file = models.FileField(_("file"), upload_to=guidelines_path)
    original_name = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"))

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.UniqueConstraint("exam", "digest", name="guidelines_once_per_exam"),
        ]

    def __str__(self) -> str:
        return self.original_name


class Examiner(models.Model):
    """Somebody who grades in a sitting. external: comes from outside the school.

    for_appeals: one of the new examiners who see neither the grade nor its explanation; never both.
    """

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="examiners")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="examines")
    is_external = models.BooleanField(_("comes from outside the school"), default=False)
    for_appeals = models.BooleanField(_("grades anew after appeals"), default=False)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["user__sort_key", "pk"]
        constraints = [models.UniqueConstraint("exam", "user", name="examiner_once_per_exam")]

    def __str__(self) -> str:
        return str(self.user)


class ConflictOfInterest(models.Model):
    """A municipality that a person is bound to, by their own word or the school's: they never grade its
    teams.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conflicts")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(_("why"), max_length=200)
    declared_at = models.DateTimeField(_("declared"))

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("user", "municipality", name="conflict_once_per_municipality")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.municipality_id}"
