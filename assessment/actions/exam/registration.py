"""Who sits an exam: register, deregister, take none, and what the school decides for one person.

Every deed locks the exam, so that none meets the locking of its list half-way.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from assessment.actions.exam.setting_up import locked_exam, require_administers
from assessment.actions.moves import move
from assessment.emails import exam_registration as letters
from assessment.models import Candidate, Exam, Paper
from assessment.models.exam import registration as rules
from assessment.models.readiness import Aim, standing
from assessment.states import CandidateState, ExamState
from cohorts.models import Participant
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

REGISTERED = gettext_noop("registered for the exam")
DEREGISTERED = gettext_noop("deregistered from the exam")
OPTED_OUT = gettext_noop("chose to take no exam")
EXCEPTED = gettext_noop("let somebody sit the exam by exception")
TAKEN_OFF = gettext_noop("took somebody off the list of candidates")
EXPORTED = gettext_noop("downloaded the list of candidates")

# What somebody who is no candidate any more has not got. The evidence of the list stays where it was locked.
OFF_THE_LIST: dict[str, Any] = {"paper": None, "attempt": None}
NO_DECISION: dict[str, Any] = {"has_exception": False, "reason": "", "decided_by": None}


# --- The person themself ---------------------------------------------------------------------------------


@transaction.atomic
def register(exam: Exam, participant: Participant, *, by: User, now: datetime) -> Candidate:
    """A student registers, and gets a receipt. The same click twice changes nothing.

    Raises Refused before and after the registration, for somebody who lacks something, and for somebody
    without attempts left.
    """
    _require_oneself(participant, by)
    current, own = locked_exam(exam), _own(exam, participant)
    if own is not None and own.state == CandidateState.REGISTERED:
        return own
    attempts = rules.spent_attempts([participant], besides=exam)[participant.pk]
    obstacle = rules.obstacle(current, standing(participant, now), own, attempts=attempts, now=now)
    if obstacle:
        raise Refused(obstacle)
    _require_no_other(current, participant)
    candidate = _put(
        current,
        participant,
        own,
        CandidateState.REGISTERED,
        verb=REGISTERED,
        by=by,
        now=now,
        registered_at=now,
        ended_at=None,
    )
    letters.registered(candidate, now=now)
    return candidate


@transaction.atomic
def deregister(exam: Exam, participant: Participant, *, by: User, now: datetime) -> None:
    """A candidate withdraws until the deadline, and gets a receipt; no attempt is used.

    Raises Refused after the deadline. The same click twice changes nothing.
    """
    _require_oneself(participant, by)
    current, own = locked_exam(exam), _own(exam, participant)
    if own is not None and own.state == CandidateState.DEREGISTERED:
        return
    obstacle = rules.obstacle_to_deregistering(current, own, now)
    if obstacle or own is None:
        raise Refused(obstacle)
    _withdraw(own, CandidateState.DEREGISTERED, verb=DEREGISTERED, by=by, now=now)
    letters.deregistered(own, now=now)


@transaction.atomic
def opt_out(exam: Exam, participant: Participant, *, by: User, now: datetime) -> Candidate:
    """A student says that they take no exam, which leads to the certificate; they get a receipt.

    Raises Refused for a candidate after the deadline for deregistering, and for somebody who has sat an exam.
    The same click twice changes nothing.
    """
    _require_oneself(participant, by)
    current, own = locked_exam(exam), _own(exam, participant)
    if own is not None and own.state == CandidateState.OPTED_OUT:
        return own
    obstacle = rules.obstacle_to_opting_out(
        current, standing(participant, now), own, has_sat=_has_sat(current, participant), now=now
    )
    if obstacle:
        raise Refused(obstacle)
    if own is not None and own.state == CandidateState.REGISTERED:
        _withdraw(own, CandidateState.OPTED_OUT, verb=OPTED_OUT, by=by, now=now)
        candidate = own
    else:
        candidate = _put(
            current, participant, own, CandidateState.OPTED_OUT, verb=OPTED_OUT, by=by, now=now, ended_at=now
        )
    letters.opted_out(candidate, now=now)
    return candidate


# --- The school ------------------------------------------------------------------------------------------


@transaction.atomic
def let_sit(exam: Exam, participant: Participant, *, reason: str, by: User, now: datetime) -> Candidate:
    """Let a student sit the exam although something is missing, or the registration has closed.

    The person gets a letter with the reason. Raises Refused without a reason, once the list is locked, and
    for a course participant or somebody who has left.
    """
    require_administers(by)
    current, own = locked_exam(exam), _own(exam, participant)
    if current.state != ExamState.OPEN:
        raise Refused(
            _("People come onto the list while the registration is open or the list is not locked.")
        )
    _require_reason(reason)
    if not participant.is_present:
        raise Refused(_("The person has left the course."))
    if standing(participant, now).aim != Aim.EXAM:
        raise Refused(_("A course participant cannot sit the exam."))
    _require_no_other(current, participant)
    decision = {"has_exception": True, "reason": reason.strip(), "decided_by": by}
    if own is not None and own.state == CandidateState.REGISTERED:
        _decide(own, decision)
        audit.record(own, EXCEPTED, by=by, now=now, reason=reason.strip())
        candidate = own
    else:
        candidate = _put(
            current,
            participant,
            own,
            CandidateState.REGISTERED,
            verb=EXCEPTED,
            by=by,
            now=now,
            decision=decision,
            registered_at=now,
            ended_at=None,
        )
    letters.registered(candidate, now=now)
    return candidate


@transaction.atomic
def take_off(exam: Exam, participant: Participant, *, reason: str, by: User, now: datetime) -> None:
    """Take a registered candidate off the list, also after the deadline; the person gets the reason.

    Raises Refused without a reason, and for somebody who is not registered or has delivered.
    """
    require_administers(by)
    locked_exam(exam)
    own = _own(exam, participant)
    _require_reason(reason)
    if own is None or own.state != CandidateState.REGISTERED:
        raise Refused(_("The person is not registered."))
    decision = {"has_exception": False, "reason": reason.strip(), "decided_by": by}
    _withdraw(own, CandidateState.DEREGISTERED, verb=TAKEN_OFF, by=by, now=now, decision=decision)
    letters.deregistered(own, now=now)


def record_export(exam: Exam, *, filters: str, rows: int, file_name: str, by: User, now: datetime) -> None:
    """Write down that a person took the list out of the program, and which part of it."""
    audit.record(
        exam,
        EXPORTED,
        by=by,
        now=now,
        changes={
            gettext_noop("File"): ("", file_name),
            gettext_noop("Filter"): ("", filters),
            gettext_noop("Rows"): ("", rows),
        },
    )


# --- Asked by several ------------------------------------------------------------------------------------


def _own(exam: Exam, participant: Participant) -> Candidate | None:
    own = Candidate.objects.filter(exam=exam, participant=participant).first()
    if own is not None:
        own.exam, own.participant = exam, participant
    return own


def _put(
    exam: Exam,
    participant: Participant,
    own: Candidate | None,
    to: CandidateState,
    *,
    verb: str,
    by: User,
    now: datetime,
    decision: Mapping[str, Any] = NO_DECISION,
    **fields: Any,
) -> Candidate:
    """Make the person's row in this state, or move it there. decision: of the school, if it is one."""
    if own is not None:
        _decide(own, decision)
        move(own, to, verb=verb, by=by, now=now, reason=decision["reason"], **fields)
        return own
    candidate = Candidate.objects.create(exam=exam, participant=participant, state=to, **fields, **decision)
    with override("en"):
        label = str(to.label)
    changes = {"state": (None, label)}
    audit.record(candidate, verb, by=by, now=now, changes=changes, reason=decision["reason"])
    return candidate


def _decide(own: Candidate, decision: Mapping[str, Any]) -> None:
    Candidate.objects.filter(pk=own.pk).update(**decision)
    for name, value in decision.items():
        setattr(own, name, value)


def _withdraw(
    own: Candidate,
    to: CandidateState,
    *,
    verb: str,
    by: User,
    now: datetime,
    decision: Mapping[str, Any] = NO_DECISION,
) -> None:
    """Move a candidate off the list, and the paper away that nobody is left to write."""
    paper = own.paper
    _decide(own, decision)
    move(own, to, verb=verb, by=by, now=now, reason=decision["reason"], ended_at=now, **OFF_THE_LIST)
    if paper is not None and not paper.candidates.exists():
        forget_paper(paper)


def forget_paper(paper: Paper) -> None:
    """Delete a paper that has no candidates, unless something hangs on it already."""
    try:
        with transaction.atomic():
            paper.delete()
    except ProtectedError:  # a file, a delivery or an examiner's appointment keeps it
        return


def _has_sat(exam: Exam, participant: Participant) -> bool:
    mine = Candidate.objects.filter(participant=participant).exclude(exam=exam)
    return mine.filter(state__in=rules.HAS_SAT).exists()


def _require_no_other(exam: Exam, participant: Participant) -> None:
    """Raise Refused for somebody who is registered for another sitting that is not over."""
    others = Candidate.objects.filter(participant=participant, state=CandidateState.REGISTERED)
    if others.exclude(exam=exam).exists():
        raise Refused(_("The person is registered for another exam of the cohort, which is not over."))


def _require_oneself(participant: Participant, by: User) -> None:
    if participant.member.user_id != by.pk or not by.is_active or not participant.is_present:
        raise Refused(_("Only the person can do this, while they take part in the course."))


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Give a reason."))
