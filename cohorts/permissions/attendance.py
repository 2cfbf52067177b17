"""Who finds the way to a team's attendance: a team does not read of its own people what the staff do."""

from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role


def is_staff(user: User) -> bool:
    """Whether the person teaches at all; which cohorts, the QuerySets say."""
    return has_role(user, Role.COURSE_ADMINISTRATOR) or has_role(user, Role.INSTRUCTOR)
