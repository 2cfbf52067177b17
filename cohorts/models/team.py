"""A team in its cohort, and the people who take part in it."""

from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from applications.models import Application, TeamMember
from applications.models.semester_fees import STUDENT_BASES
from applications.states import BEGUN
from cohorts.models.cohort import Cohort
from innoskole.accounts.models import User


class TeamQuerySet(models.QuerySet["Team"]):
    def taught_by(self, user: User) -> "TeamQuerySet":
        """Those of the cohorts that the person teaches; all for a course administrator."""
        return self.filter(cohort__in=Cohort.objects.taught_by(user))

    def of(self, user: User) -> "TeamQuerySet":
        """Those in which the person takes part now, or has completed."""
        return self.filter(pk__in=Participant.objects.of(user).present().values("team"))

    def visible_to(self, user: User) -> "TeamQuerySet":
        """What stands in a team's room is for the team and for the cohort's staff."""
        own = Q(pk__in=Participant.objects.of(user).present().values("team"))
        return self.filter(Q(cohort__in=Cohort.objects.taught_by(user)) | own)

    def with_names(self) -> "TeamQuerySet":
        """Reads with the team what its name and its pages need."""
        return self.select_related("cohort__intake", "application__lead")

    def in_order(self) -> "TeamQuerySet":
        return self.order_by("number", "pk")


class Team(models.Model):
    """An enrolled application in its cohort. Its people, problem and municipalities stay where they were."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="teams")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="cohort_team")
    number = models.PositiveSmallIntegerField(_("number"))
    formed_at = models.DateTimeField()

    objects = TeamQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("cohort", "number", name="team_number_once_per_cohort")]

    def __str__(self) -> str:
        return str(self.application.lead)

    @property
    def reference(self) -> str:
        """What the team goes by in addresses: the application's reference number."""
        return self.application.reference


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def of(self, user: User) -> "ParticipantQuerySet":
        """A person's own."""
        return self.filter(member__user=user)

    def present(self) -> "ParticipantQuerySet":
        """Those who take part now, or have completed."""
        return self.filter(member__participation__in=BEGUN)

    def on(self, day: date) -> "ParticipantQuerySet":
        """Those who took part on a day: late joiners from their first, leavers until their last."""
        return self.filter(Q(left_on=None) | Q(left_on__gte=day), began_on__lte=day)

    def students(self) -> "ParticipantQuerySet":
        """Those who may sit the exam; the others are course participants."""
        return self.filter(member__basis__in=STUDENT_BASES)

    def visible_to(self, user: User) -> "ParticipantQuerySet":
        """Oneself, and those of the cohorts that one teaches."""
        return self.filter(Q(member__user=user) | Q(team__cohort__in=Cohort.objects.taught_by(user)))

    def with_names(self) -> "ParticipantQuerySet":
        return self.select_related("member__user", "team__cohort__intake", "team__application__lead")

    def in_order(self) -> "ParticipantQuerySet":
        """By team, then those who came first first."""
        return self.order_by("team__number", "began_on", "pk")


class Participant(models.Model):
    """A person of a team from the day on which the course begins for them: the anchor of all that they do.

    Made when the cohort begins, for a late joiner when they have confirmed. Who leaves keeps the row: what
    was attended, delivered and assessed stays theirs.
    """

    member = models.OneToOneField(TeamMember, on_delete=models.PROTECT, related_name="participant")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="participants")
    began_on = models.DateField(_("takes part from"))
    left_on = models.DateField(_("took part until"), null=True, blank=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=models.F("began_on")),
                name="participant_leaves_after_beginning",
            ),
        ]

    def __str__(self) -> str:
        return self.member.name

    @property
    def is_student(self) -> bool:
        """Whether the person may sit the exam; a course participant gets a certificate instead."""
        return self.member.basis in STUDENT_BASES

    @property
    def is_present(self) -> bool:
        return self.member.participation in BEGUN


def takes_part() -> Exists:
    """Of an account: whether the person takes part in a course now, or has completed one."""
    return Exists(Participant.objects.filter(member__user=OuterRef("pk")).present())
