"""The mover of this story's machines: applications.actions.moves with our tables."""

from collections.abc import Mapping
from functools import partial

from django.db.models import Model

from applications.actions import moves
from applications.states import Moves
from assessment.models import TeamRequirement
from assessment.states.requirements import REQUIREMENT_TRANSITIONS

TABLES: Mapping[tuple[type[Model], str], Moves] = {
    (TeamRequirement, "state"): REQUIREMENT_TRANSITIONS,
}

move = partial(moves.move, tables=TABLES)
