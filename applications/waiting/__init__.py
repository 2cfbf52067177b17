"""What waits for a person in this story, for the home page; applications.apps registers QUESTIONS."""

from applications.waiting.administrator import administrator_waits, intake_waits
from applications.waiting.appeals import appeal_waits
from applications.waiting.calls import call_waits
from applications.waiting.coordinator import coordinator_waits
from applications.waiting.decisions import decision_waits
from applications.waiting.fees import fees_waits
from applications.waiting.offers import offer_waits
from applications.waiting.people import people_waits
from applications.waiting.selection import selection_waits

__all__ = [
    "QUESTIONS",
    "administrator_waits",
    "appeal_waits",
    "call_waits",
    "coordinator_waits",
    "decision_waits",
    "fees_waits",
    "intake_waits",
    "offer_waits",
    "people_waits",
    "selection_waits",
]

QUESTIONS = (
    administrator_waits,
    coordinator_waits,
    selection_waits,
    call_waits,
    decision_waits,
    fees_waits,
    people_waits,
    offer_waits,
    appeal_waits,
)
