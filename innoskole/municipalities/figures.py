"""The maps of the public register."""

from datetime import date
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innoskole.municipalities.lineage import codes_known_as
from innoskole.municipalities.models import Municipality, MunicipalityQuerySet
from innoskole.municipalities.sizes import LARGE, MEDIUM, SMALL, size_class, size_name
from innoskole.ui.formats import day as written
from innoskole.ui.formats import number
from innoskole.ui.maps import Kind, Marker, norway_map, points
from innoskole.ui.outlines import Vintage

# The counties of the one map went out of use on this day, those of the other came with later reforms.
COUNTY_REFORM_ON = date(2020, 1, 1)


def _vintage(day: date) -> Vintage:
    return 2024 if day >= COUNTY_REFORM_ON else 2015


def map_of(found: MunicipalityQuerySet, day: date) -> SafeString:
    """A mark for every municipality of a queryset `with_population`, by size class. At most two queries."""
    vintage = _vintage(day)
    # Any: with_population adds an attribute
    rows: list[Any] = list(found.only("code", "display_name").in_order())
    codes = codes_known_as(rows, points(vintage))
    markers = [
        Marker(
            codes.get(row.pk, row.code),
            row.display_name,
            "unknown" if row.population is None else size_class(row.population),
        )
        for row in rows
    ]
    kinds = [
        Kind(SMALL, size_name(SMALL), "small", 1),
        Kind(MEDIUM, size_name(MEDIUM), "dot", 3),
        Kind(LARGE, size_name(LARGE), "square", 1),
        Kind("unknown", _("No population figure for the day"), "ring", 1),
    ]
    used = {marker.kind for marker in markers}
    small = sum(marker.kind == SMALL for marker in markers)
    if "unknown" in used:
        caption = _("Municipalities on %(day)s: %(total)s.")
    else:
        caption = ngettext(
            "Municipalities on %(day)s: %(total)s, of which %(small)s is small.",
            "Municipalities on %(day)s: %(total)s, of which %(small)s are small.",
            small,
        )
    caption %= {"day": written(day), "total": number(len(rows)), "small": number(small)}
    return norway_map(
        markers, [kind for kind in kinds if kind.key in used], caption, vintage=vintage, listed=False
    )


def map_with(municipality: Municipality) -> SafeString:
    """A mark where the municipality lies or lay. At most one query."""
    vintage = _vintage(municipality.last_day)
    codes = codes_known_as([municipality], points(vintage))
    marker = Marker(codes.get(municipality.pk, municipality.code), municipality.display_name, "here")
    caption = _("%(municipality)s on the map.") % {"municipality": municipality.display_name}
    return norway_map(
        [marker], [Kind("here", municipality.display_name, "dot")], caption, vintage=vintage, listed=False
    )
