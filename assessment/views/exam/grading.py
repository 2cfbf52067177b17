"""An examiner's pages: what waits to be graded, one paper from the first draft to the confirmed grades."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applications.views.deeds import deed_page
from assessment.actions.exam import grading as actions
from assessment.actions.exam import results
from assessment.forms.exam_grading import DraftForm, OralForm, SubmitForm, step_in_words
from assessment.models import Candidate, Grade, OralResult, Paper, PaperFile, PaperGrade, ProvisionalGrade
from assessment.models.exam.progress import (
    Progress,
    Step,
    graded_by,
    has_submitted,
    progress_of,
)
from assessment.permissions.exam import can_examine
from assessment.states import CandidateState, ExamState
from assessment.views.exam.access import paper_for_examiner
from assessment.views.exam.grading_deeds import DEEDS, may_note, open_to
from cohorts.views.history import lines_about
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User
from innoskole.ui import formats

GRADED = (ExamState.GRADING, ExamState.PUBLISHED)
COLORS: dict[Step, str] = {
    Step.READY: "success",
    Step.PUBLISHED: "success",
    Step.WITHOUT_CANDIDATES: "neutral",
    Step.UNDELIVERED: "neutral",
    Step.UNOPENED: "neutral",
}


def to_grade(request: HttpRequest) -> HttpResponse:
    """The papers that the person is appointed to, what waits for them first; empty for everybody else."""
    user, now = person(request), timezone.now()
    rows = progress_of(Paper.objects.graded_by(user).order_by("-exam__oral_to_on", "team__number"))
    due: dict[int, datetime] = {}
    for row in rows:
        if row.paper.exam.state == ExamState.GRADING and row.paper.exam_id not in due:
            due[row.paper.exam_id] = graded_by(row.paper.exam)
    lines = [
        (row, row.step(now), COLORS.get(row.step(now), "info"), due.get(row.paper.exam_id)) for row in rows
    ]
    titles = ((_("Waits for you"), True), (_("Waits for others, or is done"), False))
    return TemplateResponse(
        request,
        "assessment/exam/grading/to_grade.html",
        {
            "groups": [
                (title, [line for line in lines if line[0].waits_for(user, now) is waits])
                for title, waits in titles
            ],
            "total": len(lines),
            "may_examine": can_examine(user),
        },
    )


def paper(request: HttpRequest, code: str) -> HttpResponse:
    """One paper: its files, one's own grade, then what the examiners agree on. Strangers get 404."""
    found = _progress(request, code)
    user, now = person(request), timezone.now()
    own = next(each for each in found.appointed if each.examiner.user_id == user.pk)
    form = _grade_form(request, found, user)
    if request.method == "POST":
        if form is None:
            messages.error(request, _("This cannot be changed any more."))
            return redirect("assessment:grading_paper", code)
        if form.is_valid() and (done := _graded(request, found.paper, form, now)):
            return done
    return TemplateResponse(
        request,
        "assessment/exam/grading/paper.html",
        {
            **_context(found, user, now),
            "own": own,
            "form": form,
            "saved_at": getattr(getattr(own, "grade", None), "saved_at", None),
            "autosave_url": reverse("assessment:grading_autosave", args=[code]),
        },
    )


def _progress(request: HttpRequest, code: str) -> Progress:
    """The paper with all that its pages read; 404 to whoever is not appointed to it."""
    granted = paper_for_examiner(request, code)
    (found,) = progress_of(Paper.objects.filter(pk=granted.pk))
    return found


def _grade_form(request: HttpRequest, found: Progress, user: User) -> DraftForm | None:
    """One's own grade, until it is submitted."""
    own = next(each for each in found.appointed if each.examiner.user_id == user.pk)
    if has_submitted(own) or found.paper.exam.state != ExamState.GRADING or not found.paper.version:
        return None
    draft = ProvisionalGrade.objects.by(user).filter(appointment=own).first()
    initial = {"mark": draft.mark, "grounds": draft.grounds} if draft else {}
    if request.method == "POST":
        is_final = request.POST.get("action") == "submit"
        return (SubmitForm if is_final else DraftForm)(request.POST, initial=initial)
    return DraftForm(kept_post(request), initial=initial)


def _graded(request: HttpRequest, paper: Paper, form: DraftForm, now: datetime) -> HttpResponse | None:
    """Back to the page; None when it is refused."""
    deed = actions.submit if isinstance(form, SubmitForm) else actions.save_draft
    try:
        deed(paper, by=person(request), now=now, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    if isinstance(form, SubmitForm):
        messages.success(request, _("Your grade is submitted."))
    else:
        messages.success(request, _("The draft is saved. It is not submitted yet."))
    return redirect("assessment:grading_paper", paper.code)


@require_POST
def autosave(request: HttpRequest, code: str) -> JsonResponse:
    """Keep what is typed, asked by static/autosave.js. Answers {"saved_at", "label"}."""
    granted, now = paper_for_examiner(request, code), timezone.now()
    form = DraftForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"label": _("The text is too long to be saved.")}, status=400)
    try:
        actions.save_draft(granted, by=person(request), now=now, **form.cleaned_data)
    except Refused as refusal:
        return JsonResponse({"label": str(refusal)}, status=409)
    label = _("Saved at %(time)s") % {"time": formats.clock(now)}
    return JsonResponse({"saved_at": now.isoformat(), "label": label})


def _context(found: Progress, user: User, now: datetime) -> dict[str, Any]:
    """What an examiner of the paper may know: of the colleague's grade nothing before one's own is given."""
    exam, step = found.paper.exam, found.step(now)
    given = ProvisionalGrade.objects.shown_to(user).filter(
        appointment__paper=found.paper, appointment__appeal=None, submitted_at__isnull=False
    )
    agreement = _agreement(found)
    return {
        "cohort": exam.cohort,
        "exam": exam,
        "paper": found.paper,
        "progress": found,
        "step": step,
        "step_color": COLORS.get(step, "info"),
        "due_at": graded_by(exam),
        "files": _files(found.paper),
        "given": given.select_related("appointment__examiner__user").order_by("appointment__place"),
        "agreement": agreement,
        "is_mine": agreement is not None and agreement.proposed_by_id == user.pk,
        "people": found.people,
        "results": _results(found, agreement),
        "deeds": [(key, DEEDS[key]) for key in open_to(found, user, now)],
        "may_note": may_note(found, now),
        "lines": lines_about(PaperGrade, [agreement.pk] if agreement else []),
    }


def _agreement(found: Progress) -> PaperGrade | None:
    """What is proposed or agreed, with its mark. Nobody proposes before all have submitted."""
    if found.agreement is None or len(found.submitted) < len(found.appointed):
        return None
    return PaperGrade.objects.select_related("proposed_by", "agreed_by").get(pk=found.agreement.pk)


def _files(paper: Paper) -> list[PaperFile]:
    """Those of the version that counts, once grading is open."""
    if paper.exam.state not in GRADED:
        return []
    return list(PaperFile.objects.filter(paper=paper, delivery__version=F("paper__version")))


def _results(
    found: Progress, agreement: PaperGrade | None
) -> list[tuple[Candidate, OralResult, str, Grade | None]]:
    """What the oral did to each, in words, and the version of the grade that stands."""
    if agreement is None or not agreement.is_agreed:
        return []
    noted = OralResult.objects.filter(oral__paper=found.paper, oral__appeal=None).select_related("written_by")
    by_candidate = {each.candidate_id: each for each in noted}
    grades = Grade.objects.current().filter(candidate__paper=found.paper)
    by_person = {each.candidate_id: each for each in grades.select_related("set_by", "confirmed_by")}
    return [
        (
            each,
            by_candidate[each.pk],
            step_in_words(
                by_candidate[each.pk].steps,
                results.adjusted(agreement.mark, by_candidate[each.pk].steps) or "",
            ),
            by_person.get(each.pk),
        )
        for each in found.graded
        if each.pk in by_candidate
    ]


# --- What is done with a paper ---------------------------------------------------------------------------


def deed(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Propose, agree, set, confirm or take back; each on a page that says what follows."""
    found = _progress(request, code)
    if key not in DEEDS:
        raise Http404
    return deed_page(
        request,
        DEEDS,
        key,
        found.paper,
        template="assessment/exam/grading/deed.html",
        back=reverse("assessment:grading_paper", args=[code]),
        context={**_context(found, person(request), timezone.now()), "key": key},
    )


def note_oral(request: HttpRequest, code: str) -> HttpResponse:
    """What the oral did to each candidate, or who was absent."""
    found = _progress(request, code)
    user, now = person(request), timezone.now()
    context = _context(found, user, now)
    agreement, people = _agreement(found), results.to_hear(found.paper)
    form = None
    if context["may_note"] and agreement is not None:
        noted = {each.pk: result for each, result, _words, _grade in context["results"]}
        initial: dict[str, Any] = {}
        for each in people:
            if each.pk in noted:
                initial |= {
                    f"steps_{each.pk}": str(noted[each.pk].steps),
                    f"note_{each.pk}": noted[each.pk].note,
                }
            elif each.state == CandidateState.ABSENT:
                initial[f"steps_{each.pk}"] = OralForm.ABSENT
        data = request.POST if request.method == "POST" else kept_post(request)
        form = OralForm(data, exam=found.paper.exam, mark=agreement.mark, people=people, initial=initial)
        if request.method == "POST" and form.is_valid():
            try:
                results.note_oral(found.paper, form.outcomes(), by=user, now=now)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The oral is noted. Now set the grades."))
                return redirect("assessment:grading_paper", code)
    return TemplateResponse(request, "assessment/exam/grading/oral.html", {**context, "form": form})
