"""How an appeal that was graded anew ends: a new version of the grade, or the one that stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_noop

from assessment.actions.exam.appeals import close
from assessment.emails import exam_redress as letters
from assessment.models import AppealCandidate, Candidate, Grade, GradeAppeal, GradeSource
from assessment.states import GradeAppealState
from innoskole.accounts import audit
from innoskole.accounts.models import User

DECIDED = gettext_noop("decided the appeal after the new assessment")
NEW_VERSION = gettext_noop("set a new version of the grade after an appeal")


@dataclass(frozen=True)
class NewGrade:
    """A grade after an appeal. steps: what the oral did, the new one or the former."""

    mark: str
    paper_mark: str
    steps: int


def end(
    appeal: GradeAppeal,
    grades: Mapping[int, NewGrade],
    *,
    set_by: User,
    confirmed_by: User,
    by: User,
    now: datetime,
) -> None:
    """Decide the appeal, inside the transaction of the deed that ends it; each candidate gets a letter.

    grades: key of the AppealCandidate → the grade after the appeal; the others keep theirs. Whose mark is
    another than the one in force gets a new published version; the former is kept.
    """
    changed = [
        each
        for each in appeal.candidates.standing().select_related("candidate", "grade").order_by("pk")
        if each.pk in grades and _write(each, grades[each.pk], appeal, set_by, confirmed_by, by=by, now=now)
    ]
    outcome = GradeAppeal.Outcome.CHANGED if changed else GradeAppeal.Outcome.KEPT
    if appeal.kind == GradeAppeal.Kind.FORMAL_FAULT:
        outcome = GradeAppeal.Outcome.FAULT_FOUND
    close(appeal, GradeAppealState.DECIDED, verb=DECIDED, by=by, now=now, outcome=outcome)
    letters.decided(appeal, now=now)


def _write(
    concerned: AppealCandidate,
    new: NewGrade,
    appeal: GradeAppeal,
    set_by: User,
    confirmed_by: User,
    *,
    by: User,
    now: datetime,
) -> bool:
    """The next version, where the mark changes; the former is marked first, as one is current."""
    candidate = concerned.candidate
    Candidate.objects.select_for_update(no_key=True, of=("self",)).get(pk=candidate.pk)
    current = Grade.objects.current().get(candidate=candidate)
    if current.mark == new.mark:
        return False
    Grade.objects.filter(pk=current.pk).update(superseded_at=now)
    Grade.objects.create(
        candidate=candidate,
        version=current.version + 1,
        mark=new.mark,
        paper_mark=new.paper_mark,
        steps=new.steps,
        source=GradeSource.APPEAL,
        appeal=appeal,
        set_by=set_by,
        set_at=now,
        confirmed_by=confirmed_by,
        confirmed_at=now,
        published_at=now,
    )
    audit.record(candidate, NEW_VERSION, by=by, now=now)
    return True
