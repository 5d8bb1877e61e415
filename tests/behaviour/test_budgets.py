"""What follows from a budget: 10 requests a second, 99.9 % over 28 days, and 30 % of them fail for a while."""

from __future__ import annotations

import asyncio
import csv
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.behaviour.measured_shop import Shop, open_shop
from tests.organizations import person
from tests.unit.practices.goals.made import DAY, MINUTE
from tests.unit.sources.serving import Reply, serving
from tests.website import NOW
from watchbill.cli.budget import budget as command
from watchbill.org.in_force import Reading
from watchbill.org.values import EntityRef
from watchbill.practices.goals.budgets.service import BudgetsService

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
MAINTENANCE = f"""\
---
apiVersion: watchbill/v1
kind: Exclusion
metadata: {{name: new-disks, title: New disks}}
spec:
  goals: [api-availability]
  timeZone: UTC
  from: "{NOW + MINUTE:%Y-%m-%dT%H:%M}"
  lasts: 2m
  why: the database moves to new disks
  by: user:ana
"""
UNDER = "watchbill.dev/budget-policy: strict"
BROKEN = DAY + MINUTE


@pytest.fixture
async def shop(database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(database_url, tmp_path, declared=POLICY, annotations=UNDER) as opened:
        yield opened


async def budgets(shop: Shop, service: str = "api") -> dict[str, Any]:
    program = await shop.website.program("read")
    answer: dict[str, Any] = (await program.get(f"/api/v1/services/{service}/budget")).json()
    return answer


async def budget(shop: Shop) -> dict[str, Any]:
    (found,) = (await budgets(shop))["budgets"]
    return dict(found)


async def printed(answer: dict[str, Any], *options: str) -> str:
    """Return what the command prints of an answer of the server."""
    async with serving(lambda _path, _form: Reply(json.dumps(answer))) as server:
        result = await asyncio.to_thread(CliRunner().invoke, command, ["api", "--server", server.url, *options])
    assert result.exit_code == 0, result.output
    return result.output.replace("\u202f", " ")


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

    text = await printed(answer, "--toil", "low", "--satisfaction", "high")
    assert "api-availability: 99.9 % of events" in text
    assert "720 bad" in text
    assert "strict, state low: releases need approval" in text
    assert "if toil is low and satisfaction high  Release faster" in text
    assert "satisfaction low" not in text
    assert re.search(
        r"720 bad +2.9 % +incident 1 API availability burns its error budget +held by core +5 minutes", text
    )
    (row,) = csv.DictReader((await printed(answer, "--format", "csv")).splitlines())
    assert (row["by"], row["subject"], row["holder"], row["bookedBad"]) == ("incident", "1", "group:sre-core", "720")
    assert (row["goal"], row["bad"], row["policyState"], row["releases"]) == (
        "api-availability",
        "720",
        "low",
        "approval",
    )
    assert (
        json.loads(await printed(answer, "--format", "json"))["budgets"][0]["leftExact"]
        == answer["budgets"][0]["leftExact"]
    )


async def test_time_brings_the_budget_back(shop: Shop) -> None:
    shop.traffic.break_between(BROKEN, BROKEN + 4 * MINUTE)
    await shop.until(6 * MINUTE)
    low = await budget(shop)
    shop.website.clock.set(shop.website.clock.now() + timedelta(days=29))
    later = await budget(shop)
    assert low["policy"]["state"]["name"] == "low"
    assert (later["policy"]["state"], later["left"], later["state"]) == (None, None, "notMeasured")


async def test_a_change_of_state_is_on_record_once_also_after_a_restart_and_in_another_process(shop: Shop) -> None:
    shop.traffic.break_between(BROKEN, BROKEN + 4 * MINUTE)
    await shop.until(6 * MINUTE)
    now = await budget(shop)
    low, healthy = now["moves"]
    assert (low["state"], healthy["state"]) == ("low", "healthy")
    assert healthy["left"] == 1.0
    assert 0.97 < low["left"] <= 0.98, "at the first look after it came below"
    assert now["policy"]["since"] == low["at"]
    watchbill = shop.website.watchbill
    another = BudgetsService(watchbill.store, watchbill.organization, watchbill.goals, watchbill.incidents)
    assert await another.follow(shop.website.clock.now()) == 0
    await watchbill.budgets.load(shop.website.clock.now())
    assert await watchbill.budgets.follow(shop.website.clock.now()) == 0
    assert (await budget(shop))["moves"] == now["moves"]


async def test_the_page_of_a_goal_says_what_follows_since_when_and_what_to_do(shop: Shop) -> None:
    shop.traffic.break_between(BROKEN, BROKEN + 4 * MINUTE)
    await shop.until(6 * MINUTE)
    page = await shop.page()
    assert "What follows by the budget policy Strict low releases need approval, since" in page
    assert "Ana Ruiz may let a release through" in page
    assert re.search(r"low 97\.\d % .* strict healthy 100 %", page), "the states so far"
    assert "low content Release faster with fewer checks" in page
    assert "Incident 1 · API availability burns its error budget 720 2.9 % SRE core" in page
    assert "postmortem of incident 1 , due after its end: it spent 2.9 % of the budget" in page


async def test_two_processes_that_follow_at_once_write_one_move(shop: Shop) -> None:
    shop.traffic.break_between(BROKEN, BROKEN + 4 * MINUTE)
    watchbill = shop.website.watchbill
    another = BudgetsService(watchbill.store, watchbill.organization, watchbill.goals, watchbill.incidents)
    await shop.until(MINUTE)
    assert await another.follow(shop.website.clock.now()) == 0
    await shop.until(6 * MINUTE)
    assert await another.follow(shop.website.clock.now()) == 0, "it sees that it was overtaken"
    assert len((await budget(shop))["moves"]) == 2


async def test_a_goal_whose_policy_is_taken_away_is_under_none_from_then_on(shop: Shop) -> None:
    await shop.until(MINUTE)
    in_force = shop.website.watchbill.organization
    goals = {name: replace(goal, policy=None) for name, goal in in_force.organization.goals.items()}
    changed = replace(in_force.organization, goals=goals, revision="no policy")
    assert in_force.offer(Reading(changed, (), changed.revision), shop.website.clock.now())
    assert await shop.website.watchbill.budgets.follow(shop.website.clock.now()) == 1
    now = await budget(shop)
    assert (now["policy"], now["moves"][0]["policy"], now["moves"][0]["state"]) == (None, None, None)


async def test_what_an_incident_spent_is_booked_to_it_and_its_holder_from_the_minutes_that_its_rule_looked_at(
    shop: Shop,
) -> None:
    shop.traffic.break_between(BROKEN, BROKEN + 20 * MINUTE)
    await shop.until(40 * MINUTE)
    now = await budget(shop)
    (only,) = now["spentBy"]
    assert (only["by"], only["subject"], only["holder"], only["team"]) == ("incident", "1", "group:sre-core", "core")
    assert only["bad"] == now["bad"] == 20 * 60 * 10 * 0.3
    assert only["share"] == pytest.approx(1 - now["left"])
    assert only["minutes"] == 21, "the last failures become known in the minute after them"
    (due,) = now["postmortems"]
    assert (due["incident"], due["limit"]) == ("1", 0.01)
    assert due["share"] == only["share"]


async def test_a_postmortem_is_due_so_long_after_the_incident_as_the_policy_says(shop: Shop) -> None:
    shop.traffic.break_between(BROKEN, BROKEN + 4 * MINUTE)
    await shop.until(6 * MINUTE)
    (open_still,) = (await budget(shop))["postmortems"]
    assert open_still["due"] is None
    resolver = person("ana")
    await shop.website.watchbill.incidents.resolve("1", resolver, shop.website.clock.now())
    (due,) = (await budget(shop))["postmortems"]
    assert datetime.fromisoformat(due["due"]) == shop.website.clock.now() + timedelta(days=7)


async def test_what_was_bad_before_and_after_is_booked_to_nobody_and_all_of_it_adds_up(shop: Shop) -> None:
    shop.traffic.break_between(BROKEN, BROKEN + MINUTE)
    shop.traffic.break_between(BROKEN + 30 * MINUTE, BROKEN + 40 * MINUTE)
    await shop.until(60 * MINUTE)
    now = await budget(shop)
    by = {each["by"]: each["bad"] for each in now["spentBy"]}
    assert by == {"incident": 1800, "notAttributed": 180}
    assert sum(by.values()) == now["bad"]


async def a_database_fails_too(shop: Shop) -> None:
    """Let the database, with a goal of its own, fail as the API does: for a minute, and half an hour later for ten."""
    in_force = shop.website.watchbill.organization
    (of_api,) = in_force.organization.goals.values()
    of_database = replace(of_api, name="database", service=EntityRef("resource", "default", "database"), policy=None)
    changed = replace(in_force.organization, goals={of_api.name: of_api, "database": of_database}, revision="two goals")
    assert in_force.offer(Reading(changed, (), changed.revision), shop.website.clock.now())
    shop.traffic.break_between(BROKEN, BROKEN + MINUTE)
    shop.traffic.break_between(BROKEN + 30 * MINUTE, BROKEN + 40 * MINUTE)
    await shop.until(60 * MINUTE)


async def test_what_a_critical_dependency_spent_in_the_same_minutes_is_booked_to_whoever_holds_it(shop: Shop) -> None:
    await a_database_fails_too(shop)
    now = await budget(shop)
    assert {each["by"]: each["bad"] for each in now["spentBy"]} == {"incident": 1800, "dependency": 180}
    dependency = now["spentBy"][1]
    assert (dependency["subject"], dependency["title"]) == ("resource:database", "Shop database")
    assert dependency["holder"] == "group:sre-core"


async def test_the_page_about_budgets_shows_what_the_command_prints(shop: Shop) -> None:
    await a_database_fails_too(shop)
    guide = (Path(__file__).parents[2] / "docs" / "explanation" / "budgets.md").read_text(encoding="utf-8")
    ((options, output),) = re.findall(r"```console\n\$ watchbill budget api(.*?)\n(.*?)\n```", guide, re.DOTALL)
    assert (await printed(await budgets(shop), *options.split())).strip() == output


async def test_what_was_excluded_is_booked_to_maintenance_and_not_spent(database_url: str, tmp_path: Path) -> None:
    async with open_shop(database_url, tmp_path, declared=POLICY + MAINTENANCE, annotations=UNDER) as shop:
        shop.traffic.break_between(BROKEN, BROKEN + 4 * MINUTE)
        await shop.until(6 * MINUTE)
        now = await budget(shop)
    excluded = now["spentBy"][-1]
    assert (excluded["by"], excluded["spent"], excluded["share"]) == ("maintenance", False, None)
    assert excluded["bad"] == now["excluded"]["bad"] > 300, "two minutes of three failures a second"
    assert sum(each["bad"] for each in now["spentBy"] if each["spent"]) == now["bad"]
    assert sum(each["bad"] for each in now["spentBy"]) == 720
