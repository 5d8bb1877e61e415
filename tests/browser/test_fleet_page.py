"""The list of goals, the month of budget days and goals shown to a partner, in a browser: at each size, by keyboard, accessible."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from .conftest import SIZES, Site, Watched, accessibility_faults

pytestmark = pytest.mark.live("chromium")

TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(params=[("desktop", "light"), ("phone", "dark")], ids=["desktop", "phone"])
def watched(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """Return a signed-in page of each size, one of them dark."""
    size, scheme = request.param
    context = browser.new_context(storage_state=site.state, viewport=SIZES[size], color_scheme=scheme)
    yield Watched(context.new_page(), site.program.url)
    context.close()


def assert_sound(watched: Watched) -> None:
    assert accessibility_faults(watched) == []
    assert not watched.page.evaluate(TOO_WIDE)
    assert (watched.complaints, watched.strangers) == ([], [])


def test_goals_are_chosen_by_keyboard_and_the_address_keeps_it(watched: Watched) -> None:
    page = watched.open("/goals")
    page.get_by_label("Name").focus()
    page.keyboard.type("api")
    page.keyboard.press("Enter")
    page.wait_for_url("**/goals?*q=api*")
    expect(page.get_by_label("Name")).to_have_value("api")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("In order").select_option("burn")
    page.get_by_role("button", name="Show").press("Enter")
    page.wait_for_url("**/goals?*sort=burn*")
    expect(page.get_by_role("heading", name="the fastest burn first")).to_be_visible()
    assert_sound(watched)
    page.get_by_role("link", name="api-availability").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("api-availability")


def test_a_month_says_its_days_as_a_calendar_and_as_a_table(watched: Watched) -> None:
    page = watched.open("/goals/api-availability")
    month = page.locator("#month")
    expect(month.get_by_role("columnheader", name="Monday")).to_be_visible()
    month.get_by_role("link", name="the month before").press("Enter")
    page.wait_for_url(re.compile(r"month=\d{4}-\d\d"))
    days = page.locator("#month td.day")
    assert days.count() in range(28, 32)
    page.locator("#month summary").press("Enter")
    expect(page.locator("#month .twin tbody tr")).to_have_count(days.count())
    assert_sound(watched)


def test_a_link_for_a_partner_is_made_opened_by_nobody_in_particular_and_revoked(
    watched: Watched, browser: Browser
) -> None:
    page = watched.open("/shares")
    page.get_by_label("Who asked for it, and what for").fill("Their quarterly review")
    page.get_by_role("button", name="Make a link").press("Enter")
    link = page.get_by_role("link", name=re.compile("^The link")).first
    expect(link).to_be_visible()
    assert_sound(watched)
    address = link.get_attribute("href") or ""
    size = page.viewport_size
    stranger = Watched(browser.new_context(viewport=size).new_page(), watched.origin)
    shown = stranger.open(address.removeprefix(watched.origin))
    expect(shown.locator("tbody tr")).to_have_count(1)
    assert_sound(stranger)
    page.get_by_role("button", name=re.compile("^Revoke")).first.press("Enter")
    expect(page.get_by_text("revoked").first).to_be_visible()
    shown.reload()
    expect(shown.get_by_text("This link is over.")).to_be_visible()
    shown.context.close()
