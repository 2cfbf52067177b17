from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from applications.states import Moves


class CohortState(TextChoices):
    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")


COHORT_TRANSITIONS: Moves = {
    CohortState.PLANNED: frozenset({CohortState.RUNNING}),
    CohortState.RUNNING: frozenset({CohortState.COMPLETED}),
    CohortState.COMPLETED: frozenset({CohortState.RUNNING}),  # opened again after a misclick
}

MACHINES: Mapping[str, tuple[type[TextChoices], Moves]] = {
    "Cohort": (CohortState, COHORT_TRANSITIONS),
}
