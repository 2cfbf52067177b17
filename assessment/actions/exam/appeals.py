"""An appeal against a grade or for a formal fault: received, withdrawn, dismissed; is there a fault?

Nothing is dismissed by itself: a late appeal is received and marked, and a person decides, with grounds.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessment.actions.exam.setting_up import require_administers
from assessment.actions.moves import move
from assessment.emails import exam_redress as letters
from assessment.models import AppealCandidate, Candidate, GradeAppeal
from assessment.models.exam.rights import Rights, rights_of
from assessment.states import GradeAppealState
from assessment.states.exam import GRADE_APPEAL_TRANSITIONS
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

RECEIVED = gettext_noop("appealed against the grade")
FAULT_CLAIMED = gettext_noop("appealed because of a formal fault")
WITHDRAWN = gettext_noop("withdrew the appeal")
WITHDRAWN_FOR = gettext_noop("recorded that the candidate withdrew the appeal")
DISMISSED = gettext_noop("dismissed the appeal")
NO_FAULT = gettext_noop("found no formal fault")
FAULT = gettext_noop("found a formal fault")
REGRADE = gettext_noop("found a formal fault, and let the paper be graded anew")
LATE = gettext_noop("after the last day")
JOINED = gettext_noop("joined the appeal of the group")
FOR = gettext_noop("for")


# --- The candidate ---------------------------------------------------------------------------------------


@transaction.atomic
def receive(candidate: Candidate, *, kind: str, words: str, by: User, now: datetime) -> GradeAppeal:
    """Receive an appeal, also a late one; the candidate gets the receipt.

    Nobody is appealed for without an act of their own. With the setting of the sitting the first appeal
    against the grade lets the others of the group know that they can join it; whoever of them appeals in time
    joins, until the paper is graded anew. A second click finds what the first has sent. Raises Refused.
    """
    # Held before the candidates, in the order of whoever decides an appeal.
    joinable = list(GradeAppeal.objects.joinable_by(candidate).select_for_update(no_key=True, of=("self",)))
    group = list(_held(candidate))
    own = next((each for each in group if each.candidate.pk == candidate.pk), None)
    if own is None:
        raise Refused(_("The grade has not been published."))
    if own.candidate.participant.member.user_id != by.pk:
        raise Refused(_("Only the candidate can appeal against the grade."))
    if (standing := own.open_appeal(kind)) is not None:
        return standing
    if why_not := own.obstacle_to_appealing(kind):
        raise Refused(why_not)
    is_fault = kind == GradeAppeal.Kind.FORMAL_FAULT
    if is_fault and not words.strip():
        raise Refused(_("Write what went wrong, and when."))
    is_joint = own.candidate.exam.appeal_is_joint and not is_fault
    if is_joint and not own.is_late(kind, now):
        joinable = joinable or list(GradeAppeal.objects.joinable_by(candidate))
        if joinable:
            return _join(joinable[0], own, words.strip(), by=by, now=now)
    appeal = GradeAppeal.objects.create(
        exam=own.candidate.exam,
        kind=kind,
        is_joint=is_joint,
        words=words.strip(),
        sent_by=by,
        received_at=now,
        due_at=own.due_at(kind, now),
    )
    _concern(appeal, own, now)
    verb = FAULT_CLAIMED if is_fault else RECEIVED
    audit.record(appeal, verb, by=by, now=now, changes={LATE: (False, appeal.is_late)})
    letters.received(appeal, own.candidate, now=now)
    if is_joint and not appeal.is_late:
        invited = [each for each in group if each is not own and _can_join(each, now)]
        letters.can_be_joined(appeal, invited, now=now)
    return appeal


def _can_join(rights: Rights, now: datetime) -> bool:
    kind = GradeAppeal.Kind.GRADE
    return not rights.obstacle_to_appealing(kind) and not rights.is_late(kind, now)


def _join(appeal: GradeAppeal, own: Rights, words: str, *, by: User, now: datetime) -> GradeAppeal:
    """One more for whom the new grade of the paper counts; what they write stands below the others' words."""
    _concern(appeal, own, now)
    if words:
        said = _("%(name)s: %(words)s") % {"name": by, "words": words}
        appeal.words = f"{appeal.words}\n\n{said}".strip()
        appeal.save(update_fields=["words"])
    audit.record(appeal, JOINED, by=by, now=now)
    letters.received(appeal, own.candidate, now=now)
    return appeal


def _held(candidate: Candidate) -> Sequence[Rights]:
    """The rights of everybody of the candidate's paper, their rows held in the order of their keys."""
    found = Candidate.objects.filter(paper=candidate.paper_id) if candidate.paper_id else Candidate.objects
    mine = found.filter(exam=candidate.exam_id) if candidate.paper_id else found.filter(pk=candidate.pk)
    list(mine.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    return rights_of(mine.order_by("pk"))


def _concern(appeal: GradeAppeal, own: Rights, now: datetime) -> None:
    try:
        with transaction.atomic():
            AppealCandidate.objects.create(
                appeal=appeal, candidate=own.candidate, grade=own.grade, kind=appeal.kind, joined_at=now
            )
    except IntegrityError as error:
        raise Refused(_("Your appeal has been received already.")) from error


@transaction.atomic
def withdraw(
    appeal: GradeAppeal, *, by: User, now: datetime, reason: str = "", whose: Collection[int] = ()
) -> None:
    """Take an appeal back until the paper is graded anew; the grade stands.

    Each candidate withdraws for themself, and the others go on; a course administrator on their word, with a
    reason. whose: keys of the AppealCandidates for an administrator, all where it is nobody. With the last of
    them the appeal ends, and the new examiners hear that there is nothing more to do. Raises Refused.
    """
    current = held(appeal)
    standing = list(current.candidates.standing().select_related("candidate__participant__member"))
    own = [each for each in standing if each.candidate.participant.member.user_id == by.pk]
    if why_not := obstacle_to_withdrawing(current):
        raise Refused(why_not)
    if not own:
        require_administers(by)
        if not reason.strip():
            raise Refused(_("State how the candidate has said so."))
    leaving = own or [each for each in standing if each.pk in whose or not whose]
    if not leaving:
        raise Refused(_("Somebody else has just changed this. Reload the page to see what is new."))
    verb = WITHDRAWN if own else WITHDRAWN_FOR
    if len(leaving) == len(standing):
        close(current, GradeAppealState.WITHDRAWN, verb=verb, by=by, now=now, reason=reason.strip())
        letters.nothing_more_to_grade(current, now=now)
    else:
        keys = [each.pk for each in leaving]
        AppealCandidate.objects.filter(pk__in=keys).update(left_at=now, is_open=False)
        names = ", ".join(sorted(str(each.candidate) for each in leaving))
        audit.record(current, verb, by=by, now=now, changes={FOR: (names, None)}, reason=reason.strip())
    for each in leaving:
        letters.withdrawn(current, each.candidate, now=now)


def obstacle_to_withdrawing(appeal: GradeAppeal) -> str:
    """Why the appeal cannot be taken back any more, as a sentence; empty when it can."""
    if GradeAppealState.WITHDRAWN in GRADE_APPEAL_TRANSITIONS[appeal.state]:
        return ""
    if appeal.is_open:
        return _("The paper has been graded anew, so the appeal cannot be withdrawn.")
    return _("The appeal has ended.")


# --- The school ------------------------------------------------------------------------------------------


@transaction.atomic
def dismiss(appeal: GradeAppeal, *, grounds: str, by: User, now: datetime) -> None:
    """Refuse to take up an appeal, such as one that came too late, with grounds; the letter says until when
    the dismissal can be appealed. Raises Refused."""
    current = _to_decide(appeal, by)
    words = _stated(grounds)
    close(
        current,
        GradeAppealState.DISMISSED,
        verb=DISMISSED,
        by=by,
        now=now,
        reason=words,
        deciding_words=words,
        decided_by=by,
    )
    letters.dismissed(current, now=now)


@transaction.atomic
def find_no_fault(appeal: GradeAppeal, *, grounds: str, by: User, now: datetime) -> None:
    """Decide that nothing went wrong that may have mattered; the grade stands. Raises Refused."""
    _decide_fault(appeal, GradeAppeal.Outcome.NO_FAULT, NO_FAULT, grounds, by=by, now=now)


@transaction.atomic
def find_fault(appeal: GradeAppeal, *, grounds: str, by: User, now: datetime) -> None:
    """Decide that something went wrong that grading anew cannot mend; the grounds say what the school does.
    Raises Refused."""
    _decide_fault(appeal, GradeAppeal.Outcome.FAULT_FOUND, FAULT, grounds, by=by, now=now)


@transaction.atomic
def find_fault_to_regrade(appeal: GradeAppeal, *, grounds: str, by: User, now: datetime) -> None:
    """Decide that something went wrong, and that new examiners grade the paper anew. Raises Refused."""
    current = _fault(appeal, by)
    current.deciding_words, current.decided_by = _stated(grounds), by
    current.save(update_fields=["deciding_words", "decided_by"])
    audit.record(current, REGRADE, by=by, now=now, reason=current.deciding_words)
    letters.fault_is_regraded(current, now=now)


def _decide_fault(
    appeal: GradeAppeal, outcome: str, verb: str, grounds: str, *, by: User, now: datetime
) -> None:
    current = _fault(appeal, by)
    words = _stated(grounds)
    close(
        current,
        GradeAppealState.DECIDED,
        verb=verb,
        by=by,
        now=now,
        reason=words,
        outcome=outcome,
        deciding_words=words,
        decided_by=by,
    )
    letters.fault_decided(current, now=now)


def _fault(appeal: GradeAppeal, by: User) -> GradeAppeal:
    current = _to_decide(appeal, by)
    if why_not := obstacle_to_deciding_fault(current):
        raise Refused(why_not)
    return current


def _to_decide(appeal: GradeAppeal, by: User) -> GradeAppeal:
    require_administers(by)
    current = held(appeal)
    if why_not := obstacle_to_deciding(current):
        raise Refused(why_not)
    return current


def obstacle_to_deciding(appeal: GradeAppeal) -> str:
    """Why the school cannot answer it without new examiners, as a sentence; empty when it can."""
    if appeal.state != GradeAppealState.RECEIVED:
        return _("This cannot be done now: the state is «%(state)s».") % {"state": appeal.get_state_display()}
    if appeal.deciding_words:
        return _("A formal fault is found. New examiners grade the paper anew.")
    return ""


def obstacle_to_deciding_fault(appeal: GradeAppeal) -> str:
    if appeal.kind != GradeAppeal.Kind.FORMAL_FAULT:
        return _("This appeal is against the grade: new examiners answer it.")
    return obstacle_to_deciding(appeal)


# --- Asked by every step ---------------------------------------------------------------------------------


def held(appeal: GradeAppeal) -> GradeAppeal:
    """The appeal as it is now, its row held to the end of the transaction."""
    return GradeAppeal.objects.select_for_update(no_key=True, of=("self",)).with_names().get(pk=appeal.pk)


def close(appeal: GradeAppeal, to: str, *, verb: str, by: User, now: datetime, **fields: object) -> None:
    """Move the appeal to its last state, and let its candidates appeal anew where the rules allow it."""
    move(appeal, to, verb=verb, by=by, now=now, ended_at=now, **fields)  # type: ignore[arg-type]
    AppealCandidate.objects.filter(appeal=appeal).update(is_open=False)


def _stated(grounds: str) -> str:
    if not grounds.strip():
        raise Refused(_("State the grounds: they are sent to the candidate."))
    return grounds.strip()
