"""How far grading has come, the publication of all grades at once, and the grades afterwards; for the staff.

Before publication nothing here holds a mark.
"""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import ngettext

from assessment.actions.exam import publishing as actions
from assessment.forms.exam_grading import SeenForm
from assessment.models import Candidate, Grade, Paper
from assessment.models.exam.progress import (
    UNGRADED,
    Progress,
    count_steps,
    grading_deadline,
    has_submitted,
    progress_of,
)
from assessment.states import CandidateState, ExamState
from assessment.views.exam.access import exam_for_staff
from assessment.views.exam.grading import COLORS
from cohorts.permissions import administers
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.deadlines.rules import deadline_at, explain


def progress(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Each group's paper and where its grading stands: how far, and never what."""
    exam, now = exam_for_staff(request, slug, number), timezone.now()
    rows = progress_of(Paper.objects.filter(exam=exam))
    due = grading_deadline(exam)
    return TemplateResponse(
        request,
        "assessment/exam/grading/progress.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "rows": [
                (row, row.step(now), COLORS.get(row.step(now), "info"), _examiners(row)) for row in rows
            ],
            "steps": [
                {"label": step.label, "value": count} for step, count in count_steps(rows, now).items()
            ],
            "graded": sum(
                each.state in (CandidateState.GRADE_SET, CandidateState.PUBLISHED, CandidateState.FINAL)
                for row in rows
                for each in row.people
            ),
            "candidates": sum(len(row.graded) for row in rows),
            "due_at": deadline_at(due.day),
            "why_due": explain(due),
            "is_late": exam.state == ExamState.GRADING and now > deadline_at(due.day),
            "may_publish": administers(person(request)) and exam.state == ExamState.GRADING,
            "waiting": any(each.state in UNGRADED for row in rows for each in row.people),
        },
    )


def _examiners(row: Progress) -> list[tuple[str, bool]]:
    return [(str(each.examiner), has_submitted(each)) for each in row.appointed]


@administrator_required
def publish(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The second look: who gets a grade and who gets none, without a mark; then all are told at once."""
    exam, now = exam_for_staff(request, slug, number), timezone.now()
    if request.method == "POST":
        form = SeenForm(request.POST)
        if form.is_valid():
            try:
                count = actions.publish(exam, by=person(request), now=now, **form.cleaned_data)
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                said = ngettext(
                    "The grades are published. %(count)s candidate gets an e-mail.",
                    "The grades are published. %(count)s candidates get an e-mail each.",
                    count,
                )
                messages.success(request, said % {"count": count})
        return redirect("assessment:exam_progress", slug, number)
    found = actions.preview(exam)
    explanation, appeal = actions.periods(now)
    return TemplateResponse(
        request,
        "assessment/exam/grading/publish.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "found": found,
            "obstacle": actions.obstacle(exam, found),
            "form": SeenForm(initial={"seen": found.seen}),
            "explanation_at": deadline_at(explanation.day),
            "appeal_at": deadline_at(appeal.day),
        },
    )


def grades(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The published grades of the sitting with their history; before publication there are none to see."""
    exam = exam_for_staff(request, slug, number)
    told = Grade.objects.seen_by_staff(person(request)).order_by("-version")
    people = Candidate.objects.filter(exam=exam, pk__in=told.order_by().values("candidate"))
    shown = Prefetch("grades", told.select_related("appeal"), to_attr="told")
    rows = people.with_names().in_order().prefetch_related(shown)
    return TemplateResponse(
        request,
        "assessment/exam/grading/grades.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "rows": rows if exam.is_published else [],
            "administers": administers(person(request)),
        },
    )
