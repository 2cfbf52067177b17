"""Bar charts drawn on the server: no script, no library, and the figures as text and as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

# Heights in CSS pixels. Widths are per cent, so that the text keeps its size on every screen.
LABEL, BAR, GAP, BETWEEN = 24, 20, 5, 16
WIDEST = 72  # per cent, leaving room for the text after the longest bar


@dataclass(frozen=True)
class Bar:
    """One bar: its length, and the text that stands after it («38 applicants»)."""

    value: float
    text: str


@dataclass(frozen=True)
class BarRow:
    """A label with one bar for each series."""

    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class DrawnBar:
    """A bar with its place, as attributes of SVG; `series` counts from 1."""

    y: int
    width: str
    text_at: int
    text: str
    series: int


@dataclass(frozen=True)
class DrawnRow:
    label: str
    label_at: int
    bars: tuple[DrawnBar, ...]


def bar_chart(title: str, rows: Sequence[BarRow], *, series: Sequence[str], row_heading: str) -> SafeString:
    """A figure with horizontal bars.

    `title` is the conclusion as a sentence; `series` names the bars of a row (1–4, in order); `row_heading`
    heads the labels in the table. Raises ValueError when a row has not one bar for each series.
    """
    longest = max((bar.value for row in rows for bar in row.bars), default=0) or 1
    drawn = []
    y = 0
    for row in rows:
        label_at = y + LABEL - 7
        y += LABEL
        bars = []
        for number, (_name, bar) in enumerate(zip(series, row.bars, strict=True), start=1):
            bars.append(DrawnBar(y, f"{bar.value / longest * WIDEST:.1f}%", y + 15, bar.text, number))
            y += BAR + GAP
        y += BETWEEN
        drawn.append(DrawnRow(row.label, label_at, tuple(bars)))
    return render_to_string(
        "_components/bar_chart.html",
        {
            "title": title,
            "rows": rows,
            "drawn": drawn,
            "height": y,
            "series": series,
            "row_heading": row_heading,
        },
    )
