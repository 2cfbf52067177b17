"""Decisions and their letters: prepared by one, approved by another, issued at one chosen minute."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from applications.models.intake import Intake
from applications.models.team import TeamMember
from applications.states import DecisionState, ReleaseState


class DecisionKind(models.TextChoices):
    PLACE = "place", _("Place")
    WAITING_LIST = "waiting_list", _("Waiting list")
    DECLINED = "declined", _("No place")
    REJECTED = "rejected", _("Rejected on formal grounds")
    STUDENT = "student", _("Admitted as a student")
    INDIVIDUALLY_QUALIFIED = "individually_qualified", _("Admitted as a student after individual assessment")
    COURSE_PARTICIPANT = "course_participant", _("Admitted as a course participant")


OF_PERSONS = (
    DecisionKind.STUDENT,
    DecisionKind.INDIVIDUALLY_QUALIFIED,
    DecisionKind.COURSE_PARTICIPANT,
)


class ReleaseQuerySet(models.QuerySet["Release"]):
    def with_people(self) -> "ReleaseQuerySet":
        return self.select_related("intake", "prepared_by", "approved_by")

    def standing(self) -> "ReleaseQuerySet":
        """Prepared or approved, and not yet released."""
        return self.filter(state__in=(ReleaseState.PREPARED, ReleaseState.APPROVED))

    def due(self, now: datetime) -> "ReleaseQuerySet":
        return self.filter(state=ReleaseState.APPROVED, leaves_at__lte=now)


class Release(models.Model):
    """Decisions that leave, and change the public page, at the same minute: decide now, tell later."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="releases")
    state = models.CharField(
        _("state"), max_length=10, choices=ReleaseState.choices, default=ReleaseState.PREPARED
    )
    leaves_at = models.DateTimeField(_("leaves"))
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-prepared_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["intake"],
                condition=Q(state__in=("prepared", "approved")),
                name="one_standing_release",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("prepared_by")),
                name="release_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "released")) | Q(approved_by__isnull=False),
                name="released_only_when_approved",
            ),
        ]
        indexes = [models.Index(fields=["state", "leaves_at"])]

    def __str__(self) -> str:
        return f"{self.intake}: {self.leaves_at:%Y-%m-%d %H:%M}"

    @property
    def leaves_when_approved(self) -> bool:
        """Whether no later minute was chosen than that of the approval."""
        return self.leaves_at <= self.prepared_at


class DecisionQuerySet(models.QuerySet["Decision"]):
    def standing(self) -> "DecisionQuerySet":
        """Prepared or approved: not yet told."""
        return self.filter(state__in=(DecisionState.PREPARED, DecisionState.APPROVED))

    def in_force(self) -> "DecisionQuerySet":
        return self.filter(state=DecisionState.ISSUED)

    def issued(self) -> "DecisionQuerySet":
        """Those that have been told, whether they are still in force or not."""
        return self.filter(issued_at__isnull=False)

    def due(self, now: datetime) -> "DecisionQuerySet":
        """Approved, and their minute has come; those of a release leave with it, and are not among these."""
        return self.filter(state=DecisionState.APPROVED, release__isnull=True, leaves_at__lte=now)

    def to_approve(self) -> "DecisionQuerySet":
        """Prepared one by one: they wait for a second person."""
        return self.filter(state=DecisionState.PREPARED, release__isnull=True)

    def of_applications(self) -> "DecisionQuerySet":
        return self.filter(member__isnull=True)

    def with_subject(self) -> "DecisionQuerySet":
        """With whom it is about, and to whom it is told."""
        return self.select_related(
            "application__lead", "application__intake", "application__coordinator", "member__user"
        )

    def with_letter(self) -> "DecisionQuerySet":
        """With the letter, but not its file."""
        return self.with_subject().select_related("letter").defer("letter__content")


class Decision(models.Model):
    """A numbered version of what the school decides about an application or a person in it.

    `prepared_by` is empty where a rule decides without judgement: a promotion from the waiting list follows
    from the draw (docs/decisions/0100).
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    member = models.ForeignKey(
        TeamMember, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    kind = models.CharField(_("decision"), max_length=24, choices=DecisionKind.choices)
    version = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(
        _("state"), max_length=10, choices=DecisionState.choices, default=DecisionState.PREPARED
    )
    grounds = models.TextField(_("grounds in the school's own words"), blank=True)
    leaves_at = models.DateTimeField(_("leaves"))
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    prepared_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True)
    appeal_until_on = models.DateField(_("last day for an appeal"), null=True, blank=True)
    void_reason = models.TextField(_("why it never left"), blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-prepared_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "version"],
                condition=Q(member__isnull=True),
                name="decisions_on_an_application_are_numbered",
            ),
            models.UniqueConstraint(
                fields=["member", "version"],
                condition=Q(member__isnull=False),
                name="decisions_on_a_person_are_numbered",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(member__isnull=True, state="issued"),
                name="one_decision_in_force_per_application",
            ),
            models.UniqueConstraint(
                fields=["member"], condition=Q(state="issued"), name="one_decision_in_force_per_person"
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(member__isnull=True, state__in=("prepared", "approved")),
                name="one_decision_under_way_per_application",
            ),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(state__in=("prepared", "approved")),
                name="one_decision_under_way_per_person",
            ),
            models.CheckConstraint(
                condition=Q(prepared_by__isnull=True)
                | Q(approved_by__isnull=True)
                | ~Q(approved_by=F("prepared_by")),
                name="decision_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="issued") | Q(issued_at__isnull=False), name="issued_has_a_moment"
            ),
        ]
        indexes = [models.Index(fields=["state", "leaves_at"])]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.member_id or ''} v{self.version}: {self.kind}"

    @property
    def is_of_person(self) -> bool:
        return self.member_id is not None

    @property
    def is_standing(self) -> bool:
        """Made, and not yet told."""
        return self.state in (DecisionState.PREPARED, DecisionState.APPROVED)

    @property
    def leaves_when_approved(self) -> bool:
        """Whether no later minute was chosen than that of the approval."""
        return self.leaves_at <= self.prepared_at


class Letter(models.Model):
    """The letter of a decision as PDF, exactly as it is sent, with its digest."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="letter")
    language = models.CharField(_("language form"), max_length=2)
    to_name = models.CharField(_("recipient"), max_length=200)
    to_email = models.EmailField(_("e-mail"))
    content = models.BinaryField()
    digest = models.CharField(_("SHA-256 of the file"), max_length=64)
    written_at = models.DateTimeField()
    suppressed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    suppressed_at = models.DateTimeField(null=True, blank=True)
    suppressed_reason = models.TextField(_("why it is held back"), blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(suppressed_at__isnull=True) | ~Q(suppressed_reason=""),
                name="suppression_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.to_name} ({self.digest[:8]})"

    @property
    def is_held_back(self) -> bool:
        return self.suppressed_at is not None
