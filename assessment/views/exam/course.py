"""A participant's own page of the exam: when it is, whether they take it, and how far it has come."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.views.deeds import Deed, Deeds, deed_page, offered
from assessment.actions.exam import registration as actions
from assessment.models import Candidate, Exam
from assessment.models.exam import registration as rules
from assessment.models.readiness import Aim, Standing, standing
from assessment.states import CandidateState, ExamState
from assessment.views.exam.access import own_part
from assessment.views.exam.sections import sections_of
from cohorts.models import Participant
from cohorts.views.rooms import participant_for
from innoskole.accounts.guards import person
from innoskole.deadlines.rules import deadline_at, explain
from innoskole.ui import formats


def own(request: HttpRequest, slug: str) -> HttpResponse:
    """The latest exam of the cohort with what the person can do, and their earlier ones."""
    participant, now = own_part(request, slug), timezone.now()
    exams = list(Exam.objects.filter(cohort=participant.team.cohort_id).order_by("-number"))
    for each in exams:
        each.cohort = participant.team.cohort
    candidacies = _candidacies(participant, exams)
    one = standing(participant, now)
    current = _current(exams, candidacies, participant)
    candidate = candidacies.get(current.pk) if current else None
    until = rules.deregistration(current) if current else None
    return TemplateResponse(
        request,
        "assessment/exam/registration/own.html",
        {
            "participant": participant,
            "standing": one,
            "is_student": one.aim == Aim.EXAM,
            "exam": current,
            "candidate": candidate,
            "is_registered": candidate is not None and candidate.state == CandidateState.REGISTERED,
            "obstacle": _obstacle(current, participant, one, candidate, now)
            if current and participant.is_present
            else "",
            "deregisters_until": deadline_at(until.day) if until else None,
            "why_then": explain(until) if until else "",
            "deeds": offered(_deeds(current, one, candidate), participant, person(request), now)
            if current and participant.is_present
            else [],
            "sections": [
                (each, sections_of(each, now))
                for each in sorted(candidacies.values(), key=lambda each: -each.exam.number)
            ],
        },
    )


def own_deed(request: HttpRequest, slug: str, number: int, deed: str) -> HttpResponse:
    """Register, deregister, or take no exam."""
    participant, now = participant_for(request, slug), timezone.now()
    exam = get_object_or_404(Exam, cohort=participant.team.cohort_id, number=number)
    exam.cohort = participant.team.cohort
    candidate = _candidacies(participant, [exam]).get(exam.pk)
    return deed_page(
        request,
        _deeds(exam, standing(participant, now), candidate),
        deed,
        participant,
        template="assessment/exam/registration/own_deed.html",
        back=reverse("assessment:course_exam", args=[slug]),
        context={"participant": participant, "exam": exam},
    )


def _candidacies(participant: Participant, exams: Sequence[Exam]) -> dict[int, Candidate]:
    """Key of the exam → the person's own row. One query."""
    by_pk = {exam.pk: exam for exam in exams}
    rows = Candidate.objects.filter(participant=participant, exam__in=by_pk).select_related("paper")
    found = {each.exam_id: each for each in rows.order_by("-exam__number")}
    for pk, each in found.items():
        each.exam, each.participant = by_pk[pk], participant
    return found


def _current(
    exams: Sequence[Exam], candidacies: dict[int, Candidate], participant: Participant
) -> Exam | None:
    """The newest; but who sits or has sat an earlier one stays with that, unless the newest calls them.

    At most one query.
    """
    if not exams or exams[0].pk in candidacies:
        return exams[0] if exams else None
    sat = next((exam for exam in exams if exam.pk in candidacies and candidacies[exam.pk].is_sitting), None)
    if sat is None or rules.undecided(exams[0]).filter(pk=participant.pk).exists():
        return exams[0]
    return sat


def _obstacle(
    exam: Exam, participant: Participant, one: Standing, candidate: Candidate | None, now: datetime
) -> str:
    attempts = rules.spent_attempts([participant], besides=exam)[participant.pk]
    return rules.obstacle(exam, one, candidate, attempts=attempts, now=now)


def _has_sat(exam: Exam, participant: Participant) -> bool:
    others = Candidate.objects.filter(participant=participant).exclude(exam=exam)
    return others.filter(state__in=rules.HAS_SAT).exists()


def _registering(exam: Exam) -> list[str | Promise]:
    until = rules.deregistration(exam)
    return [
        _("The group delivers its paper between %(opens)s and %(due)s.")
        % {"opens": formats.moment(exam.paper_opens_at), "due": formats.moment(exam.paper_due_at)},
        _("You can deregister until %(until)s. %(why)s")
        % {"until": formats.moment(deadline_at(until.day)), "why": explain(until)},
        _("After that, who does not sit the exam uses an attempt, unless the reason is a valid one."),
        _("You get a receipt by e-mail."),
    ]


def _deeds(exam: Exam, one: Standing, candidate: Candidate | None) -> Deeds[Participant]:
    return {
        "register": Deed(
            title=gettext_lazy("Register for the exam"),
            button=gettext_lazy("Register for the exam"),
            done=gettext_lazy("You are registered. A receipt comes by e-mail."),
            run=partial(actions.register, exam),
            obstacle=lambda participant, user, now: _obstacle(exam, participant, one, candidate, now),
            consequences=lambda participant, now: _registering(exam),
            form=forms.Form,
        ),
        "deregister": Deed(
            title=gettext_lazy("Deregister from the exam"),
            button=gettext_lazy("Deregister from the exam"),
            done=gettext_lazy("You are not registered any more. A receipt comes by e-mail."),
            run=partial(actions.deregister, exam),
            obstacle=lambda participant, user, now: rules.obstacle_to_deregistering(exam, candidate, now),
            consequences=lambda participant, now: _deregistering(exam, now),
            form=forms.Form,
            color="danger",
        ),
        "no-exam": Deed(
            title=gettext_lazy("Take no exam"),
            button=gettext_lazy("I take no exam"),
            done=gettext_lazy("Your answer is saved. A receipt comes by e-mail."),
            run=partial(actions.opt_out, exam),
            obstacle=lambda participant, user, now: rules.obstacle_to_opting_out(
                exam, one, candidate, has_sat=_has_sat(exam, participant), now=now
            ),
            consequences=lambda participant, now: _opting_out(exam, now),
            form=forms.Form,
        ),
    }


def _deregistering(exam: Exam, now: datetime) -> list[str | Promise]:
    return [
        _("You do not sit this exam. No attempt is used."),
        _registers_again(exam, now),
        _("You get a receipt by e-mail."),
    ]


def _opting_out(exam: Exam, now: datetime) -> list[str | Promise]:
    return [
        _("You get a certificate of attendance when what it asks for is in place, and no credits."),
        _registers_again(exam, now),
        _("You get a receipt by e-mail."),
    ]


def _registers_again(exam: Exam, now: datetime) -> str:
    if exam.state == ExamState.OPEN and now <= exam.registration_closes_at:
        return _("You can change your mind and register until %(closes)s.") % {
            "closes": formats.moment(exam.registration_closes_at)
        }
    return _("The registration has closed: you cannot register for this exam again.")
