"""Letters about a group's paper, to those who sit the exam in it and to its examiners; none tells a grade."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext_lazy

from assessment.models import Appointment, Candidate, Exam, Examiner, Guidelines, Paper, PaperDelivery
from innoskole.accounts.models import User
from innoskole.deadlines.models import Kind
from innoskole.deadlines.rules import deadline, deadline_at
from innoskole.municipalities.models import Municipality
from innoskole.notifications import outbox
from innoskole.notifications.reasons import Reason

GROUP = gettext_lazy("You got this because you sit the exam in the group.")
EXAMINER = gettext_lazy("You got this because you are an examiner.")
REASONS = {
    "paper_received": Reason(label=gettext_lazy("Receipt for the paper of an exam"), why=GROUP),
    "paper_extended": Reason(label=gettext_lazy("Later deadline of the paper of an exam"), why=GROUP),
    "paper_accepted": Reason(label=gettext_lazy("A paper that came late counts"), why=GROUP),
    "grading_opened": Reason(label=gettext_lazy("Papers to grade"), why=EXAMINER),
    "guidelines_changed": Reason(label=gettext_lazy("New guidelines for examiners"), why=EXAMINER),
    "conflict_recorded": Reason(
        label=gettext_lazy("A paper lacks an examiner"),
        why=gettext_lazy("You got this because you are a course administrator."),
    ),
}


def received(delivery: PaperDelivery, *, now: datetime) -> None:
    """The receipt: to everybody who sits the exam in the group."""
    paper = delivery.paper
    _to_group(
        _sitting(paper),
        paper,
        "paper_received",
        key=f"received:{delivery.pk}",
        context={"delivery": delivery, "files": list(delivery.files.all())},
        url=_page("paper_delivery", *_address(paper), delivery.version),
        now=now,
    )


def extended(paper: Paper, *, late: PaperDelivery | None, now: datetime) -> None:
    """A later deadline, and why. late: a delivery that counts now although it came after the former one."""
    _to_group(
        _sitting(paper),
        paper,
        "paper_extended",
        key=f"extended:{paper.pk}:{now.isoformat()}",
        context={"late": late},
        url=_page("paper", *_address(paper)),
        now=now,
    )


def accepted(late: PaperDelivery, *, reason: str, now: datetime) -> None:
    """The paper that came late counts, and why."""
    paper = late.paper
    _to_group(
        _sitting(paper),
        paper,
        "paper_accepted",
        key=f"accepted:{late.pk}",
        context={"delivery": late, "reason": reason},
        url=_page("paper_delivery", *_address(paper), late.version),
        now=now,
    )


def grading_opened(exam: Exam, examiner: Examiner, papers: Sequence[Paper], *, now: datetime) -> None:
    """An examiner can begin: their papers, the guidelines, and until when."""
    if not papers:
        return
    grading = deadline(Kind.GRADING, exam.last_day)
    _to(
        examiner.user,
        "grading_opened",
        key=f"grading-opened:{examiner.pk}:{papers[0].pk}:{now.isoformat()}",
        context={
            "exam": exam,
            "papers": papers,
            "due_at": deadline_at(grading.day),
            "guidelines_url": _page("exam_guidelines", exam.cohort.slug, exam.number),
            "conflicts_url": _page("own_conflicts"),
        },
        url=_page("grading"),
        now=now,
        about=exam,
    )


def guidelines_changed(guidelines: Guidelines, examiners: Iterable[Examiner], *, now: datetime) -> None:
    """New guidelines while grading is open."""
    exam = guidelines.exam
    for examiner in examiners:
        _to(
            examiner.user,
            "guidelines_changed",
            key=f"guidelines:{guidelines.pk}:{examiner.pk}",
            context={"exam": exam, "guidelines": guidelines},
            url=_page("exam_guidelines", exam.cohort.slug, exam.number),
            now=now,
            about=exam,
        )


def conflict_recorded(
    user: User,
    municipality: Municipality,
    *,
    ended: Sequence[Appointment],
    kept: Sequence[Appointment],
    now: datetime,
) -> None:
    """To the course administrators: which papers lack an examiner now, and which they must look at."""
    exam = (*ended, *kept)[0].paper.exam
    for administrator in User.objects.administrators():
        _to(
            administrator,
            "conflict_recorded",
            key=f"conflict:{user.pk}:{municipality.pk}:{now.isoformat()}:{administrator.pk}",
            context={"examiner": user, "municipality": municipality, "ended": ended, **_kept(kept)},
            url=_page("examiners", exam.cohort.slug, exam.number),
            now=now,
            about=exam,
        )


def _kept(kept: Sequence[Appointment]) -> Mapping[str, Sequence[Appointment]]:
    """kept: where somebody else is appointed by hand; agreed: after an appeal, where nobody can be."""
    return {
        "kept": [each for each in kept if each.appeal_id is None],
        "agreed": [each for each in kept if each.appeal_id is not None],
    }


# --- Asked by several ------------------------------------------------------------------------------------


def _sitting(paper: Paper) -> Iterable[Candidate]:
    return Candidate.objects.filter(paper=paper).sitting().with_names().in_order()


def _address(paper: Paper) -> tuple[str, int]:
    return paper.exam.cohort.slug, paper.exam.number


def _page(name: str, *args: object) -> str:
    return f"{settings.BASE_URL}{reverse(f'assessment:{name}', args=args)}"


def _to_group(
    people: Iterable[Candidate],
    paper: Paper,
    template: str,
    *,
    key: str,
    context: Mapping[str, Any],
    url: str,
    now: datetime,
) -> None:
    """key: unique together with the person."""
    for candidate in people:
        member = candidate.participant.member
        _to(
            member.user or member.email,
            template,
            key=f"{key}:{candidate.pk}",
            context={"recipient_name": member.name, "paper": paper, "team": paper.team, **context},
            url=url,
            now=now,
            about=paper,
        )


def _to(
    to: User | str,
    template: str,
    *,
    key: str,
    context: Mapping[str, Any],
    url: str,
    now: datetime,
    about: Model,
) -> None:
    outbox.post(
        key=f"exam-paper:{key}",
        kind=template,
        to=to,
        template=template,
        context={"url": url, **context},
        now=now,
        about=about,
    )
