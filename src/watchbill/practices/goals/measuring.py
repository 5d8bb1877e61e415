"""Reading the goals' counters: each source is asked once a tick for all its goals, from where each goal's reading ended.

What a source does not answer stays unread and is asked for again; what it answers empty is unknown. Nothing is invented. After
watchbill was down, the gap is read in spans of at most two hours, some of them a tick, back to the goal's window at the most.

A scrape is known to its source only when its answer has arrived, under the time at which it began. So the newest seconds are read
twice: at once, for what stands now and may still change, and once more when they have settled, for the ledger.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from watchbill.lib.errors import WatchbillError
from watchbill.org.objectives import DataSource, Goal, Selector
from watchbill.org.organization import Organization

from .counters import instant, milliseconds
from .holdings import Holding, Holdings, definition_of
from .ledger import minute_of
from .model import Source, SourceFor, SourceReading

SETTLE = timedelta(seconds=10)
LONGEST_READ = timedelta(hours=2)
MOST_READS = 12

_log = structlog.get_logger(__name__)


class Measuring:
    """Reads the goals of an organisation into their holdings."""

    def __init__(self, holdings: Holdings, source_for: SourceFor) -> None:
        self._holdings = holdings
        self._source_for = source_for

    async def measure(self, organization: Organization, now: datetime) -> None:
        """Read every source up to `now`. A source or a goal that cannot be read says so in its problem and stops no other."""
        await self._meet(organization, now)
        by_source: dict[str, list[Goal]] = {}
        for goal in organization.goals.values():
            by_source.setdefault(goal.source, []).append(goal)
        await asyncio.gather(
            *(self._measure_source(organization.sources[name], goals, now) for name, goals in by_source.items())
        )

    async def _meet(self, organization: Organization, now: datetime) -> None:
        """Have a holding for each goal; a new goal begins now, one that counts something else now begins its series anew."""
        held = self._holdings.by_name
        if held.keys() != organization.goals.keys():
            await self._holdings.load(organization.goals, now)
            held = self._holdings.by_name
            new = [goal for name, goal in organization.goals.items() if name not in held]
            await self._holdings.begin([(goal, organization.sources[goal.source].interval) for goal in new], now)
        for name, goal in organization.goals.items():
            cadence = organization.sources[goal.source].interval
            if held[name].definition != definition_of(goal) or held[name].meter.cadence != _whole(cadence):
                held[name].redefine(goal, cadence)

    async def _measure_source(self, data_source: DataSource, goals: Sequence[Goal], now: datetime) -> None:
        try:
            source = self._source_for(data_source)
            groups: dict[int, list[Goal]] = {}
            for goal in goals:
                groups.setdefault(self._begin_of(goal, now), []).append(goal)
            for since, group in sorted(groups.items(), reverse=True):
                await self._read_group(source, group, instant(since), now)
        except Exception as error:  # noqa: BLE001 - whatever a source does, the other sources' goals are measured
            self._blame(data_source, goals, error)

    def _begin_of(self, goal: Goal, now: datetime) -> int:
        """Return where the reading of a goal goes on; what lies before its window is not asked for any more."""
        meter = self._holdings.by_name[goal.name].meter
        meter.advance((), (), now - goal.window)
        return meter.read_until

    def _blame(self, data_source: DataSource, goals: Sequence[Goal], error: Exception) -> None:
        if isinstance(error, WatchbillError):
            problem = f"{error.what} {error.mend}".strip()
        else:
            problem = f"“{data_source.name}” could not be read ({type(error).__name__})."
        _log.warning("source not read", source=data_source.name, goals=len(goals), problem=problem, error=repr(error))
        for goal in goals:
            holding = self._holdings.by_name.get(goal.name)
            if holding is not None:
                holding.problem = problem

    async def _read_group(self, source: Source, goals: Sequence[Goal], since: datetime, now: datetime) -> None:
        settled = now - SETTLE
        selectors = _distinct(goals)
        for _ in range(MOST_READS):
            if since >= now or not goals:
                return
            until = min(now, since + LONGEST_READ)
            readings = await source.read(selectors, since, until)
            by_text = {reading.selector: reading for reading in readings}
            for goal in goals:
                self._take(goal, by_text, min(until, settled), until)
            await self._holdings.write(goals, now)
            if until == now:
                return
            since = min(until, settled)
            goals = [goal for goal in goals if self._holding_at(goal, since)]

    def _holding_at(self, goal: Goal, since: datetime) -> Holding | None:
        """Return the goal's holding if it was read up to `since`, no less and no more: only then does what follows join on."""
        holding = self._holdings.by_name.get(goal.name)
        return holding if holding is not None and holding.meter.read_until == milliseconds(since) else None

    def _take(self, goal: Goal, readings: Mapping[str, SourceReading], settled: datetime, until: datetime) -> None:
        part_selector = goal.good or goal.bad
        total, part = readings[goal.total.text], readings[(part_selector or goal.total).text]
        holding = self._holding_at(goal, total.since)
        if holding is None:
            return
        holding.problem = total.problem or part.problem
        if not (total.answered and part.answered):
            return
        odd = holding.meter.oddities
        holding.meter.advance(total.series, part.series, settled)
        holding.newest = holding.meter
        if settled < until:
            holding.newest = holding.meter.copy()
            holding.newest.advance(total.series, part.series, until)
        if holding.meter.oddities > odd:
            holding.odd_at = minute_of(until)


def _distinct(goals: Sequence[Goal]) -> list[Selector]:
    selectors: dict[str, Selector] = {}
    for goal in goals:
        for selector in (goal.total, goal.good, goal.bad):
            if selector is not None:
                selectors[selector.text] = selector
    return list(selectors.values())


def _whole(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)
