"""The page of a service in a company with every implementation: what is missing is said where one looks for it."""

from __future__ import annotations

import pytest

from tests.behaviour.advising import page_of
from tests.website import Website

NOT_COVERED = "No SRE team covers loyalty-points, whose tier is critical: Platform engineering is left with its pager."


async def test_a_service_without_sre_says_so_first_with_its_findings_and_the_way_to_the_map(acme: Website) -> None:
    shown = await page_of(acme, "zoe", "/services/loyalty-points")
    assert shown.index("critical, not covered by SRE") < shown.index("Who answers")
    assert NOT_COVERED in shown
    browser, _ = await acme.person("zoe")
    assert 'href="/map?product=system%3Aloyalty"' in (await browser.get("/services/loyalty-points")).text
    assert "not covered by SRE" not in await page_of(acme, "zoe", "/services/cart")


async def test_the_owner_of_a_service_without_sre_reads_it_on_its_own_page(acme: Website) -> None:
    shown = await page_of(acme, "zoe", "/teams/growth")
    assert "not covered by SRE 1 of 1 thing that it owns: loyalty-points" in shown
    assert NOT_COVERED in shown
    assert "loyalty-points pager with Platform engineering" in shown
    assert "A charter or an active engagement" not in shown


@pytest.mark.parametrize("path", ["/teams/cart-developers", "/teams/checkout-sre"])
async def test_a_team_whose_services_are_covered_has_no_such_banner(acme: Website, path: str) -> None:
    assert "not covered by SRE" not in await page_of(acme, "zoe", path)


async def test_a_service_says_of_each_practice_who_is_accountable_and_whether_something_shows_it(acme: Website) -> None:
    cart = await page_of(acme, "zoe", "/services/cart")
    assert "Practices 6 of 8 done" in cart
    assert "goals done Checkout SRE The goal cart-availability promises 99.9 %. goals/cart.yaml:9" in cart
    assert "toil declared Checkout SRE nothing" in cart
    assert "toil not measured Growth nothing" in await page_of(acme, "zoe", "/services/loyalty-points")
