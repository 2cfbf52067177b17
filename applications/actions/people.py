"""Deeds on who acts for which municipality, with the letters that accounts cannot send."""

from datetime import datetime

from django.db import transaction

from applications.emails import coordinator as letters
from innoskole.accounts import actions as accounts
from innoskole.accounts.models import Affiliation, User
from innoskole.municipalities.models import Municipality


@transaction.atomic
def claim_municipality(user: User, municipality: Municipality, *, now: datetime) -> Affiliation:
    """Ask to act for a municipality. Proven at once by the domain of a confirmed address, else it waits.

    A person who has been rejected is not asked about again and again: the affiliation stays rejected.
    """
    known = Affiliation.objects.filter(user=user, municipality=municipality).first()
    return known or accounts.request_affiliation(user, municipality, now)


@transaction.atomic
def approve_affiliation(
    affiliation: Affiliation, *, by: User, now: datetime, reason: str = ""
) -> Affiliation:
    """Approve that the person acts for the municipality, and tell them."""
    decided = accounts.decide_affiliation(affiliation, True, by=by, now=now, reason=reason)
    letters.claim_decided(decided, now=now)
    return decided


@transaction.atomic
def reject_affiliation(affiliation: Affiliation, *, by: User, now: datetime, reason: str) -> Affiliation:
    """Do not approve that the person acts for the municipality, and tell them why."""
    decided = accounts.decide_affiliation(affiliation, False, by=by, now=now, reason=reason)
    letters.claim_decided(decided, now=now)
    return decided
