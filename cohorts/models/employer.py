"""What a participant lets their municipality see: attendance and milestones, never grades."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application
from cohorts.models.team import Participant, Team, TeamQuerySet
from innoskole.accounts.models import User


class ConsentQuerySet(models.QuerySet["Consent"]):
    def standing(self) -> "ConsentQuerySet":
        return self.filter(withdrawn_at=None)


class Consent(models.Model):
    """A participant's yes. One who says no again, and later yes, has two rows.

    text: what they read when they agreed, word for word, in the language in which they read it.
    """

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="consents")
    text = models.TextField(gettext_lazy("what the person has agreed to"))
    given_at = models.DateTimeField(gettext_lazy("consent given"))
    withdrawn_at = models.DateTimeField(gettext_lazy("consent withdrawn"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "participant", condition=Q(withdrawn_at=None), name="one_standing_consent_per_participant"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=models.F("given_at")),
                name="consent_withdrawn_after_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.given_at:%Y-%m-%d}"

    @property
    def stands(self) -> bool:
        return self.withdrawn_at is None


def consent_text(participant: Participant) -> str:
    """What the participant agrees to, in the language in force."""
    return _(
        "I agree that those who act for %(municipality)s in this system, and the contact person for its"
        " application, may see how much of the sessions I have attended and which work requirements I have"
        " had approved. They see no grades, no texts that I have handed in, and no reasons for absence. I can"
        " withdraw this at any time; from then on they see nothing of me."
    ) % {"municipality": participant.team}


def employed_teams(user: User) -> TeamQuerySet:
    """The teams of the municipalities that the person acts for."""
    return Team.objects.filter(application__in=Application.objects.editable_by(user))
