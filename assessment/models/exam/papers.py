"""The group's paper: one per team and sitting, delivered as numbered versions until the deadline."""

from pathlib import PurePath
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessment.models.exam.exam import Exam, Examiner
from cohorts.models import Cohort, Team
from innoskole.accounts.models import User


class PaperQuerySet(models.QuerySet["Paper"]):
    def of(self, user: User) -> "PaperQuerySet":
        """Those that the person delivers: their own group's."""
        own = Paper.objects.filter(candidates__participant__member__user=user)
        return self.filter(pk__in=own.values("pk"))

    def graded_by(self, user: User) -> "PaperQuerySet":
        """Those that the person is appointed to grade before publication."""
        given = Appointment.objects.filter(examiner__user=user, appeal=None)
        return self.filter(pk__in=given.values("paper"))

    def taught_by(self, user: User) -> "PaperQuerySet":
        return self.filter(exam__cohort__in=Cohort.objects.taught_by(user))

    def with_names(self) -> "PaperQuerySet":
        return self.select_related("exam__cohort__intake", "team__application__lead")


class Paper(models.Model):
    """What a group hands in. Made when the list of candidates is locked.

    code: what the group goes by before examiners of an appeal, who are not to know what it got. due_at: the
    sitting's deadline, or a later one given with a reason. version: of the delivery that counts.
    """

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="papers")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="papers")
    code = models.CharField(_("code"), max_length=8, unique=True)
    due_at = models.DateTimeField(_("deadline"))
    extension_reason = models.TextField(_("why the deadline was extended"), blank=True)
    version = models.PositiveSmallIntegerField(_("version"), default=0)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        ordering = ["team__number", "pk"]
        constraints = [
            models.UniqueConstraint("exam", "team", name="paper_once_per_team_and_exam"),
            models.CheckConstraint(
                condition=Q(version=0, delivered_at=None) | Q(version__gte=1, delivered_at__isnull=False),
                name="delivered_paper_has_a_version",
            ),
        ]

    def __str__(self) -> str:
        return str(self.team)


class PaperDelivery(models.Model):
    """A delivery as it was made; nothing in it changes. digest: over the files' names and digests."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="deliveries")
    version = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=200)
    digest = models.CharField(max_length=64)
    is_late = models.BooleanField(_("after the deadline"), default=False)
    delivered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField(_("delivered"))

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint("paper", "version", name="paper_versions_are_numbered")]

    def __str__(self) -> str:
        return f"{self.paper_id} v{self.version}"


def paper_path(file: "PaperFile", filename: str) -> str:
    """A name that tells nothing: the original name is kept in the row."""
    return str(PurePath("papers", str(file.paper_id), uuid4().hex))


class PaperFile(models.Model):
    """A private file. Without a delivery it waits to be delivered."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="files")
    delivery = models.ForeignKey(
        PaperDelivery, on_delete=models.PROTECT, null=True, blank=True, related_name="files"
    )
    file = models.FileField(_("file"), upload_to=paper_path)
    original_name = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ["uploaded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "digest"], condition=Q(delivery=None), name="a_file_once_before_delivery"
            ),
            models.UniqueConstraint(fields=["delivery", "digest"], name="a_file_once_in_a_delivery"),
        ]

    def __str__(self) -> str:
        return self.original_name


class Appointment(models.Model):
    """An examiner of a paper: first or second, and with an `appeal` one of those who grade it anew."""

    class Place(models.IntegerChoices):
        FIRST = 1, _("First examiner")
        SECOND = 2, _("Second examiner")
        THIRD = 3, _("Further examiner")

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="appointments")
    examiner = models.ForeignKey(Examiner, on_delete=models.PROTECT, related_name="appointments")
    place = models.PositiveSmallIntegerField(_("place"), choices=Place.choices)
    appeal = models.ForeignKey(
        "assessment.GradeAppeal", on_delete=models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    appointed_at = models.DateTimeField(_("appointed"))

    class Meta:
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "place"], condition=Q(appeal=None), name="one_examiner_in_each_place"
            ),
            models.UniqueConstraint(
                fields=["appeal", "place"],
                condition=Q(appeal__isnull=False),
                name="one_examiner_in_each_place_of_an_appeal",
            ),
            models.UniqueConstraint(
                fields=["paper", "examiner"], condition=Q(appeal=None), name="an_examiner_once_per_paper"
            ),
            models.UniqueConstraint(
                fields=["appeal", "examiner"],
                condition=Q(appeal__isnull=False),
                name="an_examiner_once_per_appeal",
            ),
            models.CheckConstraint(condition=Q(place__in=(1, 2, 3)), name="place_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id}: {self.examiner_id}"
