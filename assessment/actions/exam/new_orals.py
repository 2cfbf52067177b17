"""The new oral after an appeal that has changed the grade of the paper: planned, noted and confirmed."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessment.actions.exam import orals
from assessment.actions.exam.appeals import held
from assessment.actions.exam.outcomes import NewGrade, end
from assessment.actions.exam.results import Heard, refuse_unless_possible
from assessment.actions.exam.setting_up import require_administers
from assessment.emails import exam_redress as letters
from assessment.models import AppealCandidate, GradeAppeal, Oral, OralResult
from assessment.models.exam.progress import examiners_needed
from assessment.models.exam.regrading import clamped, new_oral, new_paper_mark, paper_of
from assessment.permissions.redress import regrades
from assessment.states import GradeAppealState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

ROOM = gettext_noop("room")
BEGINS = gettext_noop("begins")
PLANNED = gettext_noop("planned the new oral")
NOTED = gettext_noop("noted the new oral")
NOTED_ANEW = gettext_noop("noted the new oral anew")
CONFIRMED = gettext_noop("confirmed the grades after the new oral")


@transaction.atomic
def plan(
    appeal: GradeAppeal,
    *,
    room: str,
    starts_at: datetime,
    minutes: int,
    seen: str,
    by: User,
    now: datetime,
) -> Oral:
    """Plan the new oral before the new examiners, or move it; candidates and examiners get mail at once.

    seen: `assessment.actions.exam.orals.said` of what the person has seen. Raises Refused, also for a room,
    an examiner or a group that is somewhere else then.
    """
    require_administers(by)
    current = held(appeal)
    if why_not := obstacle_to_planning(current):
        raise Refused(why_not)
    paper = paper_of(current)
    before = new_oral(current)
    if before is not None and before.held_at:
        # Somebody did not come, and has a valid reason: the group is heard anew.
        OralResult.objects.filter(oral=before).delete()
        Oral.objects.filter(pk=before.pk).update(held_at=None)
    oral = orals.place(
        paper, room=room, starts_at=starts_at, minutes=minutes, seen=seen, by=by, now=now, appeal=current
    )
    if orals.said(oral) != orals.said(before):
        changes = {
            ROOM: (before.room if before else None, oral.room),
            BEGINS: (before.starts_at if before else None, oral.starts_at),
        }
        audit.record(current, PLANNED, by=by, now=now, changes=changes)
        letters.new_oral_planned(oral, now=now)
    return oral


def obstacle_to_planning(appeal: GradeAppeal) -> str:
    """Why no new oral can be planned, as a sentence; empty when it can."""
    if appeal.state != GradeAppealState.NEW_ORAL:
        return _("No new oral is needed.")
    oral = new_oral(appeal)
    if oral is not None and oral.held_at and not oral.results.filter(was_absent=True).exists():
        return _("The oral has been held.")
    return ""


@transaction.atomic
def note(appeal: GradeAppeal, outcomes: Mapping[int, Heard | None], *, by: User, now: datetime) -> None:
    """Write down the new oral, or write it anew until the colleague has confirmed it.

    outcomes: key of the AppealCandidate → what the oral did; None for one who did not come. With one examiner
    it is confirmed at once. Raises Refused.
    """
    current, oral = _to_hear(appeal, by)
    if oral.starts_at > now:
        raise Refused(_("The oral has not begun."))
    concerned = to_hear(current)
    if {each.pk for each in concerned} != set(outcomes):
        raise Refused(_("The group is another one than when you opened the page. Look through it again."))
    for each in concerned:
        if heard := outcomes[each.pk]:
            refuse_unless_possible(current.exam, new_paper_mark(current, each.grade.paper_mark), heard)
    OralResult.objects.filter(oral=oral).delete()
    for each in concerned:
        heard = outcomes[each.pk]
        OralResult.objects.create(
            oral=oral,
            candidate=each.candidate,
            steps=heard.steps if heard else 0,
            note=heard.note.strip() if heard else "",
            was_absent=heard is None,
            written_by=by,
            written_at=now,
        )
    audit.record(current, NOTED_ANEW if oral.held_at else NOTED, by=by, now=now)
    oral.held_at = now
    oral.save(update_fields=["held_at"])
    if examiners_needed(current.exam) == 1:
        _confirm(current, oral, set_by=by, by=by, now=now)
    else:
        letters.oral_to_confirm(oral, by, now=now)


@transaction.atomic
def confirm(appeal: GradeAppeal, *, read: datetime, by: User, now: datetime) -> None:
    """Confirm what the colleague has noted: the appeal is decided, and the candidates get the letter.

    read: `held_at` of what the person has read. Raises Refused when it was noted anew meanwhile, and to the
    one who has noted it.
    """
    current, oral = _to_hear(appeal, by)
    if oral.held_at is None:
        raise Refused(_("Note the oral first."))
    if oral.held_at != read:
        raise Refused(_("The oral has been noted anew meanwhile. Read it before you confirm."))
    noted_by = OralResult.objects.filter(oral=oral).select_related("written_by")[0].written_by
    if noted_by == by:
        raise Refused(_("You have noted this oral. Your colleague confirms it."))
    audit.record(current, CONFIRMED, by=by, now=now)
    _confirm(current, oral, set_by=noted_by, by=by, now=now)


def _confirm(appeal: GradeAppeal, oral: Oral, *, set_by: User, by: User, now: datetime) -> None:
    """Who did not come has been examined once: what the former oral did counts on the new grade of the paper.

    So nobody gains or loses by staying away, which the grade of the paper alone would let them.
    """
    results = {each.candidate_id: each for each in OralResult.objects.filter(oral=oral)}
    grades = {}
    for each in appeal.candidates.standing().select_related("grade"):
        mark = new_paper_mark(appeal, each.grade.paper_mark)
        result = results[each.candidate_id]
        moved = each.grade.steps if result.was_absent else result.steps
        grades[each.pk] = NewGrade(mark=clamped(mark, moved), paper_mark=mark, steps=moved)
    end(appeal, grades, set_by=set_by, confirmed_by=by, by=by, now=now)


def _to_hear(appeal: GradeAppeal, by: User) -> tuple[GradeAppeal, Oral]:
    if not regrades(by, appeal):
        raise Refused(_("Only the new examiners of this paper can do this."))
    current = held(appeal)
    if current.state != GradeAppealState.NEW_ORAL:
        raise Refused(_("No new oral is needed."))
    oral = new_oral(current)
    if oral is None:
        raise Refused(_("The oral has not been planned."))
    return current, oral


def to_hear(appeal: GradeAppeal) -> list[AppealCandidate]:
    """Whose new oral it is: those of the appeal."""
    rows = appeal.candidates.standing().select_related("grade", "candidate__participant__member__user")
    return list(rows.order_by("candidate__participant__member__name", "pk"))
