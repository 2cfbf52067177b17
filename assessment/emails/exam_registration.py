"""Letters about registering for an exam: one function per letter, to each person on their own."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.models import Candidate, Exam
from assessment.models.exam.registration import deregistration, undecided
from assessment.states import CandidateState, ExamState
from cohorts.models import Participant
from innoskole.deadlines.rules import deadline_at, explain
from innoskole.notifications import outbox
from innoskole.notifications.actions import cancel
from innoskole.notifications.models import Message
from innoskole.notifications.reasons import Reason

WHY = gettext_lazy("You got this because you take part in the innovation school for municipalities.")

REASONS = {
    kind: Reason(label=label, why=WHY)
    for kind, label in {
        "exam_open": gettext_lazy("Registration for the exam is open"),
        "exam_registered": gettext_lazy("Receipt for a registration for the exam"),
        "exam_deregistered": gettext_lazy("Deregistered from the exam"),
        "exam_opted_out": gettext_lazy("Receipt for taking no exam"),
        "exam_changed": gettext_lazy("Dates of the exam changed"),
        "exam_locked": gettext_lazy("On the list of candidates"),
        "exam_absent": gettext_lazy("Absent from the exam"),
    }.items()
}

# In the language of the letter, and not of the one who causes it.
explained = lazy(explain, str)


def opened(exam: Exam, *, now: datetime) -> None:
    """One can register: to each student who has the exam before them."""
    _open(exam, key=f"{exam.pk}", reason="", now=now)


def reopened(exam: Exam, *, reason: str, now: datetime) -> None:
    """One can register again: to each student who is not on the list and has not said no."""
    _open(exam, key=f"{exam.pk}:{now.isoformat()}", reason=reason, now=now)


def _open(exam: Exam, *, key: str, reason: str, now: datetime) -> None:
    facts = _deadlines(exam)
    for person in undecided(exam).with_names().in_order():
        _to(person, exam, "exam_open", key=f"open:{key}", now=now, reason=reason, **facts)


def registered(candidate: Candidate, *, now: datetime) -> None:
    """The receipt, also of what the school has decided: to the candidate."""
    _about(candidate, "exam_registered", now=now, is_exception=candidate.has_exception)


def deregistered(candidate: Candidate, *, now: datetime) -> None:
    """The receipt, also of what the school has decided: to the one who is no candidate any more."""
    _about(candidate, "exam_deregistered", now=now, is_decided=bool(candidate.reason))


def opted_out(candidate: Candidate, *, now: datetime) -> None:
    """The receipt, with what follows: to the person."""
    _about(candidate, "exam_opted_out", now=now, is_open=candidate.exam.state == ExamState.OPEN)


def locked(candidate: Candidate, *, now: datetime) -> None:
    """The list stands: to each candidate."""
    _about(candidate, "exam_locked", now=now)


def absent(candidate: Candidate, *, now: datetime) -> None:
    """An absence is recorded, with or without a valid reason, and what that means: to the candidate."""
    is_valid = candidate.state == CandidateState.VALID_ABSENCE
    _about(candidate, "exam_absent", now=now, is_valid=is_valid)


def changed(exam: Exam, *, now: datetime) -> None:
    """The dates are others: to those who sit the exam, and while one can register to those who may."""
    _recall(f"exam:changed:{exam.pk}:", now=now)
    facts = _deadlines(exam)
    key = f"changed:{exam.pk}:{now.isoformat()}"
    for person in told_of_changes(exam):
        _to(person, exam, "exam_changed", key=key, now=now, is_open=exam.state == ExamState.OPEN, **facts)


def told_of_changes(exam: Exam) -> list[Participant]:
    """Who hears of other dates: the screen that changes them says how many. At most two queries."""
    sitting = Participant.objects.filter(candidacies__in=exam.candidates.sitting())
    found: list[Participant] = list(sitting.with_names().in_order())
    if exam.state == ExamState.OPEN:
        found += undecided(exam).with_names().in_order()
    return found


# --- Asked by several ------------------------------------------------------------------------------------


def _about(candidate: Candidate, template: str, *, now: datetime, **context: Any) -> None:
    """What has not left about the candidate's former state is cancelled: both must not arrive."""
    beginning = f"exam:own:{candidate.pk}:"
    _recall(beginning, now=now)
    _post(
        candidate.participant,
        candidate.exam,
        template,
        key=f"{beginning}{template}:{now.isoformat()}",
        now=now,
        candidate=candidate,
        **_deadlines(candidate.exam),
        **context,
    )


def _recall(beginning: str, *, now: datetime) -> None:
    """Cancel the letters that have not left. beginning: of their keys."""
    waiting = Message.objects.filter(state=Message.State.QUEUED, key__startswith=beginning)
    for message in waiting.select_for_update():
        cancel(message, by=None, now=now, reason=_("Something newer has overtaken this letter."))


def _deadlines(exam: Exam) -> dict[str, Any]:
    due = deregistration(exam)
    return {"deregisters_until": deadline_at(due.day), "why_then": explained(due)}


def _to(person: Participant, exam: Exam, template: str, *, key: str, now: datetime, **context: Any) -> None:
    """key: unique together with the person."""
    _post(person, exam, template, key=f"exam:{key}:{person.pk}", now=now, **context)


def _post(person: Participant, exam: Exam, template: str, *, key: str, now: datetime, **context: Any) -> None:
    """To the account where there is one, else to the address on the team."""
    member = person.member
    path = reverse("assessment:course_exam", args=[exam.cohort.slug])
    outbox.post(
        key=key,
        kind=template,
        to=member.user or member.email,
        template=template,
        context={
            "recipient_name": member.name,
            "exam": exam,
            "cohort": exam.cohort,
            "url": f"{settings.BASE_URL}{path}",
            **context,
        },
        now=now,
        about=exam,
    )
