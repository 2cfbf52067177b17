"""Shares that grow over time, drawn on the server as steps: no script, and the figures as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from innoskole.ui import formats

# The curves live in a stretched box of 100 × 100; texts stand outside it, so that they keep their size.
BOX = 100
TOP, HEIGHT = 20, 200  # CSS pixels: room for the uppermost text, and the box
TICKS = (0, 50, 100)  # per cent


@dataclass(frozen=True)
class Step:
    """What is reached on a day. counts: a number for each series; they hold until the next step."""

    on: date
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Curve:
    """points: of an SVG polyline in the box; number counts from 1."""

    name: str
    points: str
    number: int


@dataclass(frozen=True)
class Tick:
    """A level of the box with the share that it means, and where its text stands."""

    y: int
    text_at: int
    text: str


def step_chart(
    title: str, steps: Sequence[Step], *, series: Sequence[tuple[str, int]], until: date, heading: str
) -> SafeString:
    """A figure with a stepped curve for each series, as a share of its whole.

    title: the conclusion as a sentence. steps: in the order of their days, none after `until`. series: names
    (1 to 3) and how many make up the whole. heading: of the days in the table.
    Raises ValueError when a step has not one count for each series.
    """
    if any(len(step.counts) != len(series) for step in steps):
        raise ValueError("A step needs one count for each series.")
    first = steps[0].on if steps else until
    return render_to_string(
        "_components/step_chart.html",
        {
            "title": title,
            "steps": steps,
            "curves": [
                _curve(name, whole, at, [(step.on, step.counts[at]) for step in steps], first, until)
                for at, (name, whole) in enumerate(series)
            ],
            "series": series,
            "ticks": [_tick(share) for share in TICKS],
            "top": TOP,
            "height": HEIGHT,
            "whole_height": TOP + HEIGHT + 2,
            "first": first,
            "until": until,
            "heading": heading,
        },
    )


def _curve(
    name: str, whole: int, at: int, counts: Sequence[tuple[date, int]], first: date, until: date
) -> Curve:
    """Level until the next step, then straight up."""
    days = max((until - first).days, 1)
    share = 0.0
    points = []
    for on, count in counts:
        x = (on - first).days / days * BOX
        points.append((x, share))
        share = min(count / whole, 1) * BOX if whole else 0.0
        points.append((x, share))
    points.append((BOX, share))
    drawn = " ".join(f"{x:.2f},{BOX - y:.2f}" for x, y in points)
    return Curve(name, drawn, at + 1)


def _tick(share: int) -> Tick:
    y = TOP + HEIGHT - share * HEIGHT // BOX
    return Tick(y, y - 5, formats.percent(share / 100))
