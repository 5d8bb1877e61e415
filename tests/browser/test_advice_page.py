"""The page of one recommendation and the list of all: accessible, and never wider than their window."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from .conftest import SIZES, Site, Watched, accessibility_faults

pytestmark = pytest.mark.live("chromium")

RECOMMEND = """async csrf => {
    const answer = await fetch("/api/v1/recommendations", {
        method: "POST",
        headers: {"Content-Type": "application/json", "X-CSRF-Token": csrf},
        body: JSON.stringify({
            service: "api", title: "Give the API a second region", rationale: "One region failed twice.\\n\\nIt costs little.",
            patch: "+ - {on: \\"resource:database\\", redundancy: {copies: 2, sharedFate: [dns, control-plane, and-much-more-of-it]}}",
        }),
    });
    return (await answer.json()).recommendation.id;
}"""
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_a_recommendation_is_accessible_and_keeps_to_its_window(
    browser: Browser, site: Site, size: str, scheme: str
) -> None:
    context = browser.new_context(storage_state=site.state, viewport=SIZES[size], color_scheme=scheme)
    watched = Watched(context.new_page(), site.program.url)
    csrf = watched.open("/incidents/1").locator("input[name=csrf]").first.input_value()
    made = watched.page.evaluate(RECOMMEND, csrf)
    for path in (f"/recommendations/{made}", "/advice", "/teams/core", "/teams/shop-developers"):
        page = watched.open(path)
        assert "Give the API a second region" in page.inner_text("main")
        assert accessibility_faults(watched) == []
        assert not page.evaluate(TOO_WIDE)
    assert (watched.complaints, watched.strangers) == ([], [])
    context.close()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_recommendation_is_made_on_the_page_of_its_service(browser: Browser, site: Site, size: str) -> None:
    context = browser.new_context(storage_state=site.state, viewport=SIZES[size])
    watched = Watched(context.new_page(), site.program.url)
    page = watched.open("/services/api")
    page.get_by_text("Recommend something").click()
    assert accessibility_faults(watched) == []
    assert not page.evaluate(TOO_WIDE)
    page.get_by_label("What to do").fill(f"Cache the list, on the {size}")
    page.get_by_label("Why").fill("It is read a hundred times a second.")
    page.get_by_role("button", name="Recommend it").click()
    page.wait_for_url("**/recommendations/*")
    assert f"Cache the list, on the {size}" in page.inner_text("h1")
    assert (watched.complaints, watched.strangers) == ([], [])
    context.close()
