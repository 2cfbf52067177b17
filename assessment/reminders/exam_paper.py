"""What groups are reminded of: the paper that is due. Once it is delivered, or late, nobody is."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Prefetch
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.models import Candidate, Paper
from assessment.models.exam.papers import PaperQuerySet
from assessment.states import CandidateState, ExamState
from innoskole.reminders.kinds import Kind, Recipient


def _undelivered() -> PaperQuerySet:
    """Papers that nothing has been delivered of, not even late: then it is the school's turn."""
    registered = Candidate.objects.filter(state=CandidateState.REGISTERED).with_names()
    rows = Paper.objects.filter(exam__state=ExamState.LOCKED, version=0, deliveries=None).with_names()
    return rows.annotate(since_at=Greatest("exam__paper_opens_at", "exam__locked_at")).prefetch_related(
        Prefetch("candidates", registered, to_attr="registered")
    )


def _group(paper: Paper) -> Iterator[Recipient]:
    """Those who sit the exam in the group, and have neither withdrawn nor been absent."""
    candidates: list[Candidate] = paper.registered  # type: ignore[attr-defined]  # by the prefetch
    for candidate in candidates:
        user = candidate.participant.member.user
        if user is not None and user.is_active:
            yield Recipient.of(user)


PAPER = Kind(
    key="exam-paper",
    label=gettext_lazy("Delivering the paper of an exam"),
    demand=gettext_lazy("Deliver by {when}"),
    why=gettext_lazy("You get this because you are registered for the exam."),
    open=_undelivered,
    due_field="due_at",
    since_field="since_at",
    to=_group,
    title=lambda paper: _("The exam paper of %(team)s is not delivered") % {"team": paper.team},
    url=lambda paper, recipient: (
        f"{settings.BASE_URL}{reverse('assessment:paper', args=[paper.exam.cohort.slug, paper.exam.number])}"
    ),
    scope=lambda paper: paper.exam.cohort.intake.slug,
    about=lambda paper: paper,
    to_many=True,
)

KINDS = (PAPER,)
