"""Curves of what grows over time: whole figures, compared as HTML."""

from datetime import date

import pytest
from django.utils import translation
from pytest_django.asserts import assertHTMLEqual

from innoskole.ui.steps import Step, step_chart

UNTIL = date(2027, 5, 11)
SAMPLE = (
    '<svg viewBox="0 0 40 40" aria-hidden="true" focusable="false">'
    '<line class="steps-{}" x1="0" y1="20" x2="40" y2="20"/></svg>'
)


def test_each_series_is_a_share_of_its_whole_and_holds_until_the_next_step():
    steps = [Step(date(2027, 5, 1), (2, 0)), Step(date(2027, 5, 6), (4, 1))]
    with translation.override("en"):
        html = step_chart(
            "All results are approved",
            steps,
            series=[("Results", 4), ("Ready", 2)],
            until=UNTIL,
            heading="Day",
        )
    assertHTMLEqual(
        html,
        f"""
        <figure class="figure">
          <figcaption>All results are approved</figcaption>
          <div class="steps">
            <svg class="chart" width="100%" height="222" role="img" aria-label="All results are approved">
              <line class="steps-rule" x1="0" x2="100%" y1="220" y2="220"/><text x="0" y="215">0%</text>
              <line class="steps-rule" x1="0" x2="100%" y1="120" y2="120"/><text x="0" y="115">50%</text>
              <line class="steps-rule" x1="0" x2="100%" y1="20" y2="20"/><text x="0" y="15">100%</text>
              <svg x="0" y="20" width="100%" height="200" viewBox="0 0 100 100" preserveAspectRatio="none">
                <polyline class="steps-1" vector-effect="non-scaling-stroke"
                  points="0.00,100.00 0.00,50.00 50.00,50.00 50.00,0.00 100.00,0.00"/>
                <polyline class="steps-2" vector-effect="non-scaling-stroke"
                  points="0.00,100.00 0.00,100.00 50.00,100.00 50.00,50.00 100.00,50.00"/>
              </svg>
            </svg>
            <p class="steps-days hint"><span>1 May 2027</span><span>11 May 2027</span></p>
          </div>
          <ul class="legend"><li>{SAMPLE.format(1)}Results</li><li>{SAMPLE.format(2)}Ready</li></ul>
          <details class="ds-details">
            <summary>Show the figures as a table</summary>
            <div class="table-region" role="region" tabindex="0" aria-label="All results are approved">
              <table class="ds-table">
                <caption class="ds-sr-only">All results are approved</caption>
                <thead><tr>
                  <th scope="col">Day</th><th scope="col" class="numeric">Results</th>
                  <th scope="col" class="numeric">Ready</th>
                </tr></thead>
                <tbody>
                  <tr><th scope="row">1 May 2027</th><td class="numeric">2</td><td class="numeric">0</td></tr>
                  <tr><th scope="row">6 May 2027</th><td class="numeric">4</td><td class="numeric">1</td></tr>
                </tbody>
              </table>
            </div>
          </details>
        </figure>
        """,
    )


@pytest.mark.parametrize("whole", [0, 3])
def test_nothing_yet_is_a_level_line(whole):
    html = step_chart("Nothing", [], series=[("Results", whole)], until=UNTIL, heading="Day")
    assert 'points="100.00,100.00"' in html


def test_a_step_needs_a_count_for_each_series():
    with pytest.raises(ValueError, match="one count for each series"):
        step_chart("No", [Step(UNTIL, (1,))], series=[("A", 1), ("B", 1)], until=UNTIL, heading="Day")
