"""The lists of services and teams: the address chooses, orders and pages them, and what it cannot mean is refused."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.behaviour.advising import page_of
from tests.organizations import SMALL
from tests.website import Website, open_website

MANY = 120


def _names(shown: str) -> list[str]:
    return re.findall(r'<a class="strong row" href="/(?:services|teams)/([^"]+)"', shown)


async def _listed(website: Website, path: str) -> list[str]:
    browser, _ = await website.person("ana")
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    return _names(answer.text)


async def test_services_are_chosen_by_what_the_address_says(acme: Website) -> None:
    assert await _listed(acme, "/services?owner=growth") == ["loyalty-points"]
    assert await _listed(acme, "/services?team=none&tier=critical") == ["loyalty-points"]
    assert await _listed(acme, "/services?team=checkout-sre&q=car") == ["cart"]
    assert "loyalty-points" in await _listed(acme, "/services?covered=no")
    assert "cart" not in await _listed(acme, "/services?covered=no")
    assert "cart" in await _listed(acme, "/services?state=notMeasured")
    assert "loyalty-points" not in await _listed(acme, "/services?state=notMeasured")
    assert "No service is like this." in await page_of(acme, "ana", "/services?q=nothing")


async def test_services_are_in_the_order_that_is_asked_for(acme: Website) -> None:
    by_name = await _listed(acme, "/services")
    assert by_name.index("cart") < by_name.index("payroll")
    by_tier = await _listed(acme, "/services?sort=tier")
    assert by_tier.index("loyalty-points") < by_tier.index("payroll")
    assert sorted(by_tier) == sorted(by_name)


async def test_a_long_list_of_services_comes_fifty_at_a_time_in_the_order_in_which_people_count(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "organization"
    shutil.copytree(SMALL, folder)
    one = (
        "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: shop-{0}}}\n"
        "spec: {{type: service, lifecycle: production, owner: shop-developers}}\n"
    )
    (folder / "many.yaml").write_text("".join(one.format(number) for number in range(MANY)))
    async with open_website(f"sqlite:///{tmp_path / 'watchbill.db'}", tmp_path / "data", organization=folder) as site:
        first = await _listed(site, "/services?q=shop-")
        browser, _ = await site.person("ana")
        shown = (await browser.get("/services?q=shop-")).text
        last = await _listed(site, "/services?q=shop-&from=100")
    assert first == [f"shop-{number}" for number in range(50)]
    assert '<a href="/services?q=shop-&amp;from=50" rel="next">More</a>' in shown
    assert "1 to 50 of 120" in shown
    assert last == [f"shop-{number}" for number in range(100, MANY)]


async def test_teams_are_chosen_and_put_in_order_by_the_address(acme: Website) -> None:
    assert await _listed(acme, "/teams?implementation=consulting") == ["advisers"]
    assert await _listed(acme, "/teams?kind=partners&q=growth") == ["growth"]
    assert "growth" not in await _listed(acme, "/teams?kind=sre")
    assert (await _listed(acme, "/teams?kind=sre&sort=answersFor"))[-1] in await _listed(acme, "/teams?kind=sre")


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/services?covered=maybe", 422, "There is no covered “maybe”."),
        ("/services?tier=vital", 422, "There is no tier “vital”."),
        ("/services?sort=luck", 422, "There is no sort “luck”."),
        ("/services?from=-1", 422, "“-1” is not the number of a row."),
        ("/services?colour=red", 422, "This page does not know “colour”."),
        ("/services?team=checkout-sry", 404, "Did you mean “checkout-sre”?"),
        ("/services?owner=growht", 404, "Did you mean “growth”?"),
        ("/services/cart?at=foo", 422, "This page does not know “at”."),
        ("/services/cart?at=2026-05-04T10:00:00Z", 422, "This page does not know “at”."),
        ("/teams?kind=none", 422, "There is no kind “none”."),
        ("/teams/checkout-sre?at=foo", 422, "This page does not know “at”."),
    ],
)
async def test_what_an_address_cannot_mean_is_refused(acme: Website, path: str, status: int, says: str) -> None:
    browser, _ = await acme.person("ana")
    answer = await browser.get(path)
    assert (answer.status_code, says in answer.text) == (status, True)
