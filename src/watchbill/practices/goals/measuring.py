"""Reading the goals' counters: each source is asked once a tick for all its goals, from where each goal's reading ended.

Each source is read in a task of its own: one that is slow, or hangs, is waited for once, as long as the caller has patience, goes on
by itself, and is not asked anew before it is done or its time is over. So it delays its own goals and no others. What cannot be
kept is no source's fault: it fails the measuring.

What a source does not answer stays unread and is asked for again; what it answers empty is unknown. Nothing is invented. After
watchbill was down, the gap is read in spans of at most two hours, some of them a tick, back to the goal's window at the most.

A sample is known to its source only later than the time it carries: by a moment where the server scraped, by up to two minutes where
samples are written to it from afar. So the newest minutes are read again and again: at once, for what stands now and may still
change, and for the ledger as far as every target has been seen. What comes so late is measured late, and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from watchbill.lib.errors import WatchbillError
from watchbill.lib.garbage import uncollected
from watchbill.lib.repeated import Failures
from watchbill.org.objectives import DataSource, Goal, Selector
from watchbill.org.organization import Organization

from .holding import definition_of
from .holdings import Holdings
from .model import Source, SourceFor, SourceReading
from .readings import instant, milliseconds

LONGEST_READ = timedelta(hours=2)
MOST_READS = 12
LONGEST_READING = timedelta(minutes=2)
_SHORTEST_READ = timedelta(milliseconds=1)
_LATELY = timedelta(minutes=5)

_log = structlog.get_logger(__name__)


class Measuring:
    """Reads the goals of an organisation into their holdings."""

    def __init__(self, holdings: Holdings, source_for: SourceFor) -> None:
        self._holdings = holdings
        self._source_for = source_for
        self._running: dict[str, asyncio.Task[None]] = {}
        self._told_when_late: list[Callable[[], None]] = []
        self._failures = Failures()

    def when_read_late(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each reading that ended when nobody waited for it any more: what it read may be looked at."""
        self._told_when_late.append(listener)

    async def measure(self, organization: Organization, now: datetime, patience: timedelta | None) -> None:
        """Read every source that is not being read up to `now`; return when all are done, or those begun now, or the patience is over.

        A source or a goal that cannot be read says so in its problem and stops no other. Raises what the store raised where
        something could not be kept, also of a reading that ended since the last call.
        """
        await self._meet(organization, now)
        late = self._put_away()
        by_source: dict[str, list[Goal]] = {}
        for goal in organization.goals.values():
            by_source.setdefault(goal.source, []).append(goal)
        begun = []
        for name in by_source.keys() - self._running.keys():
            reading = self._measure_source(organization.sources[name], by_source[name], now)
            self._running[name] = asyncio.create_task(reading, name=f"reading of {name}")
            begun.append(self._running[name])
        try:
            if patience is None:
                await asyncio.gather(*self._running.values(), return_exceptions=True)
            elif begun:
                _, slow = await asyncio.wait(begun, timeout=patience.total_seconds())
                for task in slow:
                    task.add_done_callback(self._tell)
        except asyncio.CancelledError:
            self._break_off()
            raise
        for failure in (*late, *self._put_away()):
            raise failure

    async def end(self) -> None:
        """Break off what is still being read, and return when nothing is."""
        self._break_off()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _put_away(self) -> list[BaseException]:
        """Forget the readings that are done; return what they failed with."""
        done = {name: task for name, task in self._running.items() if task.done()}
        self._running = {name: task for name, task in self._running.items() if name not in done}
        failures = [task.exception() for task in done.values() if not task.cancelled()]
        return [failure for failure in failures if failure is not None]

    def _tell(self, late: asyncio.Task[None]) -> None:
        for listener in () if late.cancelled() else self._told_when_late:
            listener()

    def _break_off(self) -> None:
        for task in self._running.values():
            task.cancel()

    async def _meet(self, organization: Organization, now: datetime) -> None:
        """Have a holding for each goal; a new goal begins now, one that counts something else now begins its series anew."""
        if not self._holdings.holds(organization.goals):
            await self._holdings.load(organization.goals, now)
            new = [goal for name, goal in organization.goals.items() if name not in self._holdings.by_name]
            await self._holdings.begin([(goal, organization.sources[goal.source].interval) for goal in new], now)
        for name, goal in organization.goals.items():
            holding, cadence = self._holdings.by_name.get(name), organization.sources[goal.source].interval
            if holding is None:
                continue
            if holding.definition != definition_of(goal) or holding.meter.cadence != _whole(cadence):
                holding.redefine(goal, cadence)

    async def _measure_source(self, data_source: DataSource, goals: Sequence[Goal], now: datetime) -> None:
        bound = asyncio.timeout(LONGEST_READING.total_seconds())
        try:
            async with bound:
                source = self._source_for(data_source)
                for since, group in self._groups(goals, now):
                    await self._read_group(source, group, since, now)
        except _NotKeptError as error:
            raise error.reason from error
        except Exception as error:  # noqa: BLE001 - whatever a source does, the other sources' goals are measured
            self._blame(data_source, goals, error, now, is_late=bound.expired())
        else:
            if (told := self._failures.passed(data_source.name, now.timestamp())) is not None:
                _log.info("source read again", source=data_source.name, failed=told.times, seconds=told.seconds)

    def _groups(self, goals: Sequence[Goal], now: datetime) -> list[tuple[datetime, list[Goal]]]:
        """Return the goals that are read in one go, and from where on: those read lately first, those far behind by how far."""
        groups: dict[int, list[tuple[datetime, Goal]]] = {}
        for goal in goals:
            if goal.name not in self._holdings.by_name:
                continue  # dropped meanwhile, and read from the store by the next measuring
            begin = self._begin_of(goal, now)
            behind = 0 if now - begin <= _LATELY else 1 + (now - begin) // LONGEST_READ
            groups.setdefault(behind, []).append((begin, goal))
        return [(min(begin for begin, _ in group), [goal for _, goal in group]) for _, group in sorted(groups.items())]

    def _begin_of(self, goal: Goal, now: datetime) -> datetime:
        """Return where the reading of a goal goes on; what lies before its window is not asked for any more."""
        meter = self._holdings.by_name[goal.name].meter
        meter.skip_to(goal.reaches_back(now))
        return instant(meter.reads_from(now))

    def _blame(
        self, data_source: DataSource, goals: Sequence[Goal], error: Exception, now: datetime, *, is_late: bool
    ) -> None:
        if isinstance(error, WatchbillError):
            problem = f"{error.what} {error.mend}".strip()
        elif is_late:
            longest = LONGEST_READING.total_seconds()
            problem = f"“{data_source.name}” was not read within {longest:.0f} s. What was missed is read next."
        else:
            problem = f"“{data_source.name}” could not be read ({type(error).__name__})."
        told = self._failures.failed(data_source.name, type(error).__qualname__, now.timestamp())
        if told is not None and told.times == 0:
            _log.warning(
                "source not read", source=data_source.name, goals=len(goals), problem=problem, error=repr(error)
            )
        elif told is not None:
            _log.warning("source still not read", source=data_source.name, times=told.times, seconds=told.seconds)
        for goal in goals:
            holding = self._holdings.by_name.get(goal.name)
            if holding is not None:
                holding.problem = problem

    async def _read_group(self, source: Source, goals: Sequence[Goal], since: datetime, now: datetime) -> None:
        selectors = _distinct(goals)
        for _ in range(MOST_READS):
            if now - since < _SHORTEST_READ or not goals:
                return
            until = min(now, since + LONGEST_READ)
            readings = await source.read(selectors, since, until)
            by_text = {reading.selector: reading for reading in readings}
            with uncollected():
                goals = [goal for goal in goals if self._take(goal, by_text, until, now)]
            await self._keep(goals, now)
            if until == now:
                return
            ends = [held.meter.read_until for goal in goals if (held := self._holdings.by_name.get(goal.name))]
            since = instant(min(ends, default=milliseconds(now)))

    async def _keep(self, goals: Sequence[Goal], now: datetime) -> None:
        try:
            await self._holdings.write(goals, now)
        except Exception as error:
            raise _NotKeptError(error) from error

    def _take(self, goal: Goal, readings: Mapping[str, SourceReading], until: datetime, now: datetime) -> bool:
        """Count what was read for a goal; return whether its reading went on: what was read joins on, and was answered.

        What was read for a goal that has come to count something else meanwhile is left out.
        """
        part_selector = goal.good or goal.bad
        total, part = readings[goal.total.text], readings[(part_selector or goal.total).text]
        holding = self._holdings.by_name.get(goal.name)
        if holding is None or holding.definition != definition_of(goal):
            return False
        if holding.meter.read_until < milliseconds(total.since):
            return False
        holding.problem = total.problem or part.problem
        if not (total.answered and part.answered):
            return False
        holding.take(total, part, until, now)
        return True


class _NotKeptError(Exception):
    """What was read could not be written: `reason` is what the store raised."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _distinct(goals: Sequence[Goal]) -> list[Selector]:
    selectors: dict[str, Selector] = {}
    for goal in goals:
        for selector in (goal.total, goal.good, goal.bad):
            if selector is not None:
                selectors[selector.text] = selector
    return list(selectors.values())


def _whole(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)
