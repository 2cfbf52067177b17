"""Letters about explanations and appeals: to each person on their own, without a mark or an explanation.

The new examiners' letters name a paper by its code, and nobody.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.models import Appointment, Candidate, Explanation, GradeAppeal, Oral
from assessment.models.exam.rights import Rights, explained, rights
from innoskole.accounts.models import User
from innoskole.deadlines.models import Kind
from innoskole.deadlines.rules import deadline, deadline_at
from innoskole.notifications import outbox
from innoskole.notifications.actions import cancel
from innoskole.notifications.models import Message
from innoskole.notifications.reasons import Reason

SAT = gettext_lazy("You got this because you have sat the exam.")
EXAMINES = gettext_lazy("You got this because you are an examiner of the exam.")
REASONS = {
    kind: Reason(label=label, why=why)
    for kind, label, why in (
        ("exam_explanation_asked", gettext_lazy("Receipt for asking for an explanation"), SAT),
        ("exam_explanation_given", gettext_lazy("Explanation of a grade given"), SAT),
        ("exam_appeal_received", gettext_lazy("Receipt for an appeal against a grade"), SAT),
        ("exam_appeal_joinable", gettext_lazy("Appeal of the group that can be joined"), SAT),
        ("exam_appeal_withdrawn", gettext_lazy("Appeal against a grade withdrawn"), SAT),
        ("exam_appeal_dismissed", gettext_lazy("Appeal against a grade dismissed"), SAT),
        ("exam_appeal_regrading", gettext_lazy("Paper with new examiners"), SAT),
        ("exam_appeal_oral", gettext_lazy("New oral after an appeal"), SAT),
        ("exam_appeal_oral_planned", gettext_lazy("Time of the new oral"), SAT),
        ("exam_appeal_decided", gettext_lazy("Appeal against a grade decided"), SAT),
        ("exam_fault_decided", gettext_lazy("Appeal because of a formal fault decided"), SAT),
        ("exam_fault_regraded", gettext_lazy("Formal fault found"), SAT),
        ("exam_explanation_wanted", gettext_lazy("Explanation of a grade asked for"), EXAMINES),
        ("exam_explanation_off", gettext_lazy("Explanation no longer asked for"), EXAMINES),
        ("exam_regrading_asked", gettext_lazy("Paper to grade anew"), EXAMINES),
        ("exam_regrading_off", gettext_lazy("Paper no longer to be graded"), EXAMINES),
        ("exam_regrading_oral", gettext_lazy("Time of a new oral"), EXAMINES),
        ("exam_regrading_confirm", gettext_lazy("Oral to be confirmed"), EXAMINES),
    )
}

# In the language of the letter, and not of the one who causes it.
in_words = lazy(explained, str)


# --- Explanations ----------------------------------------------------------------------------------------


def explanation_asked(asked: Explanation, *, now: datetime) -> None:
    """The receipt to the candidate, and what is asked of the examiners who set the grade."""
    candidate = asked.grade.candidate
    due_on = deadline(Kind.EXPLANATION_GIVEN, asked.asked_at).day
    _candidate(
        candidate,
        "exam_explanation_asked",
        key=asked.pk,
        now=now,
        about=candidate,
        asked=asked,
        due_on=due_on,
    )
    for user in explainers(asked):
        _examiner(
            user,
            "exam_explanation_wanted",
            key=f"{asked.pk}:{user.pk}",
            url=_page("explanation", asked.pk),
            about=candidate,
            now=now,
            asked=asked,
            exam=candidate.exam,
            due_on=due_on,
        )


def explanation_withdrawn(asked: Explanation, *, now: datetime) -> None:
    """To the examiners: what has not left is cancelled, and who has heard of it hears that it is off."""
    candidate = asked.grade.candidate
    waiting = Message.objects.filter(
        state=Message.State.QUEUED, key__startswith=f"exam_explanation_wanted:{asked.pk}:"
    )
    for message in waiting.select_for_update():
        cancel(message, by=None, now=now, reason=_("Something newer has overtaken this letter."))
    for user in explainers(asked):
        if not Message.objects.filter(
            key=f"exam_explanation_wanted:{asked.pk}:{user.pk}", state=Message.State.VOID
        ).exists():
            _examiner(
                user,
                "exam_explanation_off",
                key=f"{asked.pk}:{user.pk}",
                url=_page("explanation", asked.pk),
                about=candidate,
                now=now,
                exam=candidate.exam,
            )


def explanation_given(given: Explanation, *, now: datetime) -> None:
    """It can be read on the candidate's own page, and until when one can appeal."""
    candidate = given.grade.candidate
    found = rights(candidate)
    assert found is not None, "an explanation is of a published grade"
    clock = found.appeal_clock
    _candidate(
        candidate,
        "exam_explanation_given",
        key=given.pk,
        now=now,
        about=candidate,
        until=deadline_at(clock.until_on) if clock.until_on else None,
        why=in_words(clock),
    )


def explainers(asked: Explanation) -> list[User]:
    """The examiners who set the grade that is to be explained."""
    rows = Appointment.objects.filter(paper=asked.grade.candidate.paper_id, appeal=asked.grade.appeal_id)
    users = [each.examiner.user for each in rows.select_related("examiner__user").order_by("place")]
    return [user for user in users if user.is_active]


# --- To those whom an appeal is for ----------------------------------------------------------------------


def received(appeal: GradeAppeal, candidate: Candidate, *, now: datetime) -> None:
    """The receipt, to the one who has sent it or joined it."""
    _concerned(appeal, candidate, "exam_appeal_received", key=now.isoformat(), now=now)


def can_be_joined(appeal: GradeAppeal, others: Iterable[Rights], *, now: datetime) -> None:
    """To the others of the group: it counts for those alone who join it, and until when one can."""
    for each in others:
        _concerned(
            appeal,
            each.candidate,
            "exam_appeal_joinable",
            now=now,
            until=each.due_at(appeal.kind, now),
        )


def with_new_examiners(appeal: GradeAppeal, *, now: datetime) -> None:
    _all(appeal, "exam_appeal_regrading", now=now)


def new_oral_follows(appeal: GradeAppeal, *, now: datetime) -> None:
    """The grade of the paper has changed: not how, before the appeal is decided."""
    _all(appeal, "exam_appeal_oral", now=now)


def decided(appeal: GradeAppeal, *, now: datetime) -> None:
    """The answer stands on the candidate's own page."""
    _all(appeal, "exam_appeal_decided", now=now)


def withdrawn(appeal: GradeAppeal, candidate: Candidate, *, now: datetime) -> None:
    """To the one who has withdrawn; the others of the appeal go on."""
    _concerned(appeal, candidate, "exam_appeal_withdrawn", key=now.isoformat(), now=now)


def dismissed(appeal: GradeAppeal, *, now: datetime) -> None:
    """Why it is not taken up, and until when that can be appealed (forvaltningsloven § 29)."""
    _all(appeal, "exam_appeal_dismissed", now=now, until_on=deadline(Kind.ADMISSION_APPEAL, now).day)


def fault_decided(appeal: GradeAppeal, *, now: datetime) -> None:
    """Whether something went wrong and why, and until when that can be appealed (forvaltningsloven § 29)."""
    is_found = appeal.outcome == GradeAppeal.Outcome.FAULT_FOUND
    until_on = deadline(Kind.ADMISSION_APPEAL, now).day
    _all(appeal, "exam_fault_decided", now=now, is_found=is_found, until_on=until_on)


def fault_is_regraded(appeal: GradeAppeal, *, now: datetime) -> None:
    _all(appeal, "exam_fault_regraded", now=now)


def new_oral_planned(oral: Oral, *, now: datetime) -> None:
    """When and where: to those whom the appeal is for, and to the new examiners. A later one replaces it."""
    appeal = oral.appeal
    assert appeal is not None, "a new oral follows an appeal"
    kinds = ("exam_appeal_oral_planned", "exam_regrading_oral")
    waiting = Message.objects.about(appeal).filter(state=Message.State.QUEUED, kind__in=kinds)
    for message in waiting.select_for_update():
        cancel(message, by=None, now=now, reason=_("Something newer has overtaken this letter."))
    _all(appeal, "exam_appeal_oral_planned", key=now.isoformat(), now=now, oral=oral)
    for user in _appointed(appeal):
        _new_examiner(user, "exam_regrading_oral", appeal, key=now.isoformat(), now=now, oral=oral)


def _all(appeal: GradeAppeal, template: str, *, now: datetime, key: str = "", **context: Any) -> None:
    """To everybody who has not left it."""
    standing = Candidate.objects.filter(appeals__appeal=appeal, appeals__left_at=None)
    for candidate in standing.with_names().in_order():
        _concerned(appeal, candidate, template, key=key, now=now, **context)


def _concerned(
    appeal: GradeAppeal, candidate: Candidate, template: str, *, now: datetime, key: str = "", **context: Any
) -> None:
    _candidate(
        candidate,
        template,
        key=f"{appeal.pk}:{candidate.pk}:{key}" if key else f"{appeal.pk}:{candidate.pk}",
        now=now,
        about=appeal,
        appeal=appeal,
        is_fault=appeal.kind == GradeAppeal.Kind.FORMAL_FAULT,
        **context,
    )


# --- To the new examiners --------------------------------------------------------------------------------


def asked_to_grade_anew(appointment: Appointment, *, now: datetime) -> None:
    """A paper by its code, and until when: no name, no grade, no words of the candidate."""
    assert appointment.appeal is not None, "a new examiner is appointed after an appeal"
    due_on = regraded_by(appointment.appointed_at)
    _new_examiner(
        appointment.examiner.user,
        "exam_regrading_asked",
        appointment.appeal,
        key=str(appointment.pk),
        now=now,
        due_on=due_on,
    )


def regraded_by(appointed_at: datetime) -> date:
    """Grading anew takes no longer than grading: by the same rule, from the day of the appointment."""
    return deadline(Kind.GRADING, appointed_at).day


def released(appeal: GradeAppeal, user: User, *, now: datetime) -> None:
    """Somebody else grades the paper."""
    _new_examiner(user, "exam_regrading_off", appeal, key=now.isoformat(), now=now)


def nothing_more_to_grade(appeal: GradeAppeal, *, now: datetime) -> None:
    for user in _appointed(appeal):
        released(appeal, user, now=now)


def oral_to_confirm(oral: Oral, by: User, *, now: datetime) -> None:
    """A colleague has noted the new oral; the others can confirm it."""
    assert oral.appeal is not None, "a new oral follows an appeal"
    for user in _appointed(oral.appeal):
        if user != by:
            _new_examiner(user, "exam_regrading_confirm", oral.appeal, key=now.isoformat(), now=now)


def _appointed(appeal: GradeAppeal) -> Iterable[User]:
    rows = appeal.appointments.select_related("examiner__user").order_by("place")
    return [each.examiner.user for each in rows if each.examiner.user.is_active]


def _new_examiner(
    user: User, template: str, appeal: GradeAppeal, *, key: str, now: datetime, **context: Any
) -> None:
    paper = appeal.appointments.select_related("paper").filter(examiner__user=user)[0].paper
    _examiner(
        user,
        template,
        key=f"{appeal.pk}:{user.pk}:{key}",
        url=_page("regrading", appeal.pk),
        about=appeal,
        now=now,
        code=paper.code,
        exam=appeal.exam,
        **context,
    )


# --- Asked by all ----------------------------------------------------------------------------------------


def _page(name: str, *args: object) -> str:
    return f"{settings.BASE_URL}{reverse(f'assessment:{name}', args=args)}"


def _candidate(
    candidate: Candidate, template: str, *, key: object, now: datetime, about: Model, **context: Any
) -> None:
    exam, member = candidate.exam, candidate.participant.member
    outbox.post(
        key=f"{template}:{key}",
        kind=template,
        to=member.user or member.email,
        template=template,
        context={
            "recipient_name": member.name,
            "exam": exam,
            "url": _page("grade_rights", exam.cohort.slug, exam.number),
            **context,
        },
        about=about,
        now=now,
    )


def _examiner(
    user: User, template: str, *, key: str, url: str, about: Model, now: datetime, **context: Any
) -> None:
    outbox.post(
        key=f"{template}:{key}",
        kind=template,
        to=user,
        template=template,
        context={"recipient_name": user.name, "url": url, **context},
        about=about,
        now=now,
    )
