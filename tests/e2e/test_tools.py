"""The browser's own fixtures: what they must let pass, and what they must not."""

import pytest
from playwright.sync_api import Page

WIDE = "<main><h1>Title</h1><p style='width: 2000px'>Wide</p></main>"


def test_a_good_page_passes_everything(page: Page, axe, no_overflow) -> None:
    page.goto("/accessibility/")
    axe(page)
    no_overflow(page)
    assert page.viewport_size == {"width": 320, "height": 640}


@pytest.mark.parametrize(
    ("language", "lang"), [("nb", "nb"), ("nn", "nn"), ("en", "en")], ids=["bokmål", "nynorsk", "English"]
)
def test_a_page_speaks_the_browser_s_language(new_page, language: str, lang: str) -> None:
    page = new_page(language=language, javascript=False)
    page.goto("/accessibility/")
    assert page.locator("html").get_attribute("lang") == lang


def test_log_in_opens_what_asks_for_it(page: Page, administrator, log_in) -> None:
    page.goto("/home/")
    assert "/accounts/login/" in page.url
    log_in(page, administrator)
    page.goto("/home/")
    assert page.url.endswith("/home/")


def test_axe_refuses_an_image_without_a_text(page: Page, axe) -> None:
    page.goto(
        "/accessibility/"
    )  # where axe-core is to be had, and what stands in the page is ruled by a policy
    page.set_content("<main><h1>Title</h1><img src='/static/logo.svg'></main>")
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)


def test_no_overflow_refuses_what_sticks_out(phone: Page, no_overflow) -> None:
    phone.set_content(WIDE)
    with pytest.raises(AssertionError, match="Wide"):
        no_overflow(phone)


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("console.error('broken')", "broken"),
        ("setTimeout(() => { throw new Error('thrown') })", "thrown"),
        ("document.body.append(Object.assign(document.createElement('img'), {src: '/gone.png'}))", "404"),
        (
            "document.head.append(Object.assign(document.createElement('style'), {textContent: 'p{}'}))",
            "style",
        ),
    ],
    ids=["console", "script", "missing file", "policy"],
)
def test_a_page_s_problems_are_noted(page: Page, problems: list[str], script: str, problem: str) -> None:
    page.goto("/accessibility/")
    page.evaluate(script)
    page.wait_for_timeout(300)
    assert [problem in text for text in problems] == [True]
    problems.clear()
