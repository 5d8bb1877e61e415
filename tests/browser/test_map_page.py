"""The map by keyboard and on a phone: boxes are links in the order in which they are read; a list stands in for the picture."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from .conftest import SIZES, Site, Watched

pytestmark = pytest.mark.live("chromium")


def test_g_m_goes_to_the_map_and_tab_walks_its_boxes_from_teams_to_things(watched: Watched, site: Site) -> None:
    page = watched.open("/")
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url(f"{site.program.url}/map")
    page.get_by_role("button", name="Show").focus()
    walked = []
    for _ in range(8):
        page.keyboard.press("Tab")
        walked.append(page.evaluate("document.activeElement.getAttribute('aria-label') || ''"))
    boxes = [name.split(",")[0] for name in walked if name]
    assert boxes.index("SRE core") < boxes.index("Shop API")
    assert watched.complaints == []


def test_a_box_that_has_the_focus_shows_it_and_enter_opens_it(watched: Watched) -> None:
    page = watched.open("/map")
    box = page.locator(".whole-map").get_by_role("link", name="SRE core, holds 3 pagers")
    width = "element => getComputedStyle(element.querySelector('.box')).strokeWidth"
    before = box.evaluate(width)
    page.get_by_role("button", name="Show").focus()
    while not box.evaluate("element => element === document.activeElement"):
        page.keyboard.press("Tab")
    assert box.evaluate(width) != before
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/teams/core"))


def test_a_box_that_is_pointed_at_or_has_the_focus_stands_out_with_its_neighbours(watched: Watched) -> None:
    page = watched.open("/map")
    picture = page.locator(".whole-map svg")
    core = page.locator(".whole-map").get_by_role("link", name="SRE core, holds 3 pagers")
    core.hover()
    near = picture.locator(".near")
    expect(near).to_have_count(4)
    expect(near.filter(has_text="Shop API")).to_have_count(1)
    expect(picture.locator("g:last-child > path.holds")).to_have_count(3)
    page.mouse.move(2, 2)
    expect(near).to_have_count(0)
    core.focus()
    expect(near).to_have_count(4)
    assert watched.complaints == []


def test_one_tab_stop_leads_past_the_picture_and_j_walks_the_lists(watched: Watched) -> None:
    page = watched.open("/map")
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip the picture")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#lists a").first).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#lists a.row").nth(1)).to_be_focused()


def test_at_double_zoom_the_picture_scrolls_in_its_box_and_not_the_page(browser: Browser, site: Site) -> None:
    context = browser.new_context(storage_state=site.state, viewport={"width": 720, "height": 450})
    page = context.new_page()
    page.goto(f"{site.program.url}/map")
    box = page.locator(".whole-map")
    expect(box).to_be_visible()
    assert box.evaluate("element => element.scrollWidth > element.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") == 720
    context.close()


def test_the_form_filters_without_any_script(browser: Browser, site: Site) -> None:
    context = browser.new_context(storage_state=site.state, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.program.url}/map")
    page.get_by_label("Shows").select_option("capacity")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Who is accountable for capacity")).to_be_visible()
    context.close()


def test_a_phone_has_lists_in_place_of_the_picture(browser: Browser, site: Site) -> None:
    context = browser.new_context(storage_state=site.state, viewport=SIZES["phone"])
    page = context.new_page()
    page.goto(f"{site.program.url}/map")
    expect(page.locator(".whole-map")).to_be_hidden()
    expect(page.get_by_role("row", name=re.compile("Shop API"))).to_contain_text("SRE core")
    page.get_by_role("link", name="Show the picture").click()
    expect(page.locator(".whole-map")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES["phone"]["width"]
    context.close()
