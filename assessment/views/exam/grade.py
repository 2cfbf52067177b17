"""A candidate's own grade after publication: its explanation, appeals against it, and when it is final."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.views.deeds import Deed, Deeds, deed_page, offered
from assessment.actions.exam import appeals as actions
from assessment.actions.exam import explanations
from assessment.forms.exam_redress import AppealForm, AskForm, FaultForm
from assessment.models import AppealCandidate, Candidate, Explanation, GradeAppeal, OralResult
from assessment.models.exam.regrading import new_oral
from assessment.models.exam.rights import Rights, explained, rights
from assessment.states import CandidateState, ExplanationState, GradeAppealState
from assessment.views.exam.access import candidate_for
from innoskole.accounts.guards import person
from innoskole.accounts.models import User
from innoskole.deadlines.models import Kind
from innoskole.deadlines.rules import deadline_at, explain
from innoskole.ui import formats

GRADE, FAULT = GradeAppeal.Kind.GRADE, GradeAppeal.Kind.FORMAL_FAULT
ASKING = ("explanation", "take-back")


def rights_page(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The grade, and what can still be asked for: every deadline with how it comes about."""
    found, now = _rights(request, slug, number), timezone.now()
    deeds = offered(_deeds(found), found.candidate, person(request), now)
    return TemplateResponse(
        request,
        "assessment/exam/redress/own.html",
        {
            **_about(found),
            "rights": found,
            "explanation_due": deadline_at(
                found.rules.deadline(Kind.EXPLANATION_GIVEN, found.explanation.asked_at).day
            )
            if found.explanation
            else None,
            "former_explanations": _former_explanations(found),
            "why_asked": explain(found.request_due),
            "too_late_to_ask": found.obstacle_to_asking(now),
            "may_ask_about_oral": found.may_ask_about_oral(now),
            "clocks": [
                (kind, found.clock(kind), _until(found, kind), found.is_late(kind, now))
                for kind in (GRADE, FAULT)
            ],
            "appeals": [(each, new_oral(each.appeal)) for each in _all_appeals(found.candidate)],
            "missed": _missed_oral(found.candidate),
            "asking": [each for each in deeds if each[0] in ASKING],
            "appealing": [each for each in deeds if each[0] not in ASKING],
            "is_final": found.candidate.state == CandidateState.FINAL,
        },
    )


def deed(request: HttpRequest, slug: str, number: int, deed: str) -> HttpResponse:
    """Ask for an explanation, appeal, or take one of them back."""
    found = _rights(request, slug, number)
    return deed_page(
        request,
        _deeds(found),
        deed,
        found.candidate,
        template="assessment/exam/redress/own_deed.html",
        back=reverse("assessment:grade_rights", args=[slug, number]),
        context=_about(found),
    )


def section(candidate: Candidate, now: datetime) -> Mapping[str, Any] | None:
    """What stands about it on the candidate's own page of the exam; None before publication."""
    found = rights(candidate)
    if found is None:
        return None
    return {
        "rights": found,
        "is_final": found.candidate.state == CandidateState.FINAL,
        "until": _until(found, GRADE),
        "url": reverse("assessment:grade_rights", args=[candidate.exam.cohort.slug, candidate.exam.number]),
    }


def _rights(request: HttpRequest, slug: str, number: int) -> Rights:
    """404 before publication: there is nothing to ask about, and no sign of how far grading has come."""
    found = rights(candidate_for(request, slug, number))
    if found is None:
        raise Http404
    return found


def _about(found: Rights) -> dict[str, Any]:
    return {"participant": found.candidate.participant, "exam": found.candidate.exam, "grade": found.grade}


def _until(found: Rights, kind: str) -> datetime | None:
    """The last minute for an appeal; None while the clock stands still, or when none can be sent."""
    if found.obstacle_to_appealing(kind):
        return None
    until_on = found.clock(kind).until_on
    return deadline_at(until_on) if until_on else None


def _all_appeals(candidate: Candidate) -> list[AppealCandidate]:
    """The candidate's part in each, the newest first."""
    rows = AppealCandidate.objects.filter(candidate=candidate).select_related("appeal__sent_by")
    return list(rows.order_by("-joined_at", "-pk"))


def _former_explanations(found: Rights) -> list[Explanation]:
    """Of the grades that the present one has taken the place of: what was explained stays readable."""
    if found.grade.version == 1:
        return []
    given = Explanation.objects.filter(grade__candidate=found.candidate, state=ExplanationState.GIVEN)
    return list(given.exclude(grade=found.grade).select_related("grade", "given_by"))


def _missed_oral(candidate: Candidate) -> set[int]:
    """Keys of the decided appeals to whose new oral the candidate did not come."""
    rows = OralResult.objects.filter(candidate=candidate, was_absent=True)
    return set(
        rows.filter(oral__appeal__state=GradeAppealState.DECIDED).values_list("oral__appeal", flat=True)
    )


# --- What can be done ------------------------------------------------------------------------------------


def _deeds(found: Rights) -> Deeds[Candidate]:
    return {
        "explanation": Deed(
            title=gettext_lazy("Ask for an explanation"),
            button=gettext_lazy("Ask for an explanation"),
            done=gettext_lazy("You have asked for an explanation. A receipt comes by e-mail."),
            run=explanations.ask,
            obstacle=lambda candidate, user, now: found.obstacle_to_asking(now),
            consequences=lambda candidate, now: _asking(found, now),
            form=AskForm,
            given=lambda candidate, now: {"with_oral": found.may_ask_about_oral(now)},
        ),
        "take-back": Deed(
            title=gettext_lazy("Take the request for an explanation back"),
            button=gettext_lazy("Take it back"),
            done=gettext_lazy("You have taken the request back."),
            run=partial(_take_back, found),
            obstacle=lambda candidate, user, now: _obstacle_to_taking_back(found),
            consequences=lambda candidate, now: [
                _("You get no explanation, and cannot ask for one again."),
                _("The period for an appeal runs on. The days on which it stood still are added."),
                _("Your examiners get an e-mail that no explanation is needed."),
            ],
            form=forms.Form,
            color="danger",
        ),
        "against-grade": Deed(
            title=gettext_lazy("Appeal against the grade"),
            button=gettext_lazy("Send the appeal"),
            done=gettext_lazy("Your appeal is received. A receipt comes by e-mail."),
            run=partial(actions.receive, kind=GRADE),
            obstacle=lambda candidate, user, now: found.obstacle_to_appealing(GRADE),
            consequences=lambda candidate, now: _appealing(found, now),
            form=AppealForm,
        ),
        "formal-fault": Deed(
            title=gettext_lazy("Appeal because of a formal fault"),
            button=gettext_lazy("Send the appeal"),
            done=gettext_lazy("Your appeal is received. A receipt comes by e-mail."),
            run=partial(actions.receive, kind=FAULT),
            obstacle=lambda candidate, user, now: found.obstacle_to_appealing(FAULT),
            consequences=lambda candidate, now: [
                *_lateness(found, FAULT, now),
                _("The school decides whether something went wrong, also at the oral, that can matter."),
                _("If it did, the paper is graded anew or you can sit a new exam, as the school decides."),
                _("The period for an appeal against the grade stands still until the school has decided."),
                _("You get a receipt by e-mail."),
            ],
            form=FaultForm,
        ),
        "withdraw": _withdrawing(found, GRADE, gettext_lazy("Withdraw the appeal against the grade")),
        "withdraw-fault": _withdrawing(
            found, FAULT, gettext_lazy("Withdraw the appeal because of a formal fault")
        ),
    }


def _withdrawing(found: Rights, kind: str, title: str | Promise) -> Deed[Candidate]:
    return Deed(
        title=title,
        button=gettext_lazy("Withdraw the appeal"),
        done=gettext_lazy("The appeal is withdrawn."),
        run=partial(_withdraw, found, kind),
        obstacle=lambda candidate, user, now: _obstacle_to_withdrawing(found, kind),
        consequences=lambda candidate, now: [
            _("The grade stands."),
            _("You can appeal again only while the period for it has not run out."),
            _("If others of your group have joined it, they go on without you."),
            _("You get an e-mail."),
        ],
        form=forms.Form,
        color="danger",
    )


def _asking(found: Rights, now: datetime) -> list[str | Promise]:
    says: list[str | Promise] = [
        _("One of your examiners gives it, normally within two weeks."),
        _("The period for an appeal stands still, and begins anew on the day on which it is given."),
        _("Your examiners get an e-mail, and you a receipt."),
    ]
    if found.may_ask_about_oral(now):
        says.append(
            _("The oral is explained only if you ask at once: until %(moment)s.")
            % {"moment": formats.moment(found.oral_until)}
        )
    return says


def _appealing(found: Rights, now: datetime) -> list[str | Promise]:
    exam = found.candidate.exam
    says = [
        *_lateness(found, GRADE, now),
        _("New examiners grade the paper. They see neither your grade, nor its explanation, nor your words."),
        _("The new grade can be better, the same or worse, and cannot be appealed against."),
        _("The oral itself cannot be appealed against, except for formal faults."),
    ]
    if exam.new_oral_after_change:
        says.append(_("If the grade of the paper changes, a new oral follows."))
    joinable = GradeAppeal.objects.joinable_by(found.candidate).select_related("sent_by").first()
    if exam.appeal_is_joint and not found.is_late(GRADE, now) and joinable:
        says.append(_("You join the appeal that %(name)s has sent.") % {"name": joinable.sent_by})
    elif exam.appeal_is_joint:
        says.append(
            _("It counts for you. The others in your group get an e-mail and can join it, each on their own.")
        )
    else:
        says.append(_("The appeal counts for you alone. The others in your group keep their grades."))
    says.append(_("You can withdraw it until the paper is graded anew."))
    return says


def _lateness(found: Rights, kind: str, now: datetime) -> list[str | Promise]:
    if not found.is_late(kind, now):
        return [explained(found.clock(kind))]
    return [
        _("The last day has passed. You can send it all the same, and the school decides if it is taken up."),
        explained(found.clock(kind)),
    ]


def _take_back(found: Rights, candidate: Candidate, *, by: User, now: datetime) -> None:
    if found.explanation is None:
        raise Http404
    explanations.withdraw(found.explanation, by=by, now=now)


def _obstacle_to_taking_back(found: Rights) -> str:
    if found.explanation is not None and found.explanation.state == ExplanationState.ASKED:
        return ""
    return _("No explanation waits to be given.")


def _withdraw(found: Rights, kind: str, candidate: Candidate, *, by: User, now: datetime) -> None:
    appeal = found.open_appeal(kind)
    if appeal is None:
        raise Http404
    actions.withdraw(appeal, by=by, now=now)


def _obstacle_to_withdrawing(found: Rights, kind: str) -> str:
    appeal = found.open_appeal(kind)
    if appeal is None:
        return _("No appeal waits to be decided.")
    return actions.obstacle_to_withdrawing(appeal)
