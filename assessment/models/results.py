"""What each participant has got for a requirement, and the school's decisions about one person or team."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessment.models.deliveries import Delivery
from assessment.models.requirements import WorkRequirement
from assessment.states import Outcome
from cohorts.models import Participant, Team


class Assessment(models.Model):
    """An instructor's assessment of a delivery: the comment to the team. The results hang on it."""

    delivery = models.OneToOneField(Delivery, on_delete=models.PROTECT, related_name="assessment")
    comment = models.TextField(_("comment to the team"), blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(_("assessed"))

    def __str__(self) -> str:
        return str(self.delivery_id)


class ResultQuerySet(models.QuerySet["Result"]):
    def current(self) -> "ResultQuerySet":
        """The latest version of each; the database keeps one."""
        return self.filter(superseded_at=None)


class Result(models.Model):
    """A version of one participant's result. Nothing is changed: a new version takes the place of the old.

    delivery: what it rests on. reason: why a result that had been given was changed; an approval is never
    withdrawn without one.
    """

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="requirement_results")
    requirement = models.ForeignKey(WorkRequirement, on_delete=models.PROTECT, related_name="results")
    version = models.PositiveSmallIntegerField()
    outcome = models.CharField(_("result"), max_length=12, choices=Outcome.choices)
    comment = models.TextField(_("comment to the person"), blank=True)
    revise_due_at = models.DateTimeField(_("deadline of the revision"), null=True, blank=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="results")
    withdraws_approval = models.BooleanField(_("withdraws an approval"), default=False)
    reason = models.TextField(_("reason"), blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(_("given"))
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = ResultQuerySet.as_manager()

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint("participant", "requirement", "version", name="results_are_numbered"),
            models.UniqueConstraint(
                fields=["participant", "requirement"],
                condition=Q(superseded_at=None),
                name="one_current_result_per_person_and_requirement",
            ),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="outcome_is_known"),
            models.CheckConstraint(
                condition=Q(outcome="revise", revise_due_at__isnull=False)
                | (~Q(outcome="revise") & Q(revise_due_at=None)),
                name="a_revision_has_a_deadline",
            ),
            models.CheckConstraint(
                condition=Q(withdraws_approval=False) | ~Q(reason=""),
                name="approval_is_withdrawn_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id}: {self.outcome} v{self.version}"


class OverrideKind(models.TextChoices):
    EXEMPT = "exempt", _("Exempt")
    EXTENDED = "extended", _("Extended deadline")


class OverrideQuerySet(models.QuerySet["Override"]):
    def live(self) -> "OverrideQuerySet":
        return self.filter(ended_at=None)


class Override(models.Model):
    """An exemption or a later deadline, with a reason: for one participant or, without one, for the team."""

    requirement = models.ForeignKey(WorkRequirement, on_delete=models.PROTECT, related_name="overrides")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="requirement_overrides")
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, null=True, blank=True, related_name="requirement_overrides"
    )
    kind = models.CharField(max_length=10, choices=OverrideKind.choices)
    due_at = models.DateTimeField(_("new deadline"), null=True, blank=True)
    reason = models.TextField(_("reason"))
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        ordering = ["given_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["requirement", "team", "kind"],
                condition=Q(participant=None, ended_at=None),
                name="one_live_override_per_team",
            ),
            models.UniqueConstraint(
                fields=["requirement", "participant", "kind"],
                condition=Q(participant__isnull=False, ended_at=None),
                name="one_live_override_per_person",
            ),
            models.CheckConstraint(
                condition=Q(kind="exempt", due_at=None) | Q(kind="extended", due_at__isnull=False),
                name="an_extension_has_a_deadline",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.participant_id or self.team_id}"


class Way(models.TextChoices):
    ALONE = "alone", _("A delivery of their own")
    WITH_TEAM = "with_team", _("Together with the team's next delivery")


class CatchUp(models.Model):
    """How somebody who was not in the team when it delivered gets the requirement done."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="catch_ups")
    requirement = models.ForeignKey(WorkRequirement, on_delete=models.PROTECT, related_name="catch_ups")
    way = models.CharField(_("how"), max_length=10, choices=Way.choices)
    due_at = models.DateTimeField(_("deadline"))
    instructions = models.TextField(_("what the person is to do"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "participant", "requirement", name="one_catch_up_per_person_and_requirement"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id}: {self.requirement_id}"
