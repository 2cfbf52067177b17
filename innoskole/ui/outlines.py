"""The counties of Norway as one small SVG file, which pages point into and browsers keep.

The source (map_paths.json, © Kartverket, CC BY 4.0) draws Norway on 804.7 × 1000; here every point is
rounded to a whole number on twice that grid, which halves the file and keeps shared borders together.
"""

import json
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Literal

Vintage = Literal[2015, 2024]
Point = tuple[int, int]

DATA = Path(__file__).resolve().parent.parent / "municipalities" / "data"
SCALE = 2
WIDTH, HEIGHT = 1610, 2000


def filename(vintage: Vintage) -> str:
    """The static file with the outlines of that division into counties."""
    return f"norway-{vintage}.svg"


@cache
def counties(vintage: Vintage) -> dict[str, str]:
    """County code → name in that year, in the order of the codes."""
    return {county["code"]: county["name"] for county in _source(vintage)}


def drawing(vintage: Vintage) -> str:
    """The SVG file: one path for each county, with the id `county-<code>`."""
    paths = "\n".join(
        f'<path id="county-{county["code"]}" d="{_packed(county["d"])}"/>' for county in _source(vintage)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">\n'
        "<!-- © Kartverket, CC BY 4.0 (simplified). Written by manage.py draw_outlines. -->\n"
        f"<defs>\n{paths}\n</defs>\n</svg>\n"
    )


def _source(vintage: Vintage) -> list[dict[str, str]]:
    everything = json.loads((DATA / "map_paths.json").read_text(encoding="utf-8"))
    key = "counties" if vintage == 2024 else f"counties_{vintage}"
    found: list[dict[str, str]] = everything[key]
    return sorted(found, key=lambda county: county["code"])


def _points(ring: str) -> list[Point]:
    """The corners of one ring («1.5,2L3,4Z») on the grid, without repetitions."""
    points: list[Point] = []
    for pair in re.split("[LZ]", ring):
        if pair:
            x, y = pair.split(",")
            point = (round(float(x) * SCALE), round(float(y) * SCALE))
            if not points or point != points[-1]:
                points.append(point)
    return points[:-1] if points[0] == points[-1] else points


def _packed(path: str) -> str:
    """An SVG path of absolute corners as a shorter one of steps; islets that vanish are left out."""
    rings = []
    for ring in path.split("M")[1:]:
        points = _points(ring)
        if len(points) < 3:
            continue
        steps = [f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(points)]
        rings.append(f"M{points[0][0]} {points[0][1]}l{' '.join(steps)}z".replace(" -", "-"))
    return "".join(rings)
