"""The parts of the country by which an intake may divide the municipalities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from innoskole.municipalities.models import Municipality

# Statistics Norway's classification 106: seven regions until the reform of 2020, six since.
SSB_REFORMED_ON = date(2020, 1, 1)


class Division(TextChoices):
    LANDSDEL = "landsdel", _("The five parts of the country")
    SSB = "ssb", _("The regions of Statistics Norway")


class Landsdel(TextChoices):
    """The five traditional parts of the country, from north to south."""

    NORD_NORGE = "NN", _("Northern Norway")
    TRONDELAG = "TR", _("Trøndelag")
    VESTLANDET = "VL", _("Western Norway")
    SORLANDET = "SL", _("Southern Norway")
    OSTLANDET = "OL", _("Eastern Norway")


class SsbRegion(TextChoices):
    """Six regions, from 2020 (NUTS 2)."""

    OSLO_VIKEN = "1", _("Oslo and Viken")
    INNLANDET = "2", _("Innlandet")
    AGDER_SOROST = "3", _("Agder and South-Eastern Norway")
    VESTLANDET = "4", _("Western Norway")
    TRONDELAG = "5", _("Trøndelag")
    NORD_NORGE = "6", _("Northern Norway")


class SsbRegionBefore2020(TextChoices):
    """Seven regions, until the end of 2019 (NUTS 2)."""

    OSLO_AKERSHUS = "1", _("Oslo and Akershus")
    HEDMARK_OPPLAND = "2", _("Hedmark and Oppland")
    SOROST = "3", _("South-Eastern Norway")
    AGDER_ROGALAND = "4", _("Agder and Rogaland")
    VESTLANDET = "5", _("Western Norway")
    TRONDELAG = "6", _("Trøndelag")
    NORD_NORGE = "7", _("Northern Norway")


@dataclass(frozen=True)
class Region:
    """A part of the country: its code within the division, and its name in the language in force."""

    code: str
    name: str


def _choices(division: Division | str, day: date) -> type[TextChoices]:
    if Division(division) == Division.LANDSDEL:
        return Landsdel
    return SsbRegion if day >= SSB_REFORMED_ON else SsbRegionBefore2020


def regions(division: Division | str, day: date) -> tuple[Region, ...]:
    """The regions of a division on a day: landsdeler from north to south, Statistics Norway's by code."""
    return tuple(Region(choice.value, str(choice.label)) for choice in _choices(division, day))


def region_of(municipality: Municipality, division: Division | str, day: date) -> Region:
    """The region in which a municipality lies on a day; reads its county.

    Raises ValueError when the division did not cover the municipality's county on that day, as when a
    municipality of 2015 is asked for its region of 2024: resolve it with `current_on` first.
    """
    county = municipality.county
    if Division(division) == Division.LANDSDEL:
        code = county.landsdel
    elif day >= SSB_REFORMED_ON:
        code = county.ssb_region
    else:
        code = county.ssb_region_before_2020
    if not code:
        raise ValueError(f"County {county.code} had no region in the division {division!r} on {day}.")
    choice = _choices(division, day)(code)
    return Region(choice.value, str(choice.label))
