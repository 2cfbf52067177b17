"""The mover of this story's machines: applications.actions.moves with our tables."""

from collections.abc import Mapping
from functools import partial

from django.db.models import Model

from applications.actions import moves
from applications.states import Moves
from cohorts.models import Booking, Cohort, Contribution, PeerRound, Speaker
from cohorts.states.cohort import COHORT_TRANSITIONS
from cohorts.states.contributions import CONTRIBUTION_TRANSITIONS, ROUND_TRANSITIONS
from cohorts.states.speakers import SPEAKER_TRANSITIONS
from cohorts.states.supervision import BOOKING_TRANSITIONS

TABLES: Mapping[tuple[type[Model], str], Moves] = {
    (Cohort, "state"): COHORT_TRANSITIONS,
    (Speaker, "state"): SPEAKER_TRANSITIONS,
    (Booking, "state"): BOOKING_TRANSITIONS,
    (PeerRound, "state"): ROUND_TRANSITIONS,
    (Contribution, "state"): CONTRIBUTION_TRANSITIONS,
}

move = partial(moves.move, tables=TABLES)
