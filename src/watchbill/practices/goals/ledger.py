"""The ledger of one goal: good and total events of every minute, appended once and never changed. Pure; exact integers.

Minutes are held in blocks of six hours as running sums, so that any window is a handful of subtractions. A book keeps the sums
of whole blocks, and the minutes only of the newest blocks and of those in which one of its windows begins.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from .model import EXACT, Mark, MinuteCount, MinuteState

BLOCK = 360
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


def minute_of(instant: datetime) -> int:
    """Return the minute that an instant lies in, in whole minutes since 1970."""
    return (instant - _EPOCH) // _MINUTE


def start_of(minute: int) -> datetime:
    """Return the instant at which a minute begins."""
    return _EPOCH + minute * _MINUTE


def block_of(minute: int) -> int:
    """Return the first minute of the block that a minute belongs to."""
    return minute - minute % BLOCK


@dataclass(frozen=True, slots=True)
class Sums:
    """Events and minutes summed over a span: bad and total events, minutes that were measured, and those that are lower bounds."""

    bad: int = 0
    total: int = 0
    measured: int = 0
    lower_bound: int = 0

    @property
    def good(self) -> int:
        """The events that were not bad."""
        return self.total - self.bad

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.bad + other.bad,
            self.total + other.total,
            self.measured + other.measured,
            self.lower_bound + other.lower_bound,
        )


NOTHING = Sums()


class RunningSums:
    """Columns of running sums: the sums of any run of rows are one subtraction each. Rows can only be appended."""

    __slots__ = ("bad", "lower_bound", "measured", "total")

    def __init__(self) -> None:
        self.bad = array("q", [0])
        self.total = array("q", [0])
        self.measured = array("i", [0])
        self.lower_bound = array("i", [0])

    def __len__(self) -> int:
        return len(self.bad) - 1

    def append(self, bad: int, total: int, measured: int, lower_bound: int) -> None:
        """Add a row."""
        self.bad.append(self.bad[-1] + bad)
        self.total.append(self.total[-1] + total)
        self.measured.append(self.measured[-1] + measured)
        self.lower_bound.append(self.lower_bound[-1] + lower_bound)

    def between(self, first: int, end: int) -> Sums:
        """Return the sums of the rows `first` … `end` - 1."""
        return Sums(
            self.bad[end] - self.bad[first],
            self.total[end] - self.total[first],
            self.measured[end] - self.measured[first],
            self.lower_bound[end] - self.lower_bound[first],
        )


class Block:
    """Minutes of one block of the ledger, from its `start` on; `end` is the first minute that it does not hold yet."""

    __slots__ = ("marks", "rows", "start")

    def __init__(self, start: int, rows: RunningSums | None = None, marks: bytes = b"") -> None:
        self.start = start
        self.rows = rows or RunningSums()
        self.marks = bytearray(marks)

    @property
    def end(self) -> int:
        """The minute that would be appended next."""
        return self.start + len(self.rows)

    def append(self, total: int, good: int, *, measured: bool, marks: int = EXACT) -> None:
        """Write the next minute; one that was not measured holds nothing."""
        if measured:
            self.rows.append(total - good, total, 1, int(bool(marks)))
        else:
            self.rows.append(0, 0, 0, 0)
        self.marks.append(marks if measured else EXACT)

    def sums(self, first: int, end: int) -> Sums:
        """Return the sums of the minutes in [`first`, `end`) that lie in this block."""
        first, end = max(first, self.start), min(end, self.end)
        return self.rows.between(first - self.start, end - self.start) if first < end else NOTHING

    def minutes(self, first: int, end: int) -> Iterator[MinuteCount]:
        """Yield the minutes in [`first`, `end`) that lie in this block, oldest first."""
        for minute in range(max(first, self.start), min(end, self.end)):
            sums = self.sums(minute, minute + 1)
            if sums.measured:
                yield measured(minute, sums.good, sums.total, Mark(self.marks[minute - self.start]))
            else:
                yield unknown(minute)


def unknown(minute: int) -> MinuteCount:
    """Return a minute of which nothing is known."""
    return MinuteCount(start_of(minute), 0, 0, MinuteState.UNKNOWN)


def measured(minute: int, good: int, total: int, marks: Mark = EXACT) -> MinuteCount:
    """Return a minute in which events were counted, or seen not to happen."""
    state = MinuteState.MEASURED if total else MinuteState.NO_TRAFFIC
    return MinuteCount(start_of(minute), good, total, state, marks)


@dataclass
class Book:
    """What is held in memory of a goal's ledger: the block being written, sums of the sealed ones, and minutes where needed.

    A block that was never sealed holds no measured minute.
    """

    open: Block
    starts: array[int] = field(default_factory=lambda: array("q"))
    sealed: RunningSums = field(default_factory=RunningSums)
    detailed: dict[int, Block] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """The first minute that is not written yet."""
        return self.open.end

    def add_sealed(self, start: int, sums: Sums) -> None:
        """Take in the sums of a sealed block; blocks come oldest first, and one that is known already is left as it is."""
        if not self.starts or start > self.starts[-1]:
            self.starts.append(start)
            self.sealed.append(sums.bad, sums.total, sums.measured, sums.lower_bound)

    def write(self, minutes: Iterable[tuple[int, int, int, int]], end: int) -> list[Block]:
        """Append measured minutes (minute, good, total, marks), and what lies between them and up to `end` as unknown.

        Returns the blocks that this filled: they are sealed now.
        """
        filled: list[Block] = []
        for minute, good, total, marks in minutes:
            self._fill_unknown(minute, filled)
            self.open.append(total, good, measured=True, marks=marks)
            self._seal_if_full(filled)
        self._fill_unknown(end, filled)
        return filled

    def _fill_unknown(self, until: int, filled: list[Block]) -> None:
        while self.open.end < until:
            if not len(self.open.rows) and block_of(until) > self.open.start:
                self.open = Block(block_of(until))
                continue
            self.open.append(0, 0, measured=False)
            self._seal_if_full(filled)

    def _seal_if_full(self, filled: list[Block]) -> None:
        block = self.open
        if len(block.rows) < BLOCK:
            return
        sums = block.sums(block.start, block.end)
        if sums.measured:
            self.add_sealed(block.start, sums)
            self.detailed[block.start] = block
            filled.append(block)
        self.open = Block(block.start + BLOCK)

    def needs(self, first: int, end: int) -> Iterator[int]:
        """Yield the starts of sealed blocks whose minutes the sums over [`first`, `end`) need: where it begins or ends within."""
        for edge in (first, end):
            start = block_of(edge)
            if edge != start and start < self.open.start and self._is_sealed(start):
                yield start

    def sums(self, first: int, end: int) -> Sums:
        """Return the sums over [`first`, `end`), minutes since 1970. Raises KeyError when a needed block is not at hand."""
        result = self.open.sums(first, end)
        inner_first, inner_end = -(-first // BLOCK) * BLOCK, block_of(end)
        if inner_first > inner_end:
            return result + self._partial(block_of(first), first, end)
        low, high = bisect_left(self.starts, inner_first), bisect_left(self.starts, inner_end)
        if low < high:
            result += self.sealed.between(low, high)
        return result + self._partial(block_of(first), first, inner_first) + self._partial(inner_end, inner_end, end)

    def sealed_from(self, first: int) -> array[int]:
        """Return the starts of the sealed blocks from minute `first` on, oldest first."""
        return self.starts[bisect_left(self.starts, first) :]

    def keep_details(self, starts: set[int]) -> None:
        """Let go of the minutes of all blocks but these."""
        self.detailed = {start: block for start, block in self.detailed.items() if start in starts}

    def _partial(self, start: int, first: int, end: int) -> Sums:
        if first >= end or start >= self.open.start or not self._is_sealed(start):
            return NOTHING
        return self.detailed[start].sums(first, end)

    def _is_sealed(self, start: int) -> bool:
        at = bisect_left(self.starts, start)
        return at < len(self.starts) and self.starts[at] == start
