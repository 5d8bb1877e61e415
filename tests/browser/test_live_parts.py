"""What changes while somebody looks: a page arrives and is announced, times are the reader's, files stop linting."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from .conftest import Site, Watched, accessibility_faults

pytestmark = pytest.mark.live("chromium")


def test_a_page_that_arrives_is_shown_and_announced_politely(watched: Watched, site: Site) -> None:
    page = watched.open("/inbox")
    before = page.locator("section[data-page]").count()
    site.alert(service="database")
    expect(page.locator("section[data-page]")).to_have_count(before + 1, timeout=20_000)
    expect(page.get_by_role("status")).to_contain_text("New page")
    expect(page.locator("#count-inbox")).to_contain_text(str(before + 1))
    assert watched.complaints == []


def test_times_are_in_the_readers_zone_with_utc_on_hover(browser: Browser, site: Site) -> None:
    context = browser.new_context(storage_state=site.state, timezone_id="Pacific/Auckland")
    page = context.new_page()
    page.goto(f"{site.program.url}/incidents/1")
    expect(page.locator("[data-zone]").first).to_have_text(re.compile(r"^Auckland time, UTC\+1[23]$"))
    time = page.locator(".timeline time").first
    expected = page.evaluate(
        "at => new Intl.DateTimeFormat('en-GB', {timeStyle: 'medium', timeZone: 'Pacific/Auckland'}).format(new Date(at))",
        time.get_attribute("datetime"),
    )
    expect(time).to_have_text(expected)
    expect(time).to_have_attribute("title", re.compile(r"UTC$"))
    context.close()


def test_the_choice_of_theme_stays(watched: Watched) -> None:
    page = watched.open("/")
    button = page.get_by_role("button", name=re.compile("Theme"))
    button.click()
    button.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_every_page_says_when_the_files_no_longer_lint(watched: Watched, site: Site) -> None:
    broken = site.program.org / "broken.yaml"
    broken.write_text(
        "apiVersion: watchbill/v1\nkind: Schedule\nmetadata: {name: new}\nspec: {timeZon: Europe/Berlin}\n"
    )
    try:
        page = watched.open("/organization")
        expect(page.locator("main")).to_contain_text("broken.yaml:4", timeout=20_000)
        watched.open("/goals")
        expect(page.get_by_role("note")).to_contain_text("The files no longer lint")
        assert accessibility_faults(watched) == []
        page.get_by_role("note").get_by_role("link").click()
        page.wait_for_url(re.compile("/organization$"))
    finally:
        broken.unlink()
    expect(page.locator("main")).not_to_contain_text("broken.yaml", timeout=20_000)
