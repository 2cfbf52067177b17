"""Deeds on the persons of a team: invite, answer, withdraw, replace, enrol. See docs/decisions/0103."""

from applications.actions.participation.changes import (
    CORRECTABLE,
    correct_person,
    name_reserve,
    remove_reserve,
    reopen,
    replace,
    replace_by_new,
    withdraw_person,
)
from applications.actions.participation.enrolment import enrol
from applications.actions.participation.invitations import (
    answer_invitation,
    invite_again,
    invite_due,
    invite_on_acceptance,
    invite_team,
    tell_place_is_gone,
)

__all__ = [
    "CORRECTABLE",
    "answer_invitation",
    "correct_person",
    "enrol",
    "invite_again",
    "invite_due",
    "invite_on_acceptance",
    "invite_team",
    "name_reserve",
    "remove_reserve",
    "reopen",
    "replace",
    "replace_by_new",
    "tell_place_is_gone",
    "withdraw_person",
]
