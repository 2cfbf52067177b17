"""Offers of places, the places themselves, and the log of who took over from whom."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from applications.models.content import fingerprint, values_of
from applications.models.intake import Intake
from applications.states import HOLDS_A_PLACE, OfferState, State

# What is confirmed of each person when an offer is accepted.
CONFIRMED_FIELDS = ("name", "email", "position", "unit", "sector", "basis")


BY_URGENCY = (
    OfferState.PREPARED,
    OfferState.SENT,
    OfferState.ACCEPTED,
    OfferState.WAITING,
    OfferState.DECLINED,
    OfferState.EXPIRED,
    OfferState.WITHDRAWN,
)


# State of the application → what its municipality has been told, whether or not a place is held besides.
TOLD: dict[str, str] = {State.WAITLISTED: OfferState.WAITING, State.DECLINED: OfferState.WITHDRAWN}


class OfferQuerySet(models.QuerySet["Offer"]):
    def of(self, intake: Intake) -> "OfferQuerySet":
        return self.filter(application__intake=intake)

    def holding(self) -> "OfferQuerySet":
        return self.filter(state__in=HOLDS_A_PLACE)

    def waiting(self) -> "OfferQuerySet":
        return self.filter(state=OfferState.WAITING)

    def entitled(self) -> "OfferQuerySet":
        """Those whom a reversal has given the next free place, in the order in which they get it."""
        return self.waiting().filter(entitled_at__isnull=False).order_by("entitled_at", "pk")

    def left_waiting(self) -> "OfferQuerySet":
        """Reserves on a waiting list that has been closed, who have not been told yet."""
        closed = Q(application__intake__waiting_list_closed_at__isnull=False)
        return self.waiting().filter(closed, entitled_at__isnull=True)

    def overdue(self, now: datetime) -> "OfferQuerySet":
        return self.filter(state=OfferState.SENT, due_at__lt=now)

    def in_order_of_state(self) -> "OfferQuerySet":
        """With `state_order`, to sort by: those that something must happen to come first."""
        whens = [models.When(state=state, then=order) for order, state in enumerate(BY_URGENCY)]
        return self.annotate(state_order=models.Case(*whens, output_field=models.IntegerField()))

    def with_application(self) -> "OfferQuerySet":
        return self.select_related("application__lead__county", "application__intake", "place")


class Offer(models.Model):
    """What one application is offered: a place, or a number on the waiting list.

    `number`: place on the waiting list among those of the draw, by lot; only told, never used to promote.
    `entitled_at`: a reversal has given the application the next place that becomes free, before the draw's
    reserves, in the order of these moments.
    """

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="offer")
    state = models.CharField(_("state"), max_length=10, choices=OfferState.choices)
    number = models.PositiveSmallIntegerField(_("number on the waiting list"), null=True, blank=True)
    entitled_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    due_at = models.DateTimeField(_("deadline for the answer"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(_("reason"), blank=True)
    team_confirmed: "models.JSONField[Any, Any]" = models.JSONField(
        _("the team when the offer was accepted"), null=True, blank=True
    )

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=OfferState.values), name="offer_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(due_at__isnull=False), name="sent_offer_has_a_deadline"
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(answered_at__isnull=False), name="accepted_has_a_moment"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"])]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.state}"

    @property
    def holds_a_place(self) -> bool:
        return self.state in HOLDS_A_PLACE

    @property
    def place_number(self) -> int | None:
        """Which place it holds; one query, unless the place is fetched with it."""
        place: Place | None = getattr(self, "place", None)
        return place.number if place else None

    @property
    def was_sent(self) -> bool:
        """Whether the municipality has been offered a place, and not only a number on the waiting list."""
        return self.sent_at is not None

    @property
    def told_state(self) -> str:
        """The state as the municipality knows it: empty while it has been told of nothing.

        It does not know of a place that is held before the decision leaves, or that was taken back before.
        """
        if self.state in (OfferState.PREPARED, OfferState.WITHDRAWN):
            return TOLD.get(self.application.state, "")
        return self.state

    def is_open_at(self, now: datetime) -> bool:
        """Whether the municipality may still answer."""
        return self.state == OfferState.SENT and self.due_at is not None and now <= self.due_at


def as_told(application: Application) -> Offer | None:
    """The offer as its municipality knows it, without a place that is only held; not to be saved."""
    found = Offer.objects.filter(application=application).first()
    if found is None:
        return None
    found.application = application
    found.state = found.told_state
    return found if found.state else None


def team_now(application: Application) -> list[dict[str, Any]]:
    """The team as it is confirmed when an offer is accepted, as plain JSON values."""
    return [values_of(member, CONFIRMED_FIELDS) for member in application.members.all()]


def team_digest(application: Application) -> str:
    """Equal exactly when the team is: what somebody has seen is the team that they confirm."""
    return fingerprint({"team": team_now(application)})


class PlaceQuerySet(models.QuerySet["Place"]):
    def free(self) -> "PlaceQuerySet":
        return self.filter(offer__isnull=True)


class Place(models.Model):
    """One of the places of an intake. There are no more rows than places, and one offer has one place:
    so the database itself never gives one place twice."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="places")
    number = models.PositiveSmallIntegerField()
    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, null=True, blank=True, related_name="place")

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["intake", "number"], name="places_are_numbered"),
            models.CheckConstraint(condition=Q(number__gte=1), name="places_are_numbered_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.intake_id} #{self.number}"


class PromotionRule(models.TextChoices):
    """The rule that gave a free place to an application, or why it stays free."""

    ENTITLED = "entitled", _("A reversed decision gives the next free place")
    SAME_CELL = "same_cell", _("Lowest lot in the same region and size class")
    SAME_REGION = "same_region", _("Lowest lot in the same region")
    SAME_SIZE = "same_size", _("Lowest lot in the same size class")
    LOT = "lot", _("Lowest lot on the whole waiting list")
    QUOTAS = "quotas", _("Least deviation from the quotas")
    NOBODY = "nobody", _("Nobody is left on the waiting list")
    NO_DRAW = "no_draw", _("No draw took place, so there is no waiting list")
    TOO_LATE = "too_late", _("The course has begun")


class PromotionQuerySet(models.QuerySet["Promotion"]):
    def with_names(self) -> "PromotionQuerySet":
        """With what its sentence says."""
        return self.select_related(
            "place",
            "dropped__application__lead",
            "promoted__application__lead",
            "passed_over__application__lead",
        )


class Promotion(models.Model):
    """A line of the log: which place became free, who got it, by which rule, or why nobody did."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="promotions")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="promotions")
    dropped = models.ForeignKey(
        Offer, on_delete=models.PROTECT, null=True, blank=True, related_name="left_to"
    )
    promoted = models.ForeignKey(
        Offer, on_delete=models.PROTECT, null=True, blank=True, related_name="promotions"
    )
    rule = models.CharField(_("rule"), max_length=12, choices=PromotionRule.choices)
    deviation = models.PositiveIntegerField(_("deviation from the quotas"), null=True, blank=True)
    passed_over = models.ForeignKey(
        Offer, on_delete=models.PROTECT, null=True, blank=True, related_name="passed_over_in"
    )
    happened_at = models.DateTimeField()

    objects = PromotionQuerySet.as_manager()

    class Meta:
        ordering = ["happened_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(promoted__isnull=False) | Q(rule__in=("nobody", "no_draw", "too_late")),
                name="promotion_tells_why_there_was_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place_id}: {self.rule}"


class LateFilling(models.Model):
    """The school's recorded act to fill free places after the deadline, by a rule text of its own.

    Source: programme page, «løpende opptak etter fristen». It never enters a draw.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="late_fillings")
    rule_text = models.TextField(_("the rule for filling the free places"))
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("deadline"))
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["intake"], condition=Q(closed_at__isnull=True), name="one_open_late_filling"
            ),
            models.CheckConstraint(condition=~Q(rule_text=""), name="late_filling_has_a_rule"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=models.F("opened_at")), name="late_filling_opens_before_it_closes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.intake_id}: {self.opened_at:%Y-%m-%d}"

    def accepts_at(self, now: datetime) -> bool:
        return self.closed_at is None and self.opened_at <= now <= self.closes_at
