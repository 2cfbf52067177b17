"""An explanation that waits for the examiners who set the grade."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.actions.exam import explanations as actions
from assessment.forms.exam_redress import ExplanationForm
from assessment.models import Explanation, Grade, OralResult, PaperGrade
from assessment.permissions.redress import explains
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.deadlines.models import Kind
from innoskole.deadlines.rules import deadline, deadline_at


def explanation(request: HttpRequest, pk: int) -> HttpResponse:
    """What is asked for, what its examiners wrote, and the form; 404 for whoever does not explain it."""
    asked = get_object_or_404(Explanation.objects.with_names().select_related("given_by"), pk=pk)
    user = person(request)
    if not explains(user, asked):
        raise Http404
    form = ExplanationForm(request.POST if request.method == "POST" else kept_post(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.give(asked, **form.cleaned_data, by=user, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The explanation is given, and the candidate is told."))
            return redirect("assessment:explanation", pk)
    grade = asked.grade
    is_theirs = Explanation.objects.given_by(user).filter(pk=pk).exists()
    return TemplateResponse(
        request,
        "assessment/exam/redress/explanation.html",
        {
            "asked": asked,
            "grade": grade,
            "candidate": grade.candidate,
            "exam": grade.candidate.exam,
            "due_at": deadline_at(deadline(Kind.EXPLANATION_GIVEN, asked.asked_at).day),
            "form": form if asked.state == "asked" else None,
            **(_written(grade) if is_theirs else {}),
        },
    )


def _written(grade: Grade) -> dict[str, PaperGrade | OralResult | None]:
    """What its examiners wrote when they graded; an administrator who notes their words does not read it."""
    paper, appeal = grade.candidate.paper_id, grade.appeal_id
    results = OralResult.objects.filter(candidate=grade.candidate, oral__appeal=appeal, oral__paper=paper)
    return {
        "paper_grade": PaperGrade.objects.filter(paper=paper, appeal=appeal).first(),
        "result": results.first(),
    }
