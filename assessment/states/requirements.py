"""The machine of a work requirement for one team, and what each student gets for it."""

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


# Those that wait for the school.
IN_QUEUE = (RequirementState.DELIVERED, RequirementState.UNDER_ASSESSMENT)


class Outcome(TextChoices):
    APPROVED = "approved", _("Approved")
    REVISE = "revise", _("Must be revised")
    NOT_APPROVED = "not_approved", _("Not approved")


REQUIREMENT_TRANSITIONS: Moves = {
    RequirementState.PLANNED: frozenset({RequirementState.OPEN}),
    RequirementState.OPEN: frozenset({RequirementState.DELIVERED}),
    # Delivered once more before anybody has begun to assess it: the new attempt takes the place of the old.
    RequirementState.DELIVERED: frozenset({RequirementState.DELIVERED, RequirementState.UNDER_ASSESSMENT}),
    # Let go by the one who had taken it.
    RequirementState.UNDER_ASSESSMENT: frozenset({RequirementState.ASSESSED, RequirementState.DELIVERED}),
    # A revision is the next attempt.
    RequirementState.ASSESSED: frozenset({RequirementState.DELIVERED}),
}

MACHINES: Mapping[str, tuple[type[TextChoices], Moves]] = {
    "Work requirement of a team": (RequirementState, REQUIREMENT_TRANSITIONS),
}
