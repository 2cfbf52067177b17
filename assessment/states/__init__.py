"""States and the only tables of allowed moves of this story."""

from collections.abc import Mapping

from django.db.models import TextChoices

from applications.states import Moves
from assessment.states.exam import MACHINES as EXAM_MACHINES
from assessment.states.exam import (
    CandidateState,
    CorrectionState,
    ExamState,
    ExplanationState,
    GradeAppealState,
)
from assessment.states.requirements import MACHINES as REQUIREMENT_MACHINES
from assessment.states.requirements import Outcome, RequirementState

MACHINES: Mapping[str, tuple[type[TextChoices], Moves]] = {
    **REQUIREMENT_MACHINES,
    **EXAM_MACHINES,
}

__all__ = [
    "MACHINES",
    "CandidateState",
    "CorrectionState",
    "ExamState",
    "ExplanationState",
    "GradeAppealState",
    "Outcome",
    "RequirementState",
]
