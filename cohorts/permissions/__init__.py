"""Who may do what in a cohort. What somebody may see is asked of the QuerySets: `visible_to`, `taught_by`."""

from cohorts.models import Cohort, Team
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role


def teaches(user: User, cohort: Cohort) -> bool:
    """Course administrators everywhere, instructors in their own cohorts."""
    return Cohort.objects.taught_by(user).filter(pk=cohort.pk).exists()


def administers(user: User) -> bool:
    return has_role(user, Role.COURSE_ADMINISTRATOR)


def works_in(user: User, team: Team) -> bool:
    """Whether the person takes part in the team now, or has completed."""
    return Team.objects.of(user).filter(pk=team.pk).exists()
