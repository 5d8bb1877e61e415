"""Every page that names the holder of a pager names the one that is called, also where an SRE team covers without holding it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tests.behaviour.advising import page_of
from tests.website import Website, text_of

EVENING = datetime(2026, 11, 25, 18, 39, tzinfo=UTC)
OFFICE = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


async def called(acme: Website) -> dict[str, str]:
    """Return the column “Pager” of the list of services, by name."""
    browser, _ = await acme.person("ana")
    page = (await browser.get("/services")).text
    rows = [re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL) for row in page.split("<tr>")[2:]]
    return {text_of(row[0]).split()[0]: text_of(row[2]) for row in rows}


async def test_the_list_of_services_names_the_group_that_is_called_at_this_hour(acme: Website) -> None:
    acme.clock.set(EVENING)
    at_night = await called(acme)
    assert at_night["deploy"] == "Platform engineering , covered by Platform SRE"
    assert at_night["login"] == "Mobile developers , covered by Embedded SRE"
    assert at_night["cart"] == "Checkout SRE"
    assert at_night["loyalty-points"] == "Platform engineering"
    acme.clock.set(OFFICE)
    assert (await called(acme))["deploy"] == "Platform SRE"


async def test_a_service_and_its_goals_name_the_same_group_as_the_list(acme: Website) -> None:
    acme.clock.set(EVENING)
    assert "Mobile developers holds the pager, covered by Embedded SRE" in await page_of(acme, "ana", "/services/login")
    assert "held by Mobile developers , covered by Embedded SRE" in await page_of(
        acme, "ana", "/goals/login-availability"
    )
    assert "Mobile developers , covered by Embedded SRE" in await page_of(acme, "ana", "/goals")
