"""Deeds on the study tour: it is prepared, people sign up, rooms are shared out. See decision 0122."""

from cohorts.actions.study_tour.planning import (
    add_entry,
    change_entry,
    open_sign_up,
    record_export,
    record_look,
    remove_entry,
    save_tour,
    version_of,
)
from cohorts.actions.study_tour.rooms import (
    add_rooms,
    apply_proposal,
    place,
    proposal,
    remove_room,
    show_rooms,
)
from cohorts.actions.study_tour.signing_up import answer_share, sign_up

__all__ = [
    "add_entry",
    "add_rooms",
    "answer_share",
    "apply_proposal",
    "change_entry",
    "open_sign_up",
    "place",
    "proposal",
    "record_export",
    "record_look",
    "remove_entry",
    "remove_room",
    "save_tour",
    "show_rooms",
    "sign_up",
    "version_of",
]
