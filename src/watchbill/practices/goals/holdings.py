"""What this process holds in memory of the goals' ledgers, and how it is kept the same as the database.

The database is the truth: a holding whose write did not commit, or that another process has moved past, is dropped and read anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from watchbill.org.objectives import Goal
from watchbill.store.columns import Row, Values
from watchbill.store.store import Store

from . import backfill_tables, blocks, meter_state, tables
from .burn_moves import BurnKey, BurnState
from .exclusions import Excluded
from .holding import Holding, starts_of
from .ledger import BLOCK, Block, Book, Sums, block_of, minute_of
from .slicing import SlicedBook


class Holdings:
    """The holdings by goal name, and the burns that go on. `excluded` says what is left out of a goal as of an instant."""

    def __init__(self, store: Store, excluded: Callable[[Goal, datetime], Excluded]) -> None:
        self._store = store
        self._excluded = excluded
        self.by_name: dict[str, Holding] = {}
        self.burns: dict[BurnKey, BurnState] = {}

    async def load(self, goals: Mapping[str, Goal], now: datetime) -> None:
        """Read the ledgers of those goals that are not at hand, or are budgeted in another way by now, and all burns."""
        self.by_name = {name: held for name, held in self.by_name.items() if _is_of(held, goals.get(name))}
        absent = [name for name in goals if name not in self.by_name]
        async with self._store.reading() as transaction:
            self.burns = await tables.burns(transaction)
            found = await tables.cursors(transaction, absent)
            loaded = {row["goal"]: _stored(row, goals[row["goal"]]) for row in found}
            since = block_of(min((_begin(goals[name], now) for name in loaded), default=minute_of(now))) - BLOCK
            for row in await tables.block_sums(transaction, loaded, since):
                sums = Sums(row["bad"], row["total"], row["measured"], row["lower_bound"])
                loaded[row["goal"]].book.add_sealed(row["start"], sums)
            sliced = {name: held.slices for name, held in loaded.items() if held.slices is not None}
            for row in await tables.blocks_since(transaction, sliced, since):
                sliced[row["goal"]].add(blocks.from_bytes(row["start"], row["minutes"]))
            for row in await backfill_tables.done(transaction, loaded):
                past = meter_state.from_bytes(row["meter"])
                loaded[row["goal"]].begin_with(past, row["definition"], row["first_minute"])
        for name, held in loaded.items():
            held.excluded = self._excluded(goals[name], now)
        self.by_name |= loaded

    def holds(self, goals: Mapping[str, Goal]) -> bool:
        """Whether the ledgers of these goals are at hand, and of no others, each with what its budget counts."""
        return self.by_name.keys() == goals.keys() and all(
            held.is_budgeted_as(goals[name]) for name, held in self.by_name.items()
        )

    async def catch_up(self, goals: Mapping[str, Goal], now: datetime) -> None:
        """Drop what another process has moved past, and read it anew."""
        async with self._store.reading() as transaction:
            stored = await tables.next_minutes(transaction, goals)
        for name, minute in stored.items():
            if name in self.by_name and self.by_name[name].stored_minute < minute:
                del self.by_name[name]
        await self.load(goals, now)

    async def begin(self, goals: Sequence[tuple[Goal, timedelta]], now: datetime) -> None:
        """Begin the ledgers of new goals, each with the cadence of its source."""
        new = {goal.name: Holding.new(goal, cadence, now) for goal, cadence in goals}
        if not new:
            return
        async with self._store.writing() as transaction:
            await tables.add_cursors(transaction, [_cursor(name, holding, now) for name, holding in new.items()])
        self.by_name |= new

    async def write(self, goals: Iterable[Goal], now: datetime) -> None:
        """Write the minutes that are complete; blocks, cursors and meters in one unit of work.

        A goal whose minutes another process has written meanwhile is left alone and dropped, to be read anew.
        """
        closing: dict[str, _Closing] = {}
        for goal in goals:
            holding = self.by_name.get(goal.name)
            sealed = None if holding is None else holding.close(goal)
            if holding is not None and sealed is not None:
                closing[goal.name] = _Closing(holding, sealed)
        await self._write(closing, now)

    async def put_down(self, now: datetime) -> None:
        """Write how far was read since the last minute was written, so that whoever goes on misses none of it."""
        moved = {name: held for name, held in self.by_name.items() if held.meter.read_until > held.stored_until}
        await self._write({name: _Closing(holding, []) for name, holding in moved.items()}, now)

    async def _write(self, closing: Mapping[str, _Closing], now: datetime) -> None:
        if not closing:
            return
        try:
            ours = await self._commit(closing, now)
        except BaseException:
            for name in closing:
                self.by_name.pop(name, None)
            raise
        for name, closed in closing.items():
            if name in ours:
                closed.holding.stored_minute = closed.holding.book.end
                closed.holding.stored_until = closed.holding.meter.read_until
                self.by_name[name] = closed.holding
            else:
                self.by_name.pop(name, None)

    async def _commit(self, closing: Mapping[str, _Closing], now: datetime) -> set[str]:
        """Write what still stands in the database as we left it; return the goals this was so of."""
        async with self._store.writing() as transaction:
            stored = await tables.next_minutes(transaction, closing, to_write=True)
            ours = {name for name, closed in closing.items() if stored.get(name) == closed.holding.stored_minute}
            rows = [block_row(name, block) for name in ours for block in closing[name].sealed]
            await tables.add_blocks(transaction, rows)
            await tables.move_cursors(transaction, [_cursor(name, closing[name].holding, now) for name in ours])
        return ours

    async def bring_details(self, goals: Iterable[Goal], now: datetime) -> None:
        """Have the minutes at hand in which the goals' windows begin, and what is left out of them; let go of all others.

        While blocks are read, a holding may be dropped and read anew, so what is missing is looked for again after each reading.
        """
        wanted = list(goals)
        while missing := self._missing(wanted, now):
            async with self._store.reading() as transaction:
                rows = await tables.blocks_at(transaction, missing, set().union(*missing.values()))
            if not rows:
                return
            for row in rows:
                holding = self.by_name.get(row["goal"])
                if holding is not None and row["start"] in missing[row["goal"]]:
                    holding.bring(blocks.from_bytes(row["start"], row["minutes"]))

    def _missing(self, goals: Iterable[Goal], now: datetime) -> dict[str, set[int]]:
        missing: dict[str, set[int]] = {}
        for goal in goals:
            holding = self.by_name.get(goal.name)
            if holding is None:
                continue
            holding.excluded = self._excluded(goal, now)
            needed = holding.needs(goal, now)
            holding.keep_details(needed)
            absent = needed - holding.book.detailed.keys()
            if absent:
                missing[goal.name] = absent
        return missing


@dataclass(frozen=True)
class _Closing:
    """A holding whose complete minutes are to be written, and the blocks that these filled."""

    holding: Holding
    sealed: list[Block]


def _is_of(holding: Holding, goal: Goal | None) -> bool:
    return goal is not None and holding.is_budgeted_as(goal)


def _begin(goal: Goal, now: datetime) -> int:
    """Return the first minute that matters for a goal now."""
    return min(minute_of(goal.reaches_back(now)), *starts_of(goal, now))


def _stored(row: Row, goal: Goal) -> Holding:
    """Return the holding that a cursor describes; the sealed blocks are still to be added."""
    meter = meter_state.from_bytes(row["meter"])
    book = Book(blocks.from_bytes(row["open_start"], row["open_minutes"]))
    slices = SlicedBook(goal.slices) if goal.slices is not None else None
    return Holding(row["definition"], book, meter, meter, row["next_minute"], meter.read_until, slices=slices)


def _cursor(name: str, holding: Holding, now: datetime) -> Values:
    """Return the row that a holding is kept in."""
    return {
        "goal": name,
        "definition": holding.definition,
        "next_minute": holding.book.end,
        "open_start": holding.book.open.start,
        "open_minutes": blocks.to_bytes(holding.book.open),
        "meter": meter_state.to_bytes(holding.meter),
        "written_at": now,
    }


def block_row(name: str, block: Block) -> Values:
    """Return the row that a sealed block of a goal is kept in."""
    sums = block.sums(block.start, block.end)
    return {
        "goal": name,
        "start": block.start,
        "bad": sums.bad,
        "total": sums.total,
        "measured": sums.measured,
        "lower_bound": sums.lower_bound,
        "minutes": blocks.to_bytes(block),
    }
