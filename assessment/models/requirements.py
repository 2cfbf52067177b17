"""The work requirements of a cohort, and how far each team has come with them.

Source: programme page, «4 arbeidskrav … må være godkjent før studenten kan framstille seg til eksamen».
"""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from assessment.states import RequirementState
from assessment.states.requirements import IN_QUEUE
from cohorts.models import Cohort, Participant, Team
from cohorts.models.session import in_language
from cohorts.states import CohortState
from innoskole.accounts.models import User

USUAL_COUNT = 4


class RequirementRule(models.Model):
    """How many work requirements the students of a cohort must have approved."""

    cohort = models.OneToOneField(Cohort, on_delete=models.CASCADE, related_name="requirement_rule")
    count = models.PositiveSmallIntegerField(_("number of work requirements"), default=USUAL_COUNT)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(count__gte=1, count__lte=12), name="requirement_count_in_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id}: {self.count}"


class WorkRequirement(models.Model):
    """What each team of a cohort is to deliver. Without dates it is not placed in time yet."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="work_requirements")
    number = models.PositiveSmallIntegerField(_("number"))
    title_nb = models.CharField(_("title (bokmål)"), max_length=120)
    title_nn = models.CharField(_("title (nynorsk)"), max_length=120, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=120, blank=True)
    instructions_nb = models.TextField(_("instructions (bokmål)"), blank=True)
    instructions_nn = models.TextField(_("instructions (nynorsk)"), blank=True)
    instructions_en = models.TextField(_("instructions (English)"), blank=True)
    hand_in_nb = models.TextField(_("what to hand in (bokmål)"), blank=True)
    hand_in_nn = models.TextField(_("what to hand in (nynorsk)"), blank=True)
    hand_in_en = models.TextField(_("what to hand in (English)"), blank=True)
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    due_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["cohort", "number"]
        constraints = [
            models.UniqueConstraint("cohort", "number", name="requirement_number_once_per_cohort"),
            models.CheckConstraint(
                condition=Q(opens_at=None, due_at=None) | Q(opens_at__lt=F("due_at")),
                name="requirement_opens_before_it_is_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    @property
    def title(self) -> str:
        """In the language in force; in bokmål where nobody has translated it."""
        return in_language(self, "title")

    @property
    def instructions(self) -> str:
        return in_language(self, "instructions")

    @property
    def hand_in(self) -> str:
        return in_language(self, "hand_in")


class TeamRequirementQuerySet(models.QuerySet["TeamRequirement"]):
    def of_teams(self) -> "TeamRequirementQuerySet":
        """What the teams deliver together, without those who deliver on their own."""
        return self.filter(participant=None)

    def visible_to(self, user: User) -> "TeamRequirementQuerySet":
        """A team's own; what one delivers on one's own; everything for the cohort's staff."""
        mine = Participant.objects.of(user).present()
        own = Q(participant=None, team__in=mine.values("team")) | Q(participant__in=mine)
        return self.filter(own | Q(team__cohort__in=Cohort.objects.taught_by(user)))

    def taught_by(self, user: User) -> "TeamRequirementQuerySet":
        return self.filter(team__cohort__in=Cohort.objects.taught_by(user))

    def in_queue(self) -> "TeamRequirementQuerySet":
        """What is delivered and not assessed."""
        return self.filter(state__in=IN_QUEUE)

    def to_deliver(self) -> "TeamRequirementQuerySet":
        """Open for a first delivery, in cohorts that run."""
        return self.filter(state=RequirementState.OPEN, team__cohort__state=CohortState.RUNNING)

    def due_to_open(self, now: datetime) -> "TeamRequirementQuerySet":
        return self.filter(
            state=RequirementState.PLANNED,
            requirement__opens_at__lte=now,
            team__cohort__state=CohortState.RUNNING,
        )

    def with_names(self) -> "TeamRequirementQuerySet":
        return self.select_related(
            "requirement__cohort__intake",
            "team__cohort__intake",
            "team__application__lead",
            "participant__member__user",
            "claimed_by",
        )

    def with_lateness(self) -> "TeamRequirementQuerySet":
        """`is_late`: whether the latest delivery came after its deadline."""
        from assessment.models.deliveries import Delivery

        late = Delivery.objects.filter(work=OuterRef("pk"), attempt=OuterRef("attempt"), is_late=True)
        return self.annotate(is_late=Exists(late))


class TeamRequirement(models.Model):
    """A team's work on one requirement; with a `participant`, that of one who delivers on their own.

    due_at: the deadline of the first delivery, an extension included; a revision's deadlines are those of the
    results. attempt: how many deliveries there are. delivered_at: of the latest. claimed_by: who assesses.
    """

    requirement = models.ForeignKey(WorkRequirement, on_delete=models.PROTECT, related_name="works")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="requirements")
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, null=True, blank=True, related_name="own_requirements"
    )
    state = models.CharField(
        _("state"), max_length=20, choices=RequirementState.choices, default=RequirementState.PLANNED
    )
    due_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(_("attempts"), default=0)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)

    objects = TeamRequirementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["requirement", "team"],
                condition=Q(participant=None),
                name="one_work_per_team_and_requirement",
            ),
            models.UniqueConstraint(
                fields=["requirement", "participant"],
                condition=Q(participant__isnull=False),
                name="one_own_work_per_person_and_requirement",
            ),
            models.CheckConstraint(
                condition=Q(state__in=RequirementState.values), name="requirement_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("planned", "open"), attempt=0, delivered_at=None)
                | Q(
                    state__in=("delivered", "under_assessment", "assessed"),
                    attempt__gte=1,
                    delivered_at__isnull=False,
                ),
                name="delivered_requirement_has_an_attempt",
            ),
            models.CheckConstraint(
                condition=Q(state="under_assessment", claimed_by__isnull=False, claimed_at__isnull=False)
                | (~Q(state="under_assessment") & Q(claimed_by=None, claimed_at=None)),
                name="requirement_under_assessment_has_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="planned") | Q(opened_at__isnull=False),
                name="open_requirement_has_a_moment",
            ),
        ]
        indexes = [models.Index(fields=["state", "delivered_at"])]

    def __str__(self) -> str:
        return f"{self.team} – {self.requirement}"

    @property
    def track(self) -> str:
        """What stands for it in addresses: «team», or the number of the one who delivers on their own."""
        return str(self.participant_id or "team")

    @property
    def is_in_queue(self) -> bool:
        return self.state in IN_QUEUE
