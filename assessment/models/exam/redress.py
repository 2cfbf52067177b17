"""What may follow a grade: an explanation, and an appeal.

Source: universitets- og høyskoleloven on explanation of and appeal against grades; how long each takes stands
in the dated rules of innoskole.deadlines (explanation_request, grade_appeal).
"""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from assessment.models.exam.candidates import Candidate
from assessment.models.exam.grades import Grade
from assessment.models.exam.papers import Appointment
from assessment.states import ExplanationState, GradeAppealState
from assessment.states.exam import UNDECIDED, WITHDRAWABLE
from cohorts.models import Cohort
from innoskole.accounts.models import User


class ExplanationQuerySet(models.QuerySet["Explanation"]):
    def of(self, user: User) -> "ExplanationQuerySet":
        return self.filter(grade__candidate__participant__member__user=user)

    def waiting(self) -> "ExplanationQuerySet":
        return self.filter(state=ExplanationState.ASKED)

    def given_by(self, user: User) -> "ExplanationQuerySet":
        """Of the grades that the person has set with a colleague, and so explains."""
        own = Appointment.objects.filter(paper=OuterRef("grade__candidate__paper"), examiner__user=user)
        ordinary = Q(Exists(own.filter(appeal=None)), grade__appeal=None)
        return self.filter(ordinary | Q(Exists(own.filter(appeal=OuterRef("grade__appeal")))))

    def with_names(self) -> "ExplanationQuerySet":
        return self.select_related(
            "grade__candidate__exam__cohort__intake",
            "grade__candidate__paper__team__application__lead",
            "grade__candidate__participant__member__user",
        )


class Explanation(models.Model):
    """Asked for by one candidate about one grade, given by an examiner.

    While it waits, the clock of the appeal stands still; it starts anew on the day it is given. of_oral:
    asked at once about the oral, given by word of mouth and noted.
    """

    grade = models.OneToOneField(Grade, on_delete=models.PROTECT, related_name="explanation")
    state = models.CharField(
        _("state"), max_length=10, choices=ExplanationState.choices, default=ExplanationState.ASKED
    )
    of_oral = models.BooleanField(_("about the oral"), default=False)
    asked_at = models.DateTimeField(_("asked for"))
    words = models.TextField(_("explanation"), blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    given_at = models.DateTimeField(_("given"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = ExplanationQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ExplanationState.values), name="explanation_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="given")
                | Q(given_at__isnull=False, given_by__isnull=False) & ~Q(words=""),
                name="given_explanation_says_something",
            ),
        ]

    def __str__(self) -> str:
        return str(self.grade)


class GradeAppealQuerySet(models.QuerySet["GradeAppeal"]):
    def of(self, user: User) -> "GradeAppealQuerySet":
        own = AppealCandidate.objects.filter(candidate__participant__member__user=user)
        return self.filter(pk__in=own.values("appeal"))

    def undecided(self) -> "GradeAppealQuerySet":
        return self.filter(state__in=UNDECIDED)

    def joinable_by(self, candidate: Candidate) -> "GradeAppealQuerySet":
        """What others of the candidate's group have sent for whoever joins, in time and not graded yet."""
        return self.filter(
            is_joint=True,
            state__in=WITHDRAWABLE,
            received_at__lte=F("due_at"),
            pk__in=AppealCandidate.objects.standing()
            .filter(candidate__paper=candidate.paper_id, candidate__paper__isnull=False)
            .exclude(candidate=candidate)
            .values("appeal"),
        )

    def taught_by(self, user: User) -> "GradeAppealQuerySet":
        """Of the cohorts that the person teaches, but those that they grade anew, and so know nothing of."""
        mine = self.filter(exam__cohort__in=Cohort.objects.taught_by(user))
        return mine.exclude(appointments__examiner__user=user)

    def regraded_by(self, user: User) -> "GradeAppealQuerySet":
        """Those after which the person grades the paper anew."""
        return self.filter(pk__in=Appointment.objects.filter(examiner__user=user).values("appeal"))

    def with_names(self) -> "GradeAppealQuerySet":
        return self.select_related("exam__cohort__intake", "sent_by")


class GradeAppeal(models.Model):
    """An appeal against the grade of a paper, or for a formal fault; of one candidate, or of those of a group
    who have each joined it.

    due_at: until when it could be sent, by the rule of the day (for the record). deciding_words: why a
    formal fault was or was not found, why it was dismissed. Formal faults are apart: they are no matter
    of new examiners until the school has found one.
    """

    class Kind(models.TextChoices):
        GRADE = "grade", _("The grade")
        FORMAL_FAULT = "formal", _("A formal fault")

    class Outcome(models.TextChoices):
        CHANGED = "changed", _("The grade was changed")
        KEPT = "kept", _("The grade stands")
        FAULT_FOUND = "fault", _("A formal fault was found")
        NO_FAULT = "no_fault", _("No formal fault was found")

    exam = models.ForeignKey("assessment.Exam", on_delete=models.PROTECT, related_name="appeals")
    kind = models.CharField(_("against"), max_length=6, choices=Kind.choices, default=Kind.GRADE)
    state = models.CharField(
        _("state"), max_length=16, choices=GradeAppealState.choices, default=GradeAppealState.RECEIVED
    )
    is_joint = models.BooleanField(_("of the group together"), default=False)
    words = models.TextField(_("reason"), blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(_("received"))
    due_at = models.DateTimeField(_("could be sent until"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, blank=True)
    deciding_words = models.TextField(_("grounds"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("decided, dismissed or withdrawn"), null=True, blank=True)

    objects = GradeAppealQuerySet.as_manager()

    class Meta:
        ordering = ["received_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=GradeAppealState.values), name="grade_appeal_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="decided") & ~Q(outcome="") | ~Q(state="decided") & Q(outcome=""),
                name="decided_grade_appeal_has_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNDECIDED, ended_at=None)
                | ~Q(state__in=UNDECIDED) & Q(ended_at__isnull=False),
                name="ended_grade_appeal_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exam_id}/{self.pk}"

    @property
    def is_late(self) -> bool:
        """It came after the last day; only a person dismisses it, or takes it up all the same."""
        return self.received_at > self.due_at

    @property
    def is_open(self) -> bool:
        return self.state in UNDECIDED

    @property
    def told_state(self) -> str:
        """How far it has come, for those who wait: a further assessment would tell of a difference."""
        if self.state == GradeAppealState.THIRD_ASSESSMENT:
            return str(GradeAppealState.REGRADING.label)
        return str(self.get_state_display())


class AppealCandidateQuerySet(models.QuerySet["AppealCandidate"]):
    def standing(self) -> "AppealCandidateQuerySet":
        """Those who have not left: whom the answer is for."""
        return self.filter(left_at=None)


class AppealCandidate(models.Model):
    """A candidate who appeals, each by an act of their own, and the grade that it is against.

    joined_at: when the candidate sent it, or joined what somebody of the group had sent. left_at: when the
    candidate withdrew alone. is_open: until the appeal has ended, or the candidate has left it; a candidate
    has one open appeal of each kind at a time.
    """

    appeal = models.ForeignKey(GradeAppeal, on_delete=models.PROTECT, related_name="candidates")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="appeals")
    grade = models.ForeignKey(Grade, on_delete=models.PROTECT, related_name="appealed_in")
    kind = models.CharField(max_length=6, choices=GradeAppeal.Kind.choices)
    joined_at = models.DateTimeField(_("appealed"))
    left_at = models.DateTimeField(_("withdrew"), null=True, blank=True)
    is_open = models.BooleanField(default=True)

    objects = AppealCandidateQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["appeal", "candidate"],
                condition=Q(left_at=None),
                name="a_candidate_once_per_appeal",
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(is_open=False), name="who_has_left_an_appeal_is_out_of_it"
            ),
            models.UniqueConstraint(
                fields=["candidate", "kind"],
                condition=Q(is_open=True),
                name="one_open_appeal_per_candidate_and_kind",
            ),
        ]

    def __str__(self) -> str:
        return str(self.candidate)

    @property
    def ended_at(self) -> datetime | None:
        """When it ended for this candidate; None while it waits. Reads `appeal`."""
        return self.left_at or self.appeal.ended_at

    @property
    def state(self) -> str:
        """How far it has come for this candidate."""
        return GradeAppealState.WITHDRAWN if self.left_at else self.appeal.state

    @property
    def told_state(self) -> str:
        return str(GradeAppealState.WITHDRAWN.label) if self.left_at else self.appeal.told_state
