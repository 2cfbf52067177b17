"""What students are reminded of before an exam: to say whether they take it, and that the paper opens."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.models import Candidate, Exam
from assessment.models.exam.registration import undecided
from assessment.states import CandidateState, ExamState
from innoskole.reminders.kinds import Kind, Recipient
from innoskole.reminders.steps import Rule

WHY = gettext_lazy("You get this because you take part in the innovation school for municipalities.")


def _own_page(exam: Exam, recipient: Recipient) -> str:
    return f"{settings.BASE_URL}{reverse('assessment:course_exam', args=[exam.cohort.slug])}"


def _open() -> "QuerySet[Exam]":
    return Exam.objects.filter(state=ExamState.OPEN).with_names()


def _undecided(exam: Exam) -> Iterator[Recipient]:
    """Students who have neither registered nor said no. One query."""
    for person in undecided(exam).select_related("member__user").in_order():
        user = person.member.user
        if user is not None and user.is_active:
            yield Recipient.of(user)


REGISTRATION = Kind(
    key="exam-registration",
    label=gettext_lazy("Registering for the exam"),
    demand=gettext_lazy("Register by {when}"),
    why=WHY,
    open=_open,
    due_field="registration_closes_at",
    since_field="registration_opens_at",
    to=_undecided,
    title=lambda exam: _("Say whether you take the exam"),
    url=_own_page,
    scope=lambda exam: exam.cohort.intake.slug,
    about=lambda exam: exam,
    to_many=True,
)


def _locked() -> "QuerySet[Exam]":
    """Exams whose list stands, with those who are registered and have not delivered."""
    candidates = Candidate.objects.filter(state=CandidateState.REGISTERED)
    waits = candidates.filter(exam=OuterRef("pk"))
    rows = Exam.objects.filter(Exists(waits), state=ExamState.LOCKED).with_names()
    with_people = candidates.select_related("participant__member__user").in_order()
    return rows.prefetch_related(Prefetch("candidates", with_people, to_attr="registered"))


def _registered(exam: Exam) -> Iterator[Recipient]:
    for candidate in exam.registered:  # type: ignore[attr-defined]  # of _locked
        user = candidate.participant.member.user
        if user is not None and user.is_active:
            yield Recipient.of(user)


PAPER_OPENS = Kind(
    key="exam-paper-opens",
    label=gettext_lazy("The paper of the exam can be delivered"),
    demand=gettext_lazy("Begins {when}"),
    why=gettext_lazy("You get this because you are registered for the exam."),
    open=_locked,
    due_field="paper_opens_at",
    since_field="locked_at",
    to=_registered,
    title=lambda exam: _("The paper of the exam can be delivered"),
    url=_own_page,
    scope=lambda exam: exam.cohort.intake.slug,
    about=lambda exam: exam,
    rule=Rule(before=(7, 1)),
    to_many=True,
    is_appointment=True,
)

KINDS = (REGISTRATION, PAPER_OPENS)
