"""«What do I lack?»: what a participant still needs before the exam or the certificate, by its evidence.

Nothing here is stored. Readiness is reckoned from the facts each time, and is the conjunction of its
conditions by construction: no event can leave it behind (docs/decisions/0127).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models.fees import SEMESTERS
from applications.models.people import basis_told, role_told
from applications.states import Basis
from assessment.models import evidence as requirements
from assessment.models.formalities import FEE_LABELS, admission, semester_fee
from assessment.models.readiness_rule import ReadinessRule
from cohorts.models import Participant, attendance, contributions
from cohorts.models.evidence import Evidence

REQUIREMENT = "requirement-"


class Aim(models.TextChoices):
    """What somebody works towards."""

    EXAM = "exam", gettext_lazy("Exam")
    CERTIFICATE = "certificate", gettext_lazy("Certificate of attendance")


@dataclass(frozen=True)
class Condition:
    """key: the same for everybody in a cohort («requirement-2», «attendance»)."""

    key: str
    label: str
    evidence: Evidence

    @property
    def is_met(self) -> bool:
        return self.evidence.is_met


@dataclass(frozen=True)
class Readiness:
    """All the conditions of one aim, in the order in which they are shown."""

    conditions: tuple[Condition, ...]

    @property
    def is_ready(self) -> bool:
        return all(condition.is_met for condition in self.conditions)

    @property
    def met(self) -> list[Condition]:
        return [condition for condition in self.conditions if condition.is_met]

    @property
    def missing(self) -> list[Condition]:
        """What is due first stands first; what has no deadline comes last."""
        lacking = [condition for condition in self.conditions if not condition.is_met]
        return sorted(lacking, key=lambda one: (one.evidence.due_at is None, one.evidence.due_at))

    @property
    def missing_first(self) -> list[Condition]:
        return [*self.missing, *self.met]

    @property
    def ready_on(self) -> date | None:
        """The day of the last thing that made it whole; None while something is missing, or without days."""
        days = [one.evidence.happened_on for one in self.conditions if one.evidence.happened_on]
        return max(days, default=None) if self.is_ready else None


@dataclass(frozen=True)
class Standing:
    """Where one participant stands, towards the exam and towards the certificate."""

    participant: Participant
    exam: Readiness
    certificate: Readiness

    @property
    def aim(self) -> Aim:
        """The exam, unless the school has told the person that they are a course participant."""
        told_so = basis_told(self.participant.member) == Basis.COURSE_PARTICIPANT
        return Aim.CERTIFICATE if told_so else Aim.EXAM

    @property
    def role(self) -> str:
        return role_told(self.participant.member) or _("Not told yet")

    @property
    def readiness(self) -> Readiness:
        """Towards what the person works towards."""
        return self.exam if self.aim == Aim.EXAM else self.certificate


def standings(participants: Sequence[Participant], now: datetime) -> list[Standing]:
    """Where each stands, in the order given. As many queries for a hundred as for one.

    The participants must have been read with their teams and cohorts (`with_names`).
    """
    prefetch_related_objects(participants, "member__decisions", "member__semester_fees")
    cohorts = {person.team.cohort_id for person in participants}
    rules = {rule.cohort_id: rule for rule in ReadinessRule.objects.filter(cohort__in=cohorts)}
    approved = requirements.evidence(participants, now)
    attended = attendance.evidence(participants, now)
    given = contributions.evidence(participants, now)
    return [
        _standing(
            person,
            rules.get(person.team.cohort_id) or ReadinessRule(),
            [
                Condition(
                    f"{REQUIREMENT}{number}", _("Work requirement %(number)s") % {"number": number}, found
                )
                for number, found in enumerate(approved[person.pk], start=1)
            ],
            Condition("attendance", _("Attendance"), attended[person.pk]),
            # Only of those in whose cohort contributions are asked for.
            [Condition("contributions", _("Peer contributions"), given[person.pk])]
            if person.pk in given
            else [],
        )
        for person in participants
    ]


def standing(participant: Participant, now: datetime) -> Standing:
    return standings([participant], now)[0]


def _standing(
    person: Participant,
    rule: ReadinessRule,
    work: list[Condition],
    attended: Condition,
    given: list[Condition],
) -> Standing:
    member = person.member
    fees = [
        Condition(f"fee-{semester}", str(FEE_LABELS[semester]), semester_fee(member, semester))
        for semester in SEMESTERS
    ]
    exam = [
        Condition("admission", _("Admission as a student"), admission(member)),
        *work,
        *([attended] if rule.exam_needs_attendance else []),
        *given,
        *fees,
    ]
    certificate = [*(work if rule.certificate_needs_requirements else []), attended, *given]
    return Standing(person, Readiness(tuple(exam)), Readiness(tuple(certificate)))
