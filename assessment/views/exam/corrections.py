"""A typing error in a published grade: who has set it or administers asks, and another person confirms."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from applications.forms.administrator import ReasonForm
from applications.views.deeds import Deed, Deeds, deed_page, offered, says
from assessment.actions.exam import corrections as actions
from assessment.forms.exam_corrections import CorrectionForm
from assessment.forms.exam_redress import steps_in_words
from assessment.models import Grade, GradeCorrection
from assessment.models.exam.regrading import clamped
from cohorts.permissions import administers
from innoskole.accounts.guards import person


def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """One version of a grade, what was asked about it, and what the person can do."""
    grade, now, user = _grade(request, pk), timezone.now(), person(request)
    waiting = _waiting(grade)
    deeds: list[Any] = offered(ASK, grade, user, now)
    if waiting is not None:
        deeds = offered(ANSWER, waiting, user, now)
    rows = GradeCorrection.objects.filter(grade=grade).select_related("asked_by", "answered_by")
    return TemplateResponse(
        request,
        "assessment/exam/grading/correction.html",
        {
            "grade": grade,
            "exam": grade.candidate.exam,
            "cohort": grade.candidate.exam.cohort,
            "oral": steps_in_words(grade.steps),
            "corrections": [
                (each, clamped(each.paper_mark, each.steps), steps_in_words(each.steps))
                for each in rows.order_by("-asked_at", "-pk")
            ],
            "deeds": deeds,
            "obstacle": "" if waiting else actions.obstacle(grade),
        },
    )


def deed(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Ask for a correction, confirm it, turn it down or take it back."""
    grade = _grade(request, pk)
    back = reverse("assessment:grade_correction", args=[pk])
    template = "assessment/exam/grading/correction_deed.html"
    context = {"grade": grade, "exam": grade.candidate.exam, "cohort": grade.candidate.exam.cohort}
    if deed in ASK:
        return deed_page(request, ASK, deed, grade, template=template, back=back, context=context)
    waiting = _waiting(grade)
    if waiting is None:
        raise Http404
    return deed_page(request, ANSWER, deed, waiting, template=template, back=back, context=context)


def _grade(request: HttpRequest, pk: int) -> Grade:
    """A published version, for those who have set it and for course administrators; 404 otherwise."""
    user = person(request)
    found = Grade.objects.published().select_related(
        "candidate__exam__cohort__intake",
        "candidate__participant__member__user",
        "candidate__participant__team__application__lead",
        "set_by",
        "confirmed_by",
    )
    if not administers(user):
        found = found.filter(Q(set_by=user) | Q(confirmed_by=user))
    return get_object_or_404(found, pk=pk)


def _waiting(grade: Grade) -> GradeCorrection | None:
    return GradeCorrection.objects.waiting().with_names().filter(grade=grade).first()


# --- What can be done ------------------------------------------------------------------------------------

ASK: Deeds[Grade] = {
    "ask": Deed(
        title=gettext_lazy("Correct a typing error in the grade"),
        button=gettext_lazy("Ask for the correction"),
        done=gettext_lazy("The correction waits for another person, who gets an e-mail."),
        run=actions.ask,
        obstacle=lambda grade, user, now: actions.obstacle(grade),
        consequences=says(
            gettext_lazy(
                "Only what was typed wrongly is corrected. What should be judged otherwise is no such error."
            ),
            gettext_lazy("Another person confirms it: one of the two must have set the grade."),
            gettext_lazy("Until then the grade stands, and the candidate hears nothing."),
        ),
        form=CorrectionForm,
        given=lambda grade, now: {"grade": grade},
    )
}


ANSWER: Deeds[GradeCorrection] = {
    "confirm": Deed(
        title=gettext_lazy("Confirm the correction"),
        button=gettext_lazy("Confirm the correction"),
        done=gettext_lazy("The grade is corrected, and the candidate is told by e-mail."),
        run=actions.confirm,
        obstacle=lambda waiting, user, now: (
            actions.obstacle_to_answering(waiting, user) or actions.obstacle(waiting.grade, besides=waiting)
        ),
        consequences=says(
            gettext_lazy("The grade gets a new version. The former one is kept, and stands in the history."),
            gettext_lazy("The candidate gets an e-mail without the grade, and can read the reason."),
            gettext_lazy("The periods for an explanation and for an appeal begin anew today."),
            gettext_lazy("A transcript that tells the former grade no longer holds."),
        ),
        form=forms.Form,
    ),
    "turn-down": Deed(
        title=gettext_lazy("Turn the correction down"),
        button=gettext_lazy("Turn it down"),
        done=gettext_lazy("The correction is turned down, and who has asked is told."),
        run=actions.turn_down,
        obstacle=lambda waiting, user, now: actions.obstacle_to_answering(waiting, user),
        consequences=says(
            gettext_lazy("The grade stands."),
            gettext_lazy("Who has asked gets an e-mail, and reads the reason here."),
        ),
        form=ReasonForm,
        color="danger",
    ),
    "withdraw": Deed(
        title=gettext_lazy("Take the correction back"),
        button=gettext_lazy("Take it back"),
        done=gettext_lazy("You have taken it back. The grade stands."),
        run=actions.withdraw,
        obstacle=lambda waiting, user, now: actions.obstacle_to_withdrawing(waiting, user),
        consequences=says(gettext_lazy("The grade stands."), gettext_lazy("Nobody gets an e-mail.")),
        form=forms.Form,
        color="danger",
    ),
}
