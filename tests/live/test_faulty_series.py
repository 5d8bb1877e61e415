"""What a real Prometheus holds that can be counted badly or not at all: a clear fault on each such goal, the others unharmed."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import servers, small_org
from tests.unit.practices.goals.made import data_source, goal
from tests.unit.sources.serving import Reply, serving
from watchbill.lib.http import HttpClient
from watchbill.org.objectives import Goal
from watchbill.practices.goals.model import GoalState, GoalStatus
from watchbill.practices.goals.service import GoalsService
from watchbill.practices.incidents.model import Signal
from watchbill.sources.registry import SourceRegistry
from watchbill.store.store import Store, Transaction

pytestmark = pytest.mark.live("prometheus")

SCRAPED = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: shop
    static_configs: [{{targets: ["{shop}"]}}]
  - job_name: crowd
    scrape_interval: 10s
    scrape_timeout: 9s
    static_configs: [{{targets: ["{crowd}"]}}]
"""
CROWD = "".join(f'crowded_total{{person="{number:06}"}} 1\n' for number in range(100_000))
FAULTS = {
    "nothing": ("missing_total", "No counter that matches missing_total was read"),
    "not-a-number": ("nan_total", "Values that no counter can have (NaN, infinite or negative)"),
    "negative": ("negative_total", "Values that no counter can have (NaN, infinite or negative)"),
    "crowded": ("crowded_total", "refused crowded_total: its answer is larger than 8 MiB: it matches too many series"),
}
GOALS: list[Goal] = [goal(name, total=metric, bad=f'{metric}{{x="1"}}') for name, (metric, _) in FAULTS.items()]


class Silent:
    async def receive(self, transaction: Transaction, signals: list[Signal], now: datetime) -> object:
        return None


class Shop:
    def __init__(self) -> None:
        self.scrapes = 0

    def answer(self, _path: str, _form: dict[str, str]) -> Reply:
        self.scrapes += 1
        text = f"requests_total {self.scrapes * 5}\nnan_total NaN\nnegative_total {-self.scrapes}\n"
        return Reply(text, kind="text/plain; version=0.0.4")


async def until_all_are_told(goals: GoalsService) -> dict[str, GoalStatus]:
    """Measure until each goal has something to say, and the sound one counts."""
    end = time.monotonic() + 60
    while True:
        now = datetime.now(UTC)
        await goals.measure(now)
        found = {status.goal: status for status in await goals.statuses(now)}
        if found["sound"].total and all(said in (found[name].problem or "") for name, (_, said) in FAULTS.items()):
            return found
        assert time.monotonic() < end, {name: status.problem for name, status in found.items()}
        await asyncio.sleep(0.5)


async def test_each_fault_is_told_on_its_goal_alone(store: Store, tmp_path: Path) -> None:
    shop, http = Shop(), HttpClient()
    crowd = Reply(CROWD, kind="text/plain; version=0.0.4")
    async with serving(shop.answer) as target, serving(crowd) as crowded:
        places = {"shop": target.url.removeprefix("http://"), "crowd": crowded.url.removeprefix("http://")}
        with servers.prometheus(tmp_path, SCRAPED.format(**places)) as url:
            declared = {one.name: one for one in (goal("sound"), *GOALS)}
            organization = replace(small_org.organization(), sources={"metrics": data_source(url=url)}, goals=declared)
            in_force = small_org.in_force(organization)
            goals = GoalsService(store, in_force, SourceRegistry(http, in_force), Silent())
            found = await until_all_are_told(goals)
    await http.close()
    assert (found["sound"].problem, found["sound"].spent) == (None, 0)
    assert {found[name].state for name in FAULTS} == {GoalState.NOT_MEASURED}
