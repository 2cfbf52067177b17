"""Charts and the map: whole figures, compared as HTML."""

from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from pytest_django.asserts import assertHTMLEqual

from innoskole.ui import outlines
from innoskole.ui.charts import Bar, BarRow, bar_chart
from innoskole.ui.maps import Kind, Marker, norway_map, points

SAMPLE = '<svg viewBox="0 0 40 40" aria-hidden="true" focusable="false">{}</svg>'


def test_bars_are_measured_against_the_longest_and_told_as_text_and_table() -> None:
    rows = [
        BarRow("Østlandet", (Bar(38, "38 applicants"), Bar(19, "19 qualified"))),
        BarRow("Sørlandet", (Bar(0, "0 applicants"), Bar(0, "0 qualified"))),
    ]
    with translation.override("en"):
        html = bar_chart("Østlandet has most", rows, series=["Applicants", "Qualified"], row_heading="Region")
    square = SAMPLE.format('<rect class="series-{}" x="2" y="6" width="36" height="28"/>')
    assertHTMLEqual(
        html,
        f"""
        <figure class="figure">
          <figcaption>Østlandet has most</figcaption>
          <svg class="chart" width="100%" height="180" role="img" aria-label="Østlandet has most">
            <text class="chart-label" x="0" y="17">Østlandet</text>
            <rect class="series-1" x="0" y="24" width="72.0%" height="20"/>
            <text x="72.0%" y="39" dx="8">38 applicants</text>
            <rect class="series-2" x="0" y="49" width="36.0%" height="20"/>
            <text x="36.0%" y="64" dx="8">19 qualified</text>
            <text class="chart-label" x="0" y="107">Sørlandet</text>
            <rect class="series-1" x="0" y="114" width="0.0%" height="20"/>
            <text x="0.0%" y="129" dx="8">0 applicants</text>
            <rect class="series-2" x="0" y="139" width="0.0%" height="20"/>
            <text x="0.0%" y="154" dx="8">0 qualified</text>
          </svg>
          <ul class="legend"><li>{square.format(1)}Applicants</li><li>{square.format(2)}Qualified</li></ul>
          <details class="ds-details">
            <summary>Show the figures as a table</summary>
            <div class="table-region" role="region" tabindex="0" aria-label="Østlandet has most">
              <table class="ds-table">
                <caption class="ds-sr-only">Østlandet has most</caption>
                <thead><tr>
                  <th scope="col">Region</th><th scope="col" class="numeric">Applicants</th>
                  <th scope="col" class="numeric">Qualified</th>
                </tr></thead>
                <tbody>
                  <tr><th scope="row">Østlandet</th><td class="numeric">38 applicants</td>
                      <td class="numeric">19 qualified</td></tr>
                  <tr><th scope="row">Sørlandet</th><td class="numeric">0 applicants</td>
                      <td class="numeric">0 qualified</td></tr>
                </tbody>
              </table>
            </div>
          </details>
        </figure>
        """,
    )


def test_a_row_must_have_a_bar_for_each_series() -> None:
    with pytest.raises(ValueError, match="zip"):
        bar_chart("x", [BarRow("a", (Bar(1, "1"),))], series=["b", "c"], row_heading="d")


def test_the_map_marks_by_form_and_names_every_municipality() -> None:
    kinds = [
        Kind("not", "Not applied", "small", 4),
        Kind("applied", "Applied", "ring"),
        Kind("region", "Northern Norway", "area", 2),
    ]
    markers = [
        Marker("1804", "Bodø", "applied"),
        Marker("0301", "Oslo", "not"),
        Marker("1103", "Stavanger", "not"),
        Marker("1627", "Bjugn", "not"),  # ended in 2018: counted and named, but not drawn
    ]
    with translation.override("en"):
        html = norway_map(markers, kinds, "One has applied", areas={"18": "region"})
    bodo, oslo, stavanger = (points(2024)[code] for code in ("1804", "0301", "1103"))
    counties = "".join(
        f'<use href="/static/norway-2024.svg#county-{code}"'
        f' class="county{" series-2" if code == "18" else ""}"/>'
        for code in ["03", "11", "15", "18", "31", "32", "33", "34", "39", "40", "42", "46", "50", "55", "56"]
    )
    ring = (
        f'<path class="mark mark-ring series-1" d="M{bodo[0]} {bodo[1]}h0"/>'
        f'<path class="mark mark-hole" d="M{bodo[0]} {bodo[1]}h0"/>'
    )
    assertHTMLEqual(
        html,
        f"""
        <figure class="figure">
          <figcaption>One has applied</figcaption>
          <svg class="map" viewBox="0 0 1610 2000" role="img" aria-label="One has applied">
            {counties}
            <path class="mark mark-small series-4"
                  d="M{oslo[0]} {oslo[1]}h0M{stavanger[0]} {stavanger[1]}h0"/>
            {ring}
          </svg>
          <ul class="legend">
            <li>{SAMPLE.format('<path class="mark mark-small series-4" d="M20 20h0"/>')}Not applied (3)</li>
            <li>{
            SAMPLE.format(
                '<path class="mark mark-ring series-1" d="M20 20h0"/>'
                '<path class="mark mark-hole" d="M20 20h0"/>'
            )
        }Applied (1)</li>
            <li>{
            SAMPLE.format('<rect class="county series-2" x="2" y="6" width="36" height="28"/>')
        }Northern Norway (1)</li>
          </ul>
          <details class="ds-details">
            <summary>Show the map as text</summary>
            <dl class="map-list">
              <dt>Not applied (3)</dt><dd>Oslo, Stavanger, Bjugn</dd>
              <dt>Applied (1)</dt><dd>Bodø</dd>
              <dt>Northern Norway (1)</dt><dd>Nordland</dd>
            </dl>
          </details>
          <p class="hint">© Kartverket, CC BY 4.0</p>
        </figure>
        """,
    )


def test_a_map_of_the_whole_country_weighs_little() -> None:
    kinds = [Kind("in", "In", "dot")]
    html = norway_map([Marker(code, code, "in") for code in points(2024)], kinds, "All", listed=False)
    assert len(points(2024)) == 357
    assert len(points(2015)) == 428
    assert len(html.encode()) < 8_000


@pytest.mark.parametrize(("vintage", "count"), [(2015, 19), (2024, 15)])
def test_the_drawn_outlines_are_those_of_the_data(vintage: outlines.Vintage, count: int) -> None:
    drawn = (Path(settings.BASE_DIR) / "static" / outlines.filename(vintage)).read_text(encoding="utf-8")
    assert drawn == outlines.drawing(vintage), "run manage.py draw_outlines"
    assert len(outlines.counties(vintage)) == count
