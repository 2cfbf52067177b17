"""The register of Norway's municipalities and of what became of them, from 2011 on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Self, TypeVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from innoskole.municipalities import names
from innoskole.municipalities.regions import SSB_REFORMED_ON, Division, Landsdel
from innoskole.municipalities.sizes import DEFAULT_BOUNDS, SizeBounds, size_range

Model = TypeVar("Model", bound=models.Model)


class LanguageForm(models.TextChoices):
    """The language form that the municipality has decided; letters to it keep to it (språklova § 15)."""

    BOKMAL = "nb", _("Bokmål")
    NYNORSK = "nn", _("Nynorsk")
    NEUTRAL = "neutral", _("Neutral")


class LifeQuerySet(models.QuerySet[Model]):
    def valid_on(self, day: date) -> Self:
        """Those that existed on the day; `valid_to_on` is the first day without them."""
        return self.filter(Q(valid_to_on__isnull=True) | Q(valid_to_on__gt=day), valid_from_on__lte=day)


class County(models.Model):
    code = models.CharField(_("county number"), max_length=2, unique=True)
    name = models.CharField(_("name"), max_length=100)
    official_name = models.CharField(_("official name"), max_length=200)
    landsdel = models.CharField(_("part of the country"), max_length=2, choices=Landsdel)
    ssb_region = models.CharField(_("Statistics Norway's region from 2020"), max_length=1, blank=True)
    ssb_region_before_2020 = models.CharField(
        _("Statistics Norway's region until 2019"), max_length=1, blank=True
    )
    sort_key = models.CharField(max_length=200)
    valid_from_on = models.DateField(_("valid from"))
    valid_to_on = models.DateField(_("valid until"), null=True, blank=True)

    objects = LifeQuerySet["County"].as_manager()

    class Meta:
        verbose_name = _("county")
        verbose_name_plural = _("counties")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to_on__isnull=True) | Q(valid_to_on__gt=F("valid_from_on")),
                name="county_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def _latest_figure(day: date, field: str) -> models.Subquery:
    """A field of each municipality's latest Population dated no later than the day."""
    figures = Population.objects.filter(municipality=models.OuterRef("pk"), dated_on__lte=day)
    return models.Subquery(figures.order_by("-dated_on").values(field)[:1])


class MunicipalityQuerySet(LifeQuerySet["Municipality"]):
    def search(self, text: str) -> MunicipalityQuerySet:
        """Those with every word of the text in one of their names, their county or their code."""
        found = self
        for word in names.casefold(text).replace("(", " ").replace(")", " ").split():
            found = found.filter(search_text__contains=word)
        return found

    def called(self, text: str) -> MunicipalityQuerySet:
        """Those of which the text is a whole name («Herøy», «herøy (nordland)», «alesund») or the code."""
        return self.filter(search_text__contains=f"\n{names.casefold(text)}\n")

    def in_order(self) -> MunicipalityQuerySet:
        """In the order of the Norwegian alphabet."""
        return self.order_by("sort_key", "code", "valid_from_on")

    def in_region(self, division: Division, code: str, day: date) -> MunicipalityQuerySet:
        """Those in the region that a division had on the day (see `regions`)."""
        if division == Division.LANDSDEL:
            return self.filter(landsdel=code)
        if day >= SSB_REFORMED_ON:
            return self.filter(county__ssb_region=code)
        return self.filter(county__ssb_region_before_2020=code)

    def get_valid(self, code: str, day: date) -> Municipality:
        """The municipality that had the code on the day; raises Municipality.DoesNotExist."""
        return self.valid_on(day).get(code=code)

    def with_population(self, day: date) -> MunicipalityQuerySet:
        """With `population`: the latest number of inhabitants dated no later than the day, or None."""
        return self.annotate(population=_latest_figure(day, "inhabitants"))

    def with_population_date(self, day: date) -> MunicipalityQuerySet:
        """With `population_dated_on`: the date of the number of `with_population`, or None."""
        return self.annotate(population_dated_on=_latest_figure(day, "dated_on"))

    def of_size(self, code: str, bounds: SizeBounds = DEFAULT_BOUNDS) -> MunicipalityQuerySet:
        """Those in the size class, of a queryset `with_population`."""
        lowest, too_many = size_range(code, bounds)
        below = Q() if too_many is None else Q(("population__lt", too_many))
        return self.filter(Q(("population__gte", lowest)) & below)

    def with_namesake(self, day: date) -> MunicipalityQuerySet:
        """With `has_namesake`: another municipality had the same name on the day (Herøy, Våler)."""
        others = Municipality.objects.valid_on(day).filter(name=models.OuterRef("name"))
        return self.annotate(has_namesake=models.Exists(others.exclude(pk=models.OuterRef("pk"))))


@dataclass(frozen=True)
class Successor:
    """A municipality that took over (a part of) another, and the share of its people; None: unknown."""

    municipality: Municipality
    is_primary: bool
    population_share: Decimal | None


class Municipality(models.Model):
    """One unbroken life of one municipality number. Names and figures are the last ones of that life.

    The register begins on 1 January 2011: a life that began earlier has that day as `valid_from_on`.
    """

    code = models.CharField(
        _("municipality number"),
        max_length=4,
        validators=[RegexValidator(r"^\d{4}$", _("Write four digits."))],
    )
    name = models.CharField(_("name"), max_length=100)
    name_sami = models.CharField(_("Sami name"), max_length=100, blank=True)
    name_kven = models.CharField(_("Kven name"), max_length=100, blank=True)
    official_name = models.CharField(_("official name"), max_length=200)
    display_name = models.CharField(
        _("name with county where two share it"), max_length=200, help_text="Herøy (Nordland)"
    )
    county = models.ForeignKey(
        County, verbose_name=_("county"), on_delete=models.PROTECT, related_name="municipalities"
    )
    landsdel = models.CharField(_("part of the country"), max_length=2, choices=Landsdel)
    language_form = models.CharField(_("language form"), max_length=7, choices=LanguageForm, blank=True)
    orgnr = models.CharField(_("organisation number"), max_length=9, blank=True)
    admin_centre = models.CharField(_("administrative centre"), max_length=100, blank=True)
    centrality_class = models.PositiveSmallIntegerField(
        _("centrality class"),
        null=True,
        blank=True,
        help_text=_("From 1, most central, to 6, least central."),
    )
    latitude = models.DecimalField(_("latitude"), max_digits=7, decimal_places=4, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=7, decimal_places=4, null=True, blank=True)
    map_x = models.DecimalField(
        _("place on the map, x"), max_digits=6, decimal_places=1, null=True, blank=True
    )
    map_y = models.DecimalField(
        _("place on the map, y"), max_digits=6, decimal_places=1, null=True, blank=True
    )
    valid_from_on = models.DateField(_("valid from"))
    valid_to_on = models.DateField(_("valid until"), null=True, blank=True)
    search_text = models.TextField()
    sort_key = models.CharField(max_length=400)

    objects = MunicipalityQuerySet.as_manager()

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from_on"], name="municipality_one_life_per_start"),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(valid_to_on__isnull=True),
                name="municipality_one_living_per_code",
            ),
            models.CheckConstraint(
                condition=Q(valid_to_on__isnull=True) | Q(valid_to_on__gt=F("valid_from_on")),
                name="municipality_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_language_form_display(self) -> str:  # type: ignore[no-redef]  # the stubs know Django's own
        """Instead of Django's, which translates every form to show one."""
        return str(LanguageForm(self.language_form).label) if self.language_form else ""

    @property
    def name_with_county(self) -> str:
        return f"{self.name} ({self.county.name})"

    @property
    def sami_language(self) -> str:
        """The language tag of the Sami name, for the `lang` attribute."""
        return names.sami_language(self.name_sami)

    @property
    def letter_language(self) -> str:
        """The language of letters to the municipality: nn where it has decided so, else nb."""
        return "nn" if self.language_form == LanguageForm.NYNORSK else "nb"

    @property
    def ssb_region(self) -> str:
        """The code of Statistics Norway's region on the last day of this life, or today."""
        return self.county.ssb_region or self.county.ssb_region_before_2020

    @property
    def last_day(self) -> date:
        """The last day of this life; date.max while no end is known."""
        return self.valid_to_on - timedelta(days=1) if self.valid_to_on else date.max

    def label_on(self, day: date) -> str:
        """The name, with the county if another municipality had the same name on the day.

        No query for a row of `with_namesake(day)`.
        """
        shared = getattr(self, "has_namesake", None)
        if shared is None:
            others = Municipality.objects.valid_on(day).filter(name=self.name)
            shared = others.exclude(pk=self.pk).exists()
        return self.name_with_county if shared else self.name

    def was_valid_on(self, day: date) -> bool:
        return self.valid_from_on <= day and (self.valid_to_on is None or day < self.valid_to_on)

    def name_on(self, day: date) -> str:
        """The official name on the day: «Oslo» in 2025, «Oslo - Oslove» in 2026. Earlier: the first."""
        spans = list(self.names.order_by("valid_from_on"))
        return [spans[0], *(span for span in spans if span.valid_from_on <= day)][-1].official_name

    def population_on(self, day: date) -> int | None:
        """The latest number of inhabitants dated no later than the day."""
        figures = self.populations.filter(dated_on__lte=day).order_by("-dated_on")
        return figures.values_list("inhabitants", flat=True).first()

    def successors_on(self, day: date) -> list[Successor]:
        """Where this municipality's area is found on the day, the primary one first; itself while it lives.

        Raises ValueError for a day before this life began.
        """
        from innoskole.municipalities.lineage import successors

        return successors([self], day)[self.pk]

    def current_on(self, day: date) -> Municipality:
        """The municipality that chiefly carries this one on, on the day; itself while it lives."""
        return self.successors_on(day)[0].municipality

    def predecessors(self) -> list[Municipality]:
        """The municipalities that ended in this one, or had a part of their area go to it, nearest first."""
        changes = (
            self.changes_before.direct().select_related("old__county").order_by("-changed_on", "old__code")
        )
        return [change.old for change in changes]


class MunicipalityName(models.Model):
    """A name that a municipality took on a day (or had when its life began), and bore until the next one."""

    municipality = models.ForeignKey(
        Municipality, verbose_name=_("municipality"), on_delete=models.PROTECT, related_name="names"
    )
    official_name = models.CharField(_("official name"), max_length=200)
    name = models.CharField(_("name"), max_length=100)
    name_sami = models.CharField(_("Sami name"), max_length=100, blank=True)
    name_kven = models.CharField(_("Kven name"), max_length=100, blank=True)
    valid_from_on = models.DateField(_("valid from"))

    class Meta:
        verbose_name = _("name of a municipality")
        verbose_name_plural = _("names of municipalities")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "valid_from_on"], name="name_one_per_start"),
        ]

    def __str__(self) -> str:
        return self.official_name


class Population(models.Model):
    municipality = models.ForeignKey(
        Municipality, verbose_name=_("municipality"), on_delete=models.PROTECT, related_name="populations"
    )
    dated_on = models.DateField(_("date"))
    inhabitants = models.PositiveIntegerField(_("inhabitants"))

    class Meta:
        verbose_name = _("number of inhabitants")
        verbose_name_plural = _("numbers of inhabitants")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "dated_on"], name="population_one_per_date"),
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.dated_on}: {self.inhabitants}"


class ChangeQuerySet(models.QuerySet["Change"]):
    def direct(self) -> ChangeQuerySet:
        """Those by which a municipality ended, and passed to the one that took over the same day."""
        return self.exclude(kind__in=[Change.Kind.BOUNDARY, Change.Kind.LINEAGE])

    def in_force_on(self, day: date) -> ChangeQuerySet:
        """Those that tell where a municipality's area is found on the day."""
        return self.filter(changed_on__lte=day).exclude(kind=Change.Kind.BOUNDARY)


class Change(models.Model):
    """From a day on, (a part of) one municipality's area belongs to another."""

    class Kind(models.TextChoices):
        RENUMBER = "renumber", _("New number")
        MERGE = "merge", _("Merger")
        SPLIT = "split", _("Split")
        BOUNDARY = "boundary", _("Moved boundary")
        # Haram merged into Ålesund in 2020 and left it again in 2024: what was Haram then is Haram now.
        LINEAGE = "lineage", _("Part of a later split")

    old = models.ForeignKey(
        Municipality, verbose_name=_("before"), on_delete=models.PROTECT, related_name="changes_after"
    )
    new = models.ForeignKey(
        Municipality, verbose_name=_("after"), on_delete=models.PROTECT, related_name="changes_before"
    )
    changed_on = models.DateField(_("date"))
    kind = models.CharField(_("what happened"), max_length=8, choices=Kind)
    is_primary = models.BooleanField(_("chief successor"))
    population_share = models.DecimalField(
        _("share of the inhabitants"), max_digits=5, decimal_places=4, null=True, blank=True
    )
    note = models.TextField(_("note"), blank=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        constraints = [
            models.UniqueConstraint(fields=["old", "new", "changed_on"], name="change_once_a_day"),
            models.CheckConstraint(condition=~Q(old=F("new")), name="change_between_two"),
        ]

    def __str__(self) -> str:
        return f"{self.changed_on}: {self.old_id} → {self.new_id} ({self.kind})"
