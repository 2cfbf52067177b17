"""Appeals on a decision, with clocks that both sides see."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext_lazy as _

from applications.models.decision import Decision
from applications.states import AppealState
from innoskole.accounts.models import User
from innoskole.municipalities.models import Municipality

ENDED = (
    AppealState.REVERSED,
    AppealState.UPHELD,
    AppealState.NOT_UPHELD,
    AppealState.DISMISSED,
    AppealState.WITHDRAWN,
)

AWAITS_THE_SCHOOL = (AppealState.RECEIVED, AppealState.IN_PREPARATION)


class AppealQuerySet(models.QuerySet["Appeal"]):
    def open(self) -> "AppealQuerySet":
        return self.exclude(state__in=ENDED)

    def unanswered(self) -> "AppealQuerySet":
        """Those that the school has still to answer: the appeals board answers the others."""
        return self.filter(state__in=AWAITS_THE_SCHOOL)

    def overdue(self, today: date) -> "AppealQuerySet":
        return self.unanswered().filter(due_on__lt=today)

    def of(self, user: User) -> "AppealQuerySet":
        """Open ones that this person prepares."""
        return self.open().filter(handler=user)

    def search(self, text: str) -> "AppealQuerySet":
        """Appellant, reference, or the municipality by any of its names."""
        municipalities = Municipality.objects.search(text).values("pk")
        return self.filter(
            Q(appellant_name__icontains=text.strip())
            | Q(decision__application__reference__icontains=text.strip())
            | Q(decision__application__lead__in=municipalities)
        )

    def with_case(self) -> "AppealQuerySet":
        return self.select_related(
            "decision__application__intake", "decision__application__lead", "decision__member", "handler"
        )

    def in_order_of_work(self) -> "AppealQuerySet":
        """With `order`: 0 for those that are open."""
        is_open = When(~Q(state__in=ENDED), then=Value(0))
        return self.alias(order=Case(is_open, default=Value(1), output_field=IntegerField()))


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

    @property
    def awaits_the_school(self) -> bool:
        """Whether the school has still to answer."""
        return self.state in AWAITS_THE_SCHOOL
