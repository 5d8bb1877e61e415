"""An exclusion declared in the files, as readers of the page and programs meet it: what it leaves out, and the figure without."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.behaviour.measured_shop import PATH, Shop, open_shop
from tests.unit.practices.goals.made import MINUTE
from tests.website import NOW

DECLARED = f"""
apiVersion: watchbill/v1
kind: BudgetPolicy
metadata: {{name: standard}}
spec:
  owner: user:ana
  states: [{{name: spent, remainingAtMost: 0%, releases: approval, approvers: ["user:ana"]}}, {{name: healthy, releases: open}}]
---
apiVersion: watchbill/v1
kind: Exclusion
metadata: {{name: new-disks, title: New disks}}
spec:
  goals: [api-availability]
  timeZone: UTC
  from: "{NOW + 5 * MINUTE:%Y-%m-%dT%H:%M}"
  lasts: 10m
  repeats: FREQ=DAILY;COUNT=2
  cap: 15m
  why: the database moves to new disks
  by: user:ana
"""


@pytest.fixture
async def shop(database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(database_url, tmp_path, DECLARED, "watchbill.dev/budget-policy: standard") as opened:
        yield opened


async def test_the_page_and_the_api_tell_what_was_left_out_why_and_the_figure_without(shop: Shop) -> None:
    """Everything fails from the sixth to the tenth minute; ten minutes from the fifth on are agreed not to count."""
    shop.traffic.break_between(timedelta(days=1) + 6 * MINUTE, timedelta(days=1) + 10 * MINUTE)
    await shop.until(20 * MINUTE)
    page = await shop.page()
    assert "Agreed not to count" in page
    assert re.search(r"New disks the database moves to new disks · declared.yaml:\d+ 10 minutes", page)
    assert re.search(r"left, were nothing excluded · [\d ]+ of [\d ]+ bad", page)
    assert "of the budget left 100 %" in page
    assert "excluded, does not count" in page
    assert re.search(r"1 h / 5 min 0× 0 of [\d ]+ 9 min \d+ s measured", page), (
        "of the hour, what was measured and counts"
    )

    program = await shop.website.program("read")
    answer = (await program.get(f"/api/v1{PATH}")).json()
    goal, (exclusion,) = answer["goal"], answer["exclusions"]
    assert (goal["spent"], goal["left"], goal["state"]) == (0, 1.0, "healthy")
    assert (goal["excluded"]["minutes"], goal["excluded"]["minutesOverCap"]) == (10, 0)
    assert goal["uncorrected"]["spent"] == goal["excluded"]["bad"] > 0
    assert goal["uncorrected"]["left"] < 1
    assert (exclusion["name"], exclusion["why"], exclusion["by"]) == (
        "new-disks",
        "the database moves to new disks",
        "user:ana",
    )
    assert exclusion["nextStart"] == f"{NOW + timedelta(days=1, minutes=5):%Y-%m-%dT%H:%M:%SZ}"

    minutes = (await program.get(f"/api/v1{PATH}/minutes")).json()["minutes"]
    assert sum(minute["state"] == "excluded" for minute in minutes) == 10
    chart = (await program.get(f"/api/v1{PATH}/chart?spanSeconds=1200")).json()["points"]
    assert sum(point["excludedMinutes"] for point in chart) == 10


async def test_a_goal_without_exclusions_says_nothing_of_them(database_url: str, tmp_path: Path) -> None:
    async with open_shop(database_url, tmp_path) as plain:
        await plain.until(3 * MINUTE)
        assert "xcluded" not in await plain.page()
        assert (await plain.api())["uncorrected"] is None
