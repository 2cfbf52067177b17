"""The orals of a sitting for the staff of its cohort: a proposal for all, one by hand, and who is told."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.views.deeds import Deed, Deeds, deed_page, says
from assessment.actions.exam import orals as actions
from assessment.forms.exam_grading import FrameForm, PlaceForm, SeenForm
from assessment.models import Exam, Oral, Paper
from assessment.models.exam.orals import (
    days_of,
    examiners_of,
    orals_of,
    proposal,
    unplanned,
    untold,
    with_people,
)
from assessment.states import ExamState
from assessment.views.exam.access import exam_for_staff
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post

PLANS = (ExamState.LOCKED, ExamState.GRADING)


def orals(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """When and where each group is heard, who lacks an oral, and who does not know yet."""
    exam = exam_for_staff(request, slug, number)
    found = list(orals_of(exam))
    return TemplateResponse(
        request,
        "assessment/exam/grading/orals.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "orals": found,
            "missing": list(unplanned(exam)) if exam.state in PLANS else [],
            "untold": sum(each.told_at is None and each.held_at is None for each in found),
            "may_plan": exam.state in PLANS,
        },
    )


def plan(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Propose an oral for each group without one (GET with a frame), and plan them as proposed (POST)."""
    exam, now = exam_for_staff(request, slug, number), timezone.now()
    asked = request.GET if request.GET else None
    form = FrameForm(asked)
    proposed = None
    if asked is not None and form.is_valid():
        proposed = proposal(exam, form.frame(), now)
    if request.method == "POST":
        seen = SeenForm(request.POST)
        if proposed is not None and seen.is_valid():
            try:
                count = actions.plan_all(
                    exam, form.frame(), seen=seen.cleaned_data["seen"], by=person(request), now=now
                )
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                said = ngettext(
                    "%(count)s oral is planned. Nobody has been told yet.",
                    "%(count)s orals are planned. Nobody has been told yet.",
                    count,
                )
                messages.success(request, said % {"count": count})
                return redirect("assessment:orals", slug, number)
    return TemplateResponse(
        request,
        "assessment/exam/grading/orals_plan.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "form": form,
            "proposed": proposed,
            "days": days_of(exam),
            "may_plan": exam.state in PLANS,
        },
    )


def place(request: HttpRequest, slug: str, number: int, code: str) -> HttpResponse:
    """Plan one group's oral by hand, or move it."""
    exam = exam_for_staff(request, slug, number)
    paper = get_object_or_404(Paper.objects.filter(exam=exam).with_names(), code=code)
    oral = with_people(Oral.objects.filter(paper=paper, appeal=None)).first()
    initial: dict[str, Any] = {"seen": actions.said(oral)}
    if oral is not None:
        minutes = int((oral.ends_at - oral.starts_at).total_seconds() // 60)
        initial |= {"room": oral.room, "starts_at": timezone.localtime(oral.starts_at), "minutes": minutes}
    form = PlaceForm(request.POST if request.method == "POST" else kept_post(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.place(paper, by=person(request), now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The oral is planned."))
            return redirect("assessment:orals", slug, number)
    return TemplateResponse(
        request,
        "assessment/exam/grading/oral_place.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "paper": paper,
            "oral": oral,
            "examiners": examiners_of(paper),
            "form": form,
            "may_plan": exam.state in PLANS and (oral is None or oral.held_at is None),
        },
    )


CALL_OFF: Deeds[Oral] = {
    "call-off": Deed(
        title=gettext_lazy("Call the oral off"),
        button=gettext_lazy("Call the oral off"),
        done=gettext_lazy("The oral is called off."),
        run=actions.call_off,
        obstacle=lambda oral, user, now: _("The oral has been held.") if oral.held_at else "",
        consequences=says(
            gettext_lazy(
                "If the group has been told of it, the group and the examiners get an e-mail with the reason."
            ),
            gettext_lazy("It goes out of their calendars, and the group must get a new oral."),
        ),
        color="danger",
    ),
}


def call_off(request: HttpRequest, slug: str, number: int, code: str) -> HttpResponse:
    exam = exam_for_staff(request, slug, number)
    found = with_people(Oral.objects.filter(paper__exam=exam, appeal=None))
    oral = get_object_or_404(found, paper__code=code)
    return deed_page(
        request,
        CALL_OFF,
        "call-off",
        oral,
        template="assessment/exam/grading/staff_deed.html",
        back=reverse("assessment:orals", args=[slug, number]),
        context={"cohort": exam.cohort, "exam": exam, "oral": oral},
    )


TELL: Deeds[Exam] = {
    "tell": Deed(
        title=gettext_lazy("Tell the groups when their orals are"),
        button=gettext_lazy("Send the e-mails"),
        done=gettext_lazy("The groups and the examiners are told."),
        run=actions.tell,
        obstacle=lambda exam, user, now: (
            "" if untold(exam).exists() else _("Every group that has an oral has been told of it.")
        ),
        consequences=says(
            gettext_lazy("Everybody who sits the exam in these groups gets an e-mail with time and place."),
            gettext_lazy("Their examiners get one as well, one for each oral."),
            gettext_lazy("The orals stand in the calendars that they have subscribed to."),
            gettext_lazy("If you move an oral later, they get a new e-mail at once."),
        ),
        form=forms.Form,
    ),
}


def tell(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    exam = exam_for_staff(request, slug, number)
    return deed_page(
        request,
        TELL,
        "tell",
        exam,
        template="assessment/exam/grading/staff_deed.html",
        back=reverse("assessment:orals", args=[slug, number]),
        context={"cohort": exam.cohort, "exam": exam, "orals": untold(exam)},
    )
