"""On a phone every place and the search are one touch beyond the bar, with and without scripts; what was typed stays in sight."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from .conftest import SIZES, Site, Watched, accessibility_faults

pytestmark = pytest.mark.live("chromium")


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_phone_reaches_search_and_every_place_from_the_bar(browser: Browser, site: Site, has_scripts: bool) -> None:
    context = browser.new_context(storage_state=site.state, viewport=SIZES["phone"], java_script_enabled=has_scripts)
    watched = Watched(context.new_page(), site.program.url)
    page = watched.open("/services")
    more = page.get_by_text("More", exact=True)
    assert more.bounding_box()["y"] > SIZES["phone"]["height"] - 64  # type: ignore[index]
    more.click()
    for place in ("Search", "Map", "Teams", "Services", "Platform", "Findings", "Organisation"):
        expect(page.get_by_role("link", name=place, exact=True).locator("visible=true").first).to_be_in_viewport()
    if has_scripts:
        assert accessibility_faults(watched) == []
    page.get_by_role("link", name="Search", exact=True).click()
    expect(page.get_by_label("Service, goal, team, person")).to_be_focused()
    assert watched.complaints == []
    context.close()


def test_a_form_that_one_comes_back_to_shows_what_was_typed(watched: Watched) -> None:
    page = watched.open("/services/api")
    page.get_by_text("Recommend something").click()
    page.get_by_label("What to do").fill("A second region")
    page.get_by_role("link", name="Teams", exact=True).click()
    page.go_back()
    expect(page.get_by_label("What to do")).to_be_visible()
    expect(page.get_by_label("What to do")).to_have_value("A second region")
