"""Norway with a mark for each municipality: a few kilobytes of SVG over an outline that browsers keep.

All marks of a kind are one path of points without length: round ends make dots, square ends squares, and
a ring is a dot with a white dot on it. So kinds differ by form as well as by colour.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from innoskole.ui.outlines import DATA, HEIGHT, SCALE, WIDTH, Vintage, counties, filename

Shape = Literal["dot", "ring", "square", "small", "area"]
ATTRIBUTION = "© Kartverket, CC BY 4.0"


@dataclass(frozen=True)
class Kind:
    """What a mark means; `series` 1–4 is its colour. An "area" colours counties."""

    key: str
    label: str | Promise
    shape: Shape
    series: int = 1


@dataclass(frozen=True)
class Marker:
    """A municipality by its code in the map's vintage, the name to list, and the key of its kind."""

    code: str
    label: str
    kind: str


@dataclass(frozen=True)
class Layer:
    """The marks of one kind, for the template."""

    kind: Kind
    path: str
    labels: tuple[str, ...]


@cache
def points(vintage: Vintage) -> dict[str, tuple[int, int]]:
    """Municipality code → point on the drawing (its administrative centre, or else its middle)."""
    with (DATA / "map_points.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: (round(float(row["x"]) * SCALE), round(float(row["y"]) * SCALE))
            for row in csv.DictReader(file)
            if row["vintage"] == str(vintage)
        }


def _layer(kind: Kind, markers: Sequence[Marker], vintage: Vintage) -> Layer:
    of_kind = [marker for marker in markers if marker.kind == kind.key]
    places = [points(vintage)[marker.code] for marker in of_kind if marker.code in points(vintage)]
    return Layer(kind, "".join(f"M{x} {y}h0" for x, y in places), tuple(marker.label for marker in of_kind))


def norway_map(
    markers: Sequence[Marker],
    kinds: Sequence[Kind],
    caption: str,
    *,
    vintage: Vintage = 2024,
    areas: Mapping[str, str] | None = None,
    listed: bool = True,
) -> SafeString:
    """A figure: the caption (say what the map shows), the map, a legend with counts and the names as text.

    Kinds are drawn in the given order, later ones on top. `areas` maps county codes to the key of an "area"
    kind. A code that the vintage does not know has no mark, but is counted and listed. `listed` False
    leaves the names out, for a page that already lists them.
    """
    by_key = {kind.key: kind for kind in kinds}
    coloured = areas or {}
    shapes = [(code, by_key[coloured[code]].series if code in coloured else 0) for code in counties(vintage)]
    layers = [
        Layer(kind, "", tuple(counties(vintage)[code] for code in coloured if coloured[code] == kind.key))
        if kind.shape == "area"
        else _layer(kind, markers, vintage)
        for kind in kinds
    ]
    return render_to_string(
        "_components/norway_map.html",
        {
            "caption": caption,
            "outlines": static(filename(vintage)),
            "view_box": f"0 0 {WIDTH} {HEIGHT}",
            "shapes": shapes,
            "layers": layers,
            "listed": listed and any(layer.labels for layer in layers),
            "attribution": ATTRIBUTION,
        },
    )
