"""What waits while an exam is graded: for examiners their next step, for the staff the orals, for
administrators the publication. No line holds a mark."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.models import Candidate, Exam, Oral, Paper
from assessment.models.exam.progress import UNGRADED, Progress, Step, graded_by, progress_of
from assessment.states import CandidateState, ExamState
from assessment.states.exam import SITTING
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting

TO_DO = {
    Step.GRADING: gettext_lazy("Grade papers of the exam: %(cohort)s"),
    Step.AGREEING: gettext_lazy("Agree on the grade of papers: %(cohort)s"),
    Step.HOLDING: gettext_lazy("Note orals that have begun: %(cohort)s"),
    Step.SETTING: gettext_lazy("Set grades after the oral: %(cohort)s"),
    Step.CONFIRMING: gettext_lazy("Confirm grades that your colleague has set: %(cohort)s"),
}


def exam_grading_waits(user: User, now: datetime) -> list[Waiting]:
    """For examiners one line for each step and exam; for staff the orals to plan and to tell; for course
    administrators the grades to publish. No query for people without a role; at most fifteen and two more for
    each exam that is being graded."""
    if not (has_role(user, Role.INSTRUCTOR) or has_role(user, Role.COURSE_ADMINISTRATOR)):
        return []
    found = [*_to_grade(user, now), *_orals(user)]
    if has_role(user, Role.COURSE_ADMINISTRATOR):
        found += _to_publish()
    return found


def _to_grade(user: User, now: datetime) -> Iterator[Waiting]:
    waiting: dict[tuple[int, Step], list[Progress]] = defaultdict(list)
    own = Paper.objects.graded_by(user).filter(exam__state=ExamState.GRADING)
    for each in progress_of(own.order_by("exam", "team__number")):
        if each.waits_for(user, now):
            waiting[each.paper.exam_id, each.step(now)].append(each)
    due: dict[int, datetime] = {}
    for (pk, step), papers in waiting.items():
        exam = papers[0].paper.exam
        due[pk] = due.get(pk) or graded_by(exam)
        url = reverse("assessment:grading")
        if len(papers) == 1:
            url = reverse("assessment:grading_paper", args=[papers[0].paper.code])
        yield Waiting(
            TO_DO[step] % {"cohort": exam.cohort},
            url,
            count=len(papers),
            due_at=due[pk],
            explanation=_("Within the deadline for the whole grading."),
        )


def _orals(user: User) -> Iterator[Waiting]:
    """Groups without an oral, and orals of which nobody has been told; one query."""
    sitting = Candidate.objects.filter(paper=OuterRef("pk"), state__in=SITTING)
    planned = Oral.objects.filter(paper=OuterRef("pk"), appeal=None)
    without = Paper.objects.filter(Exists(sitting), ~Exists(planned), exam=OuterRef("pk"))
    untold = Oral.objects.filter(paper__exam=OuterRef("pk"), appeal=None, told_at=None, held_at=None)
    rows = Exam.objects.taught_by(user).filter(state__in=(ExamState.LOCKED, ExamState.GRADING))
    asked: QuerySet[Any] = rows.annotate(lacks_oral=Exists(without), lacks_letter=Exists(untold))
    for exam in asked.select_related("cohort__intake").order_by("pk"):
        url = reverse("assessment:orals", args=[exam.cohort.slug, exam.number])
        facts = {"cohort": exam.cohort}
        if exam.lacks_oral:
            yield Waiting(_("Plan the orals: %(cohort)s") % facts, url, since_at=exam.locked_at)
        if exam.lacks_letter:
            yield Waiting(
                _("Tell the groups when their orals are: %(cohort)s") % facts, url, since_at=exam.locked_at
            )


def _to_publish() -> Iterator[Waiting]:
    """Exams in which every grade is confirmed."""
    waits = Q(candidates__state__in=UNGRADED)
    ready = Q(candidates__state=CandidateState.GRADE_SET)
    rows = Exam.objects.filter(state=ExamState.GRADING).with_names()
    counted: QuerySet[Any] = rows.annotate(
        waits=Count("candidates", filter=waits), ready=Count("candidates", filter=ready)
    )
    for exam in counted.filter(waits=0, ready__gt=0).order_by("pk"):
        yield Waiting(
            _("Publish the grades: %(cohort)s") % {"cohort": exam.cohort},
            reverse("assessment:exam_publish", args=[exam.cohort.slug, exam.number]),
            count=exam.ready,
            due_at=graded_by(exam),
            explanation=_("Every grade is confirmed by its examiners."),
        )


QUESTIONS = (exam_grading_waits,)
