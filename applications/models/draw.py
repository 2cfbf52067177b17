"""A round of the draw: basis, announced sources, protocol, outcome. Kept for ever, also when annulled."""

import json
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from applications.models.intake import Intake
from applications.selection import Basis, read_basis
from applications.sources import DRAND, describe, kind_of


class QuotaChoice(models.TextChoices):
    """By which quotas a round is drawn; another choice than the first needs a reason."""

    AS_SET = "as_set", _("The quotas as they were set")
    SOFTENED = "softened", _("Softened quotas: the cheapest deviation")
    PLACES = "places", _("More places")
    EDITED = "edited", _("Quotas edited by hand")


class DrawRoundQuerySet(models.QuerySet["DrawRound"]):
    def standing(self) -> "DrawRoundQuerySet":
        return self.filter(annulled_at__isnull=True)

    def with_people(self) -> "DrawRoundQuerySet":
        return self.select_related(
            "intake", "frozen_by", "drawn_by", "checked_by", "decided_by", "annulled_by"
        )


class DrawRound(models.Model):
    """One round: frozen, drawn, checked, decided, or annulled.

    A round without a draw has no basis and no seed, only a protocol that says that everybody was admitted;
    its digest is the protocol's.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(_("name of the round"), max_length=60, unique=True)
    basis = models.TextField(_("frozen basis"), blank=True)
    digest = models.CharField(_("SHA-256 of the basis"), max_length=64)
    quota_choice = models.CharField(
        _("choice of quotas"), max_length=10, choices=QuotaChoice.choices, default=QuotaChoice.AS_SET
    )
    quota_reason = models.TextField(_("reason for the choice"), blank=True)
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField()
    trial_draws = models.PositiveIntegerField(default=0)
    seed_text = models.TextField(blank=True)
    protocol = models.TextField(blank=True)
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    drawn_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    annulled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    annulled_at = models.DateTimeField(null=True, blank=True)
    annulled_reason = models.TextField(_("reason for annulment"), blank=True)

    objects = DrawRoundQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["intake", "number"], name="rounds_are_numbered"),
            models.UniqueConstraint(
                fields=["intake"], condition=Q(annulled_at__isnull=True), name="one_standing_round"
            ),
            models.CheckConstraint(
                condition=Q(annulled_at__isnull=True) | ~Q(annulled_reason=""), name="annulment_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_draw(self) -> bool:
        """Whether lots are drawn in this round; if not, everybody is admitted."""
        return bool(self.basis)

    @property
    def is_public(self) -> bool:
        """Whether anybody may see the result: the school has published it, or annulled the round."""
        return self.annulled_at is not None or self.intake.published_at is not None

    @cached_property
    def frozen(self) -> Basis:
        """The basis read back; raises InputError when it is not whole."""
        return read_basis(self.basis.encode())

    def applications(self) -> dict[str, Application]:
        """The applications that take part, by the code of the lead municipality, in the order of the codes.

        A municipality has one living application in an intake: of several, the newest is in the list.
        """
        document = json.loads(self.basis or self.protocol)
        codes = [applicant["id"] for applicant in document["applicants"]]
        taking_part = self.intake.applications.in_time().filter(lead__code__in=codes)
        found = taking_part.select_related("lead", "coordinator")
        return {application.lead.code: application for application in found.order_by("lead__code", "pk")}


class SourceValueQuerySet(models.QuerySet["SourceValue"]):
    def missing(self) -> "SourceValueQuerySet":
        return self.filter(confirmed_at__isnull=True)

    def known(self, source_ids: Iterable[str]) -> "SourceValueQuerySet":
        """Those among them that somebody has typed in a value of, in whatever round."""
        return self.filter(source_id__in=source_ids).exclude(value="")


class SourceValue(models.Model):
    """An announced source of randomness and its value: of agreeing relays, or typed in and confirmed."""

    round = models.ForeignKey(DrawRound, on_delete=models.PROTECT, related_name="sources")
    ordinal = models.PositiveSmallIntegerField()
    source_id = models.CharField(_("source"), max_length=80)
    description = models.CharField(_("description"), max_length=300)
    available_at = models.DateTimeField(_("has a value from"))
    value = models.CharField(_("value"), max_length=200, blank=True)
    fallback_reason = models.TextField(_("why the fallback applies"), blank=True)
    fetched_from = models.TextField(_("relays that agree"), blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    entered_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = SourceValueQuerySet.as_manager()

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["round", "source_id"], name="a_source_once_per_round"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | ~Q(value=""), name="confirmed_source_has_a_value"
            ),
        ]

    def __str__(self) -> str:
        return self.source_id

    @property
    def text(self) -> str:
        """The description in the reader's language; `description` stands in the basis as it was frozen."""
        return describe(self.source_id)

    @property
    def is_drand(self) -> bool:
        return kind_of(self.source_id) == DRAND

    def is_available_at(self, now: datetime) -> bool:
        return now >= self.available_at


class OutcomeKind(models.TextChoices):
    PLACE = "place", _("Place")
    RESERVE = "reserve", _("Waiting list")


class Outcome(models.Model):
    """What the decided selection gave one application, with its exact chance and lot."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="outcome")
    round = models.ForeignKey(
        DrawRound, on_delete=models.PROTECT, null=True, blank=True, related_name="outcomes"
    )
    kind = models.CharField(max_length=8, choices=OutcomeKind.choices)
    region = models.CharField(max_length=4)
    size = models.CharField(max_length=4)
    chance = models.CharField(_("exact chance"), max_length=60)
    lot = models.CharField(_("lot"), max_length=64, blank=True)
    reserve_number = models.PositiveSmallIntegerField(
        _("number in the group's waiting list"), null=True, blank=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="reserve", reserve_number__isnull=False)
                | Q(kind="place", reserve_number__isnull=True),
                name="only_reserves_have_a_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.kind}"

    @property
    def exact(self) -> Fraction:
        """The chance as a number."""
        return Fraction(self.chance)
