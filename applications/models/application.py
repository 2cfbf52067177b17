"""What one municipality, alone or with neighbours, sends to one intake."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.models.intake import Intake
from applications.models.team import Sector
from applications.states import GuaranteeState, IntakeState, PartnerState, State
from innoskole.accounts.models import Affiliation, User
from innoskole.municipalities.models import Municipality

if TYPE_CHECKING:
    from applications.models.review import InformationRequest

EDITABLE_STATES = (State.DRAFT,)
DECIDED_STATES = (State.ADMITTED, State.WAITLISTED, State.DECLINED, State.ENROLLED)
RECEIVED_STATES = (
    State.SUBMITTED,
    State.IN_REVIEW,
    State.INFORMATION_REQUESTED,
    State.READY,
    State.REJECTED,
    *DECIDED_STATES,
)


class PoliticalOutcome(models.TextChoices):
    PLANNED = "planned", _("Will be put before the political body")
    SUPPORTED = "supported", _("Supported")
    NOTED = "noted", _("Taken note of")
    NOT_SUPPORTED = "not_supported", _("Not supported")


def _worked_on_by(user: User) -> Q:
    proven = user.affiliations.filter(state=Affiliation.State.PROVEN).values("municipality")
    rejected = user.affiliations.filter(state=Affiliation.State.REJECTED).values("municipality")
    return Q(lead__in=proven) | (Q(coordinator=user) & ~Q(lead__in=rejected))


def acts_for_municipality() -> Q:
    """Of an account: whether the person acts, or asks to act, for a municipality, or is the contact person of
    an application. Nobody else works on one."""
    affiliated = Affiliation.objects.filter(user=OuterRef("pk"))
    contact = Application.objects.filter(coordinator=OuterRef("pk"))
    return Q(Exists(affiliated)) | Q(Exists(contact))


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: User) -> "ApplicationQuerySet":
        """Administrators see all; others what they may edit, and what their municipality takes part in.

        A partner that has only been asked, or has declined, sees no more than the page behind its link.
        """
        if user.is_course_administrator:
            return self
        taking_part = ApplicantMunicipality.objects.filter(
            state=PartnerState.CONFIRMED, municipality__in=user.proven_municipalities()
        )
        return self.filter(_worked_on_by(user) | Q(pk__in=taking_part.values("application")))

    def editable_by(self, user: User) -> "ApplicationQuerySet":
        """Colleagues proven for the lead municipality, and its contact person unless rejected for it."""
        return self.filter(_worked_on_by(user))

    def received(self) -> "ApplicationQuerySet":
        return self.filter(state__in=RECEIVED_STATES)

    def unfinished(self) -> "ApplicationQuerySet":
        return self.filter(state__in=(State.DRAFT, State.AWAITING_APPROVAL))

    def accepting(self, now: datetime) -> "ApplicationQuerySet":
        """Those whose own deadline has not passed: the intake's, or that of the late filling they came in."""
        in_time = Q(late_filling__isnull=True, intake__in=Intake.objects.accepting(now))
        late = Q(
            late_filling__closed_at__isnull=True,
            late_filling__opened_at__lte=now,
            late_filling__closes_at__gte=now,
        )
        return self.filter(in_time | late)

    def too_late(self, now: datetime) -> "ApplicationQuerySet":
        """Those whose intake has closed, or whose late filling has closed or is past its deadline."""
        in_time = Q(late_filling__isnull=True) & ~Q(intake__state__in=(IntakeState.PLANNED, IntakeState.OPEN))
        late = Q(late_filling__closed_at__isnull=False) | Q(late_filling__closes_at__lt=now)
        return self.filter(in_time | late)

    def in_time(self) -> "ApplicationQuerySet":
        """Those of the ordinary intake. A late one never enters a draw, nor what is tried before it."""
        return self.filter(late_filling__isnull=True)

    def in_order_of_receipt(self) -> "ApplicationQuerySet":
        """Late ones that have been sent in, the first received first: the order in which places are given."""
        received = self.filter(late_filling__isnull=False, submitted_at__isnull=False)
        return received.order_by("submitted_at", "pk")

    def unsettled(self) -> "ApplicationQuerySet":
        """Received, but neither ready for selection nor out of it: they stand in the way of the freeze."""
        return self.in_time().filter(
            state__in=(State.SUBMITTED, State.IN_REVIEW, State.INFORMATION_REQUESTED)
        )

    def candidates(self) -> "ApplicationQuerySet":
        """Those that may still come to the draw, ready or not: the pool of the what-if page."""
        return self.in_time().filter(
            state__in=(State.SUBMITTED, State.IN_REVIEW, State.INFORMATION_REQUESTED, State.READY)
        )

    def in_draw(self) -> "ApplicationQuerySet":
        return self.in_time().filter(state=State.READY)

    def with_lead(self) -> "ApplicationQuerySet":
        return self.select_related("lead", "lead__county")


class Application(models.Model):
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="applications")
    reference = models.CharField(_("reference number"), max_length=20, unique=True)
    state = models.CharField(_("state"), max_length=24, choices=State.choices, default=State.DRAFT)
    lead = models.ForeignKey(
        Municipality,
        on_delete=models.PROTECT,
        related_name="led_applications",
        verbose_name=_("municipality"),
    )
    coordinator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="coordinated_applications"
    )
    contact_phone = models.CharField(_("contact phone"), max_length=30, blank=True)

    problem_title = models.CharField(_("working title"), max_length=120, blank=True)
    problem_statement = models.TextField(_("problem statement"), blank=True)
    problem_reason = models.TextField(_("why this problem matters to the municipality"), blank=True)

    plan_title = models.CharField(_("plan"), max_length=200, blank=True)
    plan_year = models.PositiveSmallIntegerField(_("year of the plan"), null=True, blank=True)
    plan_page = models.CharField(_("page in the plan"), max_length=20, blank=True)
    plan_quote = models.TextField(_("quotation from the plan"), blank=True)
    political_body = models.CharField(_("political body"), max_length=120, blank=True)
    political_case_number = models.CharField(_("case number"), max_length=40, blank=True)
    political_decided_on = models.DateField(_("date of the meeting"), null=True, blank=True)
    political_outcome = models.CharField(
        _("treatment in the political body"), max_length=20, choices=PoliticalOutcome.choices, blank=True
    )

    problem_sectors = models.JSONField(_("sectors that the problem touches"), default=list, blank=True)
    mitigation = models.TextField(_("how the team will involve the missing sectors"), blank=True)

    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="submitted_applications",
    )
    formal_checked_at = models.DateTimeField(null=True, blank=True)
    state_reason = models.TextField(_("reason for the state"), blank=True)
    late_filling = models.ForeignKey(
        "applications.LateFilling",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name=_("filling of free places"),
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="application_state_is_known"),
        ]
        indexes = [
            models.Index(fields=["intake", "state"]),
            models.Index(fields=["intake", "reference"]),
            models.Index(fields=["intake", "changed_at"]),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("applications:tasks", args=[self.reference])

    def get_state_display(self) -> str:  # type: ignore[no-redef]  # the stubs know Django's own
        """Instead of Django's, which translates every state to show one."""
        return str(State(self.state).label)

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE_STATES

    @property
    def is_late(self) -> bool:
        """Whether it came in when free places were filled after the deadline; then it is in no draw."""
        return self.late_filling_id is not None

    @property
    def closes_at(self) -> datetime:
        """Its own deadline: the intake's, or that of the late filling."""
        return self.late_filling.closes_at if self.late_filling else self.intake.closes_at

    def accepts_at(self, now: datetime) -> bool:
        """Whether it may be changed or submitted at `now`, as far as the deadline goes."""
        return (self.late_filling or self.intake).accepts_at(now)

    def is_open_at(self, now: datetime) -> bool:
        """Whether the whole application may be changed at `now`."""
        return self.is_editable and self.accepts_at(now)

    def open_request(self) -> "InformationRequest | None":
        return self.information_requests.filter(closed_at__isnull=True).order_by("-asked_at").first()

    def team_sectors(self) -> list[str]:
        """Sectors represented in the team, each once, in the order of the controlled list."""
        present = {member.sector for member in self.members.all()}
        return [sector for sector in Sector.values if sector in present]

    def composition_gap(self) -> list[str]:
        """Sectors that the problem touches but nobody in the team comes from (seed B: «mangler representant
        fra oppvekst/skole, kan være en barriere»). A warning, never a block."""
        present = {member.sector for member in self.members.all()}
        return [
            sector for sector in Sector.values if sector in self.problem_sectors and sector not in present
        ]

    def current_guarantee(self) -> "Guarantee | None":
        return self.guarantees.exclude(state=GuaranteeState.REPLACED).order_by("-asked_at").first()

    def current_submission(self) -> "Submission | None":
        return self.submissions.filter(voided_at__isnull=True).first()


class MunicipalityRole(models.TextChoices):
    LEAD = "lead", _("Lead municipality")
    PARTNER = "partner", _("Partner municipality")


class ApplicantMunicipality(models.Model):
    """A municipality's part in an application.

    `spends` says that the municipality has spent its one application of the intake («Det kan sendes inntil én
    søknad pr kommune»): the lead from the first draft on, a partner once it has confirmed. A withdrawn or
    unsubmitted application gives the right back.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="municipalities")
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="+")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="applicant_parts")
    role = models.CharField(max_length=8, choices=MunicipalityRole.choices)
    state = models.CharField(max_length=10, choices=PartnerState.choices, default=PartnerState.ASKED)
    spends = models.BooleanField(default=False)
    asked_email = models.EmailField(_("e-mail of the partner's contact"), blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_name = models.CharField(_("answered by"), max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["intake", "municipality"],
                condition=Q(spends=True),
                name="one_application_per_municipality_and_intake",
            ),
            models.UniqueConstraint(
                fields=["application", "municipality"], name="a_municipality_once_per_application"
            ),
            models.UniqueConstraint(
                fields=["application"], condition=Q(role="lead"), name="one_lead_per_application"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.role}"


class Guarantee(models.Model):
    """The approver's guarantee («garanterer deltakelse»): who, when, and the text agreed to."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="guarantees")
    state = models.CharField(max_length=10, choices=GuaranteeState.choices, default=GuaranteeState.ASKED)
    approver_name = models.CharField(_("name of the approver"), max_length=120)
    approver_title = models.CharField(_("title"), max_length=120)
    approver_email = models.EmailField(_("e-mail of the approver"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_name = models.CharField(_("answered by"), max_length=120, blank=True)
    text = models.TextField(_("the text agreed to"), blank=True)
    comment = models.TextField(_("comment"), blank=True)
    content_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=~Q(state="replaced"), name="one_current_guarantee"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.approver_name} ({self.state})"


class Submission(models.Model):
    """What was sent in, exactly, with its digest; void when the application is reopened."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content = models.TextField()
    digest = models.CharField(max_length=64)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="submissions_are_numbered"),
            models.UniqueConstraint(
                fields=["application"], condition=Q(voided_at__isnull=True), name="one_valid_receipt"
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | Q(voided_at__gte=F("submitted_at")),
                name="voided_after_submission",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.number}"


class StepDraft(models.Model):
    """What somebody has typed in a step and not yet saved as the application's own; valid or not."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="step_drafts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    step = models.CharField(max_length=40)
    data: "models.JSONField[Any, Any]" = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "user", "step"], name="one_draft_per_person_and_step"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.step}"
