"""Appeals on a decision (forvaltningsloven §§ 28–36): received, prepared, answered; every step is mailed.

An appeal never changes a draw: whoever is right gets a place that is free, or the next one that becomes so.
"""

from applications.actions.appeals.exporting import record_export
from applications.actions.appeals.handling import has_answer_under_way, obstacle_to_handling
from applications.actions.appeals.receiving import Received, obstacle_to_appeal, receive, register
from applications.actions.appeals.steps import (
    dismiss,
    not_upheld,
    obstacle_to_step,
    send_to_board,
    take,
    take_over,
    withdraw,
)
from applications.actions.appeals.upholding import (
    carry_out,
    obstacle_to_reopening,
    obstacle_to_upholding,
    place_is_free,
    remedies,
    reopen,
    sweep,
    take_back,
    uphold,
)

__all__ = [
    "Received",
    "carry_out",
    "dismiss",
    "has_answer_under_way",
    "not_upheld",
    "obstacle_to_appeal",
    "obstacle_to_handling",
    "obstacle_to_reopening",
    "obstacle_to_step",
    "obstacle_to_upholding",
    "place_is_free",
    "receive",
    "record_export",
    "register",
    "remedies",
    "reopen",
    "send_to_board",
    "sweep",
    "take",
    "take_back",
    "take_over",
    "uphold",
    "withdraw",
]
