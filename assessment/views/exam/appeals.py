"""Explanations and appeals of an exam for its staff: how far each has come, and never what somebody thinks.

The cohort's staff reads; course administrators decide. Nobody sees here who grades a paper anew themselves.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.views.deeds import Deed, Deeds, deed_page, offered, says
from assessment.actions.exam import appeals as actions
from assessment.actions.exam import new_examiners, new_orals, orals
from assessment.forms.exam_redress import (
    GroundsForm,
    NewExaminersForm,
    NewOralForm,
    WithdrawForThemForm,
)
from assessment.models import AppealCandidate, Candidate, Exam, Explanation, GradeAppeal
from assessment.models.exam.progress import has_submitted
from assessment.models.exam.regrading import appointments_of, new_oral, paper_of, places_of
from assessment.models.exam.rights import Rules
from assessment.states import CandidateState, GradeAppealState
from assessment.views.exam.access import exam_for_staff
from cohorts.permissions import administers
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User
from innoskole.deadlines.models import Kind
from innoskole.deadlines.rules import deadline_at
from innoskole.notifications.models import Message
from innoskole.ui import formats

STATE_COLORS: dict[str, str] = {
    GradeAppealState.RECEIVED: "warning",
    GradeAppealState.REGRADING: "info",
    GradeAppealState.THIRD_ASSESSMENT: "warning",
    GradeAppealState.NEW_ORAL: "warning",
}


def appeals(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Everything that has been asked for after publication, the oldest first."""
    exam = exam_for_staff(request, slug, number)
    user = person(request)
    concerned = AppealCandidate.objects.select_related("candidate__participant__member")
    found = GradeAppeal.objects.taught_by(user).filter(exam=exam).select_related("sent_by")
    asked = Explanation.objects.filter(grade__candidate__exam=exam).with_names().select_related("given_by")
    people, rules = Candidate.objects.filter(exam=exam), Rules()
    return TemplateResponse(
        request,
        "assessment/exam/redress/appeals.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "appeals": [
                (each, STATE_COLORS.get(each.state, "neutral"))
                for each in found.prefetch_related(Prefetch("candidates", concerned.order_by("pk")))
            ],
            "explanations": [(each, _due(each, rules)) for each in asked],
            "may_explain": administers(user),
            "final": people.filter(state=CandidateState.FINAL).count(),
            "open": people.filter(state=CandidateState.PUBLISHED).count(),
        },
    )


def _due(asked: Explanation, rules: Rules) -> datetime:
    return deadline_at(rules.deadline(Kind.EXPLANATION_GIVEN, asked.asked_at).day)


def case(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """One appeal: whom it is for, who grades anew and whether they have, what can be done, its history."""
    exam, appeal = _appeal(request, slug, number, pk)
    now, user = timezone.now(), person(request)
    concerned = appeal.candidates.select_related(
        "candidate__participant__member", "candidate__participant__team__application__lead"
    )
    return TemplateResponse(
        request,
        "assessment/exam/redress/case.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "appeal": appeal,
            "color": STATE_COLORS.get(appeal.state, "neutral"),
            "concerned": list(concerned.order_by("pk")),
            "examiners": [(each, has_submitted(each)) for each in appointments_of(appeal)],
            "oral": new_oral(appeal),
            "may_appoint": administers(user) and not new_examiners.obstacle_to_appointing(appeal),
            "deeds": offered(_deeds(appeal), appeal, user, now) if administers(user) else [],
            "messages_sent": Message.objects.about(appeal) if administers(user) else [],
        },
    )


def examiners(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """Appoint those who grade the paper anew; who cannot, and why, stands on the page."""
    exam, appeal = _for_administrator(request, slug, number, pk)
    now, paper = timezone.now(), paper_of(appeal)
    named = list(exam.examiners.filter(for_appeals=True).select_related("user"))
    barred = {
        each.pk: why_not
        for each in named
        if (why_not := new_examiners.obstacle_to_examiner(paper, each, now))
    }
    form = NewExaminersForm(
        request.POST if request.method == "POST" else kept_post(request),
        places=places_of(appeal),
        examiners=named,
        barred=barred,
        initial={f"place_{each.place}": str(each.examiner_id) for each in appointments_of(appeal)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            new_examiners.appoint(appeal, form.cleaned_data["examiners"], by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The examiners are appointed, and told by e-mail."))
            return redirect("assessment:exam_appeal", slug, number, pk)
    return TemplateResponse(
        request,
        "assessment/exam/redress/examiners.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "appeal": appeal,
            "form": form,
            "barred": list(barred.values()),
            "lacks": len(places_of(appeal)) > len(named) - len(barred),
            "obstacle": "" if form.errors else new_examiners.obstacle_to_appointing(appeal),
            "is_first": appeal.state == GradeAppealState.RECEIVED,
        },
    )


def deed(request: HttpRequest, slug: str, number: int, pk: int, deed: str) -> HttpResponse:
    """Dismiss, decide on a formal fault, plan the new oral, or withdraw on the candidate's word."""
    exam, appeal = _for_administrator(request, slug, number, pk)
    return deed_page(
        request,
        _deeds(appeal),
        deed,
        appeal,
        template="assessment/exam/redress/deed.html",
        back=reverse("assessment:exam_appeal", args=[slug, number, pk]),
        context={"cohort": exam.cohort, "exam": exam, "appeal": appeal},
    )


def _appeal(request: HttpRequest, slug: str, number: int, pk: int) -> tuple[Exam, GradeAppeal]:
    """404 for strangers, and for staff who grade the paper anew themselves."""
    exam = exam_for_staff(request, slug, number)
    found = GradeAppeal.objects.taught_by(person(request)).with_names().select_related("decided_by")
    return exam, get_object_or_404(found, exam=exam, pk=pk)


def _for_administrator(request: HttpRequest, slug: str, number: int, pk: int) -> tuple[Exam, GradeAppeal]:
    found = _appeal(request, slug, number, pk)
    if not administers(person(request)):
        raise PermissionDenied(_("Only course administrators can open this page."))
    return found


# --- What can be done ------------------------------------------------------------------------------------


def _deeds(appeal: GradeAppeal) -> Deeds[GradeAppeal]:
    oral = new_oral(appeal)
    return {**DEEDS, "oral": _plan(oral is not None)}


def _plan(is_planned: bool) -> Deed[GradeAppeal]:
    return Deed(
        title=gettext_lazy("Move the new oral") if is_planned else gettext_lazy("Plan the new oral"),
        button=gettext_lazy("Move the oral") if is_planned else gettext_lazy("Plan the oral"),
        done=gettext_lazy("The new oral is planned, and everybody concerned is told."),
        run=new_orals.plan,
        obstacle=lambda appeal, user, now: new_orals.obstacle_to_planning(appeal),
        consequences=says(
            gettext_lazy("The new examiners examine. No room, examiner or group is in two places."),
            gettext_lazy("Those whom the appeal is for and the new examiners get an e-mail at once."),
        ),
        form=NewOralForm,
        given=_planned,
    )


def _planned(appeal: GradeAppeal, now: datetime) -> Mapping[str, Any]:
    oral = new_oral(appeal)
    if oral is None:
        return {}
    minutes = int((oral.ends_at - oral.starts_at).total_seconds() // 60)
    begins = formats.local(oral.starts_at)
    return {"initial": {"room": oral.room, "starts_at": begins, "minutes": minutes, "seen": orals.said(oral)}}


def _obstacle_to_dismissing(appeal: GradeAppeal, user: User, now: datetime) -> str:
    return actions.obstacle_to_deciding(appeal)


def _obstacle_to_fault(appeal: GradeAppeal, user: User, now: datetime) -> str:
    return actions.obstacle_to_deciding_fault(appeal)


def _obstacle_to_withdrawing(appeal: GradeAppeal, user: User, now: datetime) -> str:
    return actions.obstacle_to_withdrawing(appeal)


TOLD = gettext_lazy("Everybody whom the appeal is for gets an e-mail with your grounds.")

DEEDS: Mapping[str, Deed[GradeAppeal]] = {
    "dismiss": Deed(
        title=gettext_lazy("Dismiss the appeal"),
        button=gettext_lazy("Dismiss the appeal"),
        done=gettext_lazy("The appeal is dismissed, and the candidates are told."),
        run=actions.dismiss,
        obstacle=_obstacle_to_dismissing,
        consequences=says(
            gettext_lazy("The appeal is not taken up, because it came too late or cannot be made."),
            gettext_lazy("The grade stands."),
            gettext_lazy("The e-mail says until when the dismissal can be appealed against."),
            TOLD,
        ),
        form=GroundsForm,
        color="danger",
    ),
    "no-fault": Deed(
        title=gettext_lazy("Find no formal fault"),
        button=gettext_lazy("Find no formal fault"),
        done=gettext_lazy("The appeal is decided, and the candidate is told."),
        run=actions.find_no_fault,
        obstacle=_obstacle_to_fault,
        consequences=says(
            gettext_lazy("The grade stands."),
            gettext_lazy("The period for an appeal against the grade begins anew today."),
            TOLD,
        ),
        form=GroundsForm,
    ),
    "fault": Deed(
        title=gettext_lazy("Find a formal fault that grading anew cannot mend"),
        button=gettext_lazy("Find a formal fault"),
        done=gettext_lazy("The appeal is decided, and the candidate is told."),
        run=actions.find_fault,
        obstacle=_obstacle_to_fault,
        consequences=says(
            gettext_lazy("Write in the grounds what the school does, such as offering a new exam."),
            gettext_lazy("The grade stands until something else takes its place."),
            gettext_lazy("The period for an appeal against the grade begins anew today."),
            TOLD,
        ),
        form=GroundsForm,
    ),
    "fault-regrade": Deed(
        title=gettext_lazy("Find a formal fault, and grade the paper anew"),
        button=gettext_lazy("Find a formal fault"),
        done=gettext_lazy("The fault is found. Appoint the new examiners."),
        run=actions.find_fault_to_regrade,
        obstacle=_obstacle_to_fault,
        consequences=says(
            gettext_lazy("You appoint new examiners next, who grade the paper as after an appeal."),
            TOLD,
        ),
        form=GroundsForm,
    ),
    "withdraw": Deed(
        title=gettext_lazy("Withdraw on the candidate's word"),
        button=gettext_lazy("Withdraw the appeal"),
        done=gettext_lazy("The appeal is withdrawn, and the candidates are told."),
        run=actions.withdraw,
        obstacle=_obstacle_to_withdrawing,
        consequences=says(
            gettext_lazy("The grade stands."),
            gettext_lazy("Who withdraws gets an e-mail. If nobody is left, the new examiners get one too."),
        ),
        form=WithdrawForThemForm,
        given=lambda appeal, now: {"concerned": new_orals.to_hear(appeal)},
        color="danger",
    ),
}
