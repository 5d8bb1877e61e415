"""Filling a goal's past: what its source still holds of the time before its ledger began, counted by the same rules.

It goes step by step, the oldest first, at most two hours each. The blocks that a step filled and how far it came are one unit of work,
so that it goes on after any end where it was, and nothing is counted twice. It writes whole blocks of the ledger (six hours) before
its first one, and changes none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from watchbill.lib.errors import Conflict, NotFound, Unavailable
from watchbill.org.objectives import DataSource, Goal
from watchbill.store.columns import Row, Values
from watchbill.store.store import Store

from . import backfill_tables, blocks, meter_state
from .counters import Meter
from .holding import definition_of
from .holdings import block_row
from .ledger import Block, Book, block_of, minute_of, start_of
from .measuring import LONGEST_READ
from .model import SourceFor, SourceReading
from .readings import instant

_BEFORE = timedelta(minutes=15)
"""Read ahead of the first minute: what grew in it is only known by the samples before it."""
_AFTER = timedelta(minutes=15)
"""Read beyond the last minute: whether it is measured may hang on the samples after it."""


@dataclass(frozen=True)
class Filling:
    """How far it came: from `first` up to `reached`, of all up to `end`; `measured` of these minutes are measured."""

    goal: str
    first: datetime
    end: datetime
    reached: datetime
    measured: int

    @property
    def is_done(self) -> bool:
        """Whether all is filled."""
        return self.reached == self.end


class Backfilling:
    """Fills the past of goals. The server may run meanwhile: it takes up what was filled with its next measuring."""

    def __init__(self, store: Store, source_for: SourceFor) -> None:
        self._store = store
        self._source_for = source_for

    async def begin(
        self, goal: Goal, data_source: DataSource, now: datetime, *, since: datetime | None, until: datetime | None
    ) -> Filling:
        """Begin with the block in which `since` lies (default: the goal's window), or go on with what was begun.

        Raises NotFound where the goal has no ledger yet, Conflict where there is nothing to fill, or another span is begun.
        """
        async with self._store.writing() as transaction:
            found = await backfill_tables.found(transaction, goal.name)
            if found is not None and found["next_minute"] < found["end_minute"]:
                _expect_same(found, since, until)
                return _filling(found)
            ledger = await backfill_tables.begin_of_ledger(transaction, goal.name)
            if ledger is None:
                raise NotFound(f"“{goal.name}” was never measured.", "Start the server first: it begins its ledger.")
            first = block_of(minute_of(since or now - goal.window))
            end = min(ledger, block_of(minute_of(until or now)), block_of(minute_of(now - _AFTER)))
            if first >= end:
                raise Conflict(
                    f"There is nothing to fill: the ledger of “{goal.name}” begins {start_of(ledger):%Y-%m-%d %H:%M} UTC.",
                    "Name an earlier time with --from. It is filled in whole blocks of six hours.",
                )
            meter = Meter.starting(start_of(first) - _BEFORE, data_source.interval)
            steps = 0 if found is None else found["steps"] + 1
            row = _row(goal, _State(meter, Book(Block(first)), 0), steps, now)
            row |= {"first_minute": first, "end_minute": end}
            await backfill_tables.begin(transaction, row)
            return _filling(row)

    async def step(self, goal: Goal, data_source: DataSource, now: datetime) -> Filling:
        """Read and count what comes next, and store it.

        Raises Unavailable where the source does not answer, and Conflict where another process fills the same.
        """
        async with self._store.reading() as transaction:
            found = await backfill_tables.found(transaction, goal.name)
        if found is None:
            raise NotFound(f"Filling the past of “{goal.name}” was not begun.")
        state = _taken_up(found, goal, data_source)
        end = start_of(found["end_minute"]) + _AFTER
        total, part = await self._read(goal, data_source, state.meter, end)
        sealed = state.count(total, part, goal, found["end_minute"])
        row = _row(goal, state, found["steps"] + 1, now)
        async with self._store.writing() as transaction:
            if not await backfill_tables.move(
                transaction, found["steps"], row, [block_row(goal.name, one) for one in sealed]
            ):
                raise Conflict(f"Another process fills the past of “{goal.name}” as well.", "Let one of them go on.")
        return _filling({**found, **row})

    async def _read(
        self, goal: Goal, data_source: DataSource, meter: Meter, end: datetime
    ) -> tuple[SourceReading, SourceReading]:
        since = instant(meter.read_until)
        selectors = [one for one in (goal.total, goal.good, goal.bad) if one is not None]
        readings = await self._source_for(data_source).read(selectors, since, min(end, since + LONGEST_READ))
        for reading in readings:
            if not reading.answered:
                raise Unavailable(reading.problem or "The source did not answer.", "The same command goes on later.")
        return readings[0], readings[-1]


@dataclass
class _State:
    """What is counted so far: the meter, the block that is being filled, and how many minutes were measured."""

    meter: Meter
    book: Book
    measured: int

    def count(self, total: SourceReading, part: SourceReading, goal: Goal, end: int) -> Sequence[Block]:
        """Count what was read; return the blocks that it filled."""
        self.meter.advance(total.series, part.series, total.until)
        closed_until, counted = self.meter.take_complete(part_is_good=goal.good is not None)
        if total.until >= start_of(end) + _AFTER:
            closed_until = end
        fresh = [one for one in counted if self.book.end <= one.minute < end]
        self.measured += len(fresh)
        written = min(closed_until, end)
        if written <= self.book.end:
            return []
        return self.book.write(((one.minute, one.good, one.total, one.marks) for one in fresh), written)


def _taken_up(row: Row, goal: Goal, data_source: DataSource) -> _State:
    """Return the state that was stored; a goal that counts something else by now begins its counters anew where it was."""
    book = Book(blocks.from_bytes(row["open_start"], row["open_minutes"]))
    if row["definition"] == definition_of(goal):
        return _State(meter_state.from_bytes(row["meter"]), book, row["measured"])
    return _State(Meter.starting(start_of(book.end) - _BEFORE, data_source.interval), book, row["measured"])


def _expect_same(row: Row, since: datetime | None, until: datetime | None) -> None:
    first = row["first_minute"] if since is None else block_of(minute_of(since))
    end = row["end_minute"] if until is None else block_of(minute_of(until))
    if (first, end) != (row["first_minute"], row["end_minute"]):
        raise Conflict(
            f"The past of “{row['goal']}” is being filled from {start_of(row['first_minute']):%Y-%m-%d %H:%M} UTC to "
            f"{start_of(row['end_minute']):%Y-%m-%d %H:%M} UTC, and is not done.",
            "Go on with it first: without --from and --to.",
        )


def _filling(row: Row | Values) -> Filling:
    first, end, reached = (start_of(row[name]) for name in ("first_minute", "end_minute", "next_minute"))
    return Filling(row["goal"], first, end, reached, row["measured"])


def _row(goal: Goal, state: _State, steps: int, now: datetime) -> Values:
    return {
        "goal": goal.name,
        "definition": definition_of(goal),
        "next_minute": state.book.end,
        "measured": state.measured,
        "open_start": state.book.open.start,
        "open_minutes": blocks.to_bytes(state.book.open),
        "meter": meter_state.to_bytes(state.meter),
        "steps": steps,
        "written_at": now,
    }
