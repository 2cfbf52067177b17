"""The mover of this story's machines: applications.actions.moves with our tables."""

from collections.abc import Mapping
from functools import partial

from django.db.models import Model

from applications.actions import moves
from applications.states import Moves
from cohorts.models import Cohort, Speaker
from cohorts.states.cohort import COHORT_TRANSITIONS
from cohorts.states.speakers import SPEAKER_TRANSITIONS

TABLES: Mapping[tuple[type[Model], str], Moves] = {
    (Cohort, "state"): COHORT_TRANSITIONS,
    (Speaker, "state"): SPEAKER_TRANSITIONS,
}

move = partial(moves.move, tables=TABLES)
