"""The map page: who answers for what at a glance, each filter of it, and what it says of a filter that cannot be."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from bench.organizations import Size, write
from tests.website import Website, open_website, text_of

ACME = Path(__file__).parents[2] / "examples" / "acme"
NOON = "2026-11-25T11:00:00Z"


@pytest.fixture
async def acme(database_url: str, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """Return the browser of an administrator of the example organisation."""
    async with open_website(database_url, tmp_path / "data", organization=ACME) as opened:
        browser, _ = await opened.signed_in_by(await opened.link_for("dana@acme.example", is_admin=True))
        yield browser


async def shown(browser: httpx2.AsyncClient, **filters: str) -> str:
    answer = await browser.get("/map", params=filters)
    assert answer.status_code == 200, answer.text
    return answer.text


def rows(page: str) -> dict[str, str]:
    """Return the rows of the lists below the picture, by what stands first in them."""
    lists = page[page.index("</svg></div>") :]
    found = re.findall(r"<tr><td><a[^>]*>(.*?)</a>(.*?)</tr>", lists, re.DOTALL)
    return {text_of(first): text_of(rest) for first, rest in found}


def boxes(page: str) -> dict[str, str]:
    """Return what the boxes of the picture say, by where they lead."""
    picture = page[page.index("whole-map") : page.index("</svg></div>")]
    return {href: text_of(label) for href, label in re.findall(r'<a href="([^"]*)" aria-label="([^"]*)"', picture)}


async def test_the_page_says_first_how_much_there_is_and_what_nobody_answers_for(acme: httpx2.AsyncClient) -> None:
    text = text_of(await shown(acme, at=NOON))
    assert (
        "Map 7 SRE teams, 6 partners and 1 other group, 12 services, workflows and resources: "
        "somebody is called for each, 3 without SRE" in text
    )
    assert "1 gap Loyalty points , critical, nobody of SRE: Platform engineering is called." in text
    assert "as of 25 November 2026" in text


async def test_picture_and_lists_say_who_holds_which_pager(acme: httpx2.AsyncClient) -> None:
    page = await shown(acme, at=NOON)
    listed, drawn = rows(page), boxes(page)
    assert listed["Cart"].endswith(
        "Checkout SRE Cart developers takes part; Platform SRE advises Cart developers Platform SRE"
    )
    assert "Mobile developers Embedded SRE takes part" in listed["Login"]
    assert "nobody of SRE: Platform engineering is called" in listed["Loyalty points"]
    assert drawn["/services/cart"] == "Cart, service · critical · of Cart developers"
    assert drawn["/teams/checkout-sre"] == "Checkout SRE, holds 3 pagers, with Cart developers"
    assert drawn["/teams/embedded-sre"].startswith("Ada Lindgren, Mei Chen, in Mobile developers · until 31 March 2027")
    assert drawn["/map?product=system%3Acheckout&amp;at=2026-11-25T11%3A00%3A00Z"] == "Checkout"
    assert page.count('class="box thing gap bad"') == 1
    assert "with Checkout SRE, Mobile developers and Platform SRE" in listed["SRE tools"], "SRE teams adopt tools, too"
    assert listed["Northwind Traders"] == "customer of Advisers holds 1 pager"


async def test_the_past_is_another_map(acme: httpx2.AsyncClient) -> None:
    page = await shown(acme, at="2026-03-15")
    assert rows(page)["Cart"].startswith("cart service · critical · of Cart developers SRE core")
    assert "preparing with Cart developers" in rows(page)["Checkout SRE"]
    assert rows(page)["Growth"] == "owns 1 thing here", "the charter that names it was approved in October"
    assert "with Growth" not in page
    assert "as of 15 March 2026, 12:00" in text_of(page), "a day is its noon where the organisation is"
    assert 'value="2026-03-15"' in page


async def test_a_team_that_holds_nothing_is_there_and_says_so(acme: httpx2.AsyncClient) -> None:
    page = await shown(acme, at="2026-05-03")
    assert (
        boxes(page)["/teams/embedded-sre"] == "Embedded SRE, holds nothing then, A host team that no longer needs us."
    )
    assert "holds nothing then" in rows(page)["Embedded SRE"]
    assert "What it does then" in page
    assert "holds nothing now" not in page


async def test_one_team_is_shown_with_what_it_is_tied_to(acme: httpx2.AsyncClient) -> None:
    page = await shown(acme, team="advisers", at=NOON)
    assert set(rows(page)) == {"Northwind store", "Payroll", "Advisers", "Northwind Traders", "Payroll developers"}
    assert page.count('class="tie advises"') == 2 + 1, "two lines and the legend"
    of_group = await shown(acme, team="group:payments-developers", at=NOON)
    assert {"Payments", "Settlement"} <= set(rows(of_group))


async def test_a_map_without_a_single_thing_says_why_and_leads_on(acme: httpx2.AsyncClient) -> None:
    page = await shown(acme, team="advisers", product="system:checkout", at=NOON)
    assert "Advisers: nothing to do with Checkout then." in text_of(page)
    assert "1 SRE team, 2 partners, no service, workflow or resource" in text_of(page)
    assert 'href="/map?team=advisers&amp;at=2026-11-25T11%3A00%3A00Z">The map of Advisers</a>' in page
    assert 'href="/map?product=system%3Acheckout&amp;at=2026-11-25T11%3A00%3A00Z">The map of Checkout</a>' in page
    assert "whole-map" not in page


async def test_a_thing_goes_by_its_title_with_its_reference_beside(acme: httpx2.AsyncClient) -> None:
    database = rows(await shown(acme, at=NOON))["Cart database"]
    assert database.startswith("cart-db database · critical · of Platform SRE")


async def test_boxes_know_what_they_are_tied_to(acme: httpx2.AsyncClient) -> None:
    page = await shown(acme, team="advisers", at=NOON)
    labels = dict(re.findall(r'aria-label="([^",]*)[^"]*" data-box="(\d+)"', page))
    near = dict(re.findall(r'data-box="(\d+)" data-near="([^"]*)"', page))
    assert near[labels["Advisers"]] == f"{labels['Northwind store']}:advises {labels['Payroll']}:advises"
    assert f"{labels['Advisers']}:advises" in near[labels["Payroll"]].split()


async def test_one_product_is_shown_with_its_owners(acme: httpx2.AsyncClient) -> None:
    page = await shown(acme, product="checkout", at=NOON)
    assert {"Cart", "Catalog", "Payments", "Checkout SRE", "Cart developers"} <= set(rows(page))
    assert "Settlement" not in rows(page)
    assert rows(page)["Payments developers"] == "owns 1 thing here"
    assert "Login" in rows(await shown(acme, product="retail", at=NOON)), "a Domain is a product too"


async def test_a_practice_is_shown_with_who_is_accountable(acme: httpx2.AsyncClient) -> None:
    page = await shown(acme, practice="capacity", at=NOON)
    assert "Who is accountable for capacity" in page
    assert "somebody is accountable for each, 3 without SRE, done for 3" in text_of(page)
    assert "Cart developers done Checkout SRE, Platform SRE advise" in rows(page)["Cart"]
    assert boxes(page)["/services/cart"] == "Cart, done · service · critical · of Cart developers"
    assert "not measured · service" in boxes(page)["/services/payroll"]
    assert boxes(page)["/teams/checkout-sre"] == "Checkout SRE, enables 3, with Cart developers"
    assert "practice=capacity" in next(href for href in boxes(page) if href.startswith("/map?product"))


@pytest.mark.parametrize(
    ("filters", "status", "says"),
    [
        (
            {"practice": "monitoring"},
            422,
            "There is no practice “monitoring”. In the field practice What to do The eight",
        ),
        ({"team": "chekout-sre"}, 404, "There is no team “chekout-sre”. What to do Did you mean “checkout-sre”?"),
        ({"team": "a:b:c"}, 422, "“a:b:c” is not a reference"),
        ({"product": "chekout"}, 404, "There is no product “chekout”. What to do Did you mean “checkout”?"),
        (
            {"at": "tomorrow"},
            422,
            "“tomorrow” is no day and no time. In the field at What to do Write a day as in 2026-05-03",
        ),
        ({"at": "2026-02-30"}, 422, "“2026-02-30” is no day and no time."),
        ({"at": "9999-12-31"}, 422, "“9999-12-31” is no day and no time."),
    ],
)
async def test_a_filter_that_cannot_be_is_told_with_what_can(
    acme: httpx2.AsyncClient, filters: dict[str, str], status: int, says: str
) -> None:
    answer = await acme.get("/map", params=filters)
    assert answer.status_code == status
    assert says in text_of(answer.text)


async def test_empty_fields_of_the_form_are_no_filters(acme: httpx2.AsyncClient) -> None:
    page = await shown(acme, team="", product="", practice="", at="")
    assert "as of now" in page
    assert "the whole map" not in page
    assert re.search(r"as of now, \d+ \w+ \d{4}, \d\d:\d\d", text_of(page)), "on paper, too, now is a day"


async def test_teams_groups_and_the_organisation_lead_to_their_map(acme: httpx2.AsyncClient) -> None:
    assert 'href="/map?team=checkout-sre"' in (await acme.get("/teams/checkout-sre")).text
    link = 'href="/map?team=group%3Amobile-developers"'
    assert link in (await acme.get("/teams/mobile-developers")).text
    assert 'href="/map"' in (await acme.get("/organization")).text


async def test_the_page_of_120_sre_teams_is_bounded_and_a_box_of_it_opens_a_map_of_its_own(tmp_path: Path) -> None:
    root = tmp_path / "large"
    write(root, Size(4000))
    async with open_website(f"sqlite:///{tmp_path}/large.db", tmp_path / "data", organization=root) as opened:
        browser, _ = await opened.signed_in_by(await opened.link_for("lead@large.example", is_admin=True))
        page = await shown(browser)
        assert "120 SRE teams" in text_of(page)
        assert len(page) < 400_000
        assert page.count("<tr>") <= 3 * 250 + 3
        drawn = boxes(page)
        assert {f"/map?team=sre-{number}" for number in range(120)} <= set(drawn)
        assert "/map?product=domain%3Adomain-1" in drawn
        assert re.search(r'href="#beside-develops-with"[^>]*data-box', page), "many groups lead to their list"
        assert 'id="beside-develops-with"' in page
        assert re.search(r'data-near="\d+:holds', page), "a team that holds pagers is tied to single products"
        assert len(boxes(await shown(browser, team="sre-7"))) < 60


async def test_a_small_organisation_has_a_map_as_well(website: Website) -> None:
    browser, _ = await website.person("ana")
    text = text_of(await shown(browser))
    assert (
        "1 SRE team, 0 partners and 1 other group, 3 services, workflows and resources: somebody is called for each, none without SRE"
        in text
    )
