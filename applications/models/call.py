"""The internal call: a link for colleagues, and the list of those who are interested."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from applications.models.team import EducationLevel, RoleType, Sector, TeamMember
from applications.states import InterestState, State

# How long we keep what is stored about somebody who was not chosen, and within which time after the call
# everybody has had an answer. The colleagues' page promises both; source: docs/privacy/applications.yaml.
KEPT_AFTER_ANSWER = timedelta(days=30)
ANSWERED_WITHIN = timedelta(days=180)

# The application leads to no team any more: nobody can sign up or be chosen.
OVER = (State.REJECTED, State.DECLINED, State.WITHDRAWN, State.NOT_SUBMITTED)
# While the team is put together, and when a place is won and reserves are needed.
LOOKS_FOR_PEOPLE = (State.DRAFT, State.ADMITTED, State.ENROLLED)


class InternalCall(models.Model):
    """Source: seed B, «åpen invitasjonsprosess, der nærmere 10 ansatte meldte sin interesse»."""

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="call")
    token = models.UUIDField(default=uuid4, unique=True, editable=False)
    text = models.TextField(_("to your colleagues"))
    closes_at = models.DateTimeField(_("deadline for signing up"))
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.application_id}"

    def accepts_at(self, now: datetime) -> bool:
        """Whether colleagues may sign up at `now`."""
        return self.closed_at is None and now <= self.closes_at and self.application.state not in OVER


class InterestQuerySet(models.QuerySet["Interest"]):
    def undecided(self) -> "InterestQuerySet":
        return self.filter(state=InterestState.INTERESTED)

    def unanswered(self, now: datetime) -> "InterestQuerySet":
        """Those who must be told now: their application is over, or nobody has decided for half a year."""
        limit = now - ANSWERED_WITHIN
        return self.undecided().filter(
            Q(call__application__state__in=OVER) | Q(call__closes_at__lt=limit) | Q(call__closed_at__lt=limit)
        )

    def to_delete(self, now: datetime) -> "InterestQuerySet":
        """Those whose time is up, and those of chosen people who are no longer in any team."""
        left = Q(state__in=(InterestState.NOMINATED, InterestState.RESERVE), member__isnull=True)
        return self.filter(Q(delete_at__lte=now) | left)


class Interest(models.Model):
    """An employee who would like to take part; deleted on schedule when not chosen."""

    call = models.ForeignKey(InternalCall, on_delete=models.CASCADE, related_name="interests")
    state = models.CharField(
        _("state"), max_length=10, choices=InterestState.choices, default=InterestState.INTERESTED
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"))
    position = models.CharField(_("position"), max_length=120)
    unit = models.CharField(_("unit"), max_length=120)
    sector = models.CharField(_("sector"), max_length=20, choices=Sector.choices)
    role_type = models.CharField(_("type of role"), max_length=20, choices=RoleType.choices)
    education = models.CharField(_("highest education"), max_length=20, choices=EducationLevel.choices)
    education_details = models.CharField(
        _("degree or courses, institution and year"), max_length=300, blank=True
    )
    experience_years = models.PositiveSmallIntegerField(_("years of relevant work experience"), default=0)
    experience_details = models.TextField(_("relevant work experience"), blank=True)
    motivation = models.TextField(_("why you would like to take part"), blank=True)
    signed_up_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    delete_at = models.DateTimeField(_("deleted after"), null=True, blank=True)
    member = models.OneToOneField(
        TeamMember, on_delete=models.SET_NULL, null=True, blank=True, related_name="interest"
    )

    objects = InterestQuerySet.as_manager()

    class Meta:
        ordering = ["signed_up_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["call", "email"], name="an_address_once_per_call"),
            models.CheckConstraint(
                condition=Q(experience_years__lte=70), name="interest_experience_within_a_life"
            ),
        ]
        indexes = [models.Index(fields=["delete_at"])]

    def __str__(self) -> str:
        return self.name
