"""What 1,000 goals cost: CPU of an evaluation tick and of one that closes a minute, memory, taking up the ledgers.

Each goal has four weeks of history in SQLite, six series and the default tiers. The source answers from memory, so that what is
printed is watchbill's own share: counting, writing, window sums and rules.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import sqlalchemy as sa

from watchbill.org.burn_tiers import default_tiers
from watchbill.org.entities import Thing
from watchbill.org.in_force import OrganizationInForce, Reading
from watchbill.org.objectives import DataSource, Goal, Selector, SourceKind
from watchbill.org.organization import Organization
from watchbill.org.selectors import parse_selector
from watchbill.org.values import EntityRef, Place
from watchbill.practices.goals import blocks, tables
from watchbill.practices.goals.ledger import BLOCK, Block, block_of, minute_of
from watchbill.practices.goals.model import Sample, Series, SourceReading
from watchbill.practices.goals.service import GoalsService
from watchbill.practices.incidents.model import Signal
from watchbill.store import schema
from watchbill.store.store import Store, Transaction, open_store

NOW = datetime(2026, 3, 2, 15, 7, tzinfo=UTC)
TICK = timedelta(seconds=15)
WINDOW = timedelta(days=28)
HERE = Place("goals.yaml", 1)


class Steady:
    """Six series for each goal, 10 requests a second each, one in a hundred thousand failing."""

    async def read(self, selectors: Sequence[Selector], since: datetime, until: datetime) -> list[SourceReading]:
        return [self._reading(selector, since, until) for selector in selectors]

    def _reading(self, selector: Selector, since: datetime, until: datetime) -> SourceReading:
        codes = ("500",) if any(matcher.label == "code" for matcher in selector.matchers) else ("200", "500")
        service = next(matcher.value for matcher in selector.matchers if matcher.label == "service")
        at = until - (until - NOW) % TICK
        seconds = (at - NOW).total_seconds() + 1_000_000
        series = [
            Series(
                (("code", code), ("instance", instance), ("job", "shop"), ("service", service)),
                [Sample(at, float(int(seconds * 10 if code == "200" else seconds / 10_000)))],
            )
            for code in codes
            for instance in ("a", "b", "c")
        ]
        return SourceReading(selector.text, series, since, until)


class Deaf:
    async def receive(self, transaction: Transaction, signals: Sequence[Signal], now: datetime) -> object:
        return None


def goal(number: int, service: str = "") -> Goal:
    service = service or f"s{number}"
    return Goal(
        name=f"goal-{number:05}",
        title=f"Goal {number}",
        description="",
        service=EntityRef("component", "default", service),
        target=Fraction(999, 1000),
        target_text="99.9",
        window=WINDOW,
        source="metrics",
        total=parse_selector(f'requests_total{{service="{service}"}}'),
        good=None,
        bad=parse_selector(f'requests_total{{service="{service}",code="500"}}'),
        tiers=default_tiers(WINDOW),
        policy=None,
        place=HERE,
    )


def organization(count: int) -> OrganizationInForce:
    things: dict[EntityRef, Thing] = {}
    source = DataSource("metrics", SourceKind.PROMETHEUS, "http://127.0.0.1:9", (), TICK, HERE)
    goals = {one.name: one for one in map(goal, range(count))}
    declared = Organization(
        name="bench", title="Bench", time_zone="UTC", catch_all=None, admins=frozenset(), hours={}, users={}, groups={},
        things=things, systems={}, sre_teams={}, engagements={}, schedules={}, escalation_policies={}, budget_policies={},
        sources={"metrics": source}, goals=goals, place=HERE, revision="1",
    )  # fmt: skip
    return OrganizationInForce(Reading(declared, (), "1"), NOW)


async def write_history(store: Store, names: Sequence[str]) -> int:
    """Give each goal four weeks of sealed blocks; return the bytes of one goal-minute."""
    chance = random.Random(1)
    first = block_of(minute_of(NOW - WINDOW)) - BLOCK
    stored = 0
    for start in range(first, block_of(minute_of(NOW)), BLOCK):
        block = Block(start)
        for _ in range(BLOCK):
            total = max(0, round(chance.gauss(1800, 42)))
            block.append(total, total - (chance.random() < 0.02), measured=True)
        sums, content = block.sums(start, start + BLOCK), blocks.to_bytes(block)
        stored += len(content)
        async with store.writing() as transaction:
            await tables.add_blocks(
                transaction,
                [
                    {
                        "goal": name, "start": start, "bad": sums.bad, "total": sums.total, "measured": sums.measured,
                        "lower_bound": 0, "minutes": content,
                    }
                    for name in names
                ],
            )  # fmt: skip
    return stored


async def run(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'bench.db'}")
        await schema.upgrade(store)
        in_force = organization(count)
        names = list(in_force.organization.goals)
        await write_history(store, names)
        source = Steady()
        first = GoalsService(store, in_force, lambda _declared: source, Deaf())
        await first.measure(NOW)
        async with store.reading() as transaction:
            rows = (await transaction.execute(sa.text("SELECT count(*), sum(length(minutes)) FROM ledger_block"))).one()
        print(f"{count} goals, {rows[0]:,} sealed blocks, {rows[1] / rows[0] / BLOCK:.2f} bytes a goal-minute")

        goals = GoalsService(store, in_force, lambda _declared: source, Deaf())
        tracemalloc.start()
        began = time.process_time()
        await goals.load(NOW)
        await goals.statuses(NOW)
        print(f"taking up the ledgers:          {time.process_time() - began:6.2f} s CPU (with memory tracing)")
        held, _ = tracemalloc.get_traced_memory()
        print(f"memory held:                    {held / count / 1024:6.1f} KiB a goal")
        tracemalloc.stop()

        for step in range(1, 13):
            now = NOW + step * TICK
            began = time.process_time()
            await goals.measure(now)
            measured = time.process_time()
            await goals.evaluate(now)
            ended = time.process_time()
            closes = (
                "closes a minute"
                if (now - timedelta(seconds=10)).minute != (now - timedelta(seconds=25)).minute
                else ""
            )
            print(f"{now:%H:%M:%S} measure {measured - began:6.3f} s  evaluate {ended - measured:6.3f} s CPU  {closes}")
        await store.close()


def main() -> None:
    """Print the figures for 1,000 goals."""
    asyncio.run(run(1000))
