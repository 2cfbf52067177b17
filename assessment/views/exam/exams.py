"""The exams of a cohort for its staff: the list, dates and rules, and what is done with one as a whole."""

from collections.abc import Mapping
from datetime import datetime

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.views.deeds import Deed, deed_page, offered, says
from assessment.actions.exam import locking, setting_up
from assessment.emails.exam_registration import told_of_changes
from assessment.forms.exam_registration import ExamForm, LockForm, ReopenForm
from assessment.models import Exam
from assessment.models.exam import candidate_list
from assessment.models.exam.defaults import proposed
from assessment.models.exam.registration import deregistration, undecided
from assessment.states import ExamState
from assessment.states.exam import SITTING
from assessment.views.exam.access import exam_for_staff
from cohorts.permissions import administers
from cohorts.views.rooms import cohort_for_staff
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User
from innoskole.deadlines.rules import deadline_at, explain

STATE_COLORS: Mapping[str, str] = {
    ExamState.OPEN: "info",
    ExamState.GRADING: "info",
    ExamState.PUBLISHED: "success",
}
# Those who sit an exam, as an annotation.
SITTERS = Count("candidates", filter=Q(candidates__state__in=SITTING))


def exams(request: HttpRequest, slug: str) -> HttpResponse:
    """The cohort's exams, the newest first, with how many people sit each."""
    cohort = cohort_for_staff(request, slug)
    found = list(cohort.exams.annotate(people=SITTERS).order_by("-number"))
    return TemplateResponse(
        request,
        "assessment/exam/registration/exams.html",
        {
            "cohort": cohort,
            "exams": [(exam, STATE_COLORS.get(exam.state, "neutral")) for exam in found],
            "may_add": administers(person(request)) and _may_add(found),
        },
    )


def _may_add(found: list[Exam]) -> bool:
    return all(exam.state not in setting_up.BEFORE_THE_LIST for exam in found)


@administrator_required
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Set up the next exam; dates and rules are proposed by what the school has done before."""
    cohort = cohort_for_staff(request, slug)
    form = ExamForm(
        request.POST or kept_post(request), instance=Exam(cohort=cohort), initial=proposed(cohort)
    )
    if request.method == "POST" and form.is_valid():
        try:
            exam = setting_up.set_up(cohort, form.values(), by=person(request), now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The exam is set up."))
            return redirect("assessment:exam", slug, exam.number)
    return TemplateResponse(
        request, "assessment/exam/registration/add.html", {"cohort": cohort, "form": form}
    )


# --- Dates and rules -------------------------------------------------------------------------------------


def settings(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What applies to the exam, for the staff."""
    exam = exam_for_staff(request, slug, number)
    until = deregistration(exam)
    return TemplateResponse(
        request,
        "assessment/exam/registration/settings.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "deregisters_until": deadline_at(until.day),
            "why_then": explain(until),
            "may_change": administers(person(request)) and not exam.is_published,
        },
    )


@administrator_required
def change(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Dates and rules; what is fixed by now is shown and not asked for."""
    exam, now = exam_for_staff(request, slug, number), timezone.now()
    form = ExamForm(
        request.POST or kept_post(request),
        instance=Exam.objects.get(pk=exam.pk),
        frozen=setting_up.frozen_fields(exam, now),
        initial={"version": setting_up.version_of(exam)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            setting_up.change(
                exam, form.values(), version=form.cleaned_data["version"], by=person(request), now=now
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The exam is saved."))
            return redirect("assessment:exam_settings", slug, number)
    return TemplateResponse(
        request,
        "assessment/exam/registration/change.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "form": form,
            "told": 0 if exam.state == ExamState.PLANNED else len(told_of_changes(exam)),
        },
    )


# --- Locking, reopening, taking away ---------------------------------------------------------------------


@administrator_required
def lock(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The list as it would be locked, and what stands in the way of whom; POST locks it."""
    exam, now = exam_for_staff(request, slug, number), timezone.now()
    lines = candidate_list.to_lock(exam, now) if exam.state == ExamState.OPEN else []
    form = LockForm(request.POST or None, initial={"seen": candidate_list.seen_in(lines)})
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            locking.lock(exam, seen=form.cleaned_data["seen"], by=person(request), now=now)
        except Refused as refusal:
            refused = str(refusal)
            form = LockForm(initial={"seen": candidate_list.seen_in(lines)})
        else:
            messages.success(request, _("The list of candidates is locked."))
            return redirect("assessment:exam", slug, number)
    problems = candidate_list.problems(lines)
    return TemplateResponse(
        request,
        "assessment/exam/registration/lock.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "form": form,
            "lines": lines,
            "problems": problems,
            "teams": len({line.candidate.participant.team_id for line in lines}),
            "undecided": undecided(exam).count(),
            "refused": refused,
            "obstacle": locking.obstacle_to_locking(exam, now),
        },
    )


def _reopening(exam: Exam, now: datetime) -> list[str]:
    told = undecided(exam).count()
    return [
        ngettext(
            "%(count)s student, who has neither registered nor said no, gets an e-mail with the reason.",
            "%(count)s students, who have neither registered nor said no, get an e-mail with the reason.",
            told,
        )
        % {"count": told},
        _("Who is on the list stays registered. Nobody can deliver before the list is locked again."),
        _("Evidence and attempts are reckoned anew when it is locked again."),
    ]


DEEDS: Mapping[str, Deed[Exam]] = {
    "reopen": Deed(
        title=gettext_lazy("Reopen the list"),
        button=gettext_lazy("Reopen the list"),
        done=gettext_lazy("The registration is open again."),
        run=locking.reopen,
        obstacle=lambda exam, user, now: _unless_administrator(user) or locking.obstacle_to_reopening(exam),
        consequences=_reopening,
        form=ReopenForm,
    ),
    "remove": Deed(
        title=gettext_lazy("Take the exam away"),
        button=gettext_lazy("Take it away"),
        done=gettext_lazy("The exam has been taken away."),
        run=setting_up.remove,
        obstacle=lambda exam, user, now: (
            _unless_administrator(user)
            or ("" if exam.state == ExamState.PLANNED else _("The registration has opened."))
        ),
        consequences=says(
            gettext_lazy("Nobody has heard of this exam, and nobody gets an e-mail."),
        ),
        form=forms.Form,
        color="danger",
    ),
}


def _unless_administrator(user: User) -> str:
    return "" if administers(user) else _("Only course administrators can do this.")


def deeds_of(exam: Exam, user: User, now: datetime) -> list[tuple[str | Promise, str]]:
    """What the person can do with the exam as a whole now, as (title, address)."""
    found: list[tuple[str | Promise, str]] = [
        (deed.title, reverse("assessment:exam_deed", args=[exam.cohort.slug, exam.number, key]))
        for key, deed in offered(DEEDS, exam, user, now)
    ]
    if administers(user) and not locking.obstacle_to_locking(exam, now):
        found.insert(
            0, (_("Lock the list"), reverse("assessment:exam_lock", args=[exam.cohort.slug, exam.number]))
        )
    return found


@administrator_required
def exam_deed(request: HttpRequest, slug: str, number: int, deed: str) -> HttpResponse:
    exam = exam_for_staff(request, slug, number)
    here = reverse("assessment:exam", args=[slug, number])
    is_over = deed == "remove" and request.method == "POST"
    return deed_page(
        request,
        DEEDS,
        deed,
        exam,
        template="assessment/exam/registration/deed.html",
        back=reverse("assessment:exams", args=[slug]) if is_over else here,
        context={"cohort": exam.cohort, "exam": exam, "who": _("Exam %(number)s") % {"number": number}},
    )
