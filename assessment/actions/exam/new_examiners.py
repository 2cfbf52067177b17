"""New examiners after an appeal, who know neither the grade nor who gave it; one more where it differs."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessment.actions.exam.appeals import held
from assessment.actions.exam.setting_up import require_administers
from assessment.actions.moves import move
from assessment.emails import exam_redress as letters
from assessment.models import Appointment, Candidate, Examiner, GradeAppeal, Paper, ProvisionalGrade
from assessment.models.exam.conflicts import conflict
from assessment.models.exam.regrading import paper_of, places_of
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
REOPENED = gettext_noop("opened the grade again for a late appeal")
EXAMINER = gettext_noop("examiner")


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
    standing = {each.place: each for each in current.appointments.select_related("examiner__user")}
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
    finals = Candidate.objects.filter(appeals__appeal=appeal, state=CandidateState.FINAL)
    for candidate in finals.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        move(candidate, CandidateState.PUBLISHED, verb=REOPENED, by=by, now=now)
    letters.with_new_examiners(appeal, now=now)


def _release(appeal: GradeAppeal, appointment: Appointment, *, by: User, now: datetime) -> None:
    """Whoever has submitted a grade stays; a draft goes with its examiner."""
    drafts = ProvisionalGrade.objects.filter(appointment=appointment)
    if drafts.filter(submitted_at__isnull=False).exists():
        raise Refused(
            _("%(name)s has graded the paper already, and cannot be replaced.")
            % {"name": appointment.examiner.user}
        )
    drafts.delete()
    letters.released(appeal, appointment.examiner.user, now=now)
    audit.record(appeal, RELEASED, by=by, now=now, changes={EXAMINER: (appointment.examiner.user, None)})
    appointment.delete()


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
