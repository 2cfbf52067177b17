"""The guidelines for the examiners, which the staff uploads, and the opening of grading."""

from collections.abc import Mapping
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.views.deeds import Deed, deed_page, says
from assessment.actions.exam import grading_opens as actions
from assessment.forms.exam_paper import GuidelinesForm
from assessment.models import Exam
from assessment.views.exam.access import exam_for_staff
from assessment.views.exam.examiners import exam_for_administrator
from assessment.views.exam.paper_access import exam_for_guidelines, guidelines_for, papers_of
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.models import User


def guidelines(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The guidelines that count, and the earlier ones; no names of examiners, no papers."""
    exam = exam_for_guidelines(request, slug, number)
    return TemplateResponse(
        request,
        "assessment/exam/paper/guidelines.html",
        {"exam": exam, "versions": list(exam.guidelines.all())},
    )


def file(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponseBase:
    found = guidelines_for(request, slug, number, pk)
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.original_name,
        content_type=found.content_type,
    )


def upload(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Upload guidelines; the latest count."""
    exam = exam_for_staff(request, slug, number)
    form = GuidelinesForm(request.POST, request.FILES) if request.method == "POST" else GuidelinesForm()
    if request.method == "POST" and form.is_valid():
        try:
            actions.upload_guidelines(
                exam, form.cleaned_data["uploads"], by=person(request), now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The guidelines are uploaded."))
            return redirect("assessment:examiners", slug, number)
    return TemplateResponse(
        request,
        "assessment/exam/paper/guidelines_upload.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "form": form,
            "versions": list(exam.guidelines.select_related("uploaded_by")),
            "obstacle": actions.obstacle_to_guidelines(exam),
        },
    )


def _obstacle_to_opening(exam: Exam, user: User, now: datetime) -> str:
    papers = list(papers_of(exam))
    found = actions.lacking(exam, papers, actions.against_examiners(papers, now), now)
    return " ".join(found)


OPEN: Mapping[str, Deed[Exam]] = {
    "open": Deed(
        title=gettext_lazy("Open grading"),
        button=gettext_lazy("Open grading"),
        done=gettext_lazy("Grading is open."),
        run=actions.open_grading,
        obstacle=_obstacle_to_opening,
        consequences=says(
            gettext_lazy("Nothing more can be delivered, and the deadlines of papers cannot be changed."),
            gettext_lazy(
                "Each examiner gets one e-mail with the papers to grade and the deadline of grading."
            ),
            gettext_lazy("The candidates get no e-mail; their pages say that they are being graded."),
        ),
        form=forms.Form,
    )
}


def open_grading(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Open grading, or read what is missing."""
    exam = exam_for_administrator(request, slug, number)
    return deed_page(
        request,
        OPEN,
        "open",
        exam,
        template="assessment/exam/paper/examiner_deed.html",
        back=reverse("assessment:examiners", args=[slug, number]),
        context={"cohort": exam.cohort, "exam": exam, "who": exam},
    )
