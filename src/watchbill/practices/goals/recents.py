"""The last day of goals in pieces of about half an hour: what sparklines are drawn from, of many goals at one reading.

Pieces begin at whole ones since 1970, so that those of a sealed block never change: they are kept, and no block is read twice.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from watchbill.org.objectives import Goal, Slices
from watchbill.store.store import Store

from . import blocks, tables
from .exclusions import Excluded
from .holding import Holding, end_of
from .ledger import BLOCK, Block, block_of
from .slicing import sliced

PIECE = 30
DAY = timedelta(days=1)
_MINUTES = DAY // timedelta(minutes=1)


@dataclass(frozen=True)
class Pieces:
    """Bad and total (events, or units of slices) of pieces of `minutes`, oldest first; the newest one goes on.

    A piece in which nothing was counted has no total.
    """

    minutes: int
    bad: array[int]
    total: array[int]

    def burns(self, goal: Goal) -> list[float | None]:
        """Return how fast each piece burned the budget, None where nothing was counted."""
        allowed = float(1 - goal.target)
        return [bad / total / allowed if total else None for bad, total in zip(self.bad, self.total, strict=True)]


@dataclass
class _Kept:
    """What is kept of a goal: its sealed blocks in pieces, by the minute in which each begins, without what is `excluded`."""

    slices: Slices | None
    excluded: Excluded
    sealed: dict[int, Pieces] = field(default_factory=dict)


class Recents:
    """The last day of the goals that were looked at. What it keeps of one is less than 3 kB."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[str, _Kept] = {}

    async def of(self, goals: Iterable[Goal], held: Mapping[str, Holding], now: datetime) -> dict[str, Pieces]:
        """Return the last day of those goals that are held; blocks that are not known yet are read in one go."""
        looked_at = [goal for goal in goals if goal.name in held]
        self._forget_others(held)
        missing = {goal.name: starts for goal in looked_at if (starts := self._missing(goal, held[goal.name], now))}
        if missing:
            async with self._store.reading() as transaction:
                rows = await tables.blocks_at(transaction, missing, set().union(*missing.values()))
            by_name = {goal.name: goal for goal in looked_at}
            for row in rows:
                goal = by_name[row["goal"]]
                kept = self._kept[goal.name]
                kept.sealed[row["start"]] = _pieces(
                    blocks.from_bytes(row["start"], row["minutes"]), goal.slices, kept.excluded
                )
        return {goal.name: self._day(goal, held[goal.name], now) for goal in looked_at if goal.name in held}

    def _missing(self, goal: Goal, holding: Holding, now: datetime) -> set[int]:
        kept, first = self._kept.get(goal.name), block_of(_first(goal, now))
        excluded = Excluded(holding.excluded.touching(first, end_of(goal, now) + 1))
        if kept is None or (kept.slices, kept.excluded) != (goal.slices, excluded):
            kept = self._kept[goal.name] = _Kept(goal.slices, excluded)
        kept.sealed = {start: pieces for start, pieces in kept.sealed.items() if start >= first}
        return set(holding.book.sealed_from(first)) - kept.sealed.keys()

    def _forget_others(self, held: Mapping[str, Holding]) -> None:
        if len(self._kept) > len(held):
            self._kept = {name: kept for name, kept in self._kept.items() if name in held}

    def _day(self, goal: Goal, holding: Holding, now: datetime) -> Pieces:
        """Return the pieces of the last day, the open one last."""
        length, first, end = piece_of(goal.slices), _first(goal, now), end_of(goal, now)
        count = -(-(end + 1 - first) // length)
        bad, total = array("q", bytes(8 * count)), array("q", bytes(8 * count))
        newest = _pieces(holding.book.open, goal.slices, holding.excluded)
        for start, pieces in (*self._kept[goal.name].sealed.items(), (holding.book.open.start, newest)):
            offset = (start - first) // length
            for index in range(max(0, -offset), min(len(pieces.bad), count - offset)):
                bad[offset + index] += pieces.bad[index]
                total[offset + index] += pieces.total[index]
        if goal.slices is None:
            for counted in holding.unwritten(goal):
                index = (counted.minute - first) // length
                if 0 <= index < count and not holding.excluded.covers(counted.minute):
                    bad[index] += counted.total - counted.good
                    total[index] += counted.total
        return Pieces(length, bad, total)


def piece_of(slices: Slices | None) -> int:
    """Return how many minutes a piece has: half an hour, or the next longer span of whole slices that divides a block."""
    if slices is None:
        return PIECE
    return next(length for length in range(slices.minutes, BLOCK + 1, slices.minutes) if _is_piece(length))


def _is_piece(length: int) -> bool:
    return length >= PIECE and BLOCK % length == 0


def _first(goal: Goal, now: datetime) -> int:
    length = piece_of(goal.slices)
    end = end_of(goal, now)
    return end - end % length - (_MINUTES // length - 1) * length


def _pieces(block: Block, slices: Slices | None, excluded: Excluded) -> Pieces:
    counted, length = block if slices is None else sliced(block, slices), piece_of(slices)
    bad, total = array("q"), array("q")
    for first in range(counted.start, counted.end, length):
        end = min(first + length, counted.end)
        sums, out = counted.sums(first, end), [counted.sums(low, high) for low, high in excluded.within(first, end)]
        bad.append(sums.bad - sum(each.bad for each in out))
        total.append(sums.total - sum(each.total for each in out))
    return Pieces(length, bad, total)
