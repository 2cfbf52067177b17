"""Provisional grades, each given alone, and the grade of the paper on which the examiners agree.

Whoever moves a paper on holds the row of its exam, so that nothing is graded while the grades are published.
The audit tells who has done what, and never which mark: before publication only the examiners know it.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessment.actions.moves import move
from assessment.models import Appointment, Exam, Paper, PaperGrade, ProvisionalGrade
from assessment.models.exam.progress import examiners_needed, has_submitted
from assessment.states import CandidateState, ExamState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User


@transaction.atomic
def save_draft(paper: Paper, *, mark: str, grounds: str, by: User, now: datetime) -> ProvisionalGrade:
    """Keep what an examiner thinks, seen by nobody else. Raises Refused when it is submitted already."""
    hold(paper)
    own = own_appointment(paper, by)
    draft, is_new = ProvisionalGrade.objects.get_or_create(
        appointment=own, defaults={"mark": mark, "grounds": grounds, "saved_at": now}
    )
    if draft.submitted_at is not None:
        raise Refused(_("You have submitted your grade already."))
    if not is_new:
        draft.mark, draft.grounds, draft.saved_at = mark, grounds, now
        draft.save(update_fields=["mark", "grounds", "saved_at"])
    return draft


@transaction.atomic
def submit(paper: Paper, *, mark: str, grounds: str, by: User, now: datetime) -> ProvisionalGrade:
    """Give one's provisional grade. From now on it stands, and one sees the colleague's when that is given.

    Raises Refused without a mark, without grounds, and when it is submitted already.
    """
    if not mark:
        raise Refused(_("Choose a grade."))
    if not grounds.strip():
        raise Refused(_("Write the grounds for the grade."))
    given = save_draft(paper, mark=mark, grounds=grounds.strip(), by=by, now=now)
    given.submitted_at = now
    given.save(update_fields=["submitted_at"])
    audit.record(given, gettext_noop("submitted a provisional grade"), by=by, now=now)
    return given


@transaction.atomic
def propose(paper: Paper, *, mark: str, grounds: str, by: User, now: datetime) -> PaperGrade:
    """Propose the grade of the paper, or another one than the colleague has proposed; this agrees to it.

    With one examiner it is agreed at once. Raises Refused before all have submitted theirs, and afterwards.
    """
    exam = hold(paper)
    own_appointment(paper, by)
    appointed = _all_submitted(paper, exam)
    if not grounds.strip():
        raise Refused(_("Write the grounds for the grade."))
    current = PaperGrade.objects.filter(paper=paper, appeal=None).first()
    if current is not None and current.is_agreed:
        raise Refused(_("The grade of the paper is agreed already."))
    fields = {"mark": mark, "grounds": grounds.strip(), "proposed_by": by, "proposed_at": now}
    proposed, _is_new = PaperGrade.objects.update_or_create(paper=paper, appeal=None, defaults=fields)
    audit.record(proposed, gettext_noop("proposed the grade of the paper"), by=by, now=now)
    if len(appointed) == 1:
        _agreed(proposed, by=by, now=now)
    return proposed


@transaction.atomic
def agree(paper: Paper, *, seen: datetime, by: User, now: datetime) -> None:
    """Agree to what the colleague has proposed.

    seen: when that was proposed which the person has read. Raises Refused when it is another one meanwhile,
    when one has proposed it oneself, and when the one who has is no longer an examiner of the paper.
    """
    exam = hold(paper)
    own_appointment(paper, by)
    appointed = _all_submitted(paper, exam)
    proposed = PaperGrade.objects.filter(paper=paper, appeal=None).first()
    if proposed is None:
        raise Refused(_("No grade is proposed yet."))
    if proposed.is_agreed:
        raise Refused(_("The grade of the paper is agreed already."))
    if proposed.proposed_at != seen:
        raise Refused(_("Another grade has been proposed meanwhile. Read it before you agree."))
    if proposed.proposed_by_id == by.pk:
        raise Refused(
            _("You have proposed this grade. Your colleague agrees to it, or proposes another one.")
        )
    if proposed.proposed_by_id not in {each.examiner.user_id for each in appointed}:
        raise Refused(_("Who proposed this grade does not grade the paper any more. Propose one yourself."))
    _agreed(proposed, by=by, now=now)


def _all_submitted(paper: Paper, exam: Exam) -> list[Appointment]:
    """Its examiners, once each has given a grade alone; before that nobody may talk about one."""
    appointed = appointed_to(paper)
    if len(appointed) < examiners_needed(exam):
        raise Refused(_("The paper lacks an examiner."))
    if not all(has_submitted(each) for each in appointed):
        raise Refused(_("Every examiner of the paper must submit a grade of their own first."))
    return appointed


def _agreed(proposed: PaperGrade, *, by: User, now: datetime) -> None:
    proposed.agreed_by, proposed.agreed_at = by, now
    proposed.save(update_fields=["agreed_by", "agreed_at"])
    audit.record(proposed, gettext_noop("agreed to the grade of the paper"), by=by, now=now)
    for candidate in proposed.paper.candidates.filter(state=CandidateState.DELIVERED):
        move(
            candidate,
            CandidateState.PAPER_GRADED,
            verb=gettext_noop("graded the paper"),
            by=by,
            now=now,
            about=proposed,
        )


# --- Asked by the later steps as well --------------------------------------------------------------------


def hold(paper: Paper) -> Exam:
    """The exam of the paper; both are held until the deed is done. Raises Refused unless it is being graded.

    The paper is held as well, so that nobody is released from it meanwhile.
    """
    exam = Exam.objects.select_for_update(no_key=True, of=("self",)).get(pk=paper.exam_id)
    current = Paper.objects.select_for_update(no_key=True, of=("self",)).get(pk=paper.pk)
    if exam.state == ExamState.PUBLISHED:
        raise Refused(_("The grades are published."))
    if exam.state != ExamState.GRADING:
        raise Refused(_("Grading has not been opened."))
    if current.version == 0:
        raise Refused(_("The group has delivered no paper."))
    return exam


def appointed_to(paper: Paper) -> list[Appointment]:
    """The examiners of a paper before publication, the first one first."""
    rows = Appointment.objects.filter(paper=paper, appeal=None).select_related("examiner__user", "grade")
    return list(rows.order_by("place"))


def own_appointment(paper: Paper, by: User) -> Appointment:
    """Raises Refused to whoever is not appointed to the paper."""
    for each in appointed_to(paper):
        if each.examiner.user_id == by.pk and by.is_active:
            return each
    raise Refused(_("Only the examiners of this paper can do this."))
