"""A real Prometheus scrapes an exporter whose every event is known: the ledger equals the truth, over restarts of all three."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import servers, small_org
from tests.unit.practices.goals.made import data_source, goal
from tests.unit.sources.serving import Reply, serving
from watchbill.lib.http import HttpClient
from watchbill.org.in_force import OrganizationInForce
from watchbill.org.objectives import Goal
from watchbill.practices.goals.model import GoalState, MinuteState
from watchbill.practices.goals.service import GoalsService
from watchbill.practices.incidents.model import Signal
from watchbill.sources.registry import SourceRegistry
from watchbill.store.store import Store, Transaction

pytestmark = pytest.mark.live("prometheus")

CONFIGURATION = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: shop
    static_configs: [{{targets: ["{target}"]}}]
"""


class Exporter:
    """Every scrape that it answers brings 7 good events, and 2 bad ones while it `fails`; a restart forgets what was counted."""

    def __init__(self) -> None:
        self.scrapes = self.refusals = 0
        self.fails = self.down = self.quiet = False
        self.true_total = self.true_bad = 0
        self._good = 1_000
        self._bad = 0
        self._first = True

    def answer(self, path: str, _form: dict[str, str]) -> Reply:
        if path != "/metrics" or self.down:
            self.refusals += 1
            return Reply("", status=503)
        self.scrapes += 1
        if not self.quiet and not self._first:
            self._happen(7, 2 if self.fails else 0)
        self._first = False
        lines = [f'requests_total{{code="200"}} {self._good}']
        if self._bad:
            lines.append(f'requests_total{{code="500"}} {self._bad}')
        return Reply("\n".join([*lines, ""]), kind="text/plain; version=0.0.4")

    def _happen(self, good: int, bad: int) -> None:
        self._good += good
        self._bad += bad
        self.true_total += good + bad
        self.true_bad += bad

    def restart(self) -> None:
        self._good = self._bad = 0
        self.down = False


class Silent:
    async def receive(self, transaction: Transaction, signals: list[Signal], now: datetime) -> object:
        return None


async def until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, what
        await asyncio.sleep(0.02)


async def scrapes(exporter: Exporter, count: int) -> None:
    """Wait until that many more scrapes were answered."""
    goal_count = exporter.scrapes + count
    await until(lambda: exporter.scrapes >= goal_count, f"{count} more scrapes")


def declared(url: str, *more: Goal) -> OrganizationInForce:
    goals = {one.name: one for one in (goal(total='requests_total{job="shop"}'), *more)}
    return small_org.in_force(replace(small_org.organization(), sources={"metrics": data_source(url=url)}, goals=goals))


async def test_the_ledger_equals_the_truth(store: Store, tmp_path: Path) -> None:
    exporter, http = Exporter(), HttpClient()
    exporter.down = True
    async with serving(exporter.answer) as server:
        with servers.prometheus(tmp_path, CONFIGURATION.format(target=server.url.removeprefix("http://"))) as url:
            in_force = declared(url)

            def process() -> GoalsService:
                return GoalsService(store, in_force, SourceRegistry(http, in_force), Silent())

            start = datetime.now(UTC)
            await process().measure(start)
            exporter.down = False
            await scrapes(exporter, 3)
            exporter.fails = True
            await scrapes(exporter, 3)
            first = process()
            await first.measure(datetime.now(UTC))
            exporter.fails, exporter.down = False, True
            refused = exporter.refusals
            await until(lambda: exporter.refusals > refused, "a scrape that fails")
            exporter.restart()
            await scrapes(exporter, 2)
            exporter.fails = True
            await scrapes(exporter, 2)
            exporter.quiet = True
            await scrapes(exporter, 3)
            later = datetime.now(UTC) + timedelta(minutes=6)
            second = process()
            await second.measure(later)
            minutes = await second.minutes("cart-availability", start, later)
            status = await second.status("cart-availability", later)
    await http.close()
    assert sum(minute.total for minute in minutes) == exporter.true_total
    assert sum(minute.total - minute.good for minute in minutes) == exporter.true_bad
    assert (status.total, status.spent) == (exporter.true_total, exporter.true_bad)
    assert any(minute.lower_bound for minute in minutes)
    assert minutes[-1].state is MinuteState.UNKNOWN
    assert status.problem is None


async def test_selectors_that_match_nothing_never_look_like_failures_and_say_so(store: Store, tmp_path: Path) -> None:
    exporter, http = Exporter(), HttpClient()
    everything = 'requests_total{job="shop"}'
    bad = goal("slip-of-bad", total=everything, bad='requests_total{job="shop",code="5OO"}')
    good = goal("slip-of-good", total=everything, good='requests_total{job="shop",code="2OO"}')
    async with serving(exporter.answer) as server:
        with servers.prometheus(tmp_path, CONFIGURATION.format(target=server.url.removeprefix("http://"))) as url:
            in_force = declared(url, bad, good)
            goals = GoalsService(store, in_force, SourceRegistry(http, in_force), Silent())
            await goals.measure(datetime.now(UTC))
            exporter.fails = True
            await scrapes(exporter, 4)
            now = datetime.now(UTC)
            await goals.measure(now)
            by_name = {status.goal: status for status in await goals.statuses(now)}
    await http.close()
    right, of_bad, of_good = (by_name[name] for name in ("cart-availability", "slip-of-bad", "slip-of-good"))
    assert right.spent > 0
    assert (right.problem, right.note) == (None, None)
    assert (of_bad.total, of_bad.spent, of_bad.problem) == (right.total, 0, None)
    assert of_bad.note is not None
    assert 'check code="5OO"' in of_bad.note
    assert (of_good.state, of_good.total) == (GoalState.NOT_MEASURED, 0)
    assert of_good.problem is not None
    assert 'check code="2OO"' in of_good.problem
