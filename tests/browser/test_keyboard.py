"""The keyboard reaches everything: places, lists, search, and the acknowledgement, which asks once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .conftest import Site, Watched

pytestmark = pytest.mark.live("chromium")


def test_g_and_a_letter_goes_to_a_place(watched: Watched, site: Site) -> None:
    page = watched.open("/")
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url(f"{site.program.url}/goals")


def test_slash_searches_and_enter_opens_what_j_found(watched: Watched, site: Site) -> None:
    page = watched.open("/")
    page.keyboard.press("/")
    page.keyboard.type("api-avail")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/search"))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.program.url}/goals/api-availability")


def test_j_and_k_move_also_where_no_row_opens_as_a_whole(watched: Watched) -> None:
    page = watched.open("/teams/core")
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("j")
    second = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("k")
    assert first != second
    assert first is not None
    assert page.evaluate("document.activeElement.getAttribute('href')") == first


def test_a_question_mark_lists_the_keys_and_escape_puts_them_away(watched: Watched) -> None:
    page = watched.open("/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_letters_that_are_typed_into_a_field_are_letters(watched: Watched) -> None:
    page = watched.open("/")
    page.keyboard.press("/")
    page.keyboard.type("ga?")
    expect(page.get_by_role("searchbox").first).to_have_value("ga?")


def test_a_asks_once_and_then_acknowledges(watched: Watched, site: Site) -> None:
    site.alert(service="web")
    page = watched.open("/inbox")
    panel = page.locator("section[data-page]", has=page.get_by_role("link", name="incident 2"))
    expect(panel).to_be_visible(timeout=20_000)
    panel.get_by_role("link", name="incident 2").focus()
    page.keyboard.press("a")
    asks = page.get_by_role("dialog", name="Acknowledge?")
    expect(asks).to_contain_text("Incident 2")
    page.keyboard.press("Escape")
    expect(panel).to_be_visible()
    panel.get_by_role("link", name="incident 2").focus()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.locator("section", has=page.get_by_role("heading", name="Acknowledged"))).to_be_visible(timeout=10_000)
    page.goto(f"{site.program.url}/incidents/2")
    expect(page.locator(".timeline")).to_contain_text("Ana Ruiz acknowledged")
    assert watched.complaints == []
