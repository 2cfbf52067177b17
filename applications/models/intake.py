"""An intake: one round of applications with its rules, which freeze when it opens."""

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.states import IntakeState
from innoskole.deadlines import reckoning
from innoskole.deadlines.rules import deadline_at
from innoskole.municipalities.regions import Division
from innoskole.municipalities.sizes import SizeBounds

if TYPE_CHECKING:
    from applications.models.offer import LateFilling


class Season(models.TextChoices):
    SPRING = "spring", _("Spring")
    AUTUMN = "autumn", _("Autumn")


class IntakeQuerySet(models.QuerySet["Intake"]):
    def public(self) -> "IntakeQuerySet":
        return self.exclude(state=IntakeState.PLANNED)

    def accepting(self, now: datetime) -> "IntakeQuerySet":
        return self.filter(state=IntakeState.OPEN, opens_at__lte=now, closes_at__gte=now)

    def past_deadline(self, now: datetime) -> "IntakeQuerySet":
        return self.filter(state=IntakeState.OPEN, closes_at__lt=now)

    def newest_first(self) -> "IntakeQuerySet":
        return self.order_by("-opens_at", "-pk")


class Intake(models.Model):
    slug = models.SlugField(_("address"), unique=True)
    season = models.CharField(_("semester"), max_length=10, choices=Season.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    state = models.CharField(
        _("state"), max_length=12, choices=IntakeState.choices, default=IntakeState.PLANNED
    )

    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/Oslo")
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("application deadline"))
    objections_close_at = models.DateTimeField(
        _("deadline for objections to eligibility"),
        help_text=_("The list of applicants is frozen after this moment."),
    )
    response_days = models.PositiveSmallIntegerField(_("days to answer an offer"), default=14)

    capacity = models.PositiveSmallIntegerField(_("places"), validators=[MinValueValidator(1)])
    team_min = models.PositiveSmallIntegerField(_("fewest people in a team"), default=3)
    team_max = models.PositiveSmallIntegerField(_("most people in a team"), default=4)
    sectors_min = models.PositiveSmallIntegerField(_("fewest sectors"), default=2)
    division = models.CharField(
        _("region division"), max_length=10, choices=Division.choices, default=Division.LANDSDEL
    )
    small_below = models.PositiveIntegerField(_("small municipality: fewer inhabitants than"), default=5_000)
    large_from = models.PositiveIntegerField(_("large municipality: inhabitants from"), default=20_000)
    population_on = models.DateField(_("population figures as of"))
    register_on = models.DateField(_("municipalities as of"))
    individual_needs_two = models.BooleanField(
        _("individual assessments are approved by a second person"), default=True
    )

    about_nb = models.TextField(_("about the intake (bokmål)"), blank=True)
    about_nn = models.TextField(_("about the intake (nynorsk)"), blank=True)
    about_en = models.TextField(_("about the intake (English)"), blank=True)

    copied_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="copies"
    )
    last_number = models.PositiveIntegerField(default=0, editable=False)
    trial_draws = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    # Written by the cohort, which knows its sessions: until then the municipalities may change their teams.
    course_begins_at = models.DateTimeField(_("first session begins"), null=True, blank=True)
    waiting_list_closed_at = models.DateTimeField(_("waiting list closed"), null=True, blank=True)
    waiting_list_closed_reason = models.TextField(_("why the waiting list is closed"), blank=True)

    objects = IntakeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")), name="intake_opens_before_it_closes"
            ),
            models.CheckConstraint(
                condition=Q(objections_close_at__gte=F("closes_at")), name="intake_objections_after_closing"
            ),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="intake_has_places"),
            models.CheckConstraint(
                condition=Q(team_min__gte=1, team_max__gte=F("team_min")), name="intake_team_bounds_in_order"
            ),
            models.CheckConstraint(
                condition=Q(small_below__lt=F("large_from")), name="intake_size_bounds_in_order"
            ),
            models.CheckConstraint(
                condition=Q(waiting_list_closed_at__isnull=True) | ~Q(waiting_list_closed_reason=""),
                name="closed_waiting_list_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        name = _("Spring %(year)s") if self.season == Season.SPRING else _("Autumn %(year)s")
        return name % {"year": self.year}

    def get_absolute_url(self) -> str:
        return reverse("applications:intake", args=[self.slug])

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def size_bounds(self) -> SizeBounds:
        return SizeBounds(self.small_below, self.large_from)

    def accepts_at(self, now: datetime) -> bool:
        """Whether an application may be started, changed or submitted at `now`, before the draw."""
        return self.state == IntakeState.OPEN and self.opens_at <= now <= self.closes_at

    def late_filling_at(self, now: datetime) -> "LateFilling | None":
        """The filling of free places in which a late application may be started at `now`."""
        if self.state != IntakeState.PUBLISHED:
            return None
        return self.late_fillings.filter(
            closed_at__isnull=True, opened_at__lte=now, closes_at__gte=now
        ).first()

    def answer_due(self, sent: datetime) -> datetime:
        """Until when an offer sent at a moment stands: the end of the last day, which is a working day."""
        last = reckoning.days_after(sent.astimezone(self.zone).date(), self.response_days)
        return deadline_at(reckoning.next_working_day(last), self.zone)

    def about(self, language: str) -> str:
        return {"nb": self.about_nb, "nn": self.about_nn, "en": self.about_en}[language] or self.about_nb


class Dimension(models.TextChoices):
    REGION = "region", _("Region")
    SIZE = "size", _("Size class")


class Quota(models.Model):
    """Minimum and maximum number of places for one region or one size class of an intake.

    No row means the default policy: at least 1 wherever there is an applicant, at most all places.
    """

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="quotas")
    dimension = models.CharField(_("dimension"), max_length=6, choices=Dimension.choices)
    code = models.CharField(_("group"), max_length=4)
    minimum = models.PositiveSmallIntegerField(_("fewest places"), default=1)
    maximum = models.PositiveSmallIntegerField(_("most places"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["intake", "dimension", "code"], name="one_quota_per_group"),
            models.CheckConstraint(
                condition=Q(maximum__isnull=True) | Q(maximum__gte=F("minimum")), name="quota_bounds_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dimension} {self.code}: {self.minimum}–{self.maximum}"
