"""The list of candidates before it is locked: who is on it, and what stands in the way of somebody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from applications.models.content import canonical, digest
from assessment.models.exam.candidates import Candidate
from assessment.models.exam.exam import Exam
from assessment.models.exam.registration import lacks, spent_attempts
from assessment.models.readiness import Aim, Standing, standings
from assessment.states import CandidateState


@dataclass(frozen=True)
class Line:
    """A registered candidate. attempt: which one this will be. problem: why they cannot sit the exam as it
    stands, a sentence; empty when nothing stands in the way."""

    candidate: Candidate
    attempt: int
    problem: str


def to_lock(exam: Exam, now: datetime) -> list[Line]:
    """Everybody who is registered, in order. As many queries for a hundred as for one."""
    rows = exam.candidates.filter(state=CandidateState.REGISTERED).with_names()
    candidates = list(rows.select_related("participant__team__cohort__intake").in_order())
    people = [each.participant for each in candidates]
    spent = spent_attempts(people, besides=exam)
    found = standings(people, now)
    return [
        Line(each, spent[each.participant_id] + 1, _problem(exam, each, one, spent[each.participant_id]))
        for each, one in zip(candidates, found, strict=True)
    ]


def _problem(exam: Exam, candidate: Candidate, one: Standing, spent: int) -> str:
    if not candidate.participant.is_present:
        return _("Has left the course.")
    if one.aim != Aim.EXAM:
        return _("Is admitted as a course participant.")
    if candidate.has_exception:
        return ""
    if spent >= exam.most_attempts:
        return _("Has used all attempts.")
    if not one.exam.is_ready:
        return _("Lacks: %(missing)s.") % {"missing": lacks(one.exam)}
    return ""


def problems(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.problem]


def seen_in(lines: Sequence[Line]) -> str:
    """The fingerprint of the list, so that what is locked is what somebody has looked at."""
    return digest(
        canonical([[each.candidate.pk, each.candidate.has_exception, bool(each.problem)] for each in lines])
    )
