"""The groups of an intake: regions with their counties, sizes, and how many municipalities each has."""

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import F

from applications.models.intake import Dimension, Intake
from applications.models.rules import Bounds, quotas_of
from innoskole.municipalities.models import County, Municipality
from innoskole.municipalities.regions import SSB_REFORMED_ON, Division, regions
from innoskole.municipalities.sizes import SIZES, size_class, size_name


@dataclass
class RegionFacts:
    code: str
    name: str
    bounds: Bounds
    counties: list[County] = field(default_factory=list)
    municipalities: int = 0


@dataclass
class SizeFacts:
    code: str
    name: str
    bounds: Bounds
    municipalities: int = 0


@dataclass(frozen=True)
class Territory:
    """`municipalities` counts those that can apply."""

    regions: list[RegionFacts]
    sizes: list[SizeFacts]
    municipalities: int


def county_field(intake: Intake) -> str:
    """The field of County that holds the region's code in the intake's division."""
    if intake.division == Division.LANDSDEL:
        return "landsdel"
    return "ssb_region" if intake.register_on >= SSB_REFORMED_ON else "ssb_region_before_2020"


def territory(intake: Intake) -> Territory:
    """Regions in their fixed order and sizes from small up. Three queries, or two for an unsaved intake."""
    quotas = quotas_of(intake)
    by_code = {
        region.code: RegionFacts(region.code, region.name, quotas[Dimension.REGION, region.code])
        for region in regions(intake.division, intake.register_on)
    }
    sizes = {
        code: SizeFacts(code, size_name(code, intake.size_bounds), quotas[Dimension.SIZE, code])
        for code in SIZES
    }
    municipalities = Municipality.objects.valid_on(intake.register_on).with_population(intake.population_on)
    rows: list[tuple[int, int | None]] = list(municipalities.values_list("county_id", F("population")))
    per_county = Counter(county for county, _population in rows)
    region_of = county_field(intake)
    for county in County.objects.filter(pk__in=per_county).order_by("sort_key"):
        region = by_code.get(getattr(county, region_of))
        if region is not None:
            region.counties.append(county)
            region.municipalities += per_county[county.pk]
    for _county, population in rows:
        if population is not None:
            sizes[size_class(population, intake.size_bounds)].municipalities += 1
    return Territory(list(by_code.values()), list(sizes.values()), len(rows))
