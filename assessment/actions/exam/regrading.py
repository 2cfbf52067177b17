"""Grading anew after an appeal: each of the new examiners alone, then together, and what follows from it.

The audit tells who has done what and never which mark. Whoever moves an appeal on holds its row.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessment.actions.exam.appeals import held
from assessment.actions.exam.outcomes import NewGrade, end
from assessment.actions.moves import move
from assessment.emails import exam_redress as letters
from assessment.models import AppealCandidate, GradeAppeal, PaperGrade, ProvisionalGrade
from assessment.models.exam.regrading import (
    THIRD,
    Blind,
    blind,
    clamped,
    is_third_needed,
    new_paper_mark,
    sees_the_grade,
)
from assessment.states import GradeAppealState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

SUBMITTED = gettext_noop("submitted a provisional grade after the appeal")
PROPOSED = gettext_noop("proposed the new grade of the paper")
AGREED = gettext_noop("agreed to the new grade of the paper")
THIRD_NEEDED = gettext_noop("asked for a further assessment, as the grades differ")
ORAL_NEEDED = gettext_noop("asked for a new oral, as the grade of the paper has changed")


@transaction.atomic
def save_draft(appeal: GradeAppeal, *, mark: str, grounds: str, by: User, now: datetime) -> ProvisionalGrade:
    """Keep what a new examiner thinks, seen by nobody else. Raises Refused when it is submitted already."""
    own = _to_grade(appeal, by)
    draft, is_new = ProvisionalGrade.objects.get_or_create(
        appointment=own.own, defaults={"mark": mark, "grounds": grounds, "saved_at": now}
    )
    if not is_new:
        draft.mark, draft.grounds, draft.saved_at = mark, grounds, now
        draft.save(update_fields=["mark", "grounds", "saved_at"])
    return draft


@transaction.atomic
def submit(appeal: GradeAppeal, *, mark: str, grounds: str, by: User, now: datetime) -> ProvisionalGrade:
    """Give one's grade; it stands from now on. Who grades alone decides the paper by it.

    Raises Refused without a mark or grounds, and when it is submitted already.
    """
    if not mark:
        raise Refused(_("Choose a grade."))
    if not grounds.strip():
        raise Refused(_("Write the grounds for the grade."))
    given = save_draft(appeal, mark=mark, grounds=grounds.strip(), by=by, now=now)
    given.submitted_at = now
    given.save(update_fields=["submitted_at"])
    seen = _seen(appeal, by)
    audit.record(seen.appeal, SUBMITTED, by=by, now=now)
    if seen.own.place == THIRD:
        _follow(seen.appeal, by=by, now=now)
    elif seen.is_alone:
        made = PaperGrade.objects.create(
            paper=seen.paper,
            appeal=seen.appeal,
            mark=mark,
            grounds=given.grounds,
            proposed_by=by,
            proposed_at=now,
        )
        _agreed(seen.appeal, made, by=by, now=now)
    return given


@transaction.atomic
def propose(appeal: GradeAppeal, *, mark: str, grounds: str, by: User, now: datetime) -> PaperGrade:
    """Propose the new grade of the paper, or another one than the colleague has; this agrees to it.

    Raises Refused before both have submitted theirs, and afterwards.
    """
    seen = _to_agree(appeal, by)
    if not mark:
        raise Refused(_("Choose a grade."))
    if not grounds.strip():
        raise Refused(_("Write the grounds for the grade."))
    made, _is_new = PaperGrade.objects.update_or_create(
        appeal=seen.appeal,
        defaults={
            "paper": seen.paper,
            "mark": mark,
            "grounds": grounds.strip(),
            "proposed_by": by,
            "proposed_at": now,
        },
    )
    audit.record(seen.appeal, PROPOSED, by=by, now=now)
    return made


@transaction.atomic
def agree(appeal: GradeAppeal, *, read: datetime, by: User, now: datetime) -> None:
    """Agree to what the colleague has proposed. read: when that was proposed which the person has read.

    Raises Refused when it is another one meanwhile, and when one has proposed it oneself.
    """
    seen = _to_agree(appeal, by)
    proposed = seen.agreement
    if proposed is None:
        raise Refused(_("No grade is proposed yet."))
    if proposed.proposed_at != read:
        raise Refused(_("Another grade has been proposed meanwhile. Read it before you agree."))
    if proposed.proposed_by_id == by.pk:
        raise Refused(
            _("You have proposed this grade. Your colleague agrees to it, or proposes another one.")
        )
    _agreed(seen.appeal, proposed, by=by, now=now)


def _agreed(appeal: GradeAppeal, proposed: PaperGrade, *, by: User, now: datetime) -> None:
    proposed.agreed_by, proposed.agreed_at = by, now
    proposed.save(update_fields=["agreed_by", "agreed_at"])
    audit.record(appeal, AGREED, by=by, now=now)
    concerned = list(appeal.candidates.standing().select_related("grade"))
    if is_third_needed(appeal, proposed.mark, concerned):
        move(appeal, GradeAppealState.THIRD_ASSESSMENT, verb=THIRD_NEEDED, by=None, now=now)
    else:
        _follow(appeal, by=by, now=now)


def _follow(appeal: GradeAppeal, *, by: User, now: datetime) -> None:
    """The new assessments are complete: a new oral where the grade of the paper changed, else the answer."""
    rows = appeal.candidates.standing().select_related("grade", "candidate")
    concerned: list[AppealCandidate] = list(rows)
    marks = {each.pk: new_paper_mark(appeal, each.grade.paper_mark) for each in concerned}
    changed = [each for each in concerned if marks[each.pk] != each.grade.paper_mark]
    if changed and appeal.exam.new_oral_after_change:
        move(appeal, GradeAppealState.NEW_ORAL, verb=ORAL_NEEDED, by=None, now=now)
        letters.new_oral_follows(appeal, now=now)
        return
    agreed = appeal.paper_grade
    assert agreed.agreed_by is not None
    grades = {
        each.pk: NewGrade(
            mark=clamped(marks[each.pk], each.grade.steps), paper_mark=marks[each.pk], steps=each.grade.steps
        )
        for each in changed
    }
    end(appeal, grades, set_by=agreed.proposed_by, confirmed_by=agreed.agreed_by, by=by, now=now)


# --- Asked by each of them -------------------------------------------------------------------------------


def _seen(appeal: GradeAppeal, by: User) -> Blind:
    """What the person sees of the appeal, its row held. Raises Refused to all but its examiners."""
    found = blind(held(appeal), by) if by.is_active else None
    if found is None:
        raise Refused(_("Only the new examiners of this paper can do this."))
    if sees_the_grade(by, found.appeal):
        raise Refused(
            _("You belong to the cohort’s staff and can see the grade. The school appoints somebody else.")
        )
    return found


def _to_grade(appeal: GradeAppeal, by: User) -> Blind:
    found = _seen(appeal, by)
    if found.has_submitted:
        raise Refused(_("You have submitted your grade already."))
    if not found.may_grade:
        raise Refused(_("There is nothing more to grade: the paper is not with you any more."))
    return found


def _to_agree(appeal: GradeAppeal, by: User) -> Blind:
    found = _seen(appeal, by)
    if found.may_agree:
        return found
    if found.appeal.state == GradeAppealState.REGRADING and not found.all_submitted:
        raise Refused(_("Every examiner of the paper must submit a grade of their own first."))
    raise Refused(_("The grade of the paper is agreed already."))
