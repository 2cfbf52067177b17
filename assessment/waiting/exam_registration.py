"""What waits before an exam: a student's yes or no, the list to lock, absences to record, a next sitting."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.models import Candidate, Exam
from assessment.models.exam.registration import undecided
from assessment.states import CandidateState, ExamState
from cohorts.models import Cohort, Participant
from innoskole.accounts import facts
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting


def exam_registration_waits(user: User, now: datetime) -> list[Waiting]:
    """For students whether they take the exam; for administrators what they decide.

    At most one query more than there are courses of the person with an open registration, and three for an
    administrator.
    """
    found = list(_to_decide(user, now))
    if has_role(user, Role.COURSE_ADMINISTRATOR):
        found += [*_to_lock(now), *_absent(now), *_to_plan()]
    return found


def _to_decide(user: User, now: datetime) -> Iterator[Waiting]:
    if not facts.holds(user, "takes_part"):
        return
    own = Participant.objects.of(user).present().values("team__cohort")
    rows = Exam.objects.filter(state=ExamState.OPEN, registration_closes_at__gte=now, cohort__in=own)
    for exam in rows.with_names().order_by("pk"):
        if undecided(exam).of(user).exists():
            yield Waiting(
                _("Say whether you take the exam"),
                reverse("assessment:course_exam", args=[exam.cohort.slug]),
                due_at=exam.registration_closes_at,
                since_at=exam.registration_opens_at,
                explanation=_("The exam is optional. Register, or say that you take none."),
            )


def _to_lock(now: datetime) -> Iterator[Waiting]:
    registered = Count("candidates", filter=Q(candidates__state=CandidateState.REGISTERED))
    closed = Exam.objects.filter(state=ExamState.OPEN, registration_closes_at__lt=now).with_names()
    rows: QuerySet[Any] = closed.annotate(people=registered).filter(people__gt=0)
    for exam in rows.order_by("pk"):
        yield Waiting(
            _("Lock the list of candidates: %(cohort)s") % {"cohort": exam.cohort},
            reverse("assessment:exam", args=[exam.cohort.slug, exam.number]),
            count=exam.people,
            since_at=exam.registration_closes_at,
            explanation=_("The registration has closed. Nobody can deliver before the list is locked."),
        )


def _absent(now: datetime) -> Iterator[Waiting]:
    """Candidates whose group's deadline has passed, and who have not delivered."""
    missing = Q(
        candidates__state=CandidateState.REGISTERED,
        candidates__paper__due_at__lt=now,
    )
    locked = Exam.objects.filter(state__in=(ExamState.LOCKED, ExamState.GRADING)).with_names()
    rows: QuerySet[Any] = locked.annotate(people=Count("candidates", filter=missing)).filter(people__gt=0)
    for exam in rows.order_by("pk"):
        yield Waiting(
            _("Candidates who have not delivered: %(cohort)s") % {"cohort": exam.cohort},
            f"{reverse('assessment:exam', args=[exam.cohort.slug, exam.number])}?state=registered",
            count=exam.people,
            since_at=exam.paper_due_at,
            explanation=_("Record who was absent, and who had a valid reason."),
        )


def _to_plan() -> Iterator[Waiting]:
    """Cohorts in which somebody was absent with a valid reason from the last exam that there is."""
    later = Exam.objects.filter(cohort=OuterRef("exam__cohort"), number__gt=OuterRef("exam__number"))
    rows = Candidate.objects.filter(~Exists(later), state=CandidateState.VALID_ABSENCE)
    counted = rows.order_by().values(cohort=F("exam__cohort")).annotate(people=Count("pk"))
    people = dict(counted.values_list("cohort", "people"))
    for cohort in Cohort.objects.filter(pk__in=people).select_related("intake").order_by("pk"):
        yield Waiting(
            _("Set up the next exam: %(cohort)s") % {"cohort": cohort},
            reverse("assessment:exam_add", args=[cohort.slug]),
            count=people[cohort.pk],
            explanation=_("They were absent with a valid reason, and come to the next exam."),
        )


QUESTIONS = (exam_registration_waits,)
