"""Offers of places: opened with the selection, answered in time or not, withdrawn, undone.

An offer holds a place from prepared to accepted. Every deed locks the intake's row first, so that answers,
expiries and withdrawals of an intake take turns; whatever frees a place fills it in the same transaction.
"""

from applications.actions.offers.answers import (
    accept,
    decline,
    may_give_up,
    obstacle_to_answering_for,
    team_faults,
)
from applications.actions.offers.lapsing import (
    close_waiting_list,
    expire_due,
    obstacle_to_closing,
    sweep,
    tell_left_waiting,
)
from applications.actions.offers.opening import entitle, free_place, give_place, open_places, send_offer
from applications.actions.offers.undoing import (
    follow,
    leave,
    obstacle_to_undoing,
    obstacle_to_withdrawal,
    propose_withdrawal,
    take_back,
    undo,
    withdraw_offer,
)

__all__ = [
    "accept",
    "close_waiting_list",
    "decline",
    "entitle",
    "expire_due",
    "follow",
    "free_place",
    "give_place",
    "leave",
    "may_give_up",
    "obstacle_to_answering_for",
    "obstacle_to_closing",
    "obstacle_to_undoing",
    "obstacle_to_withdrawal",
    "open_places",
    "propose_withdrawal",
    "send_offer",
    "sweep",
    "take_back",
    "team_faults",
    "tell_left_waiting",
    "undo",
    "withdraw_offer",
]
