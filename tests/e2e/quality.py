"""What every page must hold: axe-core finds nothing, nothing sticks out, one main heading, a title."""

from __future__ import annotations

import json
from functools import cache

from django.conf import settings
from playwright.sync_api import Page, ViewportSize

NARROWEST: ViewportSize = {"width": 320, "height": 640}
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Style sheets made by script are outside the content security policy; a <style> element would be refused.
_SPACE_OUT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""

_STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const contains = (e) => ["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(e).overflowX);
  const scrolls = (e) => e && e !== document.documentElement && (contains(e) || scrolls(e.parentElement));
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > width + 0.5 && !scrolls(e.parentElement))
    .map((e) => e.outerHTML.slice(0, 120)).concat([`${document.documentElement.scrollWidth} px`]);
}"""


@cache
def _axe() -> tuple[str, str]:
    source = (settings.NODE_MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    return source, json.dumps({"runOnly": AXE_RULES, "resultTypes": ["violations"]})


def assert_accessible(page: Page) -> None:
    """axe-core finds nothing against WCAG 2.0–2.2 A and AA or best practice."""
    source, options = _axe()
    # Evaluated by the debugger, which the page's content security policy does not concern.
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(source)
    rules = page.evaluate(f"async () => (await axe.run(document, {options})).violations")
    found = [f"{rule['id']}: {node['html'][:200]}" for rule in rules for node in rule["nodes"]]
    assert found == [], "\n".join([page.url, *found])


def assert_nothing_sticks_out(page: Page) -> None:
    """Nothing is wider than the window as it is."""
    found = page.evaluate(_STICKING_OUT)
    assert found == [], "\n".join([f"{page.url} at {page.viewport_size['width']} px", *found])


def assert_fits(page: Page) -> None:
    """Nothing sticks out to the right: here, at 320 px, and with the text spacing of WCAG 1.4.12."""
    before = page.viewport_size
    assert_nothing_sticks_out(page)
    page.set_viewport_size(NARROWEST)
    assert_nothing_sticks_out(page)
    page.evaluate(_SPACE_OUT)
    assert_nothing_sticks_out(page)
    page.evaluate("document.adoptedStyleSheets = []")
    page.set_viewport_size(before)


def assert_headed(page: Page) -> None:
    """One main heading, and a title that says more than the name of the site."""
    headings = page.locator("h1").all_inner_texts()
    assert len(headings) == 1, f"{page.url}: {headings}"
    name = page.title().removesuffix("– Innoskole").strip()
    assert name, f"{page.url}: {page.title()}"
