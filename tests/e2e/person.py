"""A person in front of the browser: reads, fills in and presses what a person finds by its words."""

from __future__ import annotations

import re

from playwright.sync_api import Download, Locator, Page, Response, expect

from tests.e2e import quality

# What may stand behind a label, in the three languages: whether, or when, it must be filled in.
TAGS = r"(\s+(Required( once treated)?|Optional|Må fyll(es|ast) ut( når .+)?|Val(g)?fritt))?\s*"


class Person:
    """Every page that the person reaches is held against tests/e2e/quality.py."""

    def __init__(self, page: Page, *, scripts: bool = True) -> None:
        self.page = page
        self.scripts = scripts

    # --- Getting about ------------------------------------------------------------------------------

    def opens(self, path: str) -> Response | None:
        answer = self.page.goto(path)
        self.arrives()
        return answer

    def follows(self, name: str, *, within: Locator | None = None, exact: bool = True) -> None:
        """Follow the link with this name."""
        self.goes_by(self._in(within).get_by_role("link", name=name, exact=exact).first)

    def presses(self, name: str, *, within: Locator | None = None) -> None:
        """Press the button with this name, which leads to a page."""
        self.goes_by(self._in(within).get_by_role("button", name=name, exact=True))

    def downloads(self, name: str, *, within: Locator | None = None) -> Download:
        """Follow the link with this name to a file."""
        with self.page.expect_download() as caught:
            self._in(within).get_by_role("link", name=name, exact=True).first.click()
        return caught.value

    def goes_by(self, target: Locator) -> None:
        """Click what leads to another page."""
        with self.page.expect_navigation():
            target.click()
        self.arrives()

    def arrives(self) -> None:
        quality.assert_headed(self.page)
        quality.assert_nothing_sticks_out(self.page)
        if self.scripts:  # axe-core is one; the same pages are reached with scripts too
            quality.assert_accessible(self.page, at_any_width=True)

    # --- Filling in ---------------------------------------------------------------------------------

    def field(self, label: str) -> Locator:
        """The control with this label, whether or not it is tagged as required or optional."""
        return self.page.get_by_label(re.compile(rf"^\s*{re.escape(label)}{TAGS}$"))

    def writes(self, answers: dict[str, str]) -> None:
        """Fill in text fields by their labels."""
        for label, text in answers.items():
            self.field(label).fill(text)

    def chooses(self, *labels: str, of: str = "") -> None:
        """Tick boxes or radio buttons; of: the question that they answer, when several have such answers."""
        where = self.group(of) if of else self.page
        for label in labels:
            where.get_by_label(label, exact=True).check()

    def selects(self, label: str, option: str) -> None:
        self.field(label).select_option(label=option)

    def group(self, question: str) -> Locator:
        """The fieldset under this question."""
        return self.page.get_by_role("group", name=re.compile(rf"^\s*{re.escape(question)}{TAGS}$"))

    # --- Reading ------------------------------------------------------------------------------------

    def _in(self, within: Locator | None) -> Page | Locator:
        return within or self.page

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def sees(self, *texts: str, within: Locator | None = None) -> None:
        for text in texts:
            expect((within or self.page.locator("body")).get_by_text(text).first).to_be_visible()

    def does_not_see(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.get_by_text(text)).to_have_count(0)

    def is_at(self, heading: str) -> None:
        expect(self.page.locator("h1")).to_have_text(heading)

    def row(self, text: str) -> Locator:
        """The row of a table or list in which this stands."""
        return self.page.locator("tr, li.task, .ds-card").filter(has_text=text).last
