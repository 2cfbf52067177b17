"""Who may do what with work requirements. What somebody may see is asked of the QuerySets."""

from assessment.models import TeamRequirement
from cohorts.models import Participant
from cohorts.permissions import teaches
from innoskole.accounts.models import User


def part_in(user: User, work: TeamRequirement) -> Participant | None:
    """The person's own part in what is delivered on this track; None for everybody else.

    What one delivers on one's own is no matter of the colleagues.
    """
    found = Participant.objects.of(user).present().filter(team=work.team_id)
    if work.participant_id is not None:
        found = found.filter(pk=work.participant_id)
    return found.select_related("member__user").first()


def may_assess(user: User, work: TeamRequirement) -> bool:
    """The cohort's instructors and the course administrators."""
    return teaches(user, work.team.cohort)
