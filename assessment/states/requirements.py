"""A work requirement per team, and what each student has got for it."""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from applications.states import Moves


class RequirementState(TextChoices):
    PLANNED = "planned", _("Planned")
    OPEN = "open", _("Open")
    DELIVERED = "delivered", _("Delivered")
    UNDER_ASSESSMENT = "under_assessment", _("Under assessment")
    ASSESSED = "assessed", _("Assessed")


class Outcome(TextChoices):
    APPROVED = "approved", _("Approved")
    REVISE = "revise", _("Revise")
    NOT_APPROVED = "not_approved", _("Not approved")


REQUIREMENT_TRANSITIONS: Moves = {
    # Opened when its day comes, or put back when the day is moved and nothing has been delivered.
    RequirementState.PLANNED: frozenset({RequirementState.OPEN}),
    RequirementState.OPEN: frozenset({RequirementState.PLANNED, RequirementState.DELIVERED}),
    # A delivery that nobody has begun to assess may be taken back by the team, within the deadline.
    RequirementState.DELIVERED: frozenset({RequirementState.UNDER_ASSESSMENT}),
    # Let go by the one who had taken it.
    RequirementState.UNDER_ASSESSMENT: frozenset({RequirementState.ASSESSED, RequirementState.DELIVERED}),
    # A revision is delivered as the next attempt.
    RequirementState.ASSESSED: frozenset({RequirementState.DELIVERED}),
}

MACHINES: Mapping[str, tuple[type[TextChoices], Moves]] = {
    "Work requirement of a team": (RequirementState, REQUIREMENT_TRANSITIONS),
}
