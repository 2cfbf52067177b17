"""Deeds on the persons of a team: invite, answer, withdraw, replace, enrol. See docs/decisions/0103."""

from applications.actions.participation.changes import (
    CORRECTABLE,
    correct_person,
    join,
    join_new,
    name_reserve,
    remove_reserve,
    reopen,
    replace,
    replace_by_new,
    withdraw_person,
)
from applications.actions.participation.course import begin_course, complete_course, resume_course
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
    "begin_course",
    "complete_course",
    "correct_person",
    "enrol",
    "invite_again",
    "invite_due",
    "invite_on_acceptance",
    "invite_team",
    "join",
    "join_new",
    "name_reserve",
    "remove_reserve",
    "reopen",
    "replace",
    "replace_by_new",
    "resume_course",
    "tell_place_is_gone",
    "withdraw_person",
]
