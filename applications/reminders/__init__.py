"""What people are reminded of between an open intake and enrolled teams: one kind for each deadline.

Nobody is reminded of a right: not of the time for an appeal, nor of colleagues' interest in a call.
"""

from applications.reminders.municipality import APPLICATION, APPROVAL, INFORMATION, OFFER
from applications.reminders.outsiders import GUARANTEE, INVITATION, PARTNER
from applications.reminders.school import APPEAL, DECISION, FREEZE, RELEASE, SETTLE, SOURCE

__all__ = [
    "APPEAL",
    "APPLICATION",
    "APPROVAL",
    "DECISION",
    "FREEZE",
    "GUARANTEE",
    "INFORMATION",
    "INVITATION",
    "KINDS",
    "OFFER",
    "PARTNER",
    "RELEASE",
    "SETTLE",
    "SOURCE",
]

# In the order in which life brings them.
KINDS = (
    APPLICATION,
    PARTNER,
    APPROVAL,
    GUARANTEE,
    INFORMATION,
    SETTLE,
    FREEZE,
    SOURCE,
    RELEASE,
    DECISION,
    OFFER,
    INVITATION,
    APPEAL,
)
