"""Appeals on a decision, with clocks that both sides see."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.decision import Decision
from applications.states import AppealState

ENDED = (
    AppealState.REVERSED,
    AppealState.UPHELD,
    AppealState.NOT_UPHELD,
    AppealState.DISMISSED,
    AppealState.WITHDRAWN,
)


class AppealQuerySet(models.QuerySet["Appeal"]):
    def open(self) -> "AppealQuerySet":
        return self.exclude(state__in=ENDED)


class Appeal(models.Model):
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="appeals")
    state = models.CharField(
        _("state"), max_length=16, choices=AppealState.choices, default=AppealState.RECEIVED
    )
    text = models.TextField(_("the appeal"))
    received_at = models.DateTimeField(_("received"))
    appellant_name = models.CharField(_("appellant"), max_length=200)
    appellant_email = models.EmailField(_("e-mail"))
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_late = models.BooleanField(_("received after the deadline"), default=False)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    due_on = models.DateField(_("the school answers by"))
    to_board_at = models.DateTimeField(_("sent to the appeals board"), null=True, blank=True)
    statement = models.TextField(_("the school's statement to the appeals board"), blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(_("the answer and its grounds"), blank=True)
    led_to = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="reversal_of"
    )

    objects = AppealQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision"],
                condition=Q(state__in=("received", "in_preparation", "sent_to_board")),
                name="one_open_appeal_per_decision",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="appeal_says_something"),
            models.CheckConstraint(
                condition=Q(state__in=("received", "in_preparation", "sent_to_board"))
                | Q(ended_at__isnull=False),
                name="ended_appeal_has_a_moment",
            ),
        ]
        indexes = [models.Index(fields=["state", "received_at"])]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.state}"
