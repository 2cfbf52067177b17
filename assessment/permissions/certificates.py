"""Who issues and revokes certificates. Who may read them is asked of the QuerySets."""

from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role


def may_issue(user: User) -> bool:
    """Course administrators: a certificate speaks for the school. Instructors read those of their cohorts."""
    return has_role(user, Role.COURSE_ADMINISTRATOR)
