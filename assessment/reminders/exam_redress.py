"""What examiners and the school are reminded of after publication: explanations, appeals, papers to grade."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Case, DateTimeField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.emails.exam_redress import explainers
from assessment.models import Appointment, Explanation, GradeAppeal
from assessment.models.exam.regrading import THIRD
from assessment.states import GradeAppealState
from innoskole.accounts.models import User
from innoskole.deadlines.models import Kind as DeadlineKind
from innoskole.deadlines.rules import deadline, deadline_at
from innoskole.reminders.kinds import Kind, Recipient
from innoskole.reminders.steps import Rule
from innoskole.ui import formats

EXAMINER = gettext_lazy("You get this because you are an examiner of the exam.")


def _page(name: str, *args: object) -> str:
    return f"{settings.BASE_URL}{reverse(f'assessment:{name}', args=args)}"


def with_due(rows: "QuerySet[Any]", kind: DeadlineKind, since: str) -> "QuerySet[Any]":
    """The rows with the last minute of a period that is counted from the day of a moment. since: its field.

    One query, and one for each day that there is.
    """
    days: dict[date, list[int]] = {}
    moments: Iterable[tuple[int, datetime]] = rows.order_by("pk").values_list("pk", since)
    for pk, moment in moments:
        days.setdefault(formats.local(moment).date(), []).append(pk)
    whens = [When(pk__in=pks, then=Value(deadline_at(deadline(kind, day).day))) for day, pks in days.items()]
    annotated: QuerySet[Any] = rows.annotate(due_at=Case(*whens, output_field=DateTimeField()))
    return annotated


# --- Explanations ----------------------------------------------------------------------------------------


def _unexplained() -> "QuerySet[Explanation]":
    rows = Explanation.objects.waiting().with_names()
    return with_due(rows, DeadlineKind.EXPLANATION_GIVEN, "asked_at")


EXPLANATION = Kind(
    key="explanation",
    label=gettext_lazy("Giving an explanation of a grade"),
    demand=gettext_lazy("Explain the grade by {when}"),
    why=EXAMINER,
    open=_unexplained,
    due_field="due_at",
    since_field="asked_at",
    to=lambda asked: (Recipient.of(user) for user in explainers(asked)),
    title=lambda asked: (
        _("A candidate waits for an explanation of the grade (paper %(code)s)")
        % {"code": asked.grade.candidate.paper.code}
    ),
    url=lambda asked, recipient: _page("explanation", asked.pk),
    scope=lambda asked: asked.grade.candidate.exam.cohort.intake.slug,
    about=lambda asked: asked.grade.candidate,
    rule=Rule(before=(7, 2), every=7, most=3),
    to_many=True,
)


# --- Grading anew ----------------------------------------------------------------------------------------


def ungraded() -> "QuerySet[Appointment]":
    """New examiners who have not submitted a grade while one is asked of them."""
    ordinary = Q(appeal__state=GradeAppealState.REGRADING)
    further = Q(appeal__state=GradeAppealState.THIRD_ASSESSMENT, place=THIRD)
    rows = Appointment.objects.filter(ordinary | further, grade__submitted_at=None)
    return rows.select_related("examiner__user", "paper", "appeal__exam__cohort__intake")


def _regraders(appointment: Appointment) -> Iterator[Recipient]:
    if appointment.examiner.user.is_active:
        yield Recipient.of(appointment.examiner.user)


REGRADING = Kind(
    key="regrading",
    label=gettext_lazy("Grading a paper anew after an appeal"),
    demand=gettext_lazy("Grade the paper by {when}"),
    why=EXAMINER,
    open=lambda: with_due(ungraded(), DeadlineKind.GRADING, "appointed_at"),
    due_field="due_at",
    since_field="appointed_at",
    to=_regraders,
    title=lambda appointment: _("Paper %(code)s is to be graded anew") % {"code": appointment.paper.code},
    url=lambda appointment, recipient: _page("regrading", appointment.appeal_id),
    scope=lambda appointment: appointment.appeal.exam.cohort.intake.slug,
    about=lambda appointment: appointment.appeal,
    rule=Rule(before=(7, 2), every=7, most=3),
)


# --- The school ------------------------------------------------------------------------------------------


def _unanswered() -> "QuerySet[GradeAppeal]":
    """Appeals on which the school itself has the next step."""
    return GradeAppeal.objects.filter(state=GradeAppealState.RECEIVED).with_names()


def _administrators(appeal: GradeAppeal) -> Iterator[Recipient]:
    return (Recipient.of(user) for user in User.objects.administrators())


APPEAL = Kind(
    key="grade-appeal",
    label=gettext_lazy("An appeal against a grade that waits for the school"),
    demand=gettext_lazy("Handle the appeal"),
    why=gettext_lazy("You get this because you are a course administrator."),
    open=_unanswered,
    due_field="received_at",
    since_field="received_at",
    to=_administrators,
    title=lambda appeal: _("An appeal in %(exam)s waits for the school") % {"exam": appeal.exam},
    url=lambda appeal, recipient: _page(
        "exam_appeal", appeal.exam.cohort.slug, appeal.exam.number, appeal.pk
    ),
    scope=lambda appeal: appeal.exam.cohort.intake.slug,
    about=lambda appeal: appeal,
    rule=Rule(before=(), every=7, most=4),
    to_many=True,
    is_deadline=False,
)

KINDS = (EXPLANATION, REGRADING, APPEAL)
