"""A team's page in a company with every implementation: what its people are called, and what is on record of its engagements."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.website import NOW, Website


async def text_of(acme: Website, path: str, at: datetime = NOW) -> str:
    acme.clock.set(at)
    browser, _ = await acme.person("ana")
    answer = await browser.get(path)
    assert answer.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def test_who_advises_a_customer_is_a_customer_reliability_engineer(acme: Website) -> None:
    assert "site and customer reliability engineers" in await text_of(acme, "/teams/advisers")
    assert "reliability engineers" not in await text_of(acme, "/teams/checkout-sre")


async def test_an_engagement_shows_its_record_and_what_was_agreed_on(acme: Website) -> None:
    page = await text_of(acme, "/teams/checkout-sre")
    steps = [
        "12 January 2026, Ana Ferreira : Proposed: third outage in a quarter",
        "27 March 2026, Ana Ferreira , Nils Eriksen : Readiness review: ready with conditions",
        "1 April 2026, Dana Okafor : Active: readiness review passed with conditions",
        "Reviewed, it goes on: the watch is calmer than a year ago",
    ]
    found = [re.sub(r" (?=[,:])", "", page).find(re.sub(r" (?=[,:])", "", step)) for step in steps]
    assert -1 not in found
    assert found == sorted(found)
    assert "Leads Ana Ferreira and Noor Haddad" in page
    assert "Operations 50 % at most" in page


async def test_an_engagement_shows_all_that_its_sides_agreed_on_about_the_pager_practices_and_the_rest(
    acme: Website,
) -> None:
    page = await text_of(acme, "/teams/checkout-sre")
    for agreed in (
        "Somebody responds within 5 min",
        "Partner's share 20 % of the watch",
        "Practices agreed capacity by the partner",
        "Budget policy standard",
        "Looked at every 3 months",
    ):
        assert agreed in page
    assert "Maturity, " in await text_of(acme, "/teams/advisers")


async def test_an_engagement_says_when_it_is_looked_at_next_and_one_that_is_over_when_it_ended(acme: Website) -> None:
    assert "Next review 1 July 2026" in await text_of(acme, "/teams/checkout-sre")
    embedded = await text_of(acme, "/teams/embedded-sre")
    assert "ended Mei with Mobile for the launch" in embedded
    assert "Ended 31 March 2026" in embedded


async def test_what_an_engagement_will_give_is_not_shown_as_given(acme: Website) -> None:
    assert "Pager, once active with the SREs" in await text_of(acme, "/teams/checkout-sre", NOW - timedelta(days=60))
    assert "Pager with the SREs" in await text_of(acme, "/teams/checkout-sre")


async def test_a_review_that_is_overdue_says_so(acme: Website) -> None:
    assert "was due" in await text_of(acme, "/teams/checkout-sre", NOW + timedelta(days=400))


async def test_the_shares_of_people_in_several_teams_add_up(acme: Website) -> None:
    people = await text_of(acme, "/teams/embedded-sre")
    assert "Mei Chen 80 % of full time, 20 % in SRE core: 100 % in all" in people
    assert "Mei Chen 20 % of full time, 80 % in Embedded SRE: 100 % in all" in await text_of(acme, "/teams/sre-core")


@pytest.mark.parametrize(
    ("team", "charter"),
    [
        ("sre-core", "everything that no other team covers, except"),
        ("checkout-sre", "For system Checkout"),
        ("platform-sre", "With Platform engineering Reviewed every"),
        ("advisers", "For what its engagements name"),
    ],
)
async def test_a_charter_says_what_the_team_is_for(acme: Website, team: str, charter: str) -> None:
    assert charter in await text_of(acme, f"/teams/{team}")


async def test_a_team_says_on_how_many_of_its_things_it_does_each_practice(acme: Website) -> None:
    checkout = await text_of(acme, "/teams/checkout-sre")
    assert "Practices on 3 things that it answers for" in checkout
    for row in ("goals done 3 3", "toil declared 0 3", "capacity left to others 0 0"):
        assert row in checkout
    assert "goals done on some 1 3" in await text_of(acme, "/teams/platform-sre")
    assert "that it answers for" not in await text_of(acme, "/teams/cart-developers")


async def test_the_list_of_teams_the_page_of_a_team_and_the_map_count_in_the_same_way(acme: Website) -> None:
    listed, mapped = [await text_of(acme, path, datetime(2026, 11, 25, 11, tzinfo=UTC)) for path in ("/teams", "/map")]
    head = "7 SRE teams, 6 partners and 1 other group"
    assert f"Teams {head}" in listed
    assert f"Map {head}" in mapped
    assert "Partners and owners 6 partners and 1 other group" in listed
    for words in ("takes part in 1", "holds 3 pagers", "holds 1 pager, advises on 3"):
        assert words in listed
        assert words in mapped
    embedded = await text_of(acme, "/teams/embedded-sre", datetime(2026, 11, 25, 11, tzinfo=UTC))
    assert "pagers that it holds 0 thing that it takes part in 1" in embedded
