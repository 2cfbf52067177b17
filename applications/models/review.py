"""The school's handling of an application before the draw."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from applications.models.team import TeamMember
from applications.states import Basis


class Part(models.TextChoices):
    """Parts of an application that a request for information can unlock: the steps of the task list."""

    MUNICIPALITY = "municipality", _("Municipality and partners")
    TEAM = "team", _("The team")
    PROBLEM = "problem", _("Problem statement")
    ANCHORING = "anchoring", _("Anchoring")
    COMPOSITION = "composition", _("Composition of the team")
    GUARANTEE = "guarantee", _("The guarantee")


class InformationRequestQuerySet(models.QuerySet["InformationRequest"]):
    def open(self) -> "InformationRequestQuerySet":
        return self.filter(closed_at__isnull=True)


class InformationRequest(models.Model):
    """A question with its own deadline that unlocks only the named parts of the application."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="information_requests"
    )
    question = models.TextField(_("what is missing"))
    parts: "models.JSONField[Any, Any]" = models.JSONField(_("parts to unlock"))
    due_at = models.DateTimeField(_("deadline for the answer"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = InformationRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(closed_at__isnull=True),
                name="one_open_information_request",
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("asked_at")), name="information_due_later"),
        ]
        indexes = [models.Index(fields=["closed_at", "due_at"])]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.question[:40]}"

    def part_labels(self) -> list[Any]:
        """The names of the unlocked parts, translated when they are shown."""
        return [Part(part).label for part in self.parts]


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def pending(self) -> "AssessmentQuerySet":
        """Individual assessments that wait for the approval of a second person."""
        return self.filter(needs_approval=True, approved_at__isnull=True, discarded_at__isnull=True)


class Assessment(models.Model):
    """One version of the decision on a person's admission basis: proposed by rule, decided by a human."""

    member = models.ForeignKey(TeamMember, on_delete=models.CASCADE, related_name="assessments")
    version = models.PositiveSmallIntegerField()
    proposal = models.CharField(_("proposed by the rule"), max_length=24, choices=Basis.choices)
    outcome = models.CharField(_("decision"), max_length=24, choices=Basis.choices)
    reason = models.TextField(_("reason"))
    content_digest = models.CharField(max_length=64, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    needs_approval = models.BooleanField(_("waits for a second person"), default=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["member", "version"], name="assessments_are_numbered"),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(needs_approval=True, approved_at__isnull=True, discarded_at__isnull=True),
                name="one_assessment_waits_per_person",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="assessment_has_a_reason"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("decided_by")),
                name="assessment_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} v{self.version}: {self.outcome}"

    @property
    def is_pending(self) -> bool:
        return self.needs_approval and self.approved_at is None and self.discarded_at is None
