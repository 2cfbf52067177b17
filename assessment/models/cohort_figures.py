"""How far the people of a cohort came, and how they were graded: the true figures, for the staff.

What everybody may see of them is worked out by assessment.statistics and stored when it is released.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef

from applications.models import Offer, Outcome, TeamMember
from applications.models.application import RECEIVED_STATES
from applications.models.intake import Dimension, Intake
from applications.models.overview import READY_STATES
from applications.models.queue import region_path, sortable
from applications.models.rules import groups_of
from applications.models.semester_fees import WITH_A_PLACE
from applications.states import Participation, State
from assessment.models.certificates import Certificate
from assessment.models.exam import Candidate, Grade, Mark
from assessment.models.exam.grading import PASSED
from assessment.states import CandidateState
from assessment.states.exam import SITTING
from assessment.statistics import tables
from assessment.statistics.tables import STAGES
from cohorts.models import Cohort, Participant
from innoskole.municipalities.sizes import size_class

# Fewer people than this are not shown in public; each release says which bound it had. Statistics Norway
# hides «for eksempel færre enn 3» (ssb.no, «Personopplysninger i statistikken»; statistikkloven § 7). In a
# cohort people know each other, and of three two who tell each other know the third: so not three, but five.
SMALLEST = 5
# The region or size class of a municipality of which the register does not say it.
UNKNOWN = ""

Groupings = Mapping[str, Mapping[str, list[int]]]


@dataclass(frozen=True)
class CohortFigures:
    """groupings: grouping → group → how many came no further than each stage. marks: exam → mark → people."""

    groupings: Groupings
    marks: Mapping[int, Mapping[str, int]]

    @property
    def everybody(self) -> tuple[int, ...]:
        groups = self.groupings[Dimension.REGION].values()
        return tables.reached([sum(column) for column in zip(*groups, strict=True)])

    def public(self, smallest: int = SMALLEST) -> dict[str, Any]:
        """The figures as they may be released: plain JSON, None where one is withheld."""
        funnel = tables.funnel(self.groupings, smallest)
        return {
            "smallest": smallest,
            "everybody": list(funnel.everybody),
            "groups": {
                grouping: [{"code": code, "reached": list(reached)} for code, reached in groups.items()]
                for grouping, groups in funnel.groups.items()
            },
            "exams": [
                {"number": number, **self._public_grades(counts, smallest)}
                for number, counts in self.marks.items()
            ],
        }

    def _public_grades(self, counts: Mapping[str, int], smallest: int) -> dict[str, Any]:
        """Who passed has completed: where more were graded than completed, somebody failed. So the number of
        candidates is withheld with the number of those who failed."""
        shown = tables.grades(counts, smallest)
        tells_of_failure = shown.marks[Mark.F] is None and sum(counts.values()) > self.everybody[-1]
        return {
            "candidates": None if tells_of_failure else shown.candidates,
            "marks": dict(shown.marks),
        }


def figures(cohort: Cohort) -> CohortFigures:
    """Three queries, however many people. The cohort must have been read with its intake."""
    return CohortFigures(_groupings(cohort.intake), _marks(cohort))


def unsettled(cohort: Cohort) -> int:
    """How many candidates of the cohort wait for a grade, or may still appeal against it."""
    waiting = [state for state in SITTING if state != CandidateState.FINAL]
    return Candidate.objects.filter(exam__cohort=cohort, state__in=waiting).count()


def _groupings(intake: Intake) -> Groupings:
    found: dict[str, dict[str, list[int]]] = {Dimension.REGION: {}, Dimension.SIZE: {}}
    for group in groups_of(intake):
        found[group.dimension][group.code] = [0] * len(STAGES)
    applications = _applications(intake)
    for application, began, completed in _people(intake):
        if application not in applications:
            continue
        stage, region, size = applications[application]
        if began:
            stage = STAGES.index("completed" if completed else "enrolled")
        for dimension, code in ((Dimension.REGION, region), (Dimension.SIZE, size)):
            found[dimension].setdefault(code, [0] * len(STAGES))[stage] += 1
    return {str(dimension): groups for dimension, groups in found.items()}


def _applications(intake: Intake) -> dict[int, tuple[int, str, str]]:
    """Of each application that was sent in: how far it came, and its municipality's region and size class."""
    of_it = {"application": OuterRef("pk")}
    rows = sortable(intake.applications.all(), intake, "population").annotate(
        was_selected_from=Exists(Outcome.objects.filter(**of_it)),
        was_offered=Exists(Offer.objects.filter(**of_it, sent_at__isnull=False)),
    )
    found = {}
    for pk, state, submitted_at, region, population, was_selected_from, was_offered in rows.values_list(
        "pk",
        "state",
        "submitted_at",
        F(region_path(intake)),
        F("population"),
        "was_selected_from",
        "was_offered",
    ):
        if state not in RECEIVED_STATES and not (state == State.WITHDRAWN and submitted_at):
            continue
        stage = "applied"
        if was_selected_from or state in READY_STATES:
            stage = "eligible"
        if was_offered or state in WITH_A_PLACE:
            stage = "admitted"
        size = UNKNOWN if population is None else size_class(population, intake.size_bounds)
        found[pk] = (STAGES.index(stage), region or UNKNOWN, size)
    return found


def _people(intake: Intake) -> list[tuple[int, bool, bool]]:
    """Application, whether the course began for the person, and whether they passed or got a certificate.

    Reserves who never came into the team, and those who left it before it applied, did not apply.
    """
    people = TeamMember.everyone.filter(application__intake=intake)
    people = people.exclude(participation=Participation.RESERVE)
    people = people.exclude(left_at__lt=F("application__submitted_at"))
    grades = Grade.objects.published().current().filter(mark__in=PASSED)
    passed = grades.filter(candidate__participant__member=OuterRef("pk"))
    certificates = Certificate.objects.valid().filter(participant__member=OuterRef("pk"))
    flagged = people.annotate(
        began=Exists(Participant.objects.filter(member=OuterRef("pk"))),
        completed=Exists(passed) | Exists(certificates),
    )
    return list(flagged.values_list("application", "began", "completed"))


def _marks(cohort: Cohort) -> dict[int, dict[str, int]]:
    """Of each exam with published grades, every mark of the scale."""
    grades = Grade.objects.published().current().filter(candidate__exam__cohort=cohort)
    counts = Counter(grades.values_list("candidate__exam__number", "mark"))
    exams = sorted({number for number, _mark in counts})
    return {number: {mark: counts[number, mark] for mark in Mark.values} for number in exams}
