"""What waits about the papers of an exam: for a group its delivery, for the school what it must decide."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.models import Appointment, Candidate, Exam, Guidelines, Paper, PaperFile
from assessment.states import CandidateState, ExamState
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting

REGISTERED = Candidate.objects.filter(paper=OuterRef("pk"), state=CandidateState.REGISTERED)


def paper_waits(user: User, now: datetime) -> list[Waiting]:
    """For a group the paper that is due; for the staff of a cohort what stands before grading.

    At most two queries, however many groups and sittings.
    """
    found = list(_own(user, now))
    is_administrator = has_role(user, Role.COURSE_ADMINISTRATOR)
    if is_administrator or has_role(user, Role.INSTRUCTOR):
        found += _of_school(user, now, is_administrator=is_administrator)
    return found


def _own(user: User, now: datetime) -> Iterator[Waiting]:
    mine = REGISTERED.filter(participant__member__user=user)
    beside = PaperFile.objects.filter(paper=OuterRef("pk"), delivery=None)
    papers = Paper.objects.filter(
        Exists(mine), exam__state=ExamState.LOCKED, exam__paper_opens_at__lte=now, version=0, deliveries=None
    )
    for paper in papers.annotate(has_files=Exists(beside)).with_names():
        is_past = now > paper.due_at
        explanation = _("One of you delivers for the whole group.")
        if is_past:
            explanation = _("The deadline has passed. The school decides whether a late paper counts.")
        elif paper.has_files:  # type: ignore[attr-defined]  # annotated
            explanation = _("Files are uploaded, but nothing is delivered.")
        yield Waiting(
            _("Deliver the paper of the exam"),
            reverse("assessment:paper", args=[paper.exam.cohort.slug, paper.exam.number]),
            due_at=paper.due_at,
            since_at=paper.exam.paper_opens_at,
            explanation=explanation,
        )


def _of_school(user: User, now: datetime, *, is_administrator: bool) -> Iterator[Waiting]:
    """What stands before grading opens, and the papers that lack an examiner afterwards."""
    papers = Paper.objects.filter(exam=OuterRef("pk"))
    undelivered = papers.filter(Exists(REGISTERED), version=0)
    delivered = papers.filter(version__gte=1)
    filled = Coalesce(_count(Appointment.objects.filter(paper=OuterRef("pk"), appeal=None), "paper"), 0)
    needed = Case(When(exam__two_examiners=True, then=2), default=1)
    short = papers.filter(Q(Exists(REGISTERED)) | Q(version__gte=1)).annotate(lacks=needed - filled)
    exams = (
        Exam.objects.taught_by(user)
        .filter(state__in=(ExamState.LOCKED, ExamState.GRADING))
        .with_names()
        .annotate(
            late=Coalesce(_count(undelivered.filter(due_at__lt=now, deliveries__isnull=False), "exam"), 0),
            short=Coalesce(_count(short.filter(lacks__gt=0), "exam"), 0),
            waits=Exists(undelivered) | Exists(delivered.filter(due_at__gte=now)) | ~Exists(delivered),
            has_guidelines=Exists(Guidelines.objects.filter(exam=OuterRef("pk"))),
        )
    )
    for exam in exams.order_by("pk"):
        yield from _of_exam(exam, is_administrator=is_administrator)


def _count(rows: "QuerySet[Any]", by: str) -> Subquery:
    """How many different rows; nothing where there is none."""
    counted = rows.order_by().values(by).annotate(rows=Count("pk", distinct=True))
    return Subquery(counted.values("rows"))


def _of_exam(exam: Any, *, is_administrator: bool) -> Iterator[Waiting]:
    """exam: annotated by `_of_school`."""
    address = [exam.cohort.slug, exam.number]
    page = reverse("assessment:examiners", args=address)
    is_locked = exam.state == ExamState.LOCKED
    if exam.late:
        yield Waiting(
            _("Decide whether papers that came late count: %(cohort)s") % {"cohort": exam.cohort},
            reverse("assessment:exam_papers", args=address),
            count=exam.late,
            since_at=exam.paper_due_at,
        )
    if is_locked and not exam.has_guidelines:
        yield Waiting(
            _("Upload the guidelines for the examiners: %(cohort)s") % {"cohort": exam.cohort},
            reverse("assessment:guidelines_upload", args=address),
            since_at=exam.locked_at,
            explanation=_("Grading cannot open without them."),
        )
    if not is_administrator:
        return
    if exam.short:
        yield Waiting(
            _("Appoint examiners: %(cohort)s") % {"cohort": exam.cohort},
            page,
            count=exam.short,
            since_at=exam.locked_at,
            explanation=_("So many papers lack an examiner."),
        )
    elif is_locked and exam.has_guidelines and not exam.waits:
        yield Waiting(
            _("Open grading: %(cohort)s") % {"cohort": exam.cohort},
            page,
            since_at=exam.paper_due_at,
            explanation=_("The papers are delivered, and have their examiners."),
        )


QUESTIONS = (paper_waits,)
