"""Grading anew: the pages of the new examiners, who see the paper and nothing of what was before."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessment.actions.exam import new_orals
from assessment.actions.exam import regrading as actions
from assessment.emails.exam_redress import regraded_by
from assessment.forms.exam_redress import ABSENT, MarkForm, NewOralResultForm, ReadForm
from assessment.models import AppealCandidate, GradeAppeal, Oral, OralResult, PaperFile
from assessment.models.exam.regrading import Blind, blind, new_oral, new_paper_mark
from assessment.states import GradeAppealState
from assessment.views.exam.access import appeal_for_examiner
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.deadlines.rules import deadline_at

DRAFT = "draft"  # the button that saves without submitting


def regrading(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper, one's own grade, and when every examiner has graded, what they agree on."""
    seen, now = _seen(request, pk), timezone.now()
    draft = seen.agreement if seen.may_agree else seen.grade
    initial = {"mark": draft.mark, "grounds": draft.grounds} if draft else None
    form = MarkForm(request.POST if request.method == "POST" else kept_post(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        act = actions.propose if seen.may_agree else actions.submit
        is_draft = DRAFT in request.POST and not seen.may_agree
        if is_draft:
            act = actions.save_draft
        try:
            act(seen.appeal, **form.cleaned_data, by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your draft is saved.") if is_draft else _("Your grade is given."))
            return redirect("assessment:regrading", pk)
    files = PaperFile.objects.filter(paper=seen.paper, delivery__version=seen.paper.version)
    oral = new_oral(seen.appeal)
    return TemplateResponse(
        request,
        "assessment/exam/redress/regrading.html",
        {
            "seen": seen,
            "paper": seen.paper,
            "exam": seen.appeal.exam,
            "due_at": deadline_at(regraded_by(seen.own.appointed_at)),
            "files": list(files),
            "form": form if seen.may_grade or seen.may_agree else None,
            "proposal": seen.agreement if seen.is_asked and seen.may_agree else None,
            "own_proposal": seen.agreement if seen.may_agree and not seen.is_asked else None,
            "oral": oral if seen.appeal.state == GradeAppealState.NEW_ORAL else None,
        },
    )


@require_POST
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to what the colleague has proposed."""
    seen = _seen(request, pk)
    form = ReadForm(request.POST)
    if form.is_valid():
        try:
            actions.agree(seen.appeal, read=form.cleaned_data["read"], by=person(request), now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("You have agreed on the grade of the paper."))
    else:
        messages.error(request, _("Reload the page and try again."))
    return redirect("assessment:regrading", pk)


# --- The new oral ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """What is noted of one candidate, as the colleague reads it before confirming."""

    concerned: AppealCandidate
    result: OralResult


def oral(request: HttpRequest, pk: int) -> HttpResponse:
    """The new oral: its result for each candidate, noted by one examiner and confirmed by the other."""
    appeal, held, now = *_oral(request, pk), timezone.now()
    concerned = new_orals.to_hear(appeal)
    results = {each.candidate_id: each for each in held.results.select_related("written_by")}
    form = NewOralResultForm(
        request.POST if request.method == "POST" else kept_post(request),
        concerned=concerned,
        most=appeal.exam.most_adjustment,
        initial={
            key: value
            for each in concerned
            if (noted := results.get(each.candidate_id))
            for key, value in (
                (f"steps_{each.pk}", ABSENT if noted.was_absent else str(noted.steps)),
                (f"note_{each.pk}", noted.note),
            )
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            new_orals.note(appeal, form.outcomes(), by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The oral is noted."))
            return redirect("assessment:regrading", pk)
    noted_by = next((each.written_by for each in results.values()), None)
    return TemplateResponse(
        request,
        "assessment/exam/redress/new_oral.html",
        {
            "appeal": appeal,
            "exam": appeal.exam,
            "oral": held,
            "paper": held.paper,
            "people": [(each, new_paper_mark(appeal, each.grade.paper_mark)) for each in concerned],
            "has_begun": held.starts_at <= now,
            "lines": [
                Line(each, results[each.candidate_id]) for each in concerned if each.candidate_id in results
            ],
            "may_confirm": noted_by is not None and noted_by != person(request),
            "noted_by": noted_by,
            "form": form,
        },
    )


@require_POST
def oral_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm what the colleague has noted: the appeal is decided."""
    appeal, _held = _oral(request, pk)
    form = ReadForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Reload the page and try again."))
        return redirect("assessment:regrading_oral", pk)
    try:
        new_orals.confirm(appeal, read=form.cleaned_data["read"], by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("assessment:regrading", pk)
    messages.success(request, _("The grades are confirmed, and the candidates are told."))
    return redirect("assessment:regrading", pk)


# --- Who is let in ---------------------------------------------------------------------------------------


def _seen(request: HttpRequest, pk: int) -> Blind:
    found = blind(appeal_for_examiner(request, pk), person(request))
    if found is None:
        raise Http404
    return found


def _oral(request: HttpRequest, pk: int) -> tuple[GradeAppeal, Oral]:
    """404 unless a new oral is planned and the appeal waits for it."""
    appeal = appeal_for_examiner(request, pk)
    found = new_oral(appeal)
    if found is None or appeal.state != GradeAppealState.NEW_ORAL:
        raise Http404
    return appeal, found
