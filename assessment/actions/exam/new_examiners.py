"""New examiners after an appeal, who know neither the grade nor who gave it; one more where it differs."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessment.actions.exam.appeals import held
from assessment.actions.exam.setting_up import require_administers
from assessment.actions.moves import move
from assessment.emails import exam_redress as letters
from assessment.models import (
    Appointment,
    Candidate,
    Examiner,
    GradeAppeal,
    Paper,
    PaperGrade,
    ProvisionalGrade,
)
from assessment.models.exam.conflicts import conflict
from assessment.models.exam.regrading import is_done, paper_of, places_in_play, places_of
from assessment.permissions.exam import can_examine
from assessment.states import CandidateState, GradeAppealState
from cohorts.permissions import teaches
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.ui import formats

BEGUN = gettext_noop("gave the paper to new examiners")
APPOINTED = gettext_noop("appointed a new examiner")
RELEASED = gettext_noop("released a new examiner")
CONFLICTED = gettext_noop("released a new examiner because of a conflict of interest")
REOPENED = gettext_noop("opened the grade again for a late appeal")
EXAMINER = gettext_noop("examiner")
WITH_PAPER = (
    "appeal",
    "examiner__user",
    "paper__exam__cohort__intake",
    "paper__team__application__lead",
)


@transaction.atomic
def appoint(appeal: GradeAppeal, examiners: Mapping[int, Examiner], *, by: User, now: datetime) -> None:
    """Appoint those who grade the paper anew, or put somebody in the place of one who has not graded.

    examiners: place → examiner, for all places of `places_of`. Who is new gets mail without a name, a grade
    or a reason; with the first ones the candidates get mail too. A late appeal is taken up by this, and a
    grade that was final is open again. Raises Refused for whoever may know the grade, or is bound to the
    team.
    """
    require_administers(by)
    current = held(appeal)
    if why_not := obstacle_to_appointing(current):
        raise Refused(why_not)
    paper = paper_of(current)
    if set(examiners) != set(places_of(current)):
        raise Refused(_("Choose an examiner for each place."))
    # Held by whoever records a conflict of theirs as well, so that neither passes the other by.
    concerned = {each.user_id for each in examiners.values()}
    list(User.objects.select_for_update(no_key=True).filter(pk__in=concerned).order_by("pk"))
    standing = {each.place: each for each in current.appointments.select_related("examiner__user", "grade")}
    others = [each.examiner_id for place, each in standing.items() if place not in examiners]
    if len({*others, *(each.pk for each in examiners.values())}) < len(others) + len(examiners):
        raise Refused(_("The examiners must be different persons."))
    for place, examiner in sorted(examiners.items()):
        if place in standing and standing[place].examiner_id == examiner.pk:
            continue
        if why_not := obstacle_to_examiner(paper, examiner, now):
            raise Refused(why_not)
        if place in standing:
            _release(current, standing[place], by=by, now=now)
        made = Appointment.objects.create(
            paper=paper, appeal=current, examiner=examiner, place=place, appointed_at=now
        )
        audit.record(current, APPOINTED, by=by, now=now, changes={EXAMINER: (None, examiner.user)})
        letters.asked_to_grade_anew(made, now=now)
    if current.state == GradeAppealState.RECEIVED:
        _take_up(current, by=by, now=now)


def _take_up(appeal: GradeAppeal, *, by: User, now: datetime) -> None:
    move(appeal, GradeAppealState.REGRADING, verb=BEGUN, by=by, now=now)
    finals = Candidate.objects.filter(
        appeals__appeal=appeal, appeals__left_at=None, state=CandidateState.FINAL
    )
    for candidate in finals.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        move(candidate, CandidateState.PUBLISHED, verb=REOPENED, by=by, now=now)
    letters.with_new_examiners(appeal, now=now)


def _release(
    appeal: GradeAppeal, appointment: Appointment, *, by: User, now: datetime, verb: str = RELEASED
) -> None:
    """Whoever has graded blindly stays. Of somebody else nothing stands: neither a grade nor a proposal."""
    user = appointment.examiner.user
    if verb == RELEASED and is_done(appointment, appeal):
        raise Refused(_("%(name)s has graded the paper already, and cannot be replaced.") % {"name": user})
    ProvisionalGrade.objects.filter(appointment=appointment).delete()
    PaperGrade.objects.filter(appeal=appeal, agreed_at=None).delete()
    letters.released(appeal, user, now=now)
    audit.record(appeal, verb, by=by, now=now, changes={EXAMINER: (user, None)})
    appointment.delete()


# --- A conflict of interest that is found afterwards -----------------------------------------------------


def release_for_conflict(
    user: User, *, by: User, now: datetime
) -> tuple[Sequence[Appointment], Sequence[Appointment]]:
    """Release somebody from the papers of appeals that they must not grade, inside the deed that records why.

    Returns those that ended, and those in which the examiners have agreed already: nothing of these changes,
    and what follows is for the school to decide.
    """
    ended, kept = [], []
    rows = Appointment.objects.filter(examiner__user=user, appeal__in=GradeAppeal.objects.undecided())
    for appointment in rows.select_related(*WITH_PAPER).order_by("appeal"):
        if not conflict(appointment.paper, user, formats.local(now).date()):
            continue
        assert appointment.appeal is not None, "of the filter"
        appeal = held(appointment.appeal)
        if appointment.place in places_in_play(appeal):
            _release(appeal, appointment, by=by, now=now, verb=CONFLICTED)
            ended.append(appointment)
        else:
            kept.append(appointment)
    return ended, kept


def obstacle_to_appointing(appeal: GradeAppeal) -> str:
    """Why no examiners can be appointed now, as a sentence; empty when they can."""
    fault = GradeAppeal.Kind.FORMAL_FAULT
    if appeal.state == GradeAppealState.RECEIVED and appeal.kind == fault and not appeal.deciding_words:
        return _("Decide first whether there was a formal fault.")
    if not places_of(appeal):
        return _("No examiners are missing.")
    return ""


def obstacle_to_examiner(paper: Paper, examiner: Examiner, now: datetime) -> str:
    """Why somebody cannot grade this paper blindly, as a sentence; empty when they can."""
    user, name = examiner.user, {"name": examiner.user}
    if examiner.exam_id != paper.exam_id or not examiner.for_appeals or not can_examine(user):
        return _("%(name)s is no examiner for appeals in this exam.") % name
    if teaches(user, paper.exam.cohort):
        return _("%(name)s belongs to the cohort’s staff, and can see the grade.") % name
    if paper.appointments.filter(appeal=None, examiner__user=user).exists():
        return _("%(name)s has graded this paper before.") % name
    return conflict(paper, user, formats.local(now).date())
