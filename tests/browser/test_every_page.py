"""Every page, on a desktop and on a phone: accessible, self-contained, true to its security policy, never wider than its window."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.website import EVERY_PAGE

from .conftest import SIZES, Site, Watched, accessibility_faults

pytestmark = pytest.mark.live("chromium")

DOORS = ["/sign-in"]
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
@pytest.mark.parametrize("path", EVERY_PAGE)
def test_a_page_is_accessible_and_keeps_to_itself(
    browser: Browser, site: Site, path: str, size: str, scheme: str
) -> None:
    context = browser.new_context(storage_state=site.state, viewport=SIZES[size], color_scheme=scheme)
    watched = Watched(context.new_page(), site.program.url)
    page = watched.open(path)
    assert page.locator("h1").count() == 1
    assert accessibility_faults(watched) == []
    assert not page.evaluate(TOO_WIDE)
    page.set_viewport_size({"width": 320, "height": 700})
    assert not page.evaluate(TOO_WIDE)
    assert (watched.complaints, watched.strangers) == ([], [])
    context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", DOORS)
def test_a_page_before_sign_in_is_accessible_and_keeps_to_itself(
    browser: Browser, site: Site, path: str, size: str
) -> None:
    context = browser.new_context(viewport=SIZES[size])
    watched = Watched(context.new_page(), site.program.url)
    watched.open(path)
    assert accessibility_faults(watched) == []
    assert (watched.complaints, watched.strangers) == ([], [])
    context.close()


def test_what_is_not_there_says_where_and_how_to_go_on(watched: Watched) -> None:
    page = watched.open("/goals/nowhere")
    assert "There is no goal “nowhere”" in page.inner_text("main")
    assert page.get_by_role("link", name="Back to the watch").is_visible()
    assert accessibility_faults(watched) == []


def test_pages_read_without_their_scripts(browser: Browser, site: Site) -> None:
    context = browser.new_context(storage_state=site.state, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.program.url}/inbox")
    assert page.get_by_role("button", name="Acknowledge").first.is_visible()
    context.close()
