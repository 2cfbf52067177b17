from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from applications.states import Moves


class SpeakerState(TextChoices):
    INVITED = "invited", _("Invited")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")
    MATERIAL = "material", _("Material received")
    THANKED = "thanked", _("Thanked")
    WITHDRAWN = "withdrawn", _("Invitation withdrawn")


SPEAKER_TRANSITIONS: Moves = {
    SpeakerState.INVITED: frozenset({SpeakerState.CONFIRMED, SpeakerState.DECLINED, SpeakerState.WITHDRAWN}),
    SpeakerState.CONFIRMED: frozenset(
        {SpeakerState.MATERIAL, SpeakerState.THANKED, SpeakerState.DECLINED, SpeakerState.WITHDRAWN}
    ),
    SpeakerState.MATERIAL: frozenset(
        {SpeakerState.CONFIRMED, SpeakerState.THANKED, SpeakerState.DECLINED, SpeakerState.WITHDRAWN}
    ),
    SpeakerState.DECLINED: frozenset({SpeakerState.INVITED}),  # asked again, perhaps after a misclick
    SpeakerState.WITHDRAWN: frozenset({SpeakerState.INVITED}),
    SpeakerState.THANKED: frozenset(),
}

# Who stands in the programme.
SPEAKING = (SpeakerState.CONFIRMED, SpeakerState.MATERIAL, SpeakerState.THANKED)
# Who may still be met at the session.
EXPECTED = (SpeakerState.CONFIRMED, SpeakerState.MATERIAL)
# Whose contribution is to come, as far as anybody knows.
AWAITED = (SpeakerState.INVITED, *EXPECTED)

MACHINES: Mapping[str, tuple[type[TextChoices], Moves]] = {
    "Speaker": (SpeakerState, SPEAKER_TRANSITIONS),
}
