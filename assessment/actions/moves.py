"""The mover of this story's machines: applications.actions.moves with our tables."""

from collections.abc import Mapping
from functools import partial

from django.db.models import Model

from applications.actions import moves
from applications.states import Moves
from assessment.models import Candidate, Exam, Explanation, GradeAppeal, GradeCorrection, TeamRequirement
from assessment.states.exam import (
    CANDIDATE_TRANSITIONS,
    CORRECTION_TRANSITIONS,
    EXAM_TRANSITIONS,
    EXPLANATION_TRANSITIONS,
    GRADE_APPEAL_TRANSITIONS,
)
from assessment.states.requirements import REQUIREMENT_TRANSITIONS

TABLES: Mapping[tuple[type[Model], str], Moves] = {
    (TeamRequirement, "state"): REQUIREMENT_TRANSITIONS,
    (Exam, "state"): EXAM_TRANSITIONS,
    (Candidate, "state"): CANDIDATE_TRANSITIONS,
    (Explanation, "state"): EXPLANATION_TRANSITIONS,
    (GradeAppeal, "state"): GRADE_APPEAL_TRANSITIONS,
    (GradeCorrection, "state"): CORRECTION_TRANSITIONS,
}

move = partial(moves.move, tables=TABLES)
