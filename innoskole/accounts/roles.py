"""What each role may do: the one table.

Only two roles are granted by hand. Everything else that a person may do follows from data:
the coordinator and the approver are named on an application, the team member in its team, and the
person who acts for a municipality has a proven affiliation with it.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from innoskole.accounts.models import User


class Role(models.TextChoices):
    COURSE_ADMINISTRATOR = "course_administrator", _("Course administrator")
    INSTRUCTOR = "instructor", _("Instructor")


@dataclass(frozen=True)
class Rights:
    """A row of the table: the field that holds the role, what it may, whether a second factor is due."""

    field: str
    may: tuple[Promise | str, ...]
    second_factor: bool


ROLES: dict[Role, Rights] = {
    Role.COURSE_ADMINISTRATOR: Rights(
        field="is_course_administrator",
        may=(
            _("create intakes, freeze their rules and publish their results"),
            _("see, check and assess every application"),
            _("approve people who act for a municipality"),
            _("grant and revoke roles"),
            _("read all mail that the school sends, and send it again"),
        ),
        second_factor=True,
    ),
    Role.INSTRUCTOR: Rights(
        field="is_instructor",
        may=(
            _("see the teams and projects of their cohorts"),
            _("assess work requirements and register attendance"),
        ),
        second_factor=True,
    ),
}


def has_role(user: User, role: Role) -> bool:
    """Whether an active person holds a role."""
    return user.is_active and bool(getattr(user, ROLES[role].field))


def roles_of(user: User) -> list[Role]:
    """The roles that a person holds, in the order of the table."""
    return [role for role in ROLES if getattr(user, ROLES[role].field)]


def needs_second_factor(user: User) -> bool:
    """Whether one of the person's roles asks for a second factor at log-in."""
    return any(ROLES[role].second_factor for role in roles_of(user))
