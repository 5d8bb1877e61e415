"""The page of a goal that is measured and burns: its charts say what its figures and tables say, at each size."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.organizations import SMALL
from tests.program import Program, running_program
from tests.servers import wait_for
from tests.shop import RunningShop

from .conftest import SIZES, Watched, accessibility_faults

pytestmark = pytest.mark.live("chromium")

TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
PROMETHEUS = """  type: prometheus
  connectionDetails: {url: "http://127.0.0.1:9"}
"""
SCRAPED = """  type: scrape
  connectionDetails:
    interval: 1s
    targets:
      - {{name: payments, url: "{url}", labels: {{job: shop}}}}
"""


@pytest.fixture(scope="module")
def program(open_shop: RunningShop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Run the program on the small organisation, whose goal is that of the shop's payments, of which 30 % fail."""
    folder = tmp_path_factory.mktemp("goal")
    shutil.copytree(SMALL, folder / "organisation")
    goals = folder / "organisation" / "goals.yaml"
    text = goals.read_text().replace(PROMETHEUS, SCRAPED.format(url=open_shop.url("payments", "/metrics")), 1)
    goals.write_text(text.replace("            type: prometheus\n", "").replace('service="api"', 'service="payments"'))
    open_shop.order("/break", {"service": "payments", "errors": 0.3})
    with running_program(folder / "organisation", folder / "data", environment={"WATCHBILL_TICK_SECONDS": "1"}) as ran:
        yield ran


@pytest.fixture(scope="module")
def session(program: Program) -> dict[str, str]:
    """Return the cookies of somebody who is signed in."""
    with contextlib.closing(program.signed_in("user:ana")) as client:
        return dict(client.cookies)


@pytest.fixture(params=[("desktop", "light"), ("phone", "dark")], ids=["desktop", "phone"])
def watched(
    browser: Browser, program: Program, session: dict[str, str], request: pytest.FixtureRequest
) -> Iterator[Watched]:
    """Return the goal's page once it says that it is over the paging rate."""
    size, scheme = request.param
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme)
    context.add_cookies([{"name": name, "value": value, "url": program.url} for name, value in session.items()])
    watched = Watched(context.new_page(), program.url)
    wait_for(lambda: _is_over(watched.open("/goals/api-availability")), "the goal is over the paging rate", 60)
    yield watched
    context.close()


def _is_over(page: Page) -> bool:
    return re.search("over the paging rate|burning", page.locator(".head").inner_text()) is not None


def test_the_chart_names_the_budget_left_as_the_page_and_the_table_do(watched: Watched) -> None:
    page = watched.page
    left = page.locator(".figures dd").first.inner_text()
    assert page.locator("#table-budget tbody tr:first-child td:nth-child(2)").text_content() == left
    expect(page.locator("#plot-budget .u-legend")).to_contain_text(left)
    burn = page.locator("#table-burn tbody tr:first-child td:nth-child(3)").text_content() or ""
    expect(page.locator("#plot-burn .u-legend")).to_contain_text(burn)


def test_a_goal_that_is_measured_is_accessible_and_keeps_to_itself(watched: Watched) -> None:
    assert accessibility_faults(watched) == []
    assert not watched.page.evaluate(TOO_WIDE)
    assert (watched.complaints, watched.strangers) == ([], [])


def test_minutes_that_were_not_measured_are_hatched(watched: Watched) -> None:
    background = watched.page.locator("svg.strip").evaluate("strip => getComputedStyle(strip).backgroundImage")
    assert "repeating-linear-gradient" in background
    measured = watched.page.locator("svg.strip rect.ground").evaluate_all(
        "all => all.map(r => +r.getAttribute('width'))"
    )
    assert 0 < sum(measured) < 15


def test_figures_leave_no_hole_on_a_phone(watched: Watched) -> None:
    tiles = watched.page.locator(".figures > div").evaluate_all(
        "all => all.map(tile => tile.getBoundingClientRect().right)"
    )
    assert max(tiles) - tiles[-1] < 1, "the last one reaches to the right edge"
