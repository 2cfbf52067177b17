"""How far grading has come, without a mark: what staff may know before publication, and what waits for whom.

Nothing here reads a mark, grounds, a note or an adjustment: they are not even fetched.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Case, DateTimeField, Prefetch, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from assessment.models.exam.candidates import Candidate
from assessment.models.exam.exam import Exam
from assessment.models.exam.grades import Grade
from assessment.models.exam.grading import Oral, OralExaminer, PaperGrade
from assessment.models.exam.papers import Appointment, Paper, PaperQuerySet
from assessment.states import CandidateState, ExamState
from assessment.states.exam import SITTING
from innoskole.accounts.models import User
from innoskole.deadlines.models import Kind
from innoskole.deadlines.rules import Deadline, deadline, deadline_at

# States in which a candidate of an exam that is being graded still waits for somebody.
UNGRADED = (
    CandidateState.REGISTERED,
    CandidateState.DELIVERED,
    CandidateState.PAPER_GRADED,
    CandidateState.ORAL_HELD,
)
# Who has a grade of their own coming, or has it.
GRADED = SITTING[1:]


# --- The deadline ----------------------------------------------------------------------------------------


def grading_deadline(exam: Exam) -> Deadline:
    """15 working days from the last day of the exam, by the rule of that day. One query.

    Source: universitets- og høyskoleloven; the rule and its dates stand in innoskole.deadlines. Raises NoRule
    where no rule is valid on that day.
    """
    return deadline(Kind.GRADING, exam.last_day)


def graded_by(exam: Exam) -> datetime:
    return deadline_at(grading_deadline(exam).day)


def with_deadline(rows: "QuerySet[Any]", exam: str, *, name: str = "due_at") -> "QuerySet[Any]":
    """The rows with the last minute of the grading of their exam, as a moment.

    exam: the way from the row to its exam, as «paper__exam»; «pk» of exams themselves. Two queries for each
    sitting that is being graded.
    """
    whens = [
        When(**{exam: each.pk}, then=Value(graded_by(each)))
        for each in Exam.objects.filter(state=ExamState.GRADING).only("pk", "oral_to_on")
    ]
    annotated: QuerySet[Any] = rows.annotate(**{name: Case(*whens, output_field=DateTimeField())})
    return annotated


# --- Papers with their people ----------------------------------------------------------------------------


class Step(models.TextChoices):
    """Where the grading of a paper stands: what is to be done next."""

    UNOPENED = "unopened", _("Grading has not been opened")
    UNDELIVERED = "undelivered", _("Not delivered")
    WITHOUT_CANDIDATES = "empty", _("Nobody to grade")
    GRADING = "grading", _("The examiners grade the paper")
    AGREEING = "agreeing", _("The examiners agree on the grade of the paper")
    PLANNING = "planning", _("The oral is to be planned")
    WAITING = "waiting", _("Waits for the oral")
    HOLDING = "holding", _("The oral is to be noted")
    SETTING = "setting", _("The grades are to be set")
    CONFIRMING = "confirming", _("The grades are to be confirmed")
    READY = "ready", _("Ready to be published")
    PUBLISHED = "published", _("Grades published")


def with_progress(papers: PaperQuerySet) -> PaperQuerySet:
    """The papers with all that `Progress` reads; at most seven queries, however many."""
    users = Appointment.objects.filter(appeal=None).select_related("examiner__user", "grade")
    users = users.defer("grade__mark", "grade__grounds")
    orals = Oral.objects.filter(appeal=None).prefetch_related(
        Prefetch("examiners", OralExaminer.objects.select_related("examiner__user").order_by("pk"))
    )
    people = Candidate.objects.select_related("participant__member__user").order_by("pk")
    return papers.with_names().prefetch_related(
        Prefetch("appointments", users.order_by("place"), to_attr="appointed"),
        Prefetch(
            "grades", PaperGrade.objects.filter(appeal=None).defer("mark", "grounds"), to_attr="agreements"
        ),
        Prefetch("orals", orals, to_attr="ordinary_orals"),
        Prefetch("candidates", people, to_attr="people"),
        Prefetch(
            "people__grades",
            Grade.objects.current().select_related("set_by").defer("mark", "paper_mark", "steps"),
            to_attr="current_grades",
        ),
    )


@dataclass(frozen=True)
class Progress:
    """A paper of `with_progress`, and what is known of it without a mark."""

    paper: Paper

    @property
    def appointed(self) -> Sequence[Appointment]:
        return self.paper.appointed  # type: ignore[attr-defined, no-any-return]

    @property
    def people(self) -> Sequence[Candidate]:
        """Everybody of the paper, also who has been absent."""
        return self.paper.people  # type: ignore[attr-defined, no-any-return]

    @property
    def graded(self) -> Sequence[Candidate]:
        """Those who get a grade."""
        return [each for each in self.people if each.state in GRADED]

    @property
    def agreement(self) -> PaperGrade | None:
        """What is proposed, or agreed, without the mark."""
        return next(iter(self.paper.agreements), None)  # type: ignore[attr-defined]

    @property
    def oral(self) -> Oral | None:
        return next(iter(self.paper.ordinary_orals), None)  # type: ignore[attr-defined]

    @property
    def submitted(self) -> Sequence[Appointment]:
        return [each for each in self.appointed if has_submitted(each)]

    @property
    def is_agreed(self) -> bool:
        return self.agreement is not None and self.agreement.is_agreed

    @property
    def set_by(self) -> User | None:
        """Who has set grades that wait to be confirmed."""
        waiting = (grade for each in self.graded for grade in current(each) if grade.confirmed_at is None)
        return next((grade.set_by for grade in waiting), None)

    def step(self, now: datetime) -> Step:
        if self.paper.exam.state not in (ExamState.GRADING, ExamState.PUBLISHED):
            return Step.UNOPENED
        if self.paper.version == 0:
            return Step.UNDELIVERED
        states = {each.state for each in self.graded}
        if not states:
            return Step.WITHOUT_CANDIDATES
        if states <= {CandidateState.PUBLISHED, CandidateState.FINAL}:
            return Step.PUBLISHED
        if states <= {CandidateState.GRADE_SET, CandidateState.PUBLISHED, CandidateState.FINAL}:
            return Step.READY
        if CandidateState.DELIVERED in states:
            is_complete = len(self.submitted) == len(self.appointed) >= examiners_needed(self.paper.exam)
            return Step.AGREEING if is_complete else Step.GRADING
        if CandidateState.PAPER_GRADED in states:
            if self.oral is None:
                return Step.PLANNING
            return Step.WAITING if self.oral.starts_at > now else Step.HOLDING
        return Step.CONFIRMING if self.set_by else Step.SETTING

    def waits_for(self, user: User, now: datetime) -> bool:
        """Whether the next step is this examiner's."""
        own = next((each for each in self.appointed if each.examiner.user_id == user.pk), None)
        if own is None:
            return False
        match self.step(now):
            case Step.GRADING:
                return not has_submitted(own)
            case Step.AGREEING:
                agreement = self.agreement
                return agreement is None or agreement.proposed_by_id != user.pk
            case Step.CONFIRMING:
                return self.set_by != user
            case step:
                return step in (Step.HOLDING, Step.SETTING)


def examiners_needed(exam: Exam) -> int:
    return 2 if exam.two_examiners else 1


def has_submitted(appointment: Appointment) -> bool:
    """Whether the examiner has submitted a provisional grade. Reads `grade`."""
    given = getattr(appointment, "grade", None)
    return given is not None and given.submitted_at is not None


def current(candidate: Candidate) -> Sequence[Grade]:
    """The latest version of a candidate of `with_progress`, without the mark; one or none."""
    return candidate.current_grades  # type: ignore[attr-defined, no-any-return]


def progress_of(papers: PaperQuerySet) -> list[Progress]:
    return [Progress(paper) for paper in with_progress(papers)]


def count_steps(rows: Iterable[Progress], now: datetime) -> dict[Step, int]:
    """How many papers stand at each step, in the order of the steps; those with none are left out."""
    found = [row.step(now) for row in rows]
    return {step: found.count(step) for step in Step if step in found}
