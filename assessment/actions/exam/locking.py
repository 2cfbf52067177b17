"""The list of candidates: locked with the evidence of the moment, reopened until a group has delivered."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessment.actions.exam.registration import forget_paper
from assessment.actions.exam.setting_up import BEFORE_THE_LIST, locked_exam, require_administers
from assessment.actions.moves import move
from assessment.emails import exam_registration as letters
from assessment.models import Candidate, Exam, Paper
from assessment.models.exam import candidate_list
from assessment.models.exam.registration import deregisters_until, digest_of, evidence_of
from assessment.states import CandidateState, ExamState
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.ui import formats

LOCKED = gettext_noop("locked the list of candidates")
REOPENED = gettext_noop("reopened the list of candidates")

# Without letters that look like others or like digits.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 6


@transaction.atomic
def lock(exam: Exam, *, seen: str, by: User, now: datetime) -> None:
    """Freeze the list: each candidate with their evidence, its digest, the attempt, and their group's paper.

    seen: the fingerprint of the list that `by` looked at (candidate_list.seen_in). Each candidate gets a
    letter. Raises Refused before the registration has closed, for an empty list, for another list than the
    one seen, and while somebody on it lacks something and has no exception.
    """
    require_administers(by)
    current = locked_exam(exam)
    obstacle = obstacle_to_locking(current, now)
    if obstacle:
        raise Refused(obstacle)
    lines = candidate_list.to_lock(current, now)
    if candidate_list.seen_in(lines) != seen:
        raise Refused(_("The list has changed meanwhile. Look at it again before you lock it."))
    if not lines:
        raise Refused(_("Nobody is registered."))
    problems = candidate_list.problems(lines)
    if problems:
        names = ", ".join(str(line.candidate) for line in problems)
        raise Refused(
            _("Decide first on those for whom something stands in the way: %(names)s.") % {"names": names}
        )
    move(current, ExamState.LOCKED, verb=LOCKED, by=by, now=now, locked_at=now)
    candidates = _frozen(current, lines, now)
    for candidate in candidates:
        letters.locked(candidate, now=now)


def obstacle_to_locking(exam: Exam, now: datetime) -> str:
    """Why the list cannot be locked yet, as a sentence; empty when it can. No query."""
    if exam.state == ExamState.PLANNED:
        return _("The registration has not opened yet.")
    if exam.state != ExamState.OPEN:
        return _("The list of candidates is locked.")
    if now <= exam.registration_closes_at:
        closes = {"closes": formats.moment(exam.registration_closes_at)}
        return _("The registration is open until %(closes)s. The list is locked after that.") % closes
    return ""


def _frozen(exam: Exam, lines: Sequence[candidate_list.Line], now: datetime) -> list[Candidate]:
    candidates = [line.candidate for line in lines]
    papers = _papers(exam, candidates)
    evidence = evidence_of([each.participant for each in candidates], now)
    for line in lines:
        candidate = line.candidate
        candidate.exam = exam
        candidate.attempt = line.attempt
        candidate.paper = papers[candidate.participant.team_id]
        candidate.evidence = evidence[candidate.participant_id]
        candidate.evidence_digest = digest_of(candidate.evidence)
    Candidate.objects.bulk_update(candidates, ["attempt", "paper", "evidence", "evidence_digest"])
    return candidates


def _papers(exam: Exam, candidates: Sequence[Candidate]) -> dict[int, Paper]:
    """Key of the team → its paper; those that are there from a former locking keep their code."""
    teams = {each.participant.team_id for each in candidates}
    found = {paper.team_id: paper for paper in exam.papers.all()}
    for team, paper in found.items():
        if team not in teams:
            forget_paper(paper)
    missing = sorted(teams - found.keys())
    codes = _codes(len(missing))
    made = [
        Paper(exam=exam, team_id=team, code=code, due_at=exam.paper_due_at)
        for team, code in zip(missing, codes, strict=True)
    ]
    return found | {paper.team_id: paper for paper in Paper.objects.bulk_create(made)}


def _codes(count: int) -> list[str]:
    """So many codes that no paper has; they tell nothing about who or when."""
    taken = set(Paper.objects.values_list("code", flat=True))
    found: list[str] = []
    while len(found) < count:
        code = "".join(secrets.choice(LETTERS) for _place in range(CODE_LENGTH))
        if code not in taken:
            taken.add(code)
            found.append(code)
    return found


@transaction.atomic
def reopen(exam: Exam, *, registration_closes_at: datetime, reason: str, by: User, now: datetime) -> None:
    """Open the registration again until a new moment; those who can register get a letter.

    Who is on the list stays registered, and gets evidence and attempt anew when it is locked again. Raises
    Refused once a group has delivered or somebody is absent, while another registration of the cohort is
    open or planned, without a reason, and for a moment that has passed or leaves no time for deregistering.
    """
    require_administers(by)
    current = locked_exam(exam)
    obstacle = obstacle_to_reopening(current)
    if obstacle:
        raise Refused(obstacle)
    if not reason.strip():
        raise Refused(_("Give a reason."))
    if registration_closes_at <= now:
        raise Refused(_("The registration must close later than now."))
    until = deregisters_until(current)
    if registration_closes_at > until:
        raise Refused(
            _("The registration must close by %(until)s, the last moment for deregistering.")
            % {"until": formats.moment(until)}
        )
    move(
        current,
        ExamState.OPEN,
        verb=REOPENED,
        by=by,
        now=now,
        reason=reason.strip(),
        locked_at=None,
        registration_closes_at=registration_closes_at,
    )
    current.candidates.filter(state=CandidateState.REGISTERED).update(
        attempt=None, evidence=[], evidence_digest=""
    )
    letters.reopened(current, reason=reason.strip(), now=now)


def obstacle_to_reopening(exam: Exam) -> str:
    """Why the list cannot be reopened, as a sentence; empty when it can. Three queries."""
    if exam.state != ExamState.LOCKED:
        return _("The list of candidates is not locked, or grading has begun.")
    if exam.papers.filter(version__gte=1).exists():
        return _("A group has delivered its paper. The list stays as it is.")
    absent = (CandidateState.ABSENT, CandidateState.VALID_ABSENCE)
    if exam.candidates.filter(state__in=absent).exists():
        return _("Somebody has been recorded as absent. The list stays as it is.")
    others = Exam.objects.filter(cohort=exam.cohort_id, state__in=BEFORE_THE_LIST)
    if others.exclude(pk=exam.pk).exists():
        return _("Another exam of the cohort is planned or open. There is one registration at a time.")
    return ""
