"""What a team has delivered: numbered attempts that never change, each with the people who delivered it."""

from pathlib import PurePath
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessment.models.requirements import TeamRequirement
from cohorts.models import Participant


class DeliveryDraft(models.Model):
    """What the team is writing, one text for all of it. version: so that nobody overwrites a colleague."""

    work = models.OneToOneField(TeamRequirement, on_delete=models.CASCADE, related_name="draft")
    text = models.TextField(_("text"), blank=True)
    version = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.work_id} v{self.version}"


class Delivery(models.Model):
    """An attempt, as it was delivered. due_at: the deadline that held then, if there was one."""

    work = models.ForeignKey(TeamRequirement, on_delete=models.PROTECT, related_name="deliveries")
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    text = models.TextField(_("text"), blank=True)
    delivered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField(_("delivered"))
    due_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    is_late = models.BooleanField(_("after the deadline"), default=False)

    class Meta:
        ordering = ["attempt"]
        constraints = [
            models.UniqueConstraint("work", "attempt", name="one_delivery_per_attempt"),
            models.CheckConstraint(
                condition=Q(is_late=False) | Q(delivered_at__gt=F("due_at")),
                name="late_is_after_the_deadline",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_id}/{self.attempt}"


class DeliveryMember(models.Model):
    """Who was in the team at a delivery. is_concerned: whether the person waits for its result.

    A colleague whose result is settled, or who delivers on their own, took part and is not concerned.
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="members")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="delivered_in")
    is_concerned = models.BooleanField(_("waits for the result"), default=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("delivery", "participant", name="a_person_once_per_delivery"),
        ]

    def __str__(self) -> str:
        return str(self.participant)


def file_path(file: "DeliveryFile", filename: str) -> str:
    """A name that tells nothing: the original name is kept in the row."""
    return str(PurePath("requirements", str(file.work_id), uuid4().hex))


class DeliveryFile(models.Model):
    """A private file. Without a delivery it lies in the draft."""

    work = models.ForeignKey(TeamRequirement, on_delete=models.PROTECT, related_name="files")
    delivery = models.ForeignKey(
        Delivery, on_delete=models.PROTECT, null=True, blank=True, related_name="files"
    )
    file = models.FileField(_("file"), upload_to=file_path)
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
                fields=["work", "digest"], condition=Q(delivery=None), name="a_file_once_per_draft"
            ),
            models.UniqueConstraint(fields=["delivery", "digest"], name="a_file_once_per_delivery"),
        ]

    def __str__(self) -> str:
        return self.original_name


class Statement(models.Model):
    """A participant's own words on what they did for a delivery, which they vouch for."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="statements")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="statements")
    text = models.TextField(_("my part in the work"))
    confirmed_at = models.DateTimeField(_("confirmed"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("delivery", "participant", name="one_statement_per_person_and_delivery"),
            models.CheckConstraint(condition=~Q(text=""), name="statement_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id}: {self.text[:40]}"
