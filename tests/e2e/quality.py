"""What every page must hold: axe-core finds nothing, nothing sticks out, one main heading, a title."""

from __future__ import annotations

import gzip
import hashlib

from django.conf import settings
from playwright.sync_api import Page, ViewportSize

LARGEST_PAGE = 200_000  # bytes over the wire with an empty cache
LARGEST_HTML = 20_000  # bytes over the wire with a full cache: what each further page costs
NARROWEST: ViewportSize = {"width": 320, "height": 640}
WIDEST_PHONE = 600
WIDTHS = ("phone", "screen")
AXE = f"/{settings.STATIC_URL.strip('/')}/axe-core/axe.min.js"
AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,  # style sheets, for one rule that is experimental, and films, which there are none of
}
RULES_OF_LAYOUT = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]

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

_SHIFTS = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => {
    resolve(list.getEntries().filter((entry) => !entry.hadRecentInput).map((entry) => entry.value));
  }).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => resolve([])));
})"""


# What axe-core judges: elements, whether they are shown, what styles and names them, whether they hold words;
# not which words, nor how many rows of a kind there are, nor which language is chosen.
_SKELETON = """() => {
  const kept = /^(aria-.+|class|data-(color|size|variant)|disabled|for|hidden|id|open|role|scope|type)$/;
  const words = /^aria-(label|description|valuetext)$/;
  const says = (name) => kept.test(name) && !words.test(name);
  const attribute = ({ name, value }) => `${name}=${says(name) ? value.replace(/\\d+/g, "0") : value && "x"}`;
  const attributes = (node) =>
    node.matches("button[lang]") ? "" : [...node.attributes].map(attribute).join();
  const isShown = (node) => node.checkVisibility({ visibilityProperty: true });
  const element = (node) => `<${node.tagName} ${attributes(node)} ${isShown(node)}>${children(node)}</>`;
  const children = (node) =>
    [...node.childNodes].map(walk).filter((part, n, all) => part && part !== all[n - 1]).join("");
  const text = (node) => (node.nodeType === 3 && node.data.trim() ? "x" : "");
  const judged = (node) => node.nodeType === 1 && !node.matches("link, script");
  const parts = [...document.body.children];
  const walk = (node) => (parts.includes(node) ? "<part>" : judged(node) ? element(node) : text(node));
  return [walk(document.documentElement), ...parts.map(element)];
}"""

# From the site itself, which its content security policy allows, and which the browser keeps compiled.
_AXE = """async ({ source, context, options }) => {
  if (typeof axe !== "object") {
    await new Promise((loaded, failed) => {
      const script = document.createElement("script");
      Object.assign(script, { src: source, onload: loaded, onerror: failed });
      document.head.append(script);
      script.remove();
    });
  }
  return (await axe.run(context, options)).violations;
}"""


def assert_accessible(page: Page, *, at_any_width: bool = False) -> None:
    """axe-core finds nothing against WCAG 2.0–2.2 A and AA or best practice.

    The header, <main> and whatever else stands in the body have a skeleton each, and so has their frame. A
    part that has been found good, be it in another page, is not judged again, by any worker, at the same
    width (a phone's or a screen's); what only two known parts together would do wrong is not seen then. At
    the other width it is held only against the rules that ask how things lie and look; at_any_width: not
    even that.
    """
    found_good = settings.VAR_DIR / "accessible"
    found_good.mkdir(exist_ok=True)
    width = "phone" if page.viewport_size["width"] <= WIDEST_PHONE else "screen"
    frame, *parts = (hashlib.sha256(part.encode()).hexdigest() for part in page.evaluate(_SKELETON))
    wanted = WIDTHS if at_any_width else (width,)

    def is_known(part: str, widths: tuple[str, ...]) -> bool:
        return any((found_good / f"{part}-{each}").exists() for each in widths)

    new = {
        each: f"body > :nth-child({number})"
        for number, each in enumerate((frame, *parts))
        if not is_known(each, wanted)
    }
    if not new:
        return
    context = "html" if frame in new else {"include": list(new.values())}
    options = AXE_OPTIONS
    if all(is_known(each, WIDTHS) for each in new):
        options = options | {"runOnly": RULES_OF_LAYOUT}
    rules = page.evaluate(_AXE, {"source": AXE, "context": context, "options": options})
    found = [f"{rule['id']}: {node['html'][:200]}" for rule in rules for node in rule["nodes"]]
    assert found == [], "\n".join([page.url, *found])
    for each in new:
        (found_good / f"{each}-{width}").touch()


def assert_nothing_sticks_out(page: Page) -> None:
    """Nothing is wider than the window as it is."""
    found = page.evaluate(_STICKING_OUT)
    assert found == [], "\n".join([f"{page.url} at {page.viewport_size['width']} px", *found])


def assert_fits(page: Page) -> None:
    """Nothing sticks out to the right: here, at 320 px, and with the text spacing of WCAG 1.4.12.

    Leaves the page 320 px wide and spaced.
    """
    if page.viewport_size != NARROWEST:
        assert_nothing_sticks_out(page)
        page.set_viewport_size(NARROWEST)
    assert_nothing_sticks_out(page)
    page.evaluate(_SPACE_OUT)
    assert_nothing_sticks_out(page)


def assert_headed(page: Page) -> None:
    """One main heading, and a title that says more than the name of the site."""
    headings, title = page.evaluate(
        "[[...document.querySelectorAll('h1')].map((heading) => heading.innerText), document.title]"
    )
    assert len(headings) == 1, f"{page.url}: {headings}"
    assert title.removesuffix("– Innoskole").strip(), f"{page.url}: {title}"


def assert_still(page: Page) -> None:
    """Nothing has moved while the page was loading: a cumulative layout shift of 0.00."""
    shifts = page.evaluate(_SHIFTS)
    assert round(sum(shifts), 2) == 0, f"{page.url}: {shifts}"


def weights(page: Page, html: bytes, known: dict[str, int]) -> tuple[int, int]:
    """Bytes over the wire, compressed as in production: of everything that the page loads, and of its HTML.

    known: the sizes of files that other pages have loaded already, which is added to.
    """
    loaded = page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    for address in loaded:
        if address not in known:
            answer = page.request.get(address)
            known[address] = _size(answer.body(), answer.headers.get("content-type", ""))
    own = _size(html, "text/html")
    return own + sum(known[address] for address in set(loaded)), own


def _size(content: bytes, content_type: str) -> int:
    is_packed = content_type.startswith(("font/", "image/png", "image/jpeg"))
    return len(content) if is_packed else len(gzip.compress(content))
