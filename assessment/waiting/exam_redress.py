"""What waits after the grades are published: explanations, papers to grade anew, appeals to handle.

What a new examiner reads here names a paper by its code and nobody.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.emails.exam_redress import regraded_by
from assessment.models import AppealCandidate, Appointment, Explanation, GradeAppeal, Oral
from assessment.models.exam.regrading import THIRD, blind, lacks_somebody
from assessment.states import GradeAppealState
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting
from innoskole.deadlines.models import Kind
from innoskole.deadlines.rules import deadline, deadline_at


def redress_waits(user: User, now: datetime) -> list[Waiting]:
    """For examiners what they are to explain and grade anew, for course administrators appeals and overdue
    explanations, for a candidate the new oral. A person has few of each."""
    found = [*_to_explain(user), *_new_oral(user, now), *_to_regrade(user, now)]
    if has_role(user, Role.COURSE_ADMINISTRATOR):
        found += [*_to_handle(), *_lacking(), *_overdue(now)]
    return found


def _to_explain(user: User) -> Iterator[Waiting]:
    for asked in Explanation.objects.waiting().given_by(user).with_names():
        yield Waiting(
            _("Explain a grade"),
            reverse("assessment:explanation", args=[asked.pk]),
            due_at=_due(asked),
            since_at=asked.asked_at,
            explanation=_("The candidate’s period for an appeal stands still until then."),
        )


def _due(asked: Explanation) -> datetime:
    return deadline_at(deadline(Kind.EXPLANATION_GIVEN, asked.asked_at).day)


def _to_regrade(user: User, now: datetime) -> Iterator[Waiting]:
    appeals = GradeAppeal.objects.undecided().regraded_by(user).with_names()
    for appeal in appeals.exclude(state=GradeAppealState.RECEIVED):
        seen = blind(appeal, user)
        if seen is None:
            continue
        url = reverse("assessment:regrading", args=[appeal.pk])
        code = {"code": seen.paper.code}
        if seen.may_grade:
            yield Waiting(
                _("Grade the paper %(code)s anew") % code,
                url,
                due_at=deadline_at(regraded_by(seen.own.appointed_at)),
                since_at=seen.own.appointed_at,
            )
        elif seen.is_asked:
            yield Waiting(_("Agree on the grade of the paper %(code)s") % code, url)
        elif appeal.state == GradeAppealState.NEW_ORAL:
            yield from _oral_to_note(appeal, user, code, now)


def _oral_to_note(appeal: GradeAppeal, user: User, code: dict[str, str], now: datetime) -> Iterator[Waiting]:
    oral = Oral.objects.filter(appeal=appeal, starts_at__lte=now).first()
    if oral is None:
        return
    noted = oral.results.first()
    if noted is not None and noted.written_by_id == user.pk:
        return
    title = _("Confirm the oral on the paper %(code)s") if noted else _("Note the oral on the paper %(code)s")
    yield Waiting(title % code, reverse("assessment:regrading_oral", args=[appeal.pk]), since_at=oral.ends_at)


def _new_oral(user: User, now: datetime) -> Iterator[Waiting]:
    """The candidate's own new oral that is to come."""
    own = AppealCandidate.objects.standing().filter(candidate__participant__member__user=user)
    rows = Oral.objects.filter(
        appeal__state=GradeAppealState.NEW_ORAL, appeal__in=own.values("appeal"), starts_at__gt=now
    )
    for oral in rows.select_related("appeal__exam__cohort"):
        exam = oral.appeal.exam if oral.appeal else oral.paper.exam
        yield Waiting(
            _("Come to your new oral in %(room)s") % {"room": oral.room},
            reverse("assessment:grade_rights", args=[exam.cohort.slug, exam.number]),
            due_at=oral.starts_at,
        )


# --- Course administrators -------------------------------------------------------------------------------


def _to_handle() -> Iterator[Waiting]:
    """Appeals in which the school has the next step."""
    has_further = Appointment.objects.filter(appeal=OuterRef("pk"), place=THIRD)
    further = Q(~Exists(has_further), state=GradeAppealState.THIRD_ASSESSMENT)
    planned = Oral.objects.filter(appeal=OuterRef("pk"))
    unplanned = Q(~Exists(planned), state=GradeAppealState.NEW_ORAL)
    rows = GradeAppeal.objects.filter(Q(state=GradeAppealState.RECEIVED) | further | unplanned)
    titles = {
        GradeAppealState.RECEIVED: _("Handle an appeal against a grade: %(exam)s"),
        GradeAppealState.THIRD_ASSESSMENT: _("Appoint an examiner more after an appeal: %(exam)s"),
        GradeAppealState.NEW_ORAL: _("Plan a new oral after an appeal: %(exam)s"),
    }
    for appeal in rows.with_names():
        yield Waiting(
            titles[GradeAppealState(appeal.state)] % {"exam": appeal.exam},
            reverse("assessment:exam_appeal", args=_address(appeal)),
            since_at=appeal.received_at,
        )


def _address(appeal: GradeAppeal) -> tuple[str, int, int]:
    return appeal.exam.cohort.slug, appeal.exam.number, appeal.pk


def _lacking() -> Iterator[Waiting]:
    """Papers with new examiners of whom one was released, or has joined the cohort's staff. Few at a time."""
    for appeal in GradeAppeal.objects.filter(state=GradeAppealState.REGRADING).with_names():
        if lacks_somebody(appeal):
            yield Waiting(
                _("Appoint a new examiner after an appeal: %(exam)s") % {"exam": appeal.exam},
                reverse("assessment:exam_appeal_examiners", args=_address(appeal)),
                since_at=appeal.received_at,
                explanation=_("An examiner was released, or has joined the cohort’s staff."),
            )


def _overdue(now: datetime) -> Iterator[Waiting]:
    """Explanations that examiners have not given in time."""
    for asked in Explanation.objects.waiting().with_names():
        if now > _due(asked):
            exam = asked.grade.candidate.exam
            yield Waiting(
                _("An explanation is overdue: %(exam)s") % {"exam": exam},
                reverse("assessment:exam_appeals", args=[exam.cohort.slug, exam.number]),
                due_at=_due(asked),
                since_at=asked.asked_at,
                explanation=_("The candidate’s period for an appeal stands still until then."),
            )


QUESTIONS = (redress_waits,)
