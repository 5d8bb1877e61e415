"""The common platform on its page and in the API: required, promised and measured side by side, with the reasons."""

from __future__ import annotations

import re
from pathlib import Path

from tests.website import Website, open_website, text_of


async def test_the_page_says_what_is_required_for_whom_and_why(website: Website) -> None:
    browser, _ = await website.person("ana")
    shown = text_of((await browser.get("/platform")).text)
    assert "1 thing carrying others, 0 goals that cannot hold, 1 without a goal" in shown
    assert "Shop database database for Shop API 99.99 % no goal" in shown
    assert "99.99 % for Shop API = 1 − (1 − 99.9 %) ÷ 10: the extra nine" in shown
    assert "Shop API critically depends on Shop database organization.yaml:29" in shown
    assert "It is not known whether 99.9 % can hold: Shop database has no goal." in shown


async def test_every_thing_in_the_picture_and_every_goal_is_a_link(website: Website) -> None:
    browser, _ = await website.person("ana")
    shown = (await browser.get("/platform")).text
    picture = shown[shown.index('class="wired"') : shown.index("What others critically depend on")]
    assert re.findall(r'<a class="strong" href="([^"]*)">', picture) == [
        "/services/api",
        "/services/resource%3Adatabase",
    ]
    assert '<a href="/goals/api-availability">' in shown


async def test_one_product_is_shown_with_what_it_stands_on_and_an_unknown_one_is_not_found(website: Website) -> None:
    browser, _ = await website.person("ana")
    shown = await browser.get("/platform?product=api")
    assert '<details class="because" open>' in shown.text
    assert (await browser.get("/platform?product=web")).status_code == 200
    answer = await browser.get("/platform?product=nowhere")
    assert answer.status_code == 404
    assert "There is no service, workflow or resource “nowhere”" in answer.text


async def test_the_alarm_names_and_links_each_goal_that_cannot_hold(database_url: str, tmp_path: Path) -> None:
    acme = Path(__file__).parents[2] / "examples" / "acme"
    async with open_website(database_url, tmp_path / "data", organization=acme) as opened:
        browser, _ = await opened.signed_in_by(await opened.link_for("dana@acme.example", is_admin=True))
        page = (await browser.get("/platform")).text
    banner = re.findall(r'<div class="banner bad".*?</div>', page, re.DOTALL)
    assert "1 goal cannot hold" in text_of(banner[0])
    assert re.search(r'<a href="/goals/cart-[^"]*">99.9\W%</a> for <a href="#component%3Acart">Cart</a>\.', banner[0])
    assert 'id="component:cart"' in page
    assert "Cart database cart-db" in text_of(page)


async def test_what_was_not_measured_is_a_state_of_its_own(website: Website) -> None:
    program = await website.program("read")
    answer = (await program.get("/api/v1/platform")).json()
    assert answer["products"][0]["measured"] == {
        "goal": "api-availability",
        "sli": None,
        "coverage": 0.0,
        "state": "notMeasured",
    }
    assert answer["things"][0]["measured"] is None
    assert answer["summary"] == {"cannotHold": 0, "tight": 0, "withoutGoal": 1, "cycles": 0}
    assert (await program.get("/api/v1/platform", params={"product": "nowhere"})).status_code == 404
