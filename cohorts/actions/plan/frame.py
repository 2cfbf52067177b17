"""What all deeds on a plan share: the cohort is locked, and a completed one stands as it was."""

from django.utils.translation import gettext as _

from cohorts.models import Cohort, ProgrammeItem, Session
from cohorts.states import CohortState
from innoskole.accounts.guards import Refused


def open_plan(cohort: Cohort) -> Cohort:
    """The cohort, locked and read anew. Raises Refused when it is completed."""
    current = Cohort.objects.select_for_update(of=("self",)).select_related("intake").get(pk=cohort.pk)
    if obstacle := obstacle_to_changes(current):
        raise Refused(obstacle)
    return current


def unchanged(row: Session | ProgrammeItem, version: str) -> None:
    """Raises Refused when somebody has changed the row since its form was opened (empty: none was)."""
    if version and version != row.version:
        raise Refused(_("Someone else has just changed this. Reload the page to see what is new."))


def obstacle_to_changes(cohort: Cohort) -> str:
    """Why the plan cannot be changed, as a sentence; empty when it can."""
    if cohort.state == CohortState.COMPLETED:
        return _("The cohort is completed, and its plan stands as it was.")
    return ""
