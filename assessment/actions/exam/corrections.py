"""A typing error in a published grade is put right by two persons, of whom at least one has set the grade.

The audit tells who has done what, and never which mark: it stands in the versions of the grade.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessment.actions.exam.results import refuse_unless_within
from assessment.actions.moves import move
from assessment.emails import exam_corrections as letters
from assessment.models import Candidate, Grade, GradeCorrection, GradeSource
from assessment.models.exam.regrading import clamped
from assessment.models.exam.rights import rights
from assessment.permissions.corrections import can_answer, can_correct
from assessment.states import CandidateState, CorrectionState, ExplanationState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

ASKED = gettext_noop("asked to correct a typing error in the grade")
MADE = gettext_noop("confirmed that a typing error in the grade is corrected")
TURNED_DOWN = gettext_noop("turned down a correction of the grade")
WITHDRAWN = gettext_noop("took back a correction of the grade that had been asked for")
REOPENED = gettext_noop("opened the grade again for a correction")


@transaction.atomic
def ask(
    grade: Grade, *, paper_mark: str, steps: int, reason: str, by: User, now: datetime
) -> GradeCorrection:
    """Ask another person to confirm what was decided; nothing changes, and the candidate hears nothing yet.

    paper_mark, steps: as they were decided; the mark follows. Raises Refused for a stranger, for what stands
    already, and while something else waits to be answered.
    """
    current = _held(grade)
    if not can_correct(by, current):
        raise Refused(_("Those who have set the grade and the course administrators can correct it."))
    if why_not := obstacle(current):
        raise Refused(why_not)
    if not reason.strip():
        raise Refused(_("Give a reason."))
    refuse_unless_within(current.candidate.exam, steps)
    if (paper_mark, steps) == (current.paper_mark, current.steps):
        raise Refused(_("This is what stands already."))
    try:
        with transaction.atomic():
            asked = GradeCorrection.objects.create(
                grade=current,
                paper_mark=paper_mark,
                steps=steps,
                reason=reason.strip(),
                asked_by=by,
                asked_at=now,
            )
    except IntegrityError as error:
        raise Refused(_("A correction of this grade waits to be confirmed.")) from error
    audit.record(current.candidate, ASKED, by=by, now=now)
    letters.asked(asked, now=now)
    return asked


@transaction.atomic
def confirm(correction: GradeCorrection, *, by: User, now: datetime) -> Grade:
    """Make the correction: a new published version, with new periods, of which the candidate gets a letter.

    Raises Refused to the one who has asked for it, to two who have not set the grade, and when something
    waits to be answered meanwhile.
    """
    waiting = _waiting(correction)
    former = waiting.grade
    if why_not := obstacle_to_answering(waiting, by) or obstacle(former, besides=waiting):
        raise Refused(why_not)
    move(
        waiting,
        CorrectionState.MADE,
        verb=MADE,
        by=by,
        now=now,
        about=former.candidate,
        answered_by=by,
        answered_at=now,
    )
    Grade.objects.filter(pk=former.pk).update(superseded_at=now)
    made = Grade.objects.create(
        candidate=former.candidate,
        version=former.version + 1,
        mark=clamped(waiting.paper_mark, waiting.steps),
        paper_mark=waiting.paper_mark,
        steps=waiting.steps,
        source=GradeSource.CORRECTION,
        # Who explains it, and whether it can be appealed against, is as with the former.
        appeal=former.appeal,
        reason=waiting.reason,
        set_by=waiting.asked_by,
        set_at=waiting.asked_at,
        confirmed_by=by,
        confirmed_at=now,
        published_at=now,
    )
    if former.candidate.state == CandidateState.FINAL:
        move(former.candidate, CandidateState.PUBLISHED, verb=REOPENED, by=by, now=now)
    letters.corrected(made, now=now)
    letters.answered(waiting, now=now)
    return made


@transaction.atomic
def turn_down(correction: GradeCorrection, *, reason: str, by: User, now: datetime) -> None:
    """Let the grade stand as it is; the one who has asked is told why. Raises Refused."""
    waiting = _waiting(correction)
    if why_not := obstacle_to_answering(waiting, by):
        raise Refused(why_not)
    _close(waiting, CorrectionState.TURNED_DOWN, TURNED_DOWN, reason, by=by, now=now)
    letters.answered(waiting, now=now)


@transaction.atomic
def withdraw(correction: GradeCorrection, *, by: User, now: datetime) -> None:
    """Take back what one has asked for, until it is answered. Raises Refused."""
    waiting = _waiting(correction)
    if why_not := obstacle_to_withdrawing(waiting, by):
        raise Refused(why_not)
    _close(waiting, CorrectionState.WITHDRAWN, WITHDRAWN, "", by=by, now=now)


def _close(
    waiting: GradeCorrection, to: CorrectionState, verb: str, reason: str, *, by: User, now: datetime
) -> None:
    move(
        waiting,
        to,
        verb=verb,
        by=by,
        now=now,
        about=waiting.grade.candidate,
        answer=reason.strip(),
        answered_by=by,
        answered_at=now,
    )


def obstacle(grade: Grade, *, besides: GradeCorrection | None = None) -> str:
    """Why the grade cannot be corrected now, as a sentence; empty when it can.

    What waits is about the version that stands, and would be left without one. besides: the correction that
    is being answered.
    """
    if grade.superseded_at is not None:
        return _("Another version of the grade has taken the place of this one.")
    found = rights(grade.candidate)
    if found is None:
        return _("The grade has not been published.")
    if found.open_appeal("grade") or found.open_appeal("formal"):
        return _("An appeal waits to be decided. It is decided first.")
    if found.explanation is not None and found.explanation.state == ExplanationState.ASKED:
        return _("An explanation waits to be given. It is given first.")
    if besides is None and GradeCorrection.objects.waiting().filter(grade=grade).exists():
        return _("A correction of this grade waits to be confirmed.")
    return ""


def obstacle_to_answering(waiting: GradeCorrection, user: User) -> str:
    if can_answer(user, waiting):
        return ""
    return _("Another person than the one who has asked confirms it, and one of the two has set the grade.")


def obstacle_to_withdrawing(waiting: GradeCorrection, user: User) -> str:
    if waiting.asked_by_id == user.pk:
        return ""
    return _("Only who has asked for the correction can take it back.")


def _held(grade: Grade) -> Grade:
    """The version as it is now, its candidate's row held to the end of the transaction."""
    Candidate.objects.select_for_update(no_key=True, of=("self",)).get(pk=grade.candidate_id)
    return Grade.objects.select_related("candidate__exam", "candidate__participant__member").get(pk=grade.pk)


def _waiting(correction: GradeCorrection) -> GradeCorrection:
    grade = _held(correction.grade)
    found = GradeCorrection.objects.with_names().get(pk=correction.pk)
    found.grade = grade
    return found
