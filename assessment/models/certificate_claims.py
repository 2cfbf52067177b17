"""Who has earned which proof: reckoned each time from readiness and from published grades, never stored.

The rule (docs/decisions/0134): whoever has a published passing grade has earned a transcript. Course
participants, and students without such a grade who are not on their way to one, have earned a certificate of
attendance when its conditions are met and the course is over for them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessment.models.certificates import Certificate
from assessment.models.exam.candidates import Candidate
from assessment.models.exam.exam import Exam
from assessment.models.exam.grades import Grade
from assessment.models.exam.grading import PASSED
from assessment.models.readiness import Aim, Standing, standings
from assessment.states import CandidateState, ExamState
from cohorts.models import Participant
from cohorts.models.attendance import Sheet, sheets
from innoskole.ui import formats

Kind = Certificate.Kind

# On the way to a grade, as far as anybody but the examiners is told.
ON_THE_WAY = (
    CandidateState.REGISTERED,
    CandidateState.DELIVERED,
    CandidateState.PAPER_GRADED,
    CandidateState.ORAL_HELD,
    CandidateState.GRADE_SET,
)


class ClaimState(models.TextChoices):
    READY = "ready", gettext_lazy("Ready to be issued")
    ISSUED = "issued", gettext_lazy("Has been issued")
    CHANGED = "changed", gettext_lazy("Grade changed since")
    REVOKED = "revoked", gettext_lazy("Revoked")
    WAITING = "waiting", gettext_lazy("Not earned yet")


@dataclass(frozen=True)
class Claim:
    """What one participant has earned, or works towards.

    kind: of the proof. obstacle: why it cannot be issued, as a sentence; empty when it is earned. grade: the
    best published one that passes. certificates: all that the person has got, by number; the revoked too.
    """

    standing: Standing
    sheet: Sheet
    kind: Certificate.Kind
    obstacle: str
    grade: Grade | None
    certificates: tuple[Certificate, ...]

    @property
    def participant(self) -> Participant:
        return self.standing.participant

    @property
    def overtaken(self) -> Certificate | None:
        """The transcript that tells another grade than the one in force; it does not hold any more."""
        return next((one for one in self.certificates if not one.is_revoked and not self._holds(one)), None)

    @property
    def valid(self) -> Certificate | None:
        """The certificate of the kind that stands and holds."""
        standing = (one for one in self.certificates if one.kind == self.kind and not one.is_revoked)
        return next((one for one in standing if self._holds(one)), None)

    @property
    def shown(self) -> Certificate | None:
        """What stands in a list: the valid one, else the overtaken one, else the latest."""
        return self.valid or self.overtaken or (self.certificates[-1] if self.certificates else None)

    @property
    def was_revoked(self) -> bool:
        """Whether one of the kind was revoked by hand, so that the next one is issued by hand too."""
        return any(one.kind == self.kind and one.is_revoked for one in self.certificates)

    @property
    def can_be_issued(self) -> bool:
        return not self.obstacle and self.valid is None

    @property
    def goes_with_the_others(self) -> bool:
        """Whether it is issued when all are: not after a revocation, which somebody had a reason for."""
        return self.can_be_issued and (self.overtaken is not None or not self.was_revoked)

    @property
    def state(self) -> ClaimState:
        if self.overtaken is not None:
            return ClaimState.CHANGED
        if self.valid is not None:
            return ClaimState.ISSUED
        if self.was_revoked:
            return ClaimState.REVOKED
        return ClaimState.READY if self.can_be_issued else ClaimState.WAITING

    def _holds(self, certificate: Certificate) -> bool:
        if certificate.grade is None:
            return True
        return self.grade is not None and self.grade.mark == certificate.grade.mark


def claims(participants: Sequence[Participant], now: datetime) -> list[Claim]:
    """What each has earned, in the order given. As many queries for a hundred as for one.

    The participants must have been read with their teams and cohorts (`with_names`).
    """
    keys = [person.pk for person in participants]
    attended = sheets(participants)
    grades = best_grades(keys)
    candidacies = _candidacies(keys)
    registering = _registering({person.team.cohort_id for person in participants})
    issued: dict[int, list[Certificate]] = defaultdict(list)
    rows = Certificate.objects.filter(participant__in=keys).select_related("grade")
    for certificate in rows.order_by("issued_at", "pk"):
        issued[certificate.participant_id].append(certificate)
    return [
        _claim(
            each,
            attended[each.participant.pk],
            grades.get(each.participant.pk),
            candidacies[each.participant.pk],
            registering,
            issued[each.participant.pk],
            now,
        )
        for each in standings(participants, now)
    ]


def claim(participant: Participant, now: datetime) -> Claim:
    return claims([participant], now)[0]


def best_grades(participants: Iterable[int]) -> dict[int, Grade]:
    """Key of the participant → the best grade that is published, in force and passes. One query.

    A version that is not published changes nothing here, also where it is to take the place of another.
    """
    latest: dict[int, Grade] = {}
    rows = Grade.objects.published().filter(candidate__participant__in=list(participants))
    for grade in rows.select_related("candidate__exam").order_by("version"):
        latest[grade.candidate_id] = grade
    best: dict[int, Grade] = {}
    for grade in sorted(latest.values(), key=lambda grade: grade.mark):
        if grade.mark in PASSED:
            best.setdefault(grade.candidate.participant_id, grade)
    return best


def holds(certificate: Certificate) -> bool:
    """Whether it is neither revoked nor overtaken by a changed grade. At most one query."""
    if certificate.is_revoked:
        return False
    if certificate.grade is None:
        return True
    grade = best_grades([certificate.participant_id]).get(certificate.participant_id)
    return grade is not None and grade.mark == certificate.grade.mark


def _candidacies(participants: Sequence[int]) -> dict[int, dict[int, str]]:
    """Key of the participant → key of the exam → state."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    rows = Candidate.objects.filter(participant__in=participants)
    for person, exam, state in rows.values_list("participant", "exam", "state"):
        found[person][exam] = state
    return found


def _registering(cohorts: Iterable[int]) -> Mapping[int, Mapping[int, datetime]]:
    """Key of the cohort → key of each exam that takes registrations, now or later → until when."""
    found: dict[int, dict[int, datetime]] = defaultdict(dict)
    rows = Exam.objects.filter(cohort__in=list(cohorts), state__in=(ExamState.PLANNED, ExamState.OPEN))
    for pk, cohort, closes_at in rows.values_list("pk", "cohort", "registration_closes_at"):
        found[cohort][pk] = closes_at
    return found


def _claim(
    standing: Standing,
    sheet: Sheet,
    grade: Grade | None,
    candidacies: Mapping[int, str],
    registering: Mapping[int, Mapping[int, datetime]],
    issued: Sequence[Certificate],
    now: datetime,
) -> Claim:
    if grade is not None:
        return Claim(standing, sheet, Kind.TRANSCRIPT, "", grade, tuple(issued))
    if standing.aim == Aim.EXAM and any(state in ON_THE_WAY for state in candidacies.values()):
        obstacle = _("The grade of the exam has not been published yet.")
        return Claim(standing, sheet, Kind.TRANSCRIPT, obstacle, None, tuple(issued))
    open_ones = registering.get(standing.participant.team.cohort_id, {})
    undecided = [closes for exam, closes in open_ones.items() if exam not in candidacies]
    obstacle = ""
    if standing.aim == Aim.EXAM and undecided:
        obstacle = _(
            "Registration for the exam lasts until %(deadline)s. Whoever takes no exam says so on the page of"
            " the exam."
        ) % {"deadline": formats.moment(max(undecided))}
    obstacle = obstacle or _course_obstacle(standing, sheet, now)
    return Claim(standing, sheet, Kind.ATTENDANCE, obstacle, None, tuple(issued))


def _course_obstacle(standing: Standing, sheet: Sheet, now: datetime) -> str:
    if not standing.participant.is_present:
        return _("The person has left the course.")
    ends = [cell.half_day.day.ends_at for cell in sheet.expected]
    if ends and max(ends) > now:
        return _("The course lasts until %(day)s.") % {"day": formats.day(max(ends))}
    if sheet.count.left:
        return ngettext(
            "The attendance of %(n)s half-day is not registered.",
            "The attendance of %(n)s half-days is not registered.",
            sheet.count.left,
        ) % {"n": sheet.count.left}
    missing = standing.certificate.missing
    if missing:
        return ngettext(
            "%(n)s condition is missing: %(first)s.",
            "%(n)s conditions are missing. The first one: %(first)s.",
            len(missing),
        ) % {"n": len(missing), "first": missing[0].label}
    return ""
