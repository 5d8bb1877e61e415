"""What this process holds in memory of the goals' ledgers, and how it is kept the same as the database.

The database is the truth: a holding whose write did not commit, or that another process has moved past, is dropped and read anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from watchbill.org.objectives import Goal
from watchbill.store.columns import Row, Values
from watchbill.store.store import Store

from . import blocks, meter_state, tables
from .burn_moves import BurnKey, BurnState
from .counters import Counted, Meter
from .ledger import BLOCK, Block, Book, Sums, block_of, minute_of

NEWEST_WITHIN = 5
_MINUTE = timedelta(minutes=1)


@dataclass
class Holding:
    """A goal's ledger at hand.

    `meter` is what was read and is settled; `newest` the same and what was read of the time since, which may still change.
    `stored_minute` is the first unwritten minute as the database has it, `stored_until` how far (ms) its meter had read.
    `problem` is what the source said of the last reading; `clamped_at` and `odd_at` are the last minutes (since 1970, 0: never) in
    which counts or values did not make sense.
    """

    definition: str
    book: Book
    meter: Meter
    newest: Meter
    stored_minute: int
    stored_until: int
    problem: str | None = None
    clamped_at: int = 0
    odd_at: int = 0

    @classmethod
    def new(cls, goal: Goal, cadence: timedelta, now: datetime) -> Holding:
        """Return the holding of a goal that begins now."""
        meter = Meter.starting(now, cadence)
        block = Block(block_of(meter.next_minute))
        book = Book(block)
        book.write((), meter.next_minute)
        return cls(definition_of(goal), book, meter, meter, meter.next_minute, meter.read_until)

    @classmethod
    def stored(cls, row: Row) -> Holding:
        """Return the holding that a cursor describes; the sealed blocks are still to be added."""
        meter = meter_state.from_bytes(row["meter"])
        book = Book(blocks.from_bytes(row["open_start"], row["open_minutes"]))
        return cls(row["definition"], book, meter, meter, row["next_minute"], meter.read_until)

    def cursor(self, name: str, now: datetime) -> Values:
        """Return the cursor's row."""
        return {
            "goal": name,
            "definition": self.definition,
            "next_minute": self.book.end,
            "open_start": self.book.open.start,
            "open_minutes": blocks.to_bytes(self.book.open),
            "meter": meter_state.to_bytes(self.meter),
            "written_at": now,
        }

    def unwritten(self, goal: Goal) -> list[Counted]:
        """Return the minutes that are measured so far and not in the book yet, oldest first: they may still grow."""
        return [one for one in self.newest.measured(goal.good is not None) if one.minute >= self.book.end]

    def redefine(self, goal: Goal, cadence: timedelta) -> None:
        """Follow the goal's declaration: other counters begin anew, what was counted stays."""
        self.meter.cadence = round(cadence.total_seconds() * 1000)
        if definition_of(goal) != self.definition:
            self.definition = definition_of(goal)
            self.meter.restart()
            self.newest = self.meter.copy()


def definition_of(goal: Goal) -> str:
    """Return a digest of what is counted for a goal: its source and selectors."""
    part = goal.good or goal.bad
    text = "\0".join((goal.source, goal.total.text, "good" if goal.good else "bad", part.text if part else ""))
    return sha256(text.encode()).hexdigest()


def windows_of(goal: Goal) -> list[int]:
    """Return the lengths in minutes of all windows that a goal is looked at through, the newest minutes among them."""
    spans = {goal.window, *(tier.long for tier in goal.tiers), *(tier.short for tier in goal.tiers)}
    return sorted({NEWEST_WITHIN, *(span // _MINUTE for span in spans)})


class Holdings:
    """The holdings by goal name, and the burns that go on."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.by_name: dict[str, Holding] = {}
        self.burns: dict[BurnKey, BurnState] = {}

    async def load(self, goals: Mapping[str, Goal], now: datetime) -> None:
        """Read the ledgers of those goals that are not at hand, and all burns."""
        self.by_name = {name: holding for name, holding in self.by_name.items() if name in goals}
        absent = [name for name in goals if name not in self.by_name]
        async with self._store.reading() as transaction:
            self.burns = await tables.burns(transaction)
            found = await tables.cursors(transaction, absent)
            loaded = {row["goal"]: Holding.stored(row) for row in found}
            longest = max((goals[name].window for name in loaded), default=_MINUTE)
            since = block_of(minute_of(now - longest)) - BLOCK
            for row in await tables.block_sums(transaction, loaded, since):
                sums = Sums(row["bad"], row["total"], row["measured"], row["lower_bound"])
                loaded[row["goal"]].book.add_sealed(row["start"], sums)
        self.by_name |= loaded

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
            await tables.add_cursors(transaction, [holding.cursor(name, now) for name, holding in new.items()])
        self.by_name |= new

    async def write(self, goals: Iterable[Goal], now: datetime) -> None:
        """Write the minutes that are complete; blocks, cursors and meters in one unit of work.

        A goal whose minutes another process has written meanwhile is left alone and dropped, to be read anew.
        """
        closing: dict[str, _Closing] = {}
        for goal in goals:
            holding = self.by_name.get(goal.name)
            sealed = None if holding is None else _close(holding, goal)
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
            rows = [_row(name, block) for name in ours for block in closing[name].sealed]
            await tables.add_blocks(transaction, rows)
            await tables.move_cursors(transaction, [closing[name].holding.cursor(name, now) for name in ours])
        return ours

    async def bring_details(self, goals: Iterable[Goal], now: datetime) -> None:
        """Have the minutes at hand in which the goals' windows begin, and let go of all others.

        While blocks are read, a holding may be dropped and read anew, so what is missing is looked for again after each reading.
        """
        wanted, end = list(goals), minute_of(now)
        while missing := self._missing(wanted, end):
            async with self._store.reading() as transaction:
                rows = await tables.blocks_at(transaction, missing, set().union(*missing.values()))
            if not rows:
                return
            for row in rows:
                holding = self.by_name.get(row["goal"])
                if holding is not None and row["start"] in missing[row["goal"]]:
                    holding.book.detailed[row["start"]] = blocks.from_bytes(row["start"], row["minutes"])

    def _missing(self, goals: Iterable[Goal], end: int) -> dict[str, set[int]]:
        missing: dict[str, set[int]] = {}
        for goal in goals:
            holding = self.by_name.get(goal.name)
            if holding is None:
                continue
            needed = {start for length in windows_of(goal) for start in holding.book.needs(end - length, end)}
            holding.book.keep_details(needed)
            absent = needed - holding.book.detailed.keys()
            if absent:
                missing[goal.name] = absent
        return missing


@dataclass(frozen=True)
class _Closing:
    """A holding whose complete minutes are to be written, and the blocks that these filled."""

    holding: Holding
    sealed: list[Block]


def _close(holding: Holding, goal: Goal) -> list[Block] | None:
    """Write a goal's complete minutes into its book; return the blocks this sealed, None when no minute was complete."""
    before = holding.book.end
    end, counted = holding.meter.take_complete(part_is_good=goal.good is not None)
    if end == before:
        return None
    holding.clamped_at = max((minute.minute for minute in counted if minute.clamped), default=holding.clamped_at)
    return holding.book.write(((m.minute, m.good, m.total, m.lower_bound) for m in counted), end)


def _row(name: str, block: Block) -> Values:
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
