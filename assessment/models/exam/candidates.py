"""Who sits an exam: one row per person and sitting, with the evidence of the moment of locking."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessment.models.exam.exam import Exam
from assessment.models.exam.papers import Paper
from assessment.states import CandidateState
from assessment.states.exam import SITTING, SPENT
from cohorts.models import Cohort, Participant
from innoskole.accounts.models import User


class CandidateQuerySet(models.QuerySet["Candidate"]):
    def of(self, user: User) -> "CandidateQuerySet":
        """A person's own."""
        return self.filter(participant__member__user=user)

    def taught_by(self, user: User) -> "CandidateQuerySet":
        return self.filter(exam__cohort__in=Cohort.objects.taught_by(user))

    def sitting(self) -> "CandidateQuerySet":
        """Those who sit the exam: registered, and neither withdrawn nor absent."""
        return self.filter(state__in=SITTING)

    def spent(self) -> "CandidateQuerySet":
        """Those whose attempt counts."""
        return self.filter(state__in=SPENT)

    def with_names(self) -> "CandidateQuerySet":
        return self.select_related(
            "exam__cohort__intake", "participant__member__user", "participant__team__application__lead"
        )

    def in_order(self) -> "CandidateQuerySet":
        return self.order_by("participant__team__number", "participant__began_on", "pk")


class Candidate(models.Model):
    """A participant in a sitting. Who neither registers nor opts out has no row.

    attempt: 1 for the first; counted when the list is locked. evidence: the conditions of that moment, as
    [{"key", "label" (English), "is_met", "says", "language" (of what it says)}]. has_exception:
    registered by the school with a reason although something was missing.
    """

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="candidates")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="candidacies")
    state = models.CharField(_("state"), max_length=14, choices=CandidateState.choices)
    paper = models.ForeignKey(
        Paper, on_delete=models.PROTECT, null=True, blank=True, related_name="candidates"
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"), null=True, blank=True)
    registered_at = models.DateTimeField(_("registered"), null=True, blank=True)
    ended_at = models.DateTimeField(_("deregistered, opted out or absent"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    evidence = models.JSONField(_("evidence when the list was locked"), default=list, blank=True)
    evidence_digest = models.CharField(max_length=64, blank=True)
    has_exception = models.BooleanField(_("registered by exception"), default=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = CandidateQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("exam", "participant", name="candidate_once_per_exam"),
            models.CheckConstraint(
                condition=Q(state__in=CandidateState.values), name="candidate_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(has_exception=False) | ~Q(reason=""), name="exception_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(attempt=None) | Q(attempt__gte=1), name="attempts_count_from_one"
            ),
            models.CheckConstraint(
                condition=Q(registered_at=None) | Q(ended_at=None) | Q(ended_at__gte=F("registered_at")),
                name="candidacy_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return str(self.participant)

    @property
    def is_sitting(self) -> bool:
        return self.state in SITTING
