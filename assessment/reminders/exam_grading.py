"""What examiners are reminded of, and what administrators hear when the deadline of grading comes near."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessment.models import Appointment, Candidate, Exam, Oral, ProvisionalGrade
from assessment.models.exam.progress import UNGRADED, with_deadline
from assessment.states import ExamState
from innoskole.accounts.models import User
from innoskole.reminders.kinds import Kind, Recipient, at_the_end_of
from innoskole.reminders.steps import Rule

WHY = gettext_lazy("You get this because you are an examiner of the exam.")
ADMINISTRATES = gettext_lazy("You get this because you are a course administrator.")
NAMES = ("examiner__user", "paper__exam__cohort__intake", "paper__team__application__lead")


def _ungraded() -> "QuerySet[Appointment]":
    """Appointments to papers of which somebody still waits for a confirmed grade."""
    people = Candidate.objects.filter(paper=OuterRef("paper"), state__in=UNGRADED)
    rows = Appointment.objects.filter(Exists(people), appeal=None, paper__exam__state=ExamState.GRADING)
    return rows.exclude(paper__version=0).select_related(*NAMES)


def _unsubmitted() -> "QuerySet[Appointment]":
    """Those of which the examiner has submitted no grade: due when the oral begins, or on the first day of
    orals while it has not been planned."""
    given = ProvisionalGrade.objects.filter(appointment=OuterRef("pk"), submitted_at__isnull=False)
    orals = Oral.objects.filter(paper=OuterRef("paper"), appeal=None).values("starts_at")[:1]
    rows = at_the_end_of(_ungraded().filter(~Exists(given)), "paper__exam__oral_from_on", name="orals_at")
    dated: QuerySet[Appointment] = rows.annotate(due_at=Coalesce(Subquery(orals), "orals_at"))
    return dated


def _examiner(appointment: Appointment) -> Iterator[Recipient]:
    if appointment.examiner.user.is_active:
        yield Recipient.of(appointment.examiner.user)


def _of_paper(appointment: Appointment, recipient: Recipient) -> str:
    return f"{settings.BASE_URL}{reverse('assessment:grading_paper', args=[appointment.paper.code])}"


PROVISIONAL = Kind(
    key="exam-provisional",
    label=gettext_lazy("Provisional grade of a paper"),
    demand=gettext_lazy("Submit your grade by {when}"),
    why=WHY,
    open=_unsubmitted,
    due_field="due_at",
    since_field="appointed_at",
    to=_examiner,
    title=lambda appointment: _("The paper of %(team)s waits for your grade") % {"team": appointment.paper},
    url=_of_paper,
    scope=lambda appointment: appointment.paper.exam.cohort.intake.slug,
    about=lambda appointment: appointment.paper,
    rule=Rule(before=(7, 2), every=2, most=3),
)

GRADING = Kind(
    key="exam-grading",
    label=gettext_lazy("Grading of the exam"),
    demand=gettext_lazy("Confirm the grades by {when}"),
    why=WHY,
    open=lambda: with_deadline(_ungraded(), "paper__exam"),
    due_field="due_at",
    since_field="appointed_at",
    to=_examiner,
    title=lambda appointment: _("%(team)s waits for its grades") % {"team": appointment.paper},
    url=_of_paper,
    scope=lambda appointment: appointment.paper.exam.cohort.intake.slug,
    about=lambda appointment: appointment.paper,
    rule=Rule(before=(7, 3, 1), every=1, most=5),
)


# --- Escalation ------------------------------------------------------------------------------------------


def _unpublished() -> "QuerySet[Exam]":
    """Exams whose grades are not published, with those who still wait for one."""
    waiting = Prefetch("candidates", Candidate.objects.filter(state__in=UNGRADED), to_attr="waiting")
    rows = Exam.objects.filter(state=ExamState.GRADING).with_names().prefetch_related(waiting)
    return with_deadline(rows, "pk")


def _administrators(exam: Exam) -> Iterator[Recipient]:
    """All of them: a grade that is late is the school's matter. One query."""
    for user in User.objects.filter(is_course_administrator=True, is_active=True).in_order():
        yield Recipient.of(user)


def _lateness(exam: Exam) -> str:
    """How many wait, and never for what."""
    count = len(exam.waiting)  # type: ignore[attr-defined]  # of _unpublished
    if not count:
        return _("The grades of %(cohort)s are confirmed and not published") % {"cohort": exam.cohort}
    return ngettext(
        "%(count)s candidate of %(cohort)s has no confirmed grade",
        "%(count)s candidates of %(cohort)s have no confirmed grade",
        count,
    ) % {"count": count, "cohort": exam.cohort}


PUBLICATION = Kind(
    key="exam-publication",
    label=gettext_lazy("Publication of the grades"),
    demand=gettext_lazy("Publish the grades by {when}"),
    why=ADMINISTRATES,
    open=_unpublished,
    due_field="due_at",
    since_field="locked_at",
    to=_administrators,
    title=_lateness,
    url=lambda exam, recipient: (
        f"{settings.BASE_URL}{reverse('assessment:exam_progress', args=[exam.cohort.slug, exam.number])}"
    ),
    scope=lambda exam: exam.cohort.intake.slug,
    about=lambda exam: exam,
    rule=Rule(before=(3, 1), every=1, most=10),
    to_many=True,
)

KINDS = (PROVISIONAL, GRADING, PUBLICATION)
