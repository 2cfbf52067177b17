from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from applications.states import Moves


class RoundState(TextChoices):
    PLANNED = "planned", _("Planned")
    OPEN = "open", _("Open")
    CALLED_OFF = "called_off", _("Called off")


class ContributionState(TextChoices):
    ASKED = "asked", _("Not given")
    GIVEN = "given", _("Given")
    WAIVED = "waived", _("Not required")


# A round that is open is over when its deadline has passed: nobody has to close it.
ROUND_TRANSITIONS: Moves = {
    RoundState.PLANNED: frozenset({RoundState.OPEN}),
    RoundState.OPEN: frozenset({RoundState.CALLED_OFF}),
    RoundState.CALLED_OFF: frozenset(),
}

CONTRIBUTION_TRANSITIONS: Moves = {
    ContributionState.ASKED: frozenset({ContributionState.GIVEN, ContributionState.WAIVED}),
    ContributionState.GIVEN: frozenset(),
    ContributionState.WAIVED: frozenset({ContributionState.ASKED, ContributionState.GIVEN}),
}

MACHINES: Mapping[str, tuple[type[TextChoices], Moves]] = {
    "PeerRound": (RoundState, ROUND_TRANSITIONS),
    "Contribution": (ContributionState, CONTRIBUTION_TRANSITIONS),
}
