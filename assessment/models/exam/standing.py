"""Where a group's paper stands at a moment: not stored, because the clock alone may change it."""

from datetime import datetime

from django.db.models import Prefetch, TextChoices
from django.utils.translation import gettext_lazy as _

from assessment.models.exam.candidates import Candidate
from assessment.models.exam.papers import Appointment, Paper, PaperDelivery, PaperQuerySet
from assessment.states import CandidateState, ExamState


class Standing(TextChoices):
    NOT_OPEN = "not_open", _("Not open yet")
    OPEN = "open", _("Not delivered")
    DELIVERED = "delivered", _("Delivered")
    LATE = "late", _("Late: a decision waits")
    MISSING = "missing", _("Missing: a decision waits")
    NOBODY = "nobody", _("Nobody sits the exam")


# Whether the paper counts is for the school to decide.
TO_DECIDE = (Standing.LATE, Standing.MISSING)
# Grading can open: the paper is there, or nobody sits the exam in the group.
SETTLED = (Standing.DELIVERED, Standing.NOBODY)


def with_reads(papers: PaperQuerySet) -> PaperQuerySet:
    """With all that a paper's standing and its examiners read; three queries more."""
    people = Candidate.objects.select_related("participant__member__user")
    examiners = Appointment.objects.filter(appeal=None).select_related("examiner__user")
    return papers.with_names().prefetch_related(
        Prefetch("candidates", people.in_order()),
        Prefetch("deliveries", PaperDelivery.objects.select_related("delivered_by")),
        Prefetch("appointments", examiners, to_attr="ordinary"),
    )


def standing(paper: Paper, now: datetime) -> Standing:
    """By the candidates and deliveries that were read with the paper (`with_reads`)."""
    if paper.version:
        return Standing.DELIVERED
    if not any(each.state == CandidateState.REGISTERED for each in paper.candidates.all()):
        return Standing.NOBODY
    if now > paper.due_at:
        return Standing.LATE if paper.deliveries.all() else Standing.MISSING
    if paper.exam.state != ExamState.LOCKED or now < paper.exam.paper_opens_at:
        return Standing.NOT_OPEN
    return Standing.OPEN


def latest(paper: Paper) -> PaperDelivery | None:
    """The latest delivery, whether or not it counts."""
    return max(paper.deliveries.all(), key=lambda each: each.version, default=None)
