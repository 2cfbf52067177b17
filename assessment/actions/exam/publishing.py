"""All grades of a sitting are told at once, by a course administrator who has looked through who gets one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from assessment.actions.moves import move
from assessment.emails import exam_grading as letters
from assessment.models import Candidate, Exam, Grade
from assessment.models.exam.progress import UNGRADED
from assessment.states import CandidateState, ExamState
from cohorts.permissions import administers
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.deadlines.models import Kind
from innoskole.deadlines.rules import Deadline, deadline, deadline_at


@dataclass(frozen=True)
class Preview:
    """Who gets a grade, who waits for one still, and who gets none. Holds no mark.

    versions: key of each candidate → key of the grade that would be told.
    """

    ready: Sequence[Candidate]
    waiting: Sequence[Candidate]
    without: Sequence[Candidate]
    versions: dict[int, int]

    @property
    def seen(self) -> str:
        """What is sent along when the grades are published, and must be the same then."""
        people = [(each.pk, each.state, self.versions.get(each.pk)) for each in (*self.ready, *self.without)]
        return sha256(repr(people).encode()).hexdigest()


def preview(exam: Exam) -> Preview:
    """Two queries."""
    people = list(exam.candidates.with_names().in_order())
    confirmed = Grade.objects.current().filter(candidate__exam=exam, confirmed_at__isnull=False)
    versions = dict(confirmed.values_list("candidate", "pk"))
    ready = [each for each in people if each.state == CandidateState.GRADE_SET]
    waiting = [each for each in people if each.state in UNGRADED]
    without = [each for each in people if each.state not in (*UNGRADED, CandidateState.GRADE_SET)]
    return Preview(ready, waiting, without, versions)


def obstacle(exam: Exam, found: Preview) -> str:
    """Why the grades cannot be published now, as a sentence; empty when they can. No query."""
    if exam.state == ExamState.PUBLISHED:
        return _("The grades are published.")
    if exam.state != ExamState.GRADING:
        return _("Grading has not been opened.")
    if found.waiting:
        return ngettext(
            "%(count)s candidate has no confirmed grade yet.",
            "%(count)s candidates have no confirmed grade yet.",
            len(found.waiting),
        ) % {"count": len(found.waiting)}
    if not found.ready:
        return _("Nobody gets a grade in this exam.")
    return ""


def periods(now: datetime) -> tuple[Deadline, Deadline]:
    """Until when an explanation of a grade that is published now can be asked for, and an appeal sent."""
    return deadline(Kind.EXPLANATION_REQUEST, now), deadline(Kind.GRADE_APPEAL, now)


@transaction.atomic
def publish(exam: Exam, *, seen: str, by: User, now: datetime) -> int:
    """Tell every candidate of the sitting their grade, by a letter that leads to it; returns how many.

    seen: what the person has looked through (`Preview.seen`). Raises Refused to all but course
    administrators, while somebody waits for a grade, and when the list is another one meanwhile.
    """
    if not administers(by):
        raise Refused(_("Only course administrators can do this."))
    current = Exam.objects.select_for_update(no_key=True, of=("self",)).with_names().get(pk=exam.pk)
    found = preview(current)
    if why_not := obstacle(current, found):
        raise Refused(why_not)
    if found.seen != seen:
        raise Refused(_("The list has changed since you looked at it. Look through it again."))
    explanation, appeal = periods(now)
    Grade.objects.filter(pk__in=found.versions.values()).update(published_at=now)
    for candidate in found.ready:
        verb = gettext_noop("published the grade")
        move(candidate, CandidateState.PUBLISHED, verb=verb, by=by, now=now)
        letters.published(
            candidate,
            explanation_until=deadline_at(explanation.day),
            appeal_until=deadline_at(appeal.day),
            now=now,
        )
    verb = gettext_noop("published the grades")
    move(current, ExamState.PUBLISHED, verb=verb, by=by, now=now, published_at=now)
    return len(found.ready)
