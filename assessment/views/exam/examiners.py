"""Examiners of a sitting: who they are, what they grade, and what is missing before grading opens."""

from collections import Counter
from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.views.deeds import Deed, deed_page, says
from assessment.actions.exam import examiners as actions
from assessment.actions.exam import grading_opens
from assessment.forms.exam_paper import AppointForm, ConflictForm, ExaminerForm, ProposalForm
from assessment.models import ConflictOfInterest, Exam, Examiner
from assessment.models.exam.conflicts import conflicts
from assessment.models.exam.standing import Standing, standing
from assessment.permissions.exam import can_examine
from assessment.states import ExamState
from assessment.views.exam.access import exam_for_staff
from assessment.views.exam.paper_access import papers_of
from cohorts.permissions import administers
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User
from innoskole.ui import formats


def exam_for_administrator(request: HttpRequest, slug: str, number: int) -> Exam:
    """The sitting, for course administrators; 403 for its other staff, who may see who grades and no more."""
    exam = exam_for_staff(request, slug, number)
    if not administers(person(request)):
        raise PermissionDenied(_("Only course administrators can open this page."))
    return exam


def examiners(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Who grades what, the guidelines, and what is missing before grading can open."""
    exam, now = exam_for_staff(request, slug, number), timezone.now()
    papers = list(papers_of(exam))
    counted = Count("appointments", filter=Q(appointments__appeal=None))
    named = list(exam.examiners.select_related("user").annotate(load=counted))
    against = conflicts(papers, [each.user for each in named], formats.local(now).date())
    bound = Counter(user for _paper, user in against)
    rows = [
        (
            paper,
            [(each, against.get((paper.pk, each.examiner.user_id), "")) for each in actions.ordinary(paper)],
            len(actions.free_places(exam, paper)),
        )
        for paper in papers
        if standing(paper, now) != Standing.NOBODY
    ]
    may_appoint = administers(person(request)) and exam.state in actions.APPOINTS
    return TemplateResponse(
        request,
        "assessment/exam/paper/examiners.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "named": [(each, bound[each.user_id]) for each in named],
            "rows": rows,
            "guidelines": exam.guidelines.select_related("uploaded_by").first(),
            "may_upload": not grading_opens.obstacle_to_guidelines(exam),
            "lacking": grading_opens.lacking(exam, papers, against, now)
            if exam.state == ExamState.LOCKED
            else [],
            "waits": exam.state == ExamState.LOCKED,
            "may_appoint": may_appoint,
            "may_propose": may_appoint and bool(named) and any(free for *_, free in rows),
        },
    )


# --- Who grades in the sitting ---------------------------------------------------------------------------


def add(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Name an examiner."""
    exam = exam_for_administrator(request, slug, number)
    people = User.objects.active().filter(is_instructor=True).exclude(examines__exam=exam).in_order()
    form = ExaminerForm(request.POST or kept_post(request), people=people)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add(exam, **form.cleaned_data, by=person(request), now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The examiner is named."))
            return redirect("assessment:examiners", slug, number)
    return TemplateResponse(
        request,
        "assessment/exam/paper/examiner_add.html",
        {"cohort": exam.cohort, "exam": exam, "form": form},
    )


def _examiner(request: HttpRequest, slug: str, number: int, pk: int) -> Examiner:
    exam = exam_for_administrator(request, slug, number)
    found = get_object_or_404(Examiner.objects.select_related("user"), exam=exam, pk=pk)
    found.exam = exam
    return found


def examiner(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """One examiner: what they grade, which municipalities they are bound to, and which papers follow."""
    found, now = _examiner(request, slug, number, pk), timezone.now()
    form = ConflictForm(request.POST or kept_post(request))
    if request.method == "POST" and form.is_valid():
        municipality, why = form.values()
        try:
            actions.declare(found.user, municipality=municipality, why=why, by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The conflict of interest is recorded."))
            return redirect("assessment:examiner", slug, number, pk)
    papers = list(papers_of(found.exam))
    against = conflicts(papers, [found.user], formats.local(now).date())
    return TemplateResponse(
        request,
        "assessment/exam/paper/examiner.html",
        {
            "cohort": found.exam.cohort,
            "exam": found.exam,
            "examiner": found,
            "papers": [
                each for each in papers if any(one.examiner_id == found.pk for one in actions.ordinary(each))
            ],
            "against": [
                against[each.pk, found.user_id] for each in papers if (each.pk, found.user_id) in against
            ],
            "recorded": _recorded(found.user),
            "form": form,
        },
    )


def _recorded(user: User) -> "QuerySet[ConflictOfInterest]":
    return ConflictOfInterest.objects.filter(user=user).select_related("municipality")


REMOVE: Mapping[str, Deed[Examiner]] = {
    "remove": Deed(
        title=gettext_lazy("Take the examiner off the list"),
        button=gettext_lazy("Take off the list"),
        done=gettext_lazy("The examiner is off the list."),
        run=actions.remove,
        obstacle=lambda examiner, user, now: "",
        consequences=says(
            gettext_lazy("Only somebody who is appointed to no paper and no oral can be taken off."),
            gettext_lazy("Nobody gets an e-mail."),
        ),
        form=forms.Form,
        color="danger",
    )
}


def remove(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """Take somebody off the list."""
    found = _examiner(request, slug, number, pk)
    return deed_page(
        request,
        REMOVE,
        "remove",
        found,
        template="assessment/exam/paper/examiner_deed.html",
        back=reverse("assessment:examiners", args=[slug, number]),
        context={"cohort": found.exam.cohort, "exam": found.exam, "who": found},
    )


TAKE_BACK: Mapping[str, Deed[ConflictOfInterest]] = {
    "take-back": Deed(
        title=gettext_lazy("Take the conflict of interest off the record"),
        button=gettext_lazy("Take off the record"),
        done=gettext_lazy("The conflict of interest is off the record."),
        run=actions.take_back,
        obstacle=lambda recorded, user, now: "",
        consequences=says(
            gettext_lazy(
                "The person can be appointed to papers of the municipality, unless something else hinders it."
            ),
            gettext_lazy("Appointments that have ended stay ended."),
            gettext_lazy("Nobody gets an e-mail."),
        ),
    )
}


def take_back(request: HttpRequest, slug: str, number: int, pk: int, conflict: int) -> HttpResponse:
    """Take a conflict of interest off the record, with a reason."""
    found = _examiner(request, slug, number, pk)
    recorded = get_object_or_404(_recorded(found.user), pk=conflict)
    return deed_page(
        request,
        TAKE_BACK,
        "take-back",
        recorded,
        template="assessment/exam/paper/examiner_deed.html",
        back=reverse("assessment:examiner", args=[slug, number, pk]),
        context={
            "cohort": found.exam.cohort,
            "exam": found.exam,
            "who": f"{found}, {recorded.municipality}",
        },
    )


# --- Who grades which paper ------------------------------------------------------------------------------


def appoint(request: HttpRequest, slug: str, number: int, code: str) -> HttpResponse:
    """Appoint the examiners of one paper by hand; who must not grade it, and why, stands beside."""
    exam, now = exam_for_administrator(request, slug, number), timezone.now()
    found = get_object_or_404(papers_of(exam), code=code)
    named = list(exam.examiners.filter(for_appeals=False).select_related("user"))
    against = conflicts([found], [each.user for each in named], formats.local(now).date())
    held = {f"place_{each.place}": each.examiner_id for each in actions.ordinary(found)}
    form = AppointForm(
        request.POST or kept_post(request),
        initial=held,
        places=actions.places_of(exam),
        examiners=named,
        barred=[each.pk for each in named if (found.pk, each.user_id) in against],
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.appoint(found, form.cleaned_data["places"], by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The examiners are appointed."))
            return redirect("assessment:examiners", slug, number)
    return TemplateResponse(
        request,
        "assessment/exam/paper/appoint.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "paper": found,
            "form": form,
            "against": actions.against(found, named, against),
            "is_grading": exam.state == ExamState.GRADING,
        },
    )


def propose(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A proposal that gives everybody about as much to grade; nothing happens before it is confirmed."""
    exam, now = exam_for_administrator(request, slug, number), timezone.now()
    form = ProposalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.appoint_all(exam, seen=form.cleaned_data["seen"], by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Appointments made: %(count)s.") % {"count": formats.number(made)})
            return redirect("assessment:examiners", slug, number)
    found = actions.proposal(exam, now)
    return TemplateResponse(
        request,
        "assessment/exam/paper/proposal.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "rows": found,
            "loads": _loads(exam, found),
            "form": ProposalForm(initial={"seen": actions.seen_in(found)}),
            "refused": form,
            "is_any": any(each.places for each in found),
            "is_grading": exam.state == ExamState.GRADING,
        },
    )


def _loads(exam: Exam, found: list[actions.Proposed]) -> list[tuple[Examiner, int, int]]:
    """Each ordinary examiner, the papers they grade, and those that the proposal adds."""
    more = Counter(each.pk for one in found for each in one.examiners)
    counted = Count("appointments", filter=Q(appointments__appeal=None))
    named = exam.examiners.filter(for_appeals=False).select_related("user").annotate(load=counted)
    return [(each, each.load, more[each.pk]) for each in named]


# --- One's own word --------------------------------------------------------------------------------------


def own_conflicts(request: HttpRequest) -> HttpResponse:
    """The municipalities that an examiner is bound to, by their own word."""
    user = person(request)
    if not can_examine(user):
        raise PermissionDenied(_("Only those who can be examiners have this page."))
    form = ConflictForm(request.POST or kept_post(request))
    if request.method == "POST" and form.is_valid():
        municipality, why = form.values()
        try:
            actions.declare(user, municipality=municipality, why=why, by=user, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The conflict of interest is recorded."))
            return redirect("assessment:own_conflicts")
    return TemplateResponse(
        request,
        "assessment/exam/paper/own_conflicts.html",
        {"recorded": _recorded(user), "form": form},
    )
