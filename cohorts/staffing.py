"""Why somebody may not join a cohort's staff: the next story knows who grades without seeing the grades."""

from collections.abc import Callable

from cohorts.models import Cohort
from innoskole.accounts.models import User

# A translated sentence; empty when nothing stands in the way.
Obstacle = Callable[[Cohort, User], str]

_obstacles: list[Obstacle] = []


def register(obstacle: Obstacle) -> Obstacle:
    """Add a reason; call it from the app's ready(). Adding it twice does no harm."""
    if obstacle not in _obstacles:
        _obstacles.append(obstacle)
    return obstacle


def obstacle_to_joining(cohort: Cohort, user: User) -> str:
    """The first reason that there is; empty when the person can join the staff."""
    return next((why_not for each in _obstacles if (why_not := each(cohort, user))), "")
