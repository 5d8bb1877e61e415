"""A team's page in a company with every implementation: what its people are called, and what is on record of its engagements."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.website import Website, open_website

ACME = Path(__file__).parents[2] / "examples" / "acme"


@pytest.fixture
async def acme(database_url: str, tmp_path: Path) -> AsyncIterator[Website]:
    async with open_website(database_url, tmp_path / "data", organization=ACME) as opened:
        yield opened


async def text_of(acme: Website, path: str) -> str:
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
