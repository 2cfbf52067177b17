"""States and the only tables of allowed moves of this story, a file for each part of the year."""

from collections.abc import Mapping

from django.db.models import TextChoices

from applications.states import Moves
from cohorts.states.cohort import MACHINES as COHORT_MACHINES
from cohorts.states.cohort import CohortState
from cohorts.states.contributions import MACHINES as CONTRIBUTION_MACHINES
from cohorts.states.speakers import MACHINES as SPEAKER_MACHINES
from cohorts.states.supervision import MACHINES as SUPERVISION_MACHINES

MACHINES: Mapping[str, tuple[type[TextChoices], Moves]] = {
    **COHORT_MACHINES,
    **SUPERVISION_MACHINES,
    **CONTRIBUTION_MACHINES,
    **SPEAKER_MACHINES,
}

__all__ = ["MACHINES", "CohortState"]
