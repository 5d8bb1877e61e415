"""What follows from a budget: 10 requests a second, 99.9 % over 28 days, and 30 % of them fail for a while."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.behaviour.measured_shop import Shop, open_shop
from tests.unit.practices.goals.made import DAY, MINUTE
from tests.unit.sources.serving import Reply, serving
from watchbill.cli.budget import budget as command

POLICY = """\
apiVersion: watchbill/v1
kind: BudgetPolicy
metadata: {name: strict, title: Strict}
spec:
  owner: user:dora
  states:
    - {name: spent, remainingAtMost: 0%, releases: blocked, allow: [security, p0]}
    - {name: low, remainingAtMost: 98%, releases: approval, approvers: ["user:ana"], notify: ["channel:ops"]}
    - {name: healthy, releases: open}
  postmortem: {budgetShare: 1%, within: 7d}
"""
BROKEN = DAY + MINUTE


@pytest.fixture
async def shop(database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    under = "watchbill.dev/budget-policy: strict"
    async with open_shop(database_url, tmp_path, declared=POLICY, annotations=under) as opened:
        yield opened


async def budgets(shop: Shop, service: str = "api") -> dict[str, Any]:
    program = await shop.website.program("read")
    answer: dict[str, Any] = (await program.get(f"/api/v1/services/{service}/budget")).json()
    return answer


async def budget(shop: Shop) -> dict[str, Any]:
    (found,) = (await budgets(shop))["budgets"]
    return dict(found)


async def test_what_is_left_is_exact_and_the_first_state_that_holds_is_in_force(shop: Shop) -> None:
    await shop.until(MINUTE)
    before = await budget(shop)
    assert (before["left"], before["policy"]["state"]["name"]) == (1.0, "healthy")
    shop.traffic.break_between(BROKEN, BROKEN + 4 * MINUTE)
    await shop.until(6 * MINUTE)
    now = await budget(shop)
    allowed, left = (Fraction(now[name]["num"], now[name]["den"]) for name in ("allowedExact", "leftExact"))
    assert now["good"] + now["bad"] == now["total"]
    assert now["bad"] == 720, "30 % of ten a second for four minutes"
    assert left == 1 - 720 / allowed
    assert float(allowed) == pytest.approx(28 * 86_400 * 10 / 1000, rel=0.02)
    state = now["policy"]["state"]
    assert (state["name"], state["releases"], state["approvers"]) == ("low", "approval", ["user:ana"])
    assert state["remainingAtMost"] == 0.98
    assert state["notify"] == ["channel:ops"]
    assert now["policy"]["because"]["rule"] == "goal-policy"


async def test_the_forecast_says_for_each_window_how_long_the_budget_lasts_at_its_burn(shop: Shop) -> None:
    shop.traffic.break_between(BROKEN, 2 * DAY)
    await shop.until(8 * MINUTE)
    now = await budget(shop)
    shortest = now["forecasts"][0]
    assert shortest["overSeconds"] == 300
    assert shortest["burn"] == pytest.approx(300, rel=0.05), "30 % of failures where 0.1 % are allowed"
    assert shortest["lastsSeconds"] == pytest.approx(28 * 86_400 * now["left"] / shortest["burn"])
    assert now["exhaustedAt"] == shortest["exhaustedAt"]
    assert [each["overSeconds"] for each in now["forecasts"]] == sorted(
        each["overSeconds"] for each in now["forecasts"]
    )


async def test_a_goal_that_is_aimed_at_and_not_promised_has_no_consequences(database_url: str, tmp_path: Path) -> None:
    aimed = "watchbill.dev/budget-policy: strict, watchbill.dev/aspirational: 'true'"
    async with open_shop(database_url, tmp_path, declared=POLICY, annotations=aimed) as shop:
        assert (await budget(shop))["policy"] is None


async def test_a_service_without_goals_has_no_budgets_and_an_unknown_one_is_said(shop: Shop) -> None:
    assert (await budgets(shop, "resource:database"))["budgets"] == []
    program = await shop.website.program("read")
    answer = await program.get("/api/v1/services/apis/budget")
    assert (answer.status_code, answer.json()["mend"]) == (404, "Did you mean “api”?")


async def test_the_command_prints_for_people_for_tables_and_for_programs(shop: Shop) -> None:
    shop.traffic.break_between(BROKEN, BROKEN + 4 * MINUTE)
    await shop.until(6 * MINUTE)
    answer = await budgets(shop)

    async def printed(*options: str) -> str:
        async with serving(lambda _path, _form: Reply(json.dumps(answer))) as server:
            arguments = ["api", "--server", server.url, *options]
            result = await asyncio.to_thread(CliRunner().invoke, command, arguments)
        assert result.exit_code == 0, result.output
        return result.output.replace("\u202f", " ")

    text = await printed("--toil", "low", "--satisfaction", "high")
    assert "api-availability: 99.9 % of events" in text
    assert "720 bad" in text
    assert "strict, state low: releases need approval" in text
    assert "if toil is low and satisfaction high  Release faster" in text
    assert "satisfaction low" not in text
    (row,) = csv.DictReader((await printed("--format", "csv")).splitlines())
    assert (row["goal"], row["bad"], row["policyState"], row["releases"]) == (
        "api-availability",
        "720",
        "low",
        "approval",
    )
    assert json.loads(await printed("--format", "json"))["budgets"][0]["leftExact"] == answer["budgets"][0]["leftExact"]


async def test_time_brings_the_budget_back(shop: Shop) -> None:
    shop.traffic.break_between(BROKEN, BROKEN + 4 * MINUTE)
    await shop.until(6 * MINUTE)
    low = await budget(shop)
    shop.website.clock.set(shop.website.clock.now() + timedelta(days=29))
    later = await budget(shop)
    assert low["policy"]["state"]["name"] == "low"
    assert (later["policy"]["state"], later["left"], later["state"]) == (None, None, "notMeasured")
